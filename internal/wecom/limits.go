package wecom

import (
	"context"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
)

// share is the part of a published limit that is used. The rest is for other programs of
// the corp and for jitter on the way.
const share = 0.8

// rule is what is published about a path, 0 where nothing is.
type rule struct {
	perMinute, perHour, perDay int
	inflight                   int
}

var (
	everyPath = rule{perMinute: 10_000, perHour: 150_000, inflight: 40}
	everyIP   = rule{perMinute: 20_000, perHour: 600_000}
)

var rules = map[string]rule{
	"/get_jsapi_ticket":                         {perHour: 400},
	"/ticket/get":                               {perHour: 100},
	"/media/uploadimg":                          {perDay: 1_000},
	"/externalcontact/mark_tag":                 {inflight: 5},
	"/externalcontact/add_moment_task":          {perMinute: 10},
	"/externalcontact/customer_strategy/create": {inflight: 1},
	"/externalcontact/customer_strategy/edit":   {inflight: 1},
}

// Limits keeps the calls of one process below the published limits, and stops them while
// the platform blocks or does not answer. All clients of the process share one. Safe for
// concurrent use.
type Limits struct {
	clk   clock.Clock
	db    *db.DB
	scale float64

	mu    sync.Mutex
	gates map[[2]string]*gate
	paths map[string]*lane
}

// LimitOption changes how Limits are made.
type LimitOption func(*Limits)

// WithDB keeps the platform's blocks and the counts of calls in d, so that a restart does
// not forget them.
func WithDB(d *db.DB) LimitOption { return func(l *Limits) { l.db = d } }

// WithScale multiplies the published counts by f, for a simulator that does the same.
func WithScale(f float64) LimitOption { return func(l *Limits) { l.scale = f } }

// NewLimits makes limits that have seen no call.
func NewLimits(clk clock.Clock, opts ...LimitOption) *Limits {
	l := &Limits{clk: clk, scale: 1, gates: map[[2]string]*gate{}, paths: map[string]*lane{}}
	for _, o := range opts {
		o(l)
	}
	return l
}

// lane is a queue in order of arrival before windows. turn is held by who is first, and
// guards the rest.
type lane struct {
	limits     *Limits
	corp, path string // corp is "" for all corps from this address
	turn       chan struct{}
	windows    []*window
	loaded     bool
}

func (l *Limits) lane(corp, path string, rs ...rule) *lane {
	n := &lane{limits: l, corp: corp, path: path, turn: make(chan struct{}, 1)}
	n.turn <- struct{}{}
	for _, r := range rs {
		n.add(time.Minute, r.perMinute, l.scale)
		n.add(time.Hour, r.perHour, l.scale)
		n.add(24*time.Hour, r.perDay, l.scale)
	}
	return n
}

func (n *lane) add(span time.Duration, published int, scale float64) {
	if published > 0 {
		n.windows = append(n.windows, newWindow(span, max(1, int(float64(published)*scale*share))))
	}
}

// enterLane waits to be first. When it returns nil, leaveLane must follow.
func (n *lane) enterLane(ctx context.Context) error {
	select {
	case <-n.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	if n.loaded {
		return nil
	}
	if err := n.limits.loadWindows(ctx, n); err != nil {
		n.leaveLane()
		return err
	}
	n.loaded = true
	return nil
}

func (n *lane) leaveLane() { n.turn <- struct{}{} }

// wait returns when every window has room. Only who holds the turn calls it.
func (n *lane) wait(ctx context.Context) error {
	clk := n.limits.clk
	for {
		now := clk.Now()
		at := now
		for _, w := range n.windows {
			if f := w.free(now); f.After(at) {
				at = f
			}
		}
		if !at.After(now) {
			return ctx.Err()
		}
		if err := clk.WaitUntil(ctx, at); err != nil {
			return err
		}
	}
}

// take counts a call, and stores the counts now and then.
func (n *lane) take(ctx context.Context, now time.Time) error {
	due := false
	for _, w := range n.windows {
		w.take(now)
		due = due || w.due()
	}
	if !due {
		return nil
	}
	return n.limits.saveWindows(ctx, n)
}
