package playbook

import (
	"context"

	"yutang/internal/event"
	"yutang/internal/failpoint"
	"yutang/internal/flow"
)

// Requested is the event by which somebody asks for a run: properties playbook, and those
// given for the steps to read.
const Requested = "Playbook Requested"

// OnEvent tells consent to outreach, starts the runs that an event triggers, and lets the
// customer's waiting runs hear of it. It costs two look-ups when nobody listens.
func (s *Service) OnEvent(ctx context.Context, ev *event.Event, root, leaf uint32) error {
	s.Outreach.OnEvent(ev, leaf)
	if leaf == 0 {
		return nil
	}
	before := s.lastRun
	waiting := s.slab.live > 0 && s.slab.has(s.Timeline.Leaves(root))
	if err := s.settle(ctx); err != nil {
		return err
	}
	listeners := s.on.events[ev.Name]
	if len(listeners) == 0 && !waiting && ev.Name != Requested {
		return nil
	}
	s.tick()
	s.epoch++
	t := told{
		root: root, leaf: leaf, seq: ev.Seq, at: ev.At.UnixMilli(), props: event.Scalars(nil, ev.Props), known: true, depth: s.depths[ev],
	}
	for _, e := range listeners {
		if e.Where.Match(t.props, s.now) && s.admits(e, root) {
			if _, _, err := s.begin(ctx, t.order(e)); err != nil {
				return err
			}
		}
	}
	if ev.Name == Requested && ev.SourceID == s.source {
		if err := s.requested(ctx, ev, t); err != nil {
			return err
		}
	}
	if waiting {
		sig := &flow.Signal{At: t.at, Event: ev.Name, Props: t.props}
		hears := s.on.hears[ev.Name]
		if err := s.tell(ctx, t, before, sig, hears, func(e *edition, r *flow.Run) bool { return e.Listens(r, ev.Name) }); err != nil {
			return err
		}
	}
	return s.grant(ctx)
}

// admits says whether a customer matches the rule of the trigger now.
func (s *Service) admits(e *edition, root uint32) bool {
	if e.Only < 0 {
		return true
	}
	match, _ := e.rules[e.Only].about(root, s.epoch, s.now)
	return match
}

// told is something that happened to a customer.
type told struct {
	root, leaf uint32
	seq        uint64
	at         int64
	props      []event.Prop
	known      bool
	depth      int
	signals    bool // rules are not asked: the event that follows does that, after it was heard
}

func (t told) order(e *edition) order {
	return order{edition: e, root: t.root, leaf: t.leaf, seq: t.seq, at: t.at, props: t.props, known: t.known, depth: t.depth}
}

