package httpapi

import (
	"context"
	"time"
)

const upkeepEvery = 10 * time.Minute

type upkeep struct {
	stop context.CancelFunc
	done chan struct{}
}

// Start begins to forget old idempotency keys and returns at once.
func (a *API) Start() {
	ctx, stop := context.WithCancel(context.Background())
	a.upkeep = upkeep{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(a.upkeep.done)
		for {
			if err := a.keys.clean(ctx); err != nil && ctx.Err() == nil {
				a.log.ErrorContext(ctx, "old idempotency keys not deleted", "error", err)
			}
			if a.clock.WaitUntil(ctx, a.clock.Now().Add(upkeepEvery)) != nil {
				return
			}
		}
	}()
}

// Stop ends what Start began. Without Start it does nothing.
func (a *API) Stop(ctx context.Context) error {
	if a.upkeep.stop == nil {
		return nil
	}
	a.upkeep.stop()
	select {
	case <-a.upkeep.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
