package playbook

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/event"
	"yutang/internal/id"
	"yutang/internal/outreach"
)

// index finds the published playbooks that listen to something. It does not change.
type index struct {
	events   map[string][]*listener
	entered  map[string][]*listener // by audience
	left     map[string][]*listener
	playbook map[string]State // every playbook that is not a draft
}

// listener is the version of a playbook that starts runs.
type listener struct {
	*plan
	id      string
	version int
}

// record is what the past of one customer record in a playbook was.
type record struct {
	runs    int
	last    int64 // trigger time of the last run, ms
	holdout bool
}

// OnEvent starts the runs that an event triggers. Writer only; it costs a look-up when
// nothing listens.
func (s *Service) OnEvent(_ context.Context, ev *event.Event, root, leaf uint32) error {
	s.Outreach.OnEvent(ev, leaf)
	listeners := s.listening.Load().events[ev.Name]
	if len(listeners) == 0 {
		return nil
	}
	now := s.Clock.Now()
	props := event.Scalars(nil, ev.Props)
	for _, l := range listeners {
		if l.where.Match(props, now.UnixMilli()) {
			s.begin(l, root, leaf, ev.Seq, ev.At, now)
		}
	}
	return nil
}

// OnTransition starts the runs that entering or leaving an audience triggers. Writer only.
func (s *Service) OnTransition(_ context.Context, audience string, entered bool, root, leaf uint32, at int64, seq uint64) error {
	idx := s.listening.Load()
	listeners := idx.left[audience]
	if entered {
		listeners = idx.entered[audience]
	}
	if len(listeners) == 0 {
		return nil
	}
	now := s.Clock.Now()
	for _, l := range listeners {
		s.begin(l, root, leaf, seq, time.UnixMilli(at).UTC(), now)
	}
	return nil
}

// begin starts a run, unless it comes too late or the customer has had theirs, and plans
// its touch.
func (s *Service) begin(l *listener, root, leaf uint32, seq uint64, at, now time.Time) {
	expires := at.Add(l.expires)
	if !now.Before(expires) {
		return
	}
	all := s.past[l.id]
	if all == nil {
		all = map[uint32]record{}
		s.past[l.id] = all
	}
	past := s.fold(all, root)
	if past.runs > 0 && !l.mayRepeat(past.last, at) {
		return
	}
	holdout := past.holdout
	if past.runs == 0 {
		holdout = l.Holdout > 0 && outreach.InHoldout(l.id, root, l.Holdout)
	}
	own := all[leaf]
	all[leaf] = record{runs: own.runs + 1, last: max(own.last, at.UnixMilli()), holdout: holdout}
	run := Run{
		ID: id.New("run"), Playbook: l.id, Version: l.version, Ord: leaf, Occurrence: own.runs + 1,
		TriggerSeq: seq, TriggerAt: at, Holdout: holdout, StartedAt: now,
	}
	s.pending = append(s.pending, run)
	touch := l.touch(run)
	touch.Due, touch.ExpiresAt = now, expires
	s.Outreach.Plan(touch)
}

// fold is the past of all records of a customer together.
func (s *Service) fold(all map[uint32]record, root uint32) (sum record) {
	for _, leaf := range s.Timeline.Leaves(root) {
		r, ok := all[leaf]
		if !ok {
			continue
		}
		if sum.runs == 0 || r.last >= sum.last {
			sum.last, sum.holdout = r.last, r.holdout
		}
		sum.runs += r.runs
	}
	return sum
}

// mayRepeat says whether a customer whose last run was triggered at last may run again.
func (p *plan) mayRepeat(last int64, at time.Time) bool {
	switch p.Reentry {
	case reentryAlways:
		return true
	case reentryOnce:
		return false
	}
	return at.UnixMilli()-last >= p.again.Milliseconds()
}

// touch is what a run's step wants sent.
func (l *listener) touch(run Run) outreach.Touch {
	step := l.Steps[0]
	t := outreach.Touch{
		Playbook: l.id, Version: l.version, Run: run.ID, Step: step.ID, Occurrence: 1, Ord: run.Ord,
		Channel: step.Send.Channel, Endpoint: step.Send.Endpoint, Transactional: step.Send.Transactional,
		TriggerSeq: run.TriggerSeq, TriggerAt: run.TriggerAt,
	}
	if run.Holdout {
		t.Suppress = outreach.Holdout
	}
	return t
}

// Flush writes new runs in ctx's transaction. Outreach flushes their touches.
func (s *Service) Flush(ctx context.Context) error {
	if len(s.pending) == 0 {
		return nil
	}
	if err := s.insertRuns(ctx, s.pending); err != nil {
		return fmt.Errorf("save runs: %w", err)
	}
	s.pending = s.pending[:0]
	return nil
}

// Load reads playbooks and what customers went through from SQL, and forgets what was
// not flushed, here and in outreach.
func (s *Service) Load(ctx context.Context) error {
	s.Outreach.Forget()
	s.pending = nil
	past, err := s.loadPast(ctx)
	if err != nil {
		return fmt.Errorf("load runs: %w", err)
	}
	s.past = past
	return s.reindex(ctx)
}

// reindex makes the index of what is published now.
func (s *Service) reindex(ctx context.Context) error {
	idx := &index{
		events: map[string][]*listener{}, entered: map[string][]*listener{}, left: map[string][]*listener{}, playbook: map[string]State{},
	}
	books, err := s.notDrafts(ctx)
	if err != nil {
		return fmt.Errorf("load playbooks: %w", err)
	}
	for _, b := range books {
		idx.playbook[b.ID] = b.State
		if b.State != Published {
			continue
		}
		p, err := s.plan(ctx, b.ID, b.Version)
		if err != nil {
			return fmt.Errorf("load playbook %s: %w", b.ID, err)
		}
		l := &listener{plan: p, id: b.ID, version: b.Version}
		switch t := p.Trigger; {
		case t.Event != "":
			idx.events[t.Event] = append(idx.events[t.Event], l)
		case t.On == onLeft:
			idx.left[t.Audience] = append(idx.left[t.Audience], l)
		default:
			idx.entered[t.Audience] = append(idx.entered[t.Audience], l)
		}
	}
	s.listening.Store(idx)
	return nil
}

// plan is a published version, ready to run.
func (s *Service) plan(ctx context.Context, playbook string, version int) (*plan, error) {
	key := versionKey{playbook, version}
	s.mu.Lock()
	p := s.versions[key]
	s.mu.Unlock()
	if p != nil {
		return p, nil
	}
	raw, err := s.definition(ctx, playbook, version)
	if err != nil {
		return nil, err
	}
	if p, err = parse(raw, s.Zone()); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.versions[key] = p
	s.mu.Unlock()
	return p, nil
}
