package rehearse

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/timeline"
)

// script is a flow made ready to be walked apart from the road. Close releases it.
type script struct {
	*flow.Flow
	id     string // of the playbook: draws and experiments are salted with it
	rules  []*audience.Predicate
	crowds []*crowd
	props  []string // properties of events that the flow reads
	notes  []Note
}

// crowd is an audience that the flow names: its changes come from the log, or are found
// by asking its rule.
type crowd struct {
	name    string
	pred    *audience.Predicate // nil: the log
	changes map[uint32][]change // by the customer as they were then
}

// change is an entry to an audience, or an exit from it.
type change struct {
	at      int64
	entered bool
	starts  bool // the live road would start runs by it: it is no repair after a merge or edit
	crowd   int
}

// zoneTrait names the trait with a customer's own time zone.
const zoneTrait = "timezone"

// mode says which time a script is walked through.
type mode uint8

const (
	present mode = iota // rules that name audiences see these as they are now
	history             // audiences as of each moment: by their log where it reaches back far enough
	future              // audiences as of each moment, by their rules
)

// prepare makes a script. since is the earliest moment that will be asked about.
func (s *Service) prepare(ctx context.Context, f *flow.Flow, id string, since time.Time, m mode) (_ *script, err error) {
	c := &script{Flow: f, id: id}
	defer func() {
		if err != nil {
			c.Close()
		}
	}()
	for _, r := range f.Rules {
		raw, err := s.spell(ctx, f, r.JSON(), m != present)
		if err != nil {
			return nil, err
		}
		p, err := s.Audiences.Predicate(ctx, raw)
		if err != nil {
			return nil, below(r.Pointer, err)
		}
		c.rules = append(c.rules, p)
	}
	for _, name := range named(f.Definition) {
		crowd, err := s.crowd(ctx, c, name, since, m)
		if err != nil {
			return nil, err
		}
		c.crowds = append(c.crowds, crowd)
	}
	traits := []string{zoneTrait}
	if d := f.Definition.Trigger.Date; d != nil && !event.Personal(d.Trait) {
		traits = append(traits, d.Trait)
	}
	c.reads()
	if _, err := s.Audiences.Read(ctx, audience.Survey{Reads: c.props, Traits: traits}); err != nil {
		return nil, err
	}
	c.limits(m == history)
	return c, nil
}

// Close releases the rules.
func (c *script) Close() {
	for _, p := range c.rules {
		p.Close()
	}
	for _, x := range c.crowds {
		if x.pred != nil {
			x.pred.Close()
		}
	}
}

func (c *script) note(code, format string, args ...any) {
	n := Note{Code: code, Text: fmt.Sprintf(format, args...)}
	if !slices.Contains(c.notes, n) {
		c.notes = append(c.notes, n)
	}
}

// crowd finds where an audience's changes come from.
func (s *Service) crowd(ctx context.Context, c *script, name string, since time.Time, m mode) (*crowd, error) {
	out := &crowd{name: name}
	var raw json.RawMessage
	if own, ok := c.Definition.Audiences[name]; ok {
		raw = own.Rule
	} else {
		live, err := s.Audiences.Get(ctx, name)
		if err != nil {
			return nil, err
		}
		raw = live.Rule
		if m != future {
			if ok, err := s.logged(ctx, out, since); ok || err != nil {
				return out, err
			}
			c.note("audience_younger", "the audience %q has not been in force with this rule all the time: its rule was asked for the past instead", live.Name)
		}
	}
	raw, err := s.spell(ctx, c.Flow, raw, true)
	if err != nil {
		return nil, err
	}
	out.pred, err = s.Audiences.Predicate(ctx, raw)
	return out, err
}

// logged reads a live audience's changes from its log; ok is false if that does not reach
// back far enough.
func (s *Service) logged(ctx context.Context, out *crowd, since time.Time) (ok bool, err error) {
	changes := map[uint32][]change{}
	ok, err = s.Audiences.Changes(ctx, out.name, since, func(t audience.Transition) error {
		starts := t.Cause == audience.ByEvent || t.Cause == audience.ByTime
		changes[t.Root] = append(changes[t.Root], change{at: t.At, entered: t.Entered, starts: starts})
		return nil
	})
	if ok {
		out.changes = changes
	}
	return ok, err
}

// named lists the audiences that a definition names outside rules.
func named(d flow.Definition) (out []string) {
	add := func(name string) {
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	add(d.Trigger.Audience)
	if d.Trigger.Schedule != nil {
		add(d.Trigger.Schedule.Audience)
	}
	conditions(d, func(c *flow.Condition) { add(c.Audience) })
	return out
}

// conditions visits the goal, the exits and what steps wait for.
func conditions(d flow.Definition, visit func(*flow.Condition)) {
	if d.Goal != nil {
		visit(d.Goal)
	}
	for i := range d.Exit {
		visit(&d.Exit[i])
	}
	each(d.Steps, func(s *flow.Step) {
		if s.WaitFor != nil {
			visit(&s.WaitFor.Condition)
		}
	})
}

// each visits steps and those inside them.
func each(steps []flow.Step, visit func(*flow.Step)) {
	for i := range steps {
		s := &steps[i]
		visit(s)
		if s.WaitFor != nil {
			each(s.WaitFor.Steps, visit)
			each(s.WaitFor.Else, visit)
		}
		if s.Branch != nil {
			for _, c := range s.Branch.Cases {
				each(c.Steps, visit)
			}
			each(s.Branch.Else, visit)
		}
		if s.Split != nil {
			for _, a := range s.Split.Arms {
				each(a.Steps, visit)
			}
		}
	}
}

// reads finds the properties of events that the flow reads.
func (c *script) reads() {
	var personal []string
	add := func(prop string) {
		switch {
		case prop == "":
		case event.PersonalProp("", prop):
			personal = append(personal, prop)
		case !slices.Contains(c.props, prop):
			c.props = append(c.props, prop)
		}
	}
	where := func(raw json.RawMessage) {
		for _, p := range gjson.ParseBytes(raw).Array() {
			add(p.Get("prop").Str)
		}
	}
	d := c.Definition
	add(d.Key)
	where(d.Trigger.Where)
	conditions(d, func(x *flow.Condition) { where(x.Where) })
	each(d.Steps, func(x *flow.Step) {
		if x.Branch != nil {
			for _, k := range x.Branch.Cases {
				where(k.Where)
			}
		}
	})
	if len(personal) > 0 {
		c.note("personal_properties", "personal properties (%s) are not kept for looking back: conditions on them did not hold", strings.Join(personal, ", "))
	}
}

// limits says what the script cannot know.
func (c *script) limits(asOf bool) {
	if asOf {
		c.note("as_of_now", "traits, tags, stages, tiers, consent, addresses and owners are those of now; events are those up to each moment")
	}
	for _, op := range c.Steps {
		switch op.Kind {
		case flow.KindUpdate, flow.KindCoupon, flow.KindStart, flow.KindStop:
			c.note("no_effects", "updates, coupons and other playbooks have no effect here: nothing that would follow from them is seen")
		case flow.KindTask:
			c.note("tasks_undone", "nobody does the tasks: what waits for one times out")
		}
	}
}

// columns are where the properties are read, ready to be asked. Any lock is held.
func (c *script) columns(tl *timeline.Store, dst []*timeline.Column) ([]*timeline.Column, error) {
	dst = dst[:0]
	for _, prop := range c.props {
		column, ready := tl.Column(prop)
		if !ready {
			return nil, fault.New(fault.Unavailable, "state_reloaded", "derived state was loaded anew meanwhile; start again")
		}
		dst = append(dst, column)
	}
	return dst, nil
}
