package playbook

import (
	"context"
	"strconv"

	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/outreach"
)

// order asks for a run.
type order struct {
	edition *edition
	kind    flow.Kind // "" a customer
	name    string    // of staff and groups
	root    uint32
	leaf    uint32
	key     string
	seq     uint64
	at      int64 // when what starts it happened
	origin  string
	props   []event.Prop
	known   bool // props are those of the event numbered seq
	depth   int  // of the chain of playbooks that led here
}

// Why no run started. They are codes of faults too.
const (
	tooLate    = "too_late"
	hadAlready = "had_already" // re-entry
	hasOne     = "has_one"     // per customer
	isFull     = "is_full"     // concurrent
	noKey      = "no_key"
)

// begin starts a run, unless something speaks against it.
func (s *Service) begin(ctx context.Context, o order) (num int64, why string, err error) {
	e, b := o.edition, o.edition.book
	now := s.tick()
	if now-o.at > e.Late.Milliseconds() {
		return 0, tooLate, nil
	}
	if e.Definition.Key != "" && o.key == "" {
		var ok bool
		if o.key, ok = e.KeyOf(o.props); !ok {
			return 0, noKey, nil
		}
	}
	if limit := e.Definition.Limit.Concurrent; limit > 0 && b.live >= limit {
		s.note(e, cellKey{step: -1, outcome: Refused, detail: isFull}, 0, o.leaf, 0, now)
		return 0, isFull, nil
	}
	holdout := false
	if o.kind == "" {
		if why, holdout = s.admit(&o); why != "" {
			return 0, why, nil
		}
	}
	s.lastRun++
	num = s.lastRun
	c := change{
		num: num, fresh: true, book: b.num, kind: o.kind, name: o.name, ord: o.leaf, key: o.key, occurrence: 1,
		seq: o.seq, at: o.at, started: now, origin: o.origin,
	}
	if o.kind == "" {
		c.occurrence = b.remember(o.leaf, o.key, o.at, holdout)
	}
	return num, "", s.run(ctx, e, o, c, holdout)
}

// Refused is the outcome, noted beside no run, of a start that a limit refused. Missed is
// that of a moment of a schedule that came too late to be kept.
const (
	Refused flow.Outcome = "refused"
	Missed  flow.Outcome = "missed"
)

// admit says why a customer may not run now, or whether they are in the control group.
func (s *Service) admit(o *order) (why string, holdout bool) {
	e, b := o.edition, o.edition.book
	leaves := s.Timeline.Leaves(o.root)
	past := b.fold(leaves, o.key)
	if past.runs > 0 && !e.mayRepeat(past.last, o.at) {
		return hadAlready, false
	}
	if limit := e.PerCustomer(); limit > 0 && s.running(b, leaves) >= limit {
		return hasOne, false
	}
	share := e.Definition.Holdout
	if o.key != "" {
		past = b.fold(leaves, "")
	}
	name := e.Experiment(b.id, -1)
	if s.Exposures != nil && share > 0 {
		if arm := s.Exposures.Assigned(name, leaves); arm != "" {
			return "", arm == flow.ArmControl
		}
	}
	if past.runs > 0 {
		return "", past.holdout
	}
	return "", share > 0 && outreach.InHoldout(name, o.root, share)
}

// running counts the runs of a playbook that go on for these records.
func (s *Service) running(b *book, leaves []uint32) (n int) {
	if b.live == 0 {
		return 0
	}
	for _, leaf := range leaves {
		if int(leaf) >= len(s.slab.heads) {
			continue
		}
		for at := s.slab.heads[leaf]; at != 0; at = s.slab.slots[at-1].next {
			if s.editions[s.slab.slots[at-1].plan].book == b {
				n++
			}
		}
	}
	return n
}

// mayRepeat says whether a customer whose last run was triggered at last may run again.
func (e *edition) mayRepeat(last, at int64) bool {
	switch e.Definition.Reentry {
	case "always":
		return true
	case "", "once":
		return false
	}
	return at-last >= e.Again.Milliseconds()
}

// run takes a new run through its first steps.
func (s *Service) run(ctx context.Context, e *edition, o order, c change, holdout bool) error {
	r := flow.Run{
		ID: runID(c.num), Playbook: e.id, Version: e.version, Subject: flow.Subject{Kind: o.kind, Ord: o.leaf, Name: o.name},
		Key: o.key, Seq: o.seq, Started: o.at, Holdout: holdout,
	}
	s.world.enter(ctx, e, o.root, c.num, 0, -1, o.depth)
	if o.known {
		s.world.props, s.world.seq = o.props, o.seq
	}
	if err := e.Start(&s.world, &r); err != nil {
		return err
	}
	c.edition = e
	c.follow(&r, &s.world)
	if r.End != "" {
		s.changes = append(s.changes, c)
		s.abandon(e.book, &r)
		return nil
	}
	e.book.live++
	x := slot{
		num: c.num, started: r.Started, since: r.Since, due: r.Due, plan: e.at, ord: o.leaf, seq: uint32(o.seq), step: uint16(r.Step),
		entries: s.world.entries, holdout: r.Holdout, batch: s.batch, pending: uint32(len(s.changes)),
	}
	if x.due == never {
		x.due = 0
	}
	s.slab.add(x, extra{key: r.Key, kind: o.kind, name: o.name, results: r.Results})
	s.changes = append(s.changes, c)
	return nil
}

