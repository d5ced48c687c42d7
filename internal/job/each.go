package job

import (
	"context"
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
	switch {
	case failure == nil:
		_, err = e.Queue.Done(ctx, j)
	case j.Attempts >= e.MaxAttempts:
		_, err = e.Queue.Bury(ctx, j, failure.Error())
	default:
		_, err = e.Queue.Retry(ctx, j, e.Queue.clock.Now().Add(Backoff(j.Attempts)), failure.Error())
	}
	return err
}