// tell offers a signal to those of a customer's runs, not newer than before, whose edition
// is in heeds and who listen; and asks their rules again. Without a signal it asks
// memberships too: a merge changes them silently.
func (s *Service) tell(ctx context.Context, t told, before int64, sig *flow.Signal, heeds []bool, listens func(e *edition, r *flow.Run) bool) error {
	places := s.slab.of(s.places[:0], s.Timeline.Leaves(t.root))
	defer func() { s.places = places[:0] }()
	for _, at := range places {
		x := &s.slab.slots[at]
		if x.num == 0 || x.num > before {
			continue
		}
		num, e := x.num, s.editions[x.plan]
		if int(x.plan) < len(heeds) && heeds[x.plan] {
			err := s.step(ctx, at, t.depth, func(e *edition, r *flow.Run) error {
				if !listens(e, r) {
					return nil
				}
				_, err := e.Signal(&s.world, r, *sig)
				return err
			})
			if err != nil {
				return err
			}
		}
		if x = &s.slab.slots[at]; x.num == num && !t.signals && (e.ruled[x.step] || sig == nil && e.joins[x.step]) {
			if err := s.recheck(ctx, at, t.depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// recheck asks again what a run waits for.
func (s *Service) recheck(ctx context.Context, at uint32, depth int) error {
	return s.step(ctx, at, depth, func(e *edition, r *flow.Run) error {
		_, err := e.Recheck(&s.world, r)
		return err
	})
}

// move is a change of somebody's membership.
type move struct {
	audience   string
	entered    bool
	root, leaf uint32
	at         int64
	seq        uint64
}

// OnTransition hears that a customer entered or left an audience. It acts when the road has
// evaluated all audiences: in the next call of another of these methods.
func (s *Service) OnTransition(_ context.Context, audience string, entered bool, root, leaf uint32, at int64, seq uint64) error {
	listeners := s.on.left[audience]
	if entered {
		listeners = s.on.entered[audience]
	}
	if len(listeners) == 0 && (s.slab.live == 0 || !s.slab.has(s.Timeline.Leaves(root))) {
		return nil
	}
	s.moves = append(s.moves, move{audience, entered, root, leaf, at, seq})
	return nil
}

// settle acts on changes of membership that were heard of.
func (s *Service) settle(ctx context.Context) error {
	for i := 0; i < len(s.moves); i++ {
		if err := s.transit(ctx, s.moves[i]); err != nil {
			return err
		}
	}
	s.moves = s.moves[:0]
	return nil
}

func (s *Service) transit(ctx context.Context, m move) error {
	s.tick()
	s.epoch++
	before := s.lastRun
	t := told{root: m.root, leaf: m.leaf, seq: m.seq, at: m.at, depth: s.depthOf(m.seq), signals: m.seq != 0}
	listeners := s.on.left[m.audience]
	if m.entered {
		listeners = s.on.entered[m.audience]
	}
	for _, e := range listeners {
		if _, _, err := s.begin(ctx, t.order(e)); err != nil {
			return err
		}
	}
	minds := s.on.minds[m.audience]
	sig := &flow.Signal{At: m.at, Audience: m.audience, Entered: m.entered}
	if err := s.tell(ctx, t, before, sig, minds, func(e *edition, r *flow.Run) bool { return e.ListensTo(r, m.audience) }); err != nil {
		return err
	}
	return s.grant(ctx)
}

// depthOf is how long the chain of playbooks is that led to an event of this batch.
func (s *Service) depthOf(seq uint64) int {
	if seq == 0 {
		return 0
	}
	for ev, depth := range s.depths {
		if ev.Seq == seq {
			return depth
		}
	}
	return 0
}

// OnTouched hears of a customer whom somebody else's event changed, or whom a merge or its
// undoing made another: what their runs wait for is asked again.
func (s *Service) OnTouched(ctx context.Context, root uint32) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	if s.slab.live == 0 || !s.slab.has(s.Timeline.Leaves(root)) {
		return nil
	}
	s.tick()
	s.epoch++
	if err := s.tell(ctx, told{root: root}, s.lastRun, nil, nil, nil); err != nil {
		return err
	}
	return s.grant(ctx)
}

// grant begins and ends other playbooks as steps have asked.
func (s *Service) grant(ctx context.Context) error {
	for i := 0; i < len(s.wants); i++ {
		w := s.wants[i]
		if w.stop {
			if err := s.stopFor(ctx, w); err != nil {
				return err
			}
			continue
		}
		e := w.book.current()
		if e == nil || w.book.state != Published {
			continue
		}
		o := order{edition: e, root: w.root, leaf: w.leaf, seq: w.seq, at: w.at, depth: w.depth}
		if w.seq != 0 && e.Definition.Key != "" {
			props, err := s.world.Trigger(&flow.Run{Seq: w.seq})
			if err != nil {
				return err
			}
			o.props = props
		}
		if _, _, err := s.begin(ctx, o); err != nil {
			return err
		}
	}
	s.wants = s.wants[:0]
	return nil
}

// stopFor ends a customer's runs of a playbook.
func (s *Service) stopFor(ctx context.Context, w want) error {
	for _, at := range s.slab.of(nil, s.Timeline.Leaves(w.root)) {
		if s.editions[s.slab.slots[at].plan].book != w.book {
			continue
		}
		if err := s.stop(ctx, at, w.by); err != nil {
			return err
		}
	}
	return nil
}

// StopAll ends every run of a customer, in all playbooks, and says how many went on. Writer only.
func (s *Service) StopAll(ctx context.Context, root uint32, why string) (n int, err error) {
	s.tick()
	for _, at := range s.slab.of(nil, s.Timeline.Leaves(root)) {
		if err := s.stop(ctx, at, why); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// stop ends a run from outside.
func (s *Service) stop(ctx context.Context, at uint32, why string) error {
	return s.step(ctx, at, 0, func(e *edition, r *flow.Run) error {
		e.Finish(&s.world, r, flow.Stopped, why)
		return nil
	})
}

// Emitted hands over the events that steps made. They take the road in the same batch.
func (s *Service) Emitted() []*event.Event {
	evs := s.emitted
	s.emitted = nil
	if len(evs) > 0 && failpoint.Broken(failpoint.EmitLater) {
		go func() { _, _ = s.road.SubmitEvents(context.Background(), evs) }()
		return nil
	}
	return evs
}
