package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/playbook"
)

// measurePlaybook measures playbooks in a brand of its own, with all customers and the 20
// audiences, while sending is held: how fast runs go, what a million of them cost while
// they wait, how soon an event wakes one, how long it takes when all are due at once; and a
// replay of the demo brand.
func measurePlaybook(ctx context.Context, parent *bench) error {
	b := &bench{Config: parent.Config, dir: parent.dir + "-playbook"}
	defer b.close()
	if err := b.prepare(ctx, 0); err != nil {
		return err
	}
	if err := b.manage(ctx, http.MethodPost, "/outreach/hold", map[string]any{"reason": "bench"}, nil); err != nil {
		return err
	}
	var end struct{ ID string }
	if err := b.manage(ctx, http.MethodPost, "/webhooks", map[string]any{"name": "nowhere", "url": "https://example.com/bench"}, &end); err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		run  func(ctx context.Context, b *bench, endpoint string) error
	}{{"steps", measureSteps}, {"outbox", measureOutbox}, {"crowd", measureCrowd}, {"replay", measureReplay}} {
		if err := part.run(ctx, b, end.ID); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// publish makes a playbook and lets it start runs.
func (b *bench) publish(ctx context.Context, definition string) (string, error) {
	p, err := b.app.Playbooks().Create(ctx, json.RawMessage(definition))
	if err != nil {
		return "", err
	}
	_, err = b.app.Playbooks().Publish(ctx, p.ID, "bench")
	return p.ID, err
}

// audience makes an audience and waits until it is live.
func (b *bench) audience(ctx context.Context, name, rule string) (string, error) {
	a, err := b.app.Audiences().Create(ctx, audience.Input{Name: name, By: "bench", Rule: json.RawMessage(rule)})
	if err != nil {
		return "", err
	}
	return a.ID, b.app.Audiences().Settled(ctx, a.ID)
}

// rested waits until no run is due and gives the moment.
func (b *bench) rested(ctx context.Context) (time.Time, error) {
	for ctx.Err() == nil {
		lock := b.app.Pipeline().Timeline
		lock.Lock() // looking throws away wishes that are out of date
		due, waits := b.app.Playbooks().NextDue()
		lock.Unlock()
		now := time.Now()
		if !waits || due > b.now().UnixMilli() {
			return now, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Time{}, ctx.Err()
}

// now is the time of the server's clock.
func (b *bench) now() time.Time { return b.app.Clock.Now() }

// later is a clock that is ahead of the machine's.
type later struct {
	clock.System
	by time.Duration
}

// Now is the machine's time and some.
func (l later) Now() time.Time { return l.System.Now().Add(l.by) }

// WaitUntil waits for t.
func (l later) WaitUntil(ctx context.Context, t time.Time) error {
	return l.System.WaitUntil(ctx, t.Add(-l.by))
}

// taken is how many steps runs have behind them.
func taken(r playbook.Report) (n int) {
	for _, s := range r.Steps {
		n += s.Entered - s.Waiting
	}
	return n
}
