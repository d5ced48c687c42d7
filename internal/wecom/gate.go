package wecom

import "context"

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
		l.paths[path] = l.lane("", path, everyIP)
	}
	g := &gate{
		lane:  l.lane(corp, path, everyPath, own),
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
	if err := g.queue(ctx); err != nil {
		return nil, &Error{Path: path, Class: NotSent, Msg: "did not pass the limiter", cause: err}
	}
	for {
		probe, wait, err := g.guard.admit()
		if err == nil && wait == nil {
			return &pass{gate: g, probe: probe}, nil
		}
		if err == nil {
			err = g.outlast(ctx, wait)
		}
		if err != nil {
			<-g.slots
			return nil, err
		}
	}
}

// outlast waits for the call that goes first.
func (g *gate) outlast(ctx context.Context, first <-chan struct{}) error {
	select {
	case <-first:
		return nil
	case <-ctx.Done():
		return &Error{Path: g.path, Class: NotSent, Msg: "gave up waiting for the call that goes first", cause: ctx.Err()}
	}
}

func (g *gate) queue(ctx context.Context) error {
	if err := g.enterLane(ctx); err != nil {
		return err
	}
	defer g.leaveLane()
	select {
	case g.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := g.room(ctx); err != nil {
		<-g.slots
		return err
	}
	return nil
}

// room waits for the corp's windows and then for those of all corps from this address.
// The corp's only get freer meanwhile, and both count the same moment.
func (g *gate) room(ctx context.Context) error {
	if err := g.wait(ctx); err != nil {
		return err
	}
	if err := g.ip.enterLane(ctx); err != nil {
		return err
	}
	defer g.ip.leaveLane()
	if err := g.ip.wait(ctx); err != nil {
		return err
	}
	now := g.limits.clk.Now()
	if err := g.take(ctx, now); err != nil {
		return err
	}
	return g.ip.take(ctx, now)
}

// leave ends the call and learns from its outcome.
func (p *pass) leave(ctx context.Context, err error) error {
	<-p.gate.slots
	return p.gate.guard.learn(ctx, p.probe, err)
}
