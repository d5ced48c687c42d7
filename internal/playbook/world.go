package playbook

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/event"
	"yutang/internal/experiment"
	"yutang/internal/flow"
	"yutang/internal/outreach"
)

// world is flow's World on the road, for one run at a time.
type world struct {
	s       *Service
	ctx     context.Context
	edition *edition
	root    uint32 // of the run's customer, 0 none
	num     int64
	entries uint16
	stood   int // the step that the run waited in before, -1 none
	depth   int // of the chain of playbooks in this transaction
	detail  string

	props []event.Prop // of the event numbered seq
	seq   uint64
}

// enter turns to a run.
func (w *world) enter(ctx context.Context, e *edition, root uint32, num int64, entries uint16, stood, depth int) {
	w.ctx, w.edition, w.root, w.num, w.entries, w.stood, w.depth, w.detail = ctx, e, root, num, entries, stood, depth, ""
}

// Now is the road's time.
func (w *world) Now() int64 { return w.s.now }

// Zone is the customer's own zone if it is known, else the brand's.
func (w *world) Zone(_ *flow.Run, brand bool) *time.Location {
	if brand || w.root == 0 {
		return w.s.Zone()
	}
	column := w.s.Customers.Trait(ZoneTrait)
	code := column.Code(w.root)
	if code == 0 {
		return w.s.Zone()
	}
	if zone := zoneNamed(column.Dict().Value(code).Str); zone != nil {
		return zone
	}
	return w.s.Zone()
}

// Match asks a rule about the run's customer.
func (w *world) Match(_ *flow.Run, i int) (match bool, next int64, err error) {
	if w.root == 0 {
		return false, never, nil
	}
	match, next = w.edition.rules[i].about(w.root, w.s.epoch, w.s.now)
	return match, next, nil
}

// Member says whether the customer is in an audience.
func (w *world) Member(_ *flow.Run, audience string) bool {
	return w.root != 0 && w.s.Member != nil && w.s.Member(audience, w.root)
}

// Trigger is the properties of the event that started the run.
func (w *world) Trigger(r *flow.Run) ([]event.Prop, error) {
	if r.Seq == 0 {
		return nil, nil
	}
	if w.seq == r.Seq {
		return w.props, nil
	}
	ev, ok := w.s.Log.Pending(r.Seq)
	if !ok {
		evs, err := w.s.Log.Read(w.ctx, []uint64{r.Seq})
		if err != nil {
			return nil, fmt.Errorf("read trigger: %w", err)
		}
		ev = evs[0]
	}
	w.props, w.seq = event.Scalars(nil, ev.Props), r.Seq
	return w.props, nil
}

// Cluster is the owner of the run's customer, or their department.
func (w *world) Cluster(_ *flow.Run, by string) string {
	if w.s.Cluster == nil || w.root == 0 {
		return ""
	}
	return w.s.Cluster(by, w.s.Timeline.Leaves(w.root))
}

// Assigned is the arm that the customer has had.
func (w *world) Assigned(_ *flow.Run, name string) string {
	if w.s.Exposures == nil || w.root == 0 {
		return ""
	}
	return w.s.Exposures.Assigned(name, w.s.Timeline.Leaves(w.root))
}

// Expose notes an assignment with the batch.
func (w *world) Expose(r *flow.Run, name, arm, cluster string) {
	if w.s.Exposures == nil {
		return
	}
	step := r.Step
	if name == w.edition.Experiment(r.Playbook, -1) {
		step = -1
	}
	w.s.Exposures.Expose(experiment.Exposure{
		Experiment: name, Arm: arm, Ord: r.Subject.Ord, Cluster: cluster, At: moment(w.s.now), Origin: r.Playbook,
		Share: w.edition.Share(step, arm),
	})
}

// Note keeps a line of history. A message to somebody who is held out goes into the ledger
// too, as suppressed.
func (w *world) Note(r *flow.Run, e flow.Entry) {
	w.entries++
	ord := r.Subject.Ord
	if e.Step < 0 && r.End != "" {
		w.detail = e.Detail
	}
	if e.Step < 0 && e.Outcome == flow.Entered && r.Holdout {
		e.Detail = flow.ArmControl
	}
	key := cellKey{step: e.Step, outcome: e.Outcome, detail: e.Detail, atOnce: e.Step >= 0 && e.Step != w.stood}
	w.s.note(w.edition, key, w.num, ord, w.entries, e.At)
	if e.Step < 0 || e.Outcome != flow.HeldOut {
		return
	}
	if op := w.edition.Steps[e.Step]; op.Kind == flow.KindSend {
		t := w.touch(r, op)
		t.Suppress = outreach.Holdout
		w.s.Outreach.Plan(t)
	}
}
