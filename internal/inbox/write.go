package inbox

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/failpoint"
	"yutang/internal/fault"
)

// arrival is a callback on its way to the disk.
type arrival struct {
	*Callback
	stored chan error // receives once
	known  bool       // the same body was stored before
}

// settlement is what became of a callback.
type settlement struct {
	id       int64
	state    State
	attempts int
	reason   string
}

// answerLead is how far the seeded bug answers ahead of storing: enough for the answer to
// reach the platform.
const answerLead = 200 * time.Millisecond

// keep writes a callback and hands it on. A known body is left as it is.
func (s *Service) keep(ctx context.Context, c *Callback) error {
	a := &arrival{Callback: c, stored: make(chan error, 1)}
	select {
	case <-s.ready:
	default:
		return fault.New(fault.Unavailable, "inbox_not_started", "the server is starting")
	}
	if failpoint.Broken(failpoint.AnswerEarly) {
		s.stopped.Go(func() {
			_ = s.Clock.WaitUntil(context.WithoutCancel(ctx), s.Clock.Now().Add(answerLead))
			s.arrivals <- a
		})
		return nil
	}
	select {
	case s.arrivals <- a:
	default:
		return fault.New(fault.Unavailable, "inbox_full", "too many callbacks at once")
	}
	select {
	case err := <-a.stored:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write commits whatever waits as one transaction, again and again: arrivals and what
// became of earlier ones.
func (s *Service) write(ctx context.Context) {
	for {
		var in []*arrival
		var out []settlement
		select {
		case <-ctx.Done():
			s.finish(context.WithoutCancel(ctx))
			return
		case a := <-s.arrivals:
			in = append(in, a)
		case o := <-s.settled:
			out = append(out, o)
		}
		in, out = s.waiting(in, out)
		s.commit(context.WithoutCancel(ctx), in, out)
	}
}

// finish writes what handlers settled while the inbox was stopping. Lost ones are only
// processed again.
func (s *Service) finish(ctx context.Context) {
	in, out := s.waiting(nil, nil)
	if len(in)+len(out) > 0 {
		s.commit(ctx, in, out)
	}
}

// waiting takes what else is there, without waiting for more.
func (s *Service) waiting(in []*arrival, out []settlement) ([]*arrival, []settlement) {
	for len(in)+len(out) < 512 {
		select {
		case a := <-s.arrivals:
			in = append(in, a)
		case o := <-s.settled:
			out = append(out, o)
		default:
			return in, out
		}
	}
	return in, out
}

func (s *Service) commit(ctx context.Context, in []*arrival, out []settlement) {
	before := s.last
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, o := range out {
			if err := s.settle(ctx, o); err != nil {
				return err
			}
		}
		return s.insert(ctx, in)
	})
	if err != nil {
		s.last = before
		s.Log.Error("callbacks not stored", "arrived", len(in), "error", err)
		err = fault.Wrap(fault.Unavailable, "inbox_unwritable", fmt.Errorf("store callbacks: %w", err))
		s.requeue(ctx, out)
	}
	if err == nil && len(in) > 0 {
		failpoint.Hit(failpoint.CallbackStored)
	}
	for _, a := range in {
		if err == nil && !a.known && a.State == Pending {
			s.hurry(ctx, a.Callback)
			s.lanes.add(a.Callback)
		}
		a.stored <- err
	}
}

// requeue tries settlements again with the next commit; after a pause, so that a full disk
// is not asked without end.
func (s *Service) requeue(ctx context.Context, out []settlement) {
	if len(out) == 0 {
		return
	}
	s.stopped.Go(func() {
		_ = s.Clock.WaitUntil(ctx, s.Clock.Now().Add(time.Second))
		for _, o := range out {
			select {
			case s.settled <- o:
			default: // processed again after the next start
			}
		}
	})
}
