package rehearse

import (
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/rule"
)

var _ flow.World = (*walker)(nil)

// Now is the simulated moment.
func (w *walker) Now() int64 { return w.now }

// Zone is the customer's own zone if it is known.
func (w *walker) Zone(_ *flow.Run, brand bool) *time.Location {
	if brand {
		return w.brand
	}
	return w.zone
}

// Match asks a rule as of the simulated moment. Events that lie ahead count as moments at
// which the answer could change, so a run that waits for a rule is due right then.
func (w *walker) Match(_ *flow.Run, i int) (match bool, next int64, err error) {
	if w.root == 0 {
		return false, rule.Never, nil
	}
	match, next = w.rules[i].Eval(w.root, w.now)
	return match, next, nil
}

// Member says whether the customer is in an audience at the simulated moment.
func (w *walker) Member(_ *flow.Run, audience string) bool {
	i := slices.IndexFunc(w.crowds, func(m member) bool { return m.name == audience })
	return i >= 0 && w.crowds[i].in
}

// Trigger is the properties of the run's event, as far as the flow reads them.
func (w *walker) Trigger(r *flow.Run) ([]event.Prop, error) {
	p := w.passage(r)
	if p.trigger == nil && r.Seq != 0 {
		if i := slices.Index(w.track.Seq, uint32(r.Seq)); i >= 0 {
			p.trigger = slices.Clone(w.propsOf(i))
		}
	}
	return p.trigger, nil
}

// passage is what the world keeps of a run. The machine works on a copy of it.
func (w *walker) passage(r *flow.Run) *passage {
	if w.starting != nil && w.starting.ID == r.ID {
		return w.starting
	}
	i := slices.IndexFunc(w.runs, func(p *passage) bool { return p.ID == r.ID })
	return w.runs[i]
}

// Cluster is the owner as CORP/USERID, or their department as CORP/DEPARTMENT, as on the road.
func (w *walker) Cluster(r *flow.Run, by string) string {
	if r != nil && w.arms[w.Experiment(w.id, r.Step)] != "" {
		return "assumed" // the arm is given, whoever the owner is
	}
	o, ok := w.known.owner(w.leaves)
	if !ok {
		return ""
	}
	unit := o.User
	if by == "department" {
		if unit = w.known.teams[o][0]; unit == "" {
			return ""
		}
	}
	return o.Corp + "/" + unit
}

// Assigned is the arm that the customer has in truth.
func (w *walker) Assigned(_ *flow.Run, experiment string) string { return w.assigned(experiment) }

func (w *walker) assigned(experiment string) string {
	if arm, ok := w.arms[experiment]; ok {
		return arm
	}
	if w.svc.Assigned == nil || w.root == 0 {
		return ""
	}
	return w.svc.Assigned(experiment, w.leaves)
}

// Expose does nothing: nobody is assigned by a rehearsal.
func (w *walker) Expose(*flow.Run, string, string, string) {}

// Perform plans a touch that nobody sends, or a task that nobody gets.
func (w *walker) Perform(r *flow.Run, i int, variant string) (flow.Result, error) {
	p := w.passage(r)
	switch w.Steps[i].Kind {
	case flow.KindSend:
		w.plan(p, i, variant)
		return flow.Result{Outcome: flow.Planned, Detail: variant}, nil
	case flow.KindTask:
		w.watch.tasked(w, p, i, variant)
		return flow.Result{Outcome: flow.Planned, Detail: variant}, nil
	}
	return flow.Result{Outcome: flow.Done}, nil
}

// Note tells the watcher.
func (w *walker) Note(r *flow.Run, e flow.Entry) { w.watch.noted(w, w.passage(r), e) }
