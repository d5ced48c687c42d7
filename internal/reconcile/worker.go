package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
)

const (
	runJob   = "sync"
	clockJob = "sync_clock"
)

// slice is how long a run works before it gives its lease back: well below job.Lease, for
// the call under way may take a while.
const slice = 45 * time.Second

// rounds is how often a run comes back to what failed for a passing reason.
const rounds = 5

// Wish asks for a run. No kinds means all.
type Wish struct {
	Kinds  []string
	Full   bool
	Origin string
	Actor  string
}

// Begin starts a run of a corp. A corp has one at a time: a second is a conflict.
func (s *Service) Begin(ctx context.Context, corpID string, w Wish) (Record, error) {
	r := Record{ID: id.New("sync"), Corp: corpID, Full: w.Full, Origin: w.Origin, Actor: w.Actor, State: Running, Started: s.Clock.Now()}
	for _, k := range w.Kinds {
		if s.pullers[k] == nil {
			return Record{}, fault.BadField("/kinds", "there is no kind %q; there are %v", k, s.kinds)
		}
	}
	for _, k := range s.kinds {
		if len(w.Kinds) == 0 || slices.Contains(w.Kinds, k) {
			r.Kinds = append(r.Kinds, Kind{Name: k, State: Waiting, Drift: map[string]int{}})
		}
	}
	return r, s.DB.InTx(ctx, func(ctx context.Context) error {
		busy, err := s.records(ctx, selectRunning, corpID)
		if err != nil {
			return err
		}
		if len(busy) > 0 {
			return fault.New(fault.Conflict, "sync_running", "the run %s is under way", busy[0].ID)
		}
		if err := s.insert(ctx, r); err != nil {
			return err
		}
		return s.Jobs.Put(ctx, job.Job{Kind: runJob, Key: r.ID, Queue: corpID, Due: s.Clock.Now()})
	})
}

// worker gives runs their slices of time.
type worker struct{ *Service }

// Limit is one run per corp.
func (w *worker) Limit(string, time.Time) (int, time.Time) { return 1, time.Time{} }

// Run works on one run for a slice of time.
func (w *worker) Run(ctx context.Context, jobs []job.Job) {
	for _, j := range jobs {
		if err := w.one(ctx, j); err != nil {
			slog.Warn("a sync could not be settled; it goes on when its lease ends", "run", j.Key, "err", err)
		}
		w.Jobs.Release(j)
	}
}

func (w *worker) one(ctx context.Context, j job.Job) error {
	failure := w.work(ctx, j.Key, j.Attempts >= rounds)
	ctx = context.WithoutCancel(ctx)
	now := w.Clock.Now()
	var limited *fault.Error
	switch {
	case failure == nil:
		_, err := w.Jobs.Done(ctx, j)
		return err
	case errors.Is(failure, ErrPause), errors.Is(failure, context.Canceled):
		_, err := w.Jobs.Snooze(ctx, j, now, "")
		return err
	case errors.As(failure, &limited) && limited.Kind == fault.RateLimited, stops(failure):
		_, err := w.Jobs.Snooze(ctx, j, now.Add(max(retryAfter(failure), minWait)), shorten(failure.Error()))
		return err
	}
	_, err := w.Jobs.Retry(ctx, j, now.Add(job.Backoff(j.Attempts)), shorten(failure.Error()))
	return err
}

// minWait is how long a run waits at least when the platform is full.
const minWait = 10 * time.Second

func retryAfter(err error) time.Duration {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.RetryAfter
	}
	return 0
}

// errOpen says that items are left for another round.
var errOpen = errors.New("reconcile: items are left that failed for a passing reason")

// work goes on with a run until it ends or the slice is over.
func (s *Service) work(ctx context.Context, runID string, last bool) error {
	r, err := s.record(ctx, runID)
	if fault.Is(err, fault.NotFound) || (err == nil && r.State != Running) {
		return nil
	}
	if err != nil {
		return err
	}
	until := s.Clock.Now().Add(slice)
	state, reason := Done, ""
	for _, k := range r.Kinds {
		if k.State == Waiting || k.State == Running {
			if k, err = s.workKind(ctx, &Run{service: s, record: r, until: until, last: last, kind: k}); err != nil {
				return err
			}
		}
		if k.State == Failed {
			state, reason = Failed, k.Name+": "+k.Error
		}
	}
	return s.end(ctx, r, state, reason)
}

// workKind goes on with a kind. It returns an error if the kind is to go on later, and
// else the kind as it ended.
func (s *Service) workKind(ctx context.Context, run *Run) (Kind, error) {
	puller := s.pullers[run.kind.Name]
	if puller == nil {
		return s.endKind(ctx, run, Failed, "no room pulls this kind any more")
	}
	err := puller.Pull(ctx, run)
	switch {
	case err == nil && run.open > 0:
		return Kind{}, errOpen
	case err == nil:
		return s.endKind(ctx, run, Done, "")
	case errors.Is(err, ErrPause), ctx.Err() != nil:
		return Kind{}, err
	case passes(err) && (!run.last || stops(err)):
		return Kind{}, err
	}
	return s.endKind(ctx, run, Failed, shorten(err.Error()))
}

func (s *Service) endKind(ctx context.Context, run *Run, state, reason string) (Kind, error) {
	run.mu.Lock()
	defer run.mu.Unlock()
	run.kind.State, run.kind.Error = state, reason
	return run.kind, s.saveKind(ctx, run.record.ID, run.kind)
}
