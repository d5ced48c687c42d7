package importer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"yutang/internal/fault"
)

var errCancelled = errors.New("cancelled")

// retryAfter is how long the worker rests after a run that ended with an error.
const retryAfter = 2 * time.Second

// Start runs queued imports one after another until Stop, first those that a stop or a
// crash interrupted. It comes before the first Create: files that no import knows of were
// left by a crash and are removed.
func (s *Service) Start(ctx context.Context) {
	if err := s.sweep(ctx); err != nil {
		s.cfg.Log.Warn("sweep import directory", "error", err)
	}
	ctx, s.cancel = context.WithCancel(ctx)
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		s.loop(ctx)
	}()
}

// Stop interrupts the running import at its last checkpoint and waits for it.
func (s *Service) Stop() {
	if s.cancel == nil {
		return
	}
	s.cancel()
	<-s.done
}

func (s *Service) sweep(ctx context.Context) error {
	entries, err := os.ReadDir(s.cfg.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		_, err := s.Get(ctx, e.Name())
		if fault.Is(err, fault.NotFound) {
			err = s.drop(e.Name())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Service) loop(ctx context.Context) {
	for ctx.Err() == nil {
		jobs, err := s.waiting(ctx)
		if err != nil && ctx.Err() == nil {
			s.cfg.Log.Error("read waiting imports", "error", err)
		}
		again := err != nil
		for _, j := range jobs {
			if _, err := s.Run(ctx, j.ID, nil); err != nil && ctx.Err() == nil {
				s.cfg.Log.Warn("import ended", "import", j.ID, "error", err)
				again = true
			}
		}
		switch {
		case again:
			_ = s.cfg.Clock.WaitUntil(ctx, s.cfg.Clock.Now().Add(retryAfter)) // ended: the loop sees it
		case len(jobs) == 0:
			s.sleep(ctx)
		}
	}
}

func (s *Service) sleep(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-s.wake:
	}
}

// Import takes a file in and runs it to its end in this call, as the command line does.
// An import that failed comes back with its error; report may be nil.
func (s *Service) Import(ctx context.Context, up Upload, report func(Progress)) (*Job, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	j, err := s.create(ctx, up, func(id string) error { return s.claim(id, stop) })
	if err != nil {
		return nil, err
	}
	defer s.release(j.ID)
	return s.run(ctx, j.ID, report)
}

// Run takes one import to its end, from its last checkpoint. It is a conflict if the
// import is running already. When ctx ends the import stays as it is, to go on later.
func (s *Service) Run(ctx context.Context, id string, report func(Progress)) (*Job, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if err := s.claim(id, stop); err != nil {
		return nil, err
	}
	defer s.release(id)
	return s.run(ctx, id, report)
}

func (s *Service) run(ctx context.Context, id string, report func(Progress)) (*Job, error) {
	j, err := s.Get(ctx, id)
	if err != nil || j.State == Done || j.State == Cancelled {
		return j, err
	}
	j.State = Running
	if j.StartedAt.IsZero() {
		j.StartedAt = s.cfg.Clock.Now()
	}
	if err := s.save(ctx, j); err != nil {
		return nil, err
	}
	r := &run{s: s, job: j, open: s.opener(j), meter: meter{report: s.tell(id, report)}}
	return j, s.finish(ctx, j, r.do(ctx))
}

func (s *Service) claim(id string, stop context.CancelCauseFunc) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[id] != nil {
		return fault.New(fault.Conflict, "import_running", "the import is running already")
	}
	s.running[id] = stop
	return nil
}

func (s *Service) release(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running, id)
	delete(s.live, id)
}

func (s *Service) tell(id string, report func(Progress)) func(Progress) {
	return func(p Progress) {
		s.mu.Lock()
		s.live[id] = p
		s.mu.Unlock()
		if report != nil {
			report(p)
		}
	}
}

// Progress is how far an import is; false if it is not running.
func (s *Service) Progress(id string) (Progress, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.live[id]
	return p, ok
}

// finish records how a run ended.
func (s *Service) finish(ctx context.Context, j *Job, err error) error {
	cancelled := errors.Is(context.Cause(ctx), errCancelled)
	if ctx.Err() != nil && !cancelled {
		return ctx.Err() // interrupted: it goes on later
	}
	ctx = context.WithoutCancel(ctx)
	j.FinishedAt = s.cfg.Clock.Now()
	switch {
	case cancelled:
		j.State, err = Cancelled, nil
	case err != nil:
		j.State, j.Problem = Failed, problemText(err)
	default:
		j.State = Done
	}
	if saved := s.save(ctx, j); saved != nil {
		return errors.Join(err, saved)
	}
	if j.State == Done {
		return s.forget(j)
	}
	return err
}

// problemText keeps the inner workings out of what operators read.
func problemText(err error) string {
	if fault.Is(err, fault.Internal) {
		return "the server could not go on; see its log, and give the file again"
	}
	var known *fault.Error
	errors.As(err, &known)
	return known.Error()
}

// forget removes the file of an import that is done; its rejected rows stay.
func (s *Service) forget(j *Job) error {
	if j.Rejected == 0 {
		return s.drop(j.ID)
	}
	if err := os.Remove(s.path(j.ID, uploadFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove imported file: %w", err)
	}
	return nil
}

// Cancel stops an import that waits or runs; a running one ends a moment later. What it
// stored stays.
func (s *Service) Cancel(ctx context.Context, id string) (*Job, error) {
	if s.interrupt(id) {
		return s.Get(ctx, id)
	}
	defer s.release(id)
	j, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if j.State != Queued && j.State != Running {
		return nil, fault.New(fault.Precondition, "import_ended", "the import has ended as %s", j.State)
	}
	j.State, j.FinishedAt = Cancelled, s.cfg.Clock.Now()
	return j, s.save(ctx, j)
}

// interrupt stops the import if it runs, else claims it.
func (s *Service) interrupt(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	stop := s.running[id]
	if stop != nil {
		stop(errCancelled)
		return true
	}
	s.running[id] = func(error) {}
	return false
}
