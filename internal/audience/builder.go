package audience

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/rule"

	"github.com/RoaringBitmap/roaring/v2"
)

// errDropped says that derived state was loaded anew under a build: it starts again.
var errDropped = fault.New(fault.Conflict, "build_dropped", "the build was interrupted")

// Start begins building audiences in the background, first those left over.
func (s *Service) Start(ctx context.Context) error {
	waiting, err := s.unbuilt(ctx)
	if err != nil {
		return fmt.Errorf("find audiences to build: %w", err)
	}
	for _, id := range waiting {
		s.queue <- id
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.stop, s.done = cancel, make(chan struct{})
	go s.work(run)
	return nil
}

// Stop ends the background work; a build under way starts again with the next Start.
func (s *Service) Stop() {
	if s.stop != nil {
		s.stop()
		<-s.done
	}
}

func (s *Service) work(ctx context.Context) {
	defer close(s.done)
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-s.queue:
			err := s.build(ctx, id)
			if errors.Is(err, errDropped) {
				s.queue <- id
			} else if err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "audience build failed", "audience", id, "error", err)
			}
			s.announce()
		}
	}
}

// Build queues the build of an audience whose wanted version is not live.
func (s *Service) Build(a Audience) {
	if a.State != Live {
		s.queue <- a.ID
	}
}

// queued shows an audience and queues its build, unless a transaction is open.
func (s *Service) queued(ctx context.Context, id string) (Audience, error) {
	a, err := s.Get(ctx, id)
	if err == nil && !db.Within(ctx) {
		s.Build(a)
	}
	return a, err
}

// build evaluates the wanted version of an audience for everybody and puts it in force.
func (s *Service) build(ctx context.Context, id string) error {
	a, err := s.find(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	r, err := rule.Parse([]byte(a.rule), s.world.Zone())
	if err != nil {
		return fmt.Errorf("parse stored rule: %w", err)
	}
	if err := s.prepareColumns(ctx, []*rule.Rule{r}); err != nil {
		return err
	}
	b, err := s.begin(ctx, a, r)
	if err != nil || b == nil {
		return err
	}
	if err := s.run(ctx, b, s.clock.Now().UnixMilli()); err != nil {
		b.err = err
		return err
	}
	return s.writer.Do(ctx, func(ctx context.Context) error { return s.finish(ctx, a, b) })
}

// begin registers the build, so that customers touched from now on are noted.
func (s *Service) begin(ctx context.Context, a record, r *rule.Rule) (b *build, err error) {
	err = s.writer.Do(ctx, func(context.Context) error {
		if u := s.byID[a.id]; u != nil && u.version == a.version {
			return nil
		}
		u, err := s.newUnit(a.id, a.num, a.version, []*rule.Rule{r}, nil)
		if err != nil {
			return err
		}
		b = &build{unit: u, touched: roaring.New(), total: int64(s.tl.Customers())}
		s.builds = append(s.builds, b)
		return nil
	})
	return b, err
}

// finish puts the build in force unless a newer version is wanted by now.
func (s *Service) finish(ctx context.Context, a record, b *build) error {
	latest, err := s.find(ctx, a.id)
	if fault.Is(err, fault.NotFound) || (err == nil && latest.version != a.version) {
		s.dropBuild(b)
		return nil
	}
	if err != nil {
		return err
	}
	if !slices.Contains(s.builds, b) {
		return errDropped
	}
	now := s.now()
	base, err := s.goLive(ctx, b, now)
	if err != nil {
		return err
	}
	if err := s.saveLive(ctx, a, base, s.lastSeq, now); err != nil {
		return err
	}
	return s.tellRebuilt(ctx, a.id)
}

// Settled returns when the wanted version of an audience is live, or with the error that
// ended its build.
func (s *Service) Settled(ctx context.Context, id string) error {
	for {
		s.mu.Lock()
		built := s.built
		s.mu.Unlock()
		a, err := s.Get(ctx, id)
		if err != nil || a.State == Live {
			return err
		}
		if a.BuildError != "" {
			return fault.New(fault.Unavailable, "build_failed", "%s", a.BuildError)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-built:
		}
	}
}

// announce wakes who waits for a build.
func (s *Service) announce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.built)
	s.built = make(chan struct{})
}
