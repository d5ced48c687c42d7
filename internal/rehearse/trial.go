package rehearse

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/id"
	"yutang/internal/timeline"
)

// TrialSpec says what to try out: a playbook's draft (version 0) or one of its versions, or
// a definition, on one customer.
type TrialSpec struct {
	Playbook   string
	Version    int
	Definition json.RawMessage
	Customer   uint32
	At         time.Time         // when the run starts; zero: now
	Event      json.RawMessage   // properties of a sample of the trigger's event; nil: the customer's newest one
	Assume     map[string]string // by step id: "met" or "timed_out", a way, an arm, a variant, a task's result; "*" for the playbook's own holdout
	Unmask     bool
}

// Trial is one customer's way through a playbook, as it would be.
type Trial struct {
	Customer string      `json:"customer"`
	Started  time.Time   `json:"started_at"`
	Ended    time.Time   `json:"ended_at"`
	Outcome  string      `json:"outcome" doc:"how the run ended: done, goal, exited"`
	Detail   string      `json:"detail,omitempty"`
	Holdout  bool        `json:"holdout" doc:"the customer is in a control group: nothing would be done"`
	Starts   bool        `json:"starts" doc:"false: the sample event does not pass the trigger's conditions, or the customer not its rule; it was started all the same"`
	Steps    []TrialStep `json:"steps"`
	Notes    []Note      `json:"notes"`
}

// TrialStep is one step on the way.
type TrialStep struct {
	Step    string       `json:"step" doc:"id of the step; empty: the goal or an exit of the playbook"`
	Kind    string       `json:"kind"`
	Name    string       `json:"name,omitempty"`
	At      time.Time    `json:"at" doc:"when the run comes there"`
	Left    time.Time    `json:"left_at" doc:"when it goes on"`
	Outcome string       `json:"outcome"`
	Detail  string       `json:"detail,omitempty" doc:"the way, arm, variant or reason"`
	Assumed bool         `json:"assumed,omitempty" doc:"the caller said so"`
	Why     []Why        `json:"why,omitempty" doc:"the cases that were asked, in order"`
	Message *MessageLook `json:"message,omitempty"`
	Task    *TaskLook    `json:"task,omitempty"`
	Does    any          `json:"does,omitempty" doc:"of steps that act otherwise: what the document says"`
}

// horizon is how long a trial's clock can go on.
const horizon = 10 * 365 * 24 * time.Hour

// Test walks one customer through a flow from start to end. Nothing is written or sent.
func (s *Service) Test(ctx context.Context, x TrialSpec) (*Trial, error) {
	f, err := s.flowOf(ctx, x.Playbook, x.Version, x.Definition)
	if err != nil {
		return nil, err
	}
	if f.Definition.Subject != flow.Customers {
		return nil, fault.New(fault.Precondition, "not_a_customer", "the subjects of this playbook are no customers; replay it instead")
	}
	if _, err := s.Timeline.Records(x.Customer); err != nil {
		return nil, err
	}
	if x.At.IsZero() {
		x.At = s.Clock.Now()
	}
	salt := playbookOf(Spec{Playbook: x.Playbook})
	if f, err = assume(f, x.Assume, s.Zone()); err != nil {
		return nil, err
	}
	when := present
	if x.At.Before(s.Clock.Now().Add(-time.Minute)) {
		when = history
	}
	c, err := s.prepare(ctx, f, salt, x.At, when)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return s.try(ctx, x, c)
}

func (s *Service) try(ctx context.Context, x TrialSpec, c *script) (*Trial, error) {
	seen, err := s.look(ctx, x, c)
	if err != nil {
		return nil, err
	}
	k, err := s.learn(ctx, c.Flow, scope{from: x.At, to: x.At.Add(horizon), playbook: "", only: seen.leaves})
	if err != nil {
		return nil, err
	}
	r := &recorder{script: c, assume: x.Assume, members: map[int]string{}}
	r.trial = &Trial{Customer: id.Customer(seen.root), Started: x.At, Steps: []TrialStep{}, Starts: seen.starts}
	w := s.walker(c, k, r, x.At.UnixMilli(), x.At.Add(horizon).UnixMilli())
	w.solo, w.arms = true, armsOf(c, x.Assume)
	s.Audiences.View(func() {
		if err = w.enter(seen.root); err != nil {
			return
		}
		r.trial.Starts = r.trial.Starts && w.admits()
		if err = w.begin(seen.props, seen.key, seen.seq); err == nil {
			err = w.walk()
		}
	})
	if err != nil {
		return nil, err
	}
	if err := s.compose(ctx, x, r, seen); err != nil {
		return nil, err
	}
	r.trial.Notes = append([]Note{}, c.notes...)
	return r.trial, nil
}

// sight is what a trial knows of its customer and of the event that starts it.
type sight struct {
	root    uint32
	leaves  *bitmap
	trigger *event.Event
	props   []event.Prop
	key     string
	seq     uint64
	starts  bool
}

