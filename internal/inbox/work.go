package inbox

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/failpoint"
	"yutang/internal/fault"
	"yutang/internal/wecom/notice"
)

// maxAttempts ends in about two hours. What is then dead is made good by the next pull.
const maxAttempts = 20

// backoff is the pause after attempt n: 1 s doubled each time, ten minutes at most.
func backoff(n int) time.Duration {
	return min(time.Second<<min(n-1, 16), 10*time.Minute)
}

// work processes heads of lanes until the inbox stops.
func (s *Service) work(ctx context.Context) {
	for {
		ln, c := s.lanes.next()
		if c == nil {
			return
		}
		c.Attempts++
		err := s.process(ctx, c)
		if err != nil && ctx.Err() != nil {
			return // taken up again by the next Start
		}
		if err != nil && again(err) && c.Attempts < maxAttempts {
			s.Log.Warn("callback is tried again", "id", c.ID, "event", c.Event, "attempts", c.Attempts, "error", err)
			s.lanes.sleep(ln, s.Clock.Now().Add(backoff(c.Attempts)))
			continue
		}
		s.conclude(ctx, c, err)
		if refill, after := s.lanes.done(ln); refill {
			s.refill(ctx, after)
		}
	}
}

func (s *Service) refill(ctx context.Context, after int64) {
	for ctx.Err() == nil {
		err := s.lanes.refill(ctx, after)
		if err == nil {
			return
		}
		s.Log.Error("pending callbacks not read", "error", err)
		_ = s.Clock.WaitUntil(ctx, s.Clock.Now().Add(time.Second))
	}
}

func (s *Service) conclude(ctx context.Context, c *Callback, err error) {
	failpoint.Hit(failpoint.CallbackHandled)
	o := settlement{id: c.ID, state: Done, attempts: c.Attempts}
	if err != nil {
		o.state, o.reason = Dead, err.Error()
		s.Log.Error("callback given up", "id", c.ID, "event", c.Event, "attempts", c.Attempts, "error", err)
	}
	select {
	case s.settled <- o:
	case <-ctx.Done(): // processed again after the next start
	}
}

// again says whether another attempt may help.
func again(err error) bool {
	return !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound)
}

func (s *Service) process(ctx context.Context, c *Callback) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("handler panicked: %v", p)
		}
	}()
	n, err := notice.Parse(c.body)
	if err != nil {
		return err
	}
	for _, h := range s.handlers {
		if !h.takes(n) {
			continue
		}
		if err := h.fn(ctx, n); err != nil {
			return fmt.Errorf("%s: %w", h.name, err)
		}
	}
	return nil
}
