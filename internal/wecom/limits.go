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

// WithDB keeps the platform's blocks in d, so that a restart does not forget them.
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

// lane is a queue in order of arrival before windows. turn is held by who is first.
type lane struct {
	turn    chan struct{}
	windows []*window
}

func (l *Limits) lane(rs ...rule) *lane {
	n := &lane{turn: make(chan struct{}, 1)}
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

// enterLane waits to be first. It must be followed by leaveLane.
func (n *lane) enterLane(ctx context.Context) error {
	select {
	case <-n.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (n *lane) leaveLane() { n.turn <- struct{}{} }

// wait returns when every window has room. Only who holds the turn calls it.
func (n *lane) wait(ctx context.Context, clk clock.Clock) error {
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

func (n *lane) take(now time.Time) {
	for _, w := range n.windows {
		w.take(now)
	}
}

// gate is what a call of one corp on one path passes.
type gate struct {
	*lane
	guard *guard
	slots chan struct{} // one element for each call under way
	ip    *lane
}

func (l *Limits) gate(corp, path string) *gate {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := [2]string{corp, path}
	if g := l.gates[key]; g != nil {
		return g
	}
	own := rules[path]
	inflight := everyPath.inflight
	if own.inflight > 0 {
		inflight = own.inflight
	}
	if l.paths[path] == nil {
		l.paths[path] = l.lane(everyIP)
	}
	g := &gate{
		lane:  l.lane(everyPath, own),
		guard: &guard{limits: l, corp: corp, path: path},
		slots: make(chan struct{}, max(1, int(float64(inflight)*share))),
		ip:    l.paths[path],
	}
	l.gates[key] = g
	return g
}

// pass is the right to make one call.
type pass struct {
	gate  *gate
	probe bool
}

// enter waits in order of arrival until one more call is allowed. It refuses at once while
// the path is blocked or its breaker is open.
func (l *Limits) enter(ctx context.Context, corp, path string) (*pass, error) {
	g := l.gate(corp, path)
	if err := g.guard.check(ctx); err != nil {
		return nil, err
	}
	if err := g.queue(ctx, l.clk); err != nil {
		return nil, &Error{Path: path, Class: NotSent, Msg: "gave up waiting for the limiter", cause: err}
	}
	probe, err := g.guard.admit()
	if err != nil {
		<-g.slots
		return nil, err
	}
	return &pass{gate: g, probe: probe}, nil
}

func (g *gate) queue(ctx context.Context, clk clock.Clock) error {
	if err := g.enterLane(ctx); err != nil {
		return err
	}
	defer g.leaveLane()
	select {
	case g.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := g.room(ctx, clk); err != nil {
		<-g.slots
		return err
	}
	return nil
}

// room waits for the corp's windows and then for those of all corps from this address.
// The corp's only get freer meanwhile, and both count the same moment.
func (g *gate) room(ctx context.Context, clk clock.Clock) error {
	if err := g.wait(ctx, clk); err != nil {
		return err
	}
	if err := g.ip.enterLane(ctx); err != nil {
		return err
	}
	defer g.ip.leaveLane()
	if err := g.ip.wait(ctx, clk); err != nil {
		return err
	}
	now := clk.Now()
	g.take(now)
	g.ip.take(now)
	return nil
}

// leave ends the call and learns from its outcome.
func (p *pass) leave(ctx context.Context, err error) error {
	<-p.gate.slots
	return p.gate.guard.learn(ctx, p.probe, err)
}
