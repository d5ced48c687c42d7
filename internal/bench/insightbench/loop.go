package insightbench

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/event"
	"yutang/internal/insight"
	"yutang/internal/insight/funnel"
	"yutang/internal/insight/retention"
)

// Pair is a funnel and a retention report on a running brand.
type Pair struct {
	funnel    funnel.Report
	retention retention.Report
}

// Reports makes the pair.
func Reports(audiences *audience.Service, log *event.Log) *Pair {
	base := &insight.Base{
		Audiences: audiences, Clock: clock.System{}, Zone: zone{}.Zone,
		EventKnown: func(name string) bool { _, ok := log.NameID(name); return ok },
	}
	return &Pair{funnel.Report{Base: base}, retention.Report{Base: base}}
}

// Loop asks both, again and again, until the function that it returns is called. That
// tells how many reports there were and how long they took all together.
func (p *Pair) Loop(ctx context.Context, funnelQuery, retentionQuery string) (stop func() (int, time.Duration, error)) {
	ctx, cancel := context.WithCancel(ctx)
	type outcome struct {
		n    int
		took time.Duration
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		began := time.Now()
		for o.err == nil && ctx.Err() == nil {
			if _, o.err = p.funnel.Funnel(ctx, json.RawMessage(funnelQuery)); o.err == nil {
				_, o.err = p.retention.Matrix(ctx, json.RawMessage(retentionQuery))
			}
			o.n += 2
		}
		if ctx.Err() != nil {
			o.err = nil
		}
		o.took = time.Since(began)
		done <- o
	}()
	return func() (int, time.Duration, error) {
		cancel()
		o := <-done
		return o.n, o.took, o.err
	}
}