// look finds the event that stands for the one that would start the run.
func (s *Service) look(ctx context.Context, x TrialSpec, c *script) (*sight, error) {
	out := &sight{leaves: newBitmap(), starts: true}
	s.Timeline.RLock()
	out.root = s.Timeline.Root(x.Customer)
	for _, leaf := range s.Timeline.Leaves(out.root) {
		out.leaves.Add(leaf)
	}
	s.Timeline.RUnlock()
	name := c.Definition.Trigger.Event
	if len(x.Event) > 0 {
		if !json.Valid(x.Event) || x.Event[0] != '{' {
			return nil, fault.BadField("/event", "must be an object: the properties of the event")
		}
		out.trigger = &event.Event{Name: name, At: x.At, Props: x.Event}
	} else if name != "" {
		var err error
		if out.trigger, err = s.newest(ctx, out.root, name, x.At); err != nil {
			return nil, err
		}
		if out.trigger == nil {
			c.note("no_event", "the customer has no event %q yet: what reads its properties finds nothing; give a sample", name)
			out.trigger = &event.Event{Name: name, At: x.At}
		}
	}
	if out.trigger != nil {
		out.seq, out.props = out.trigger.Seq, event.Scalars(nil, out.trigger.Props)
		out.starts = c.Where.Match(out.props, x.At.UnixMilli())
		out.key, _ = c.KeyOf(out.props)
	}
	return out, nil
}

// newest is the newest event of a name up to a moment, nil if there is none.
func (s *Service) newest(ctx context.Context, root uint32, name string, until time.Time) (*event.Event, error) {
	nameID, ok := s.Log.NameID(name)
	if !ok {
		return nil, nil //nolint:nilnil // an event that never was is no fault here
	}
	var seq uint64
	var track timeline.Track
	s.Timeline.RLock()
	s.Timeline.Read(root, nil, &track)
	for i := track.Len() - 1; i >= 0 && seq == 0; i-- {
		if track.Name[i] == nameID && track.At[i] <= until.UnixMilli() {
			seq = uint64(track.Seq[i])
		}
	}
	s.Timeline.RUnlock()
	if seq == 0 {
		return nil, nil //nolint:nilnil // as above
	}
	evs, err := s.Log.Read(ctx, []uint64{seq})
	if err != nil {
		return nil, fmt.Errorf("read trigger: %w", err)
	}
	return evs[0], nil
}

// Rules that hold for everybody, and for nobody.
const (
	always  = `{"any":[{"tag":"-"},{"not":{"tag":"-"}}]}`
	nowhere = `{"all":[{"tag":"-"},{"not":{"tag":"-"}}]}`
)

// assume writes into a flow what the caller says of waits and branches. Splits, holdouts
// and variants follow from armsOf, tasks from the recorder.
func assume(f *flow.Flow, says map[string]string, zone *time.Location) (*flow.Flow, error) {
	if len(says) == 0 {
		return f, nil
	}
	for step, what := range says {
		if err := mayAssume(f, step, what); err != nil {
			return nil, err
		}
	}
	raw, err := json.Marshal(f.Definition)
	if err != nil {
		return nil, err
	}
	var d flow.Definition
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, err
	}
	each(d.Steps, func(x *flow.Step) {
		what, said := says[x.ID]
		if !said {
			return
		}
		if x.WaitFor != nil {
			x.WaitFor.Condition = flow.Condition{Rule: json.RawMessage(nowhere)}
			if what == string(flow.Met) {
				x.WaitFor.Rule = json.RawMessage(always)
			}
		}
		if x.Branch != nil {
			for i := range x.Branch.Cases {
				k := &x.Branch.Cases[i]
				k.Where, k.Rule = nil, json.RawMessage(nowhere)
				if k.Name == what {
					k.Rule = json.RawMessage(always)
				}
			}
		}
	})
	if raw, err = json.Marshal(d); err != nil {
		return nil, err
	}
	return flow.Parse(raw, zone)
}

// mayAssume checks one assumption.
func mayAssume(f *flow.Flow, step, what string) error {
	bad := func(allowed []string) error {
		return fault.BadField("/assume/"+escape(step), "must be one of: %s", join(allowed))
	}
	if step == whole {
		if arms := []string{flow.ArmControl, flow.ArmTreatment}; !slices.Contains(arms, what) {
			return bad(arms)
		}
		return nil
	}
	i, ok := f.Index(step)
	if !ok {
		return fault.BadField("/assume/"+escape(step), "there is no step %q", step)
	}
	op := f.Steps[i]
	var allowed []string
	switch op.Kind {
	case flow.KindWaitFor, flow.KindBranch:
		for _, w := range op.Ways {
			allowed = append(allowed, w.Name)
		}
	case flow.KindTask:
		allowed = append(slices.Clone(op.Step.Task.Results), string(flow.TimedOut))
	}
	for _, a := range op.Arms() {
		allowed = append(allowed, a.Arm)
	}
	switch {
	case len(allowed) == 0:
		return fault.BadField("/assume/"+escape(step), "nothing is decided in a step of the kind %q", op.Kind)
	case !slices.Contains(allowed, what):
		return bad(allowed)
	}
	return nil
}

// whole names the playbook's own holdout among assumptions.
const whole = "*"

// armsOf is the arms that the caller wants, by experiment.
func armsOf(c *script, says map[string]string) map[string]string {
	arms := map[string]string{}
	for step, what := range says {
		if step == whole {
			arms[c.Experiment(c.id, -1)] = what
		} else if i, ok := c.Index(step); ok && c.Steps[i].Variant(what) >= 0 {
			arms[c.Experiment(c.id, i)] = what
		}
	}
	return arms
}