// load is the run in a slot as the machine sees it.
func (s *Service) load(at uint32) (flow.Run, *edition) {
	x := &s.slab.slots[at]
	e := s.editions[x.plan]
	r := flow.Run{
		Playbook: e.id, Version: e.version, Subject: flow.Subject{Ord: x.ord}, Seq: uint64(x.seq), Started: x.started,
		Holdout: x.holdout, Step: int(x.step), Since: x.since, Due: x.due,
	}
	if r.Due == 0 {
		r.Due = never
	}
	if x.more {
		more := s.slab.extras[at]
		r.Key, r.Results, r.Subject.Kind, r.Subject.Name = more.key, more.results, more.kind, more.name
	}
	return r, e
}

// step lets the machine do something with a waiting run, and keeps what came of it.
func (s *Service) step(ctx context.Context, at uint32, depth int, do func(e *edition, r *flow.Run) error) error {
	r, e := s.load(at)
	x := &s.slab.slots[at]
	num, ord := x.num, x.ord
	r.ID = runID(num)
	root := uint32(0)
	if ord != 0 {
		root = s.Timeline.Root(ord)
	}
	s.world.enter(ctx, e, root, num, x.entries, r.Step, depth)
	was, results := r, len(r.Results)
	if err := do(e, &r); err != nil {
		return err
	}
	if r.End == "" && r.Step == was.Step && r.Due == was.Due && r.Version == was.Version && len(r.Results) == results && s.world.entries == s.slab.slots[at].entries {
		return nil
	}
	s.keep(at, e, &r, was.Due)
	return nil
}

// keep writes a run back into its slot, or takes it out when it has ended.
func (s *Service) keep(at uint32, e *edition, r *flow.Run, wasDue int64) {
	x := &s.slab.slots[at]
	now := s.editionOf(e, r.Version)
	c := s.pendingOf(x)
	c.edition = now
	c.follow(r, &s.world)
	if r.End != "" {
		e.book.live--
		s.slab.remove(at)
		s.abandon(e.book, r)
		return
	}
	x.plan, x.step, x.since, x.holdout, x.entries = now.at, uint16(r.Step), r.Since, r.Holdout, s.world.entries
	if len(r.Results) > 0 {
		more := s.slab.extras[at]
		more.results = r.Results
		s.slab.extras[at], x.more = more, true
	}
	due := r.Due
	if due == never {
		due = 0
	}
	if x.due = due; due != 0 && due != wasDue {
		s.slab.wake(at, due)
	}
}

// abandon takes back what staff should still do for a run that did not come to its end by
// itself.
func (s *Service) abandon(b *book, r *flow.Run) {
	if r.End != flow.Done && s.Tasks != nil && b.tasks {
		s.Tasks.Cancel(r.ID)
	}
}

func (s *Service) editionOf(e *edition, version int) *edition {
	if version == e.version {
		return e
	}
	return e.book.editions[version]
}

// pendingOf is the change that will write a waiting run: one per batch.
func (s *Service) pendingOf(x *slot) *change {
	if x.batch != s.batch {
		x.batch, x.pending = s.batch, uint32(len(s.changes))
		s.changes = append(s.changes, change{num: x.num})
	}
	return &s.changes[x.pending]
}

// runID is the public id of a run.
func runID(num int64) string { return "run_" + strconv.FormatInt(num, 10) }

// change is a run as Flush will write it.
type change struct {
	num        int64
	fresh      bool // it is new: everything is written
	book       int64
	kind       flow.Kind
	name       string
	ord        uint32
	key        string
	occurrence int
	seq        uint64
	at         int64
	started    int64
	origin     string

	edition *edition
	version int
	holdout bool
	step    int
	since   int64
	due     int64
	entries uint16
	results map[string]string
	ended   int64
	outcome flow.Outcome
	detail  string
}

// follow notes where the run stands.
func (c *change) follow(r *flow.Run, w *world) {
	c.version, c.holdout, c.step, c.since, c.due, c.entries, c.results = r.Version, r.Holdout, r.Step, r.Since, r.Due, w.entries, r.Results
	if c.due == never {
		c.due = 0
	}
	if c.outcome = r.End; r.End != "" {
		c.ended, c.detail = w.s.now, cut(w.detail, maxDetail)
	}
}
