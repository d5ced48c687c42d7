package tag

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"yutang/internal/job"
)

// Kinds of jobs.
const (
	roadKind = "tag.road" // one job: events to the road, customers' states to contacts
	pushKind = "tag.push" // one for each contact with pending pushes
	bulkKind = "tag.bulk" // one for each running operation
	pullKind = "tag.pull" // one for each corp whose tags have changed
	ruleKind = "tag.rule" // one for each rule tag, again and again
)

// inFlight is how many calls of mark_tag go out at once: the platform refuses more.
const inFlight = 5

// handle gives each kind of job its worker.
func (s *Service) handle() {
	s.Jobs.Handle(roadKind, &worker{
		s, 1, func(ctx context.Context, _ job.Job) (again bool, err error) { return s.step(ctx) },
		func(ctx context.Context, _ job.Job) (bool, error) { return s.roadEmpty(ctx) },
	})
	s.Jobs.Handle(pushKind, &worker{s, inFlight, s.pushJobStep, s.pushed})
	s.Jobs.Handle(bulkKind, &worker{s, 2, s.bulkStep, s.bulkOver})
	s.Jobs.Handle(pullKind, &job.Each{Queue: s.Jobs, Concurrency: 1, MaxAttempts: 20, Do: func(ctx context.Context, j job.Job) error { return s.Pull(ctx, j.Key) }})
	s.Jobs.Handle(ruleKind, &worker{s, 1, s.ruleStep, func(context.Context, job.Job) (bool, error) { return true, nil }})
}

// worker does a job in steps until there is nothing left. More may be put for the same job
// while it works; so the end is decided in the transaction that removes it.
type worker struct {
	s        *Service
	parallel int
	step     func(ctx context.Context, j job.Job) (again bool, err error)
	over     func(ctx context.Context, j job.Job) (bool, error)
}

// steps is how many steps a job takes before others get their turn.
const steps = 8

// Limit is the same for every queue at all times.
func (w *worker) Limit(string, time.Time) (int, time.Time) { return w.parallel, time.Time{} }

// Run works on each job in a goroutine.
func (w *worker) Run(ctx context.Context, jobs []job.Job) {
	var wg sync.WaitGroup
	for _, j := range jobs {
		wg.Go(func() {
			defer w.s.Jobs.Release(j)
			if err := w.settle(context.WithoutCancel(ctx), j, w.work(ctx, j)); err != nil {
				slog.Warn("tag job could not be settled; it comes back when its lease ends", "kind", j.Kind, "key", j.Key, "err", err)
			}
		})
	}
	wg.Wait()
}

func (w *worker) work(ctx context.Context, j job.Job) error {
	for range steps {
		if again, err := w.step(ctx, j); err != nil || !again {
			return err
		}
	}
	return nil
}

// later is an error that asks for another time without counting the attempt.
type later struct {
	at  time.Time
	why string
}

func (l *later) Error() string { return l.why }

func (w *worker) settle(ctx context.Context, j job.Job, failure error) (err error) {
	now := w.s.Clock.Now()
	switch l := (*later)(nil); {
	case asLater(failure, &l):
		_, err = w.s.Jobs.Snooze(ctx, j, l.at, l.why)
	case failure != nil:
		slog.Warn("tag job failed and is tried again", "kind", j.Kind, "key", j.Key, "attempt", j.Attempts, "err", failure)
		_, err = w.s.Jobs.Retry(ctx, j, now.Add(job.Backoff(j.Attempts)), failure.Error())
	default:
		err = w.s.DB.InTx(ctx, func(ctx context.Context) error {
			over, err := w.over(ctx, j)
			if err == nil && over {
				_, err = w.s.Jobs.Done(ctx, j)
			} else if err == nil {
				_, err = w.s.Jobs.Snooze(ctx, j, now, "")
			}
			return err
		})
	}
	return err
}

func payload[T any](j job.Job) (v T, err error) {
	if err = json.Unmarshal(j.Payload, &v); err != nil {
		err = fmt.Errorf("read payload of %s %s: %w", j.Kind, j.Key, err)
	}
	return v, err
}
