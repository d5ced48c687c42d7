package job

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Each is the plain worker: every job by itself, tried again with Backoff when it fails,
// buried after MaxAttempts.
type Each struct {
	Queue       *Queue
	Concurrency int // per queue
	MaxAttempts int
	Do          func(ctx context.Context, j Job) error
}

// Later is what Do returns when the job is to go on at a known time. It does not count as
// an attempt.
type Later struct {
	At     time.Time
	Reason string
}

// Error is the reason.
func (l *Later) Error() string { return l.Reason }

// Limit is the same for every queue at all times.
func (e *Each) Limit(string, time.Time) (int, time.Time) { return e.Concurrency, time.Time{} }

// Run does each job in a goroutine.
func (e *Each) Run(ctx context.Context, jobs []Job) {
	var wg sync.WaitGroup
	for _, j := range jobs {
		wg.Go(func() {
			defer e.Queue.Release(j)
			if err := e.settle(ctx, j, e.Do(ctx, j)); err != nil {
				slog.Warn("job could not be settled; it comes back when its lease ends", "kind", j.Kind, "key", j.Key, "err", err)
			}
		})
	}
	wg.Wait()
}

func (e *Each) settle(ctx context.Context, j Job, failure error) (err error) {
	ctx = context.WithoutCancel(ctx)
	var later *Later
	switch {
	case failure == nil:
		_, err = e.Queue.Done(ctx, j)
	case errors.As(failure, &later):
		_, err = e.Queue.Snooze(ctx, j, later.At, later.Reason)
	case j.Attempts >= e.MaxAttempts:
		_, err = e.Queue.Bury(ctx, j, failure.Error())
	default:
		_, err = e.Queue.Retry(ctx, j, e.Queue.clock.Now().Add(Backoff(j.Attempts)), failure.Error())
	}
	return err
}
