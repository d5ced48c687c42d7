package flow

import (
	"slices"
	"strconv"
	"strings"

	"yutang/internal/event"
)

func personalProp(name, prop string) bool {
	return event.PersonalProp("", prop) || event.PersonalProp(name, prop)
}

// kinds are the members of a step that say what it does, in the document's order.
func (s *Step) kinds() (out []string) {
	for _, k := range []struct {
		name string
		is   bool
	}{
		{KindSend, s.Send != nil},
		{KindTask, s.Task != nil},
		{KindPost, s.Post != nil},
		{KindWait, s.Wait != nil},
		{KindWaitUntil, s.WaitUntil != nil},
		{KindWaitFor, s.WaitFor != nil},
		{KindBranch, s.Branch != nil},
		{KindSplit, s.Split != nil},
		{KindHoldout, s.Holdout != nil},
		{KindUpdate, s.Update != nil},
		{KindCoupon, s.Coupon != nil},
		{KindStart, s.Start != nil},
		{KindStop, s.Stop != nil},
		{KindWebhook, s.Webhook != nil},
		{KindGoal, s.Goal != nil},
		{KindExit, s.Exit != nil},
	} {
		if k.is {
			out = append(out, k.name)
		}
	}
	return out
}

// forOthers are the kinds of step that subjects other than customers may have.
var forOthers = []string{KindTask, KindPost, KindWait, KindWaitUntil, KindWaitFor, KindSplit, KindWebhook, KindGoal, KindExit}

// list checks the steps of one list and adds them and what is inside them.
func (p *parser) list(steps []Step, ptr string, depth int) {
	if depth > MaxNesting && len(steps) > 0 {
		p.fail(ptr, "steps stand at most %d deep in one another; put the inner ones into a playbook of their own and start it", MaxNesting)
		return
	}
	for i := range steps {
		p.step(&steps[i], ptr+"/"+strconv.Itoa(i), depth)
	}
}

func (p *parser) step(s *Step, ptr string, depth int) {
	op := &Op{Step: s, Index: len(p.Steps), Pointer: ptr}
	p.Steps = append(p.Steps, op)
	p.id(s.ID, ptr)
	if len(s.Name) > maxName {
		p.fail(ptr+"/name", "has at most %d bytes", maxName)
	}
	kinds := s.kinds()
	if len(kinds) != 1 {
		if len(kinds) == 0 {
			p.fail(ptr, "says nothing to do; add one of: send, task, post, wait, wait_until, wait_for, branch, split, holdout, update, coupon, start, stop, webhook, goal, exit")
		} else {
			p.fail(ptr, "has %s; a step does one thing, so make them steps of their own", strings.Join(kinds, " and "))
		}
		return
	}
	op.Kind = kinds[0]
	switch {
	case !p.customers() && !slices.Contains(forOthers, op.Kind):
		p.fail(ptr+"/"+op.Kind, "is for customers; a playbook of %s may have: %s", p.Definition.Subject, strings.Join(forOthers, ", "))
	case p.customers() && op.Kind == KindPost:
		p.fail(ptr+"/post", `reaches many at once; put it into a playbook whose subject is "group", "staff" or "brand"`)
	}
	p.kind(op, ptr+"/"+op.Kind, depth)
}

func (p *parser) id(id, ptr string) {
	if !idShape.MatchString(id) {
		p.fail(ptr+"/id", `a step's id is 1 to 64 of a-z, 0-9, "_" and "-"`)
		return
	}
	if first, ok := p.ids[id]; ok {
		p.fail(ptr+"/id", "the id %q is taken by %s; ids are unique in a playbook", id, first)
		return
	}
	p.ids[id], p.index[id] = ptr, len(p.Steps)-1
}

// kind checks what the step does.
func (p *parser) kind(op *Op, ptr string, depth int) {
	s := op.Step
	switch op.Kind {
	case KindSend:
		p.send(op, ptr, s.Send)
	case KindTask:
		p.task(op, ptr, s.Task)
	case KindPost:
		p.post(op, ptr, s.Post)
	case KindWait:
		op.Within = p.duration(ptr+"/for", s.Wait.For, maxWait)
	case KindWaitUntil:
		op.until = p.until(ptr, s.WaitUntil)
	case KindWaitFor:
		op.cond = p.condition(ptr, &s.WaitFor.Condition, op.Index)
		op.Within = p.duration(ptr+"/timeout", s.WaitFor.Timeout, maxWait)
		p.way(op, "met", s.WaitFor.Steps, ptr+"/steps", depth)
		p.way(op, "timed_out", s.WaitFor.Else, ptr+"/else", depth)
	case KindBranch:
		p.branch(op, ptr, s.Branch, depth)
	case KindSplit:
		p.split(op, ptr, s.Split, depth)
	case KindHoldout:
		if s.Holdout.Percent <= 0 || s.Holdout.Percent > maxHoldout {
			p.fail(ptr+"/percent", "a control group is above 0 and at most %d percent", maxHoldout)
		}
		p.experiment(ptr+"/experiment", s.Holdout.Experiment)
		op.arms = holdoutArms(s.Holdout.Percent)
	case KindUpdate:
		p.update(ptr, s.Update)
	case KindCoupon:
		p.text(ptr+"/template", s.Coupon.Template, maxName)
		if s.Coupon.ExpiresIn != "" {
			op.Within = p.duration(ptr+"/expires_in", s.Coupon.ExpiresIn, maxWait)
		}
	case KindStart:
		p.text(ptr+"/playbook", s.Start.Playbook, maxName)
		p.belongsNot(ptr+"/playbook", s.Start.Playbook == p.Definition.Name, "a playbook does not start itself: it would never end; use a schedule")
	case KindStop:
		p.text(ptr+"/playbook", s.Stop.Playbook, maxName)
	case KindWebhook:
		p.text(ptr+"/endpoint", s.Webhook.Endpoint, maxName)
		op.Content = p.content(ptr, s.Webhook.Content, "", false)
		p.passed(ptr, s.Webhook.Traits, s.Webhook.Identities)
	case KindGoal:
		p.mark(ptr, s.Goal)
	case KindExit:
		p.mark(ptr, s.Exit)
	}
}

func (p *parser) mark(ptr string, m *Mark) {
	if len(m.Name) > maxName {
		p.fail(ptr+"/name", "has at most %d bytes", maxName)
	}
}

// way adds a list of steps inside op. join completes its First.
func (p *parser) way(op *Op, name string, steps []Step, ptr string, depth int) {
	op.Ways = append(op.Ways, Way{Name: name, First: empty})
	if len(steps) > 0 {
		op.Ways[len(op.Ways)-1].First = len(p.Steps)
	}
	p.list(steps, ptr, depth+1)
}

// empty is the First of a way without steps, until join.
const empty = -1

// join says what comes after each step of a list, the last of which goes on at after.
func (p *parser) join(steps []Step, after int) {
	if len(p.faults) > 0 {
		return // steps may be missing
	}
	for i := range steps {
		next := after
		if i+1 < len(steps) {
			next = p.index[steps[i+1].ID]
		}
		op := p.Steps[p.index[steps[i].ID]]
		op.Next = next
		for w := range op.Ways {
			if op.Ways[w].First == empty {
				op.Ways[w].First = next
			}
		}
		for _, inner := range op.Step.inner() {
			p.join(inner, next)
		}
	}
}

// inner is the lists of steps inside a step.
func (s *Step) inner() (out [][]Step) {
	switch {
	case s.WaitFor != nil:
		out = [][]Step{s.WaitFor.Steps, s.WaitFor.Else}
	case s.Branch != nil:
		for i := range s.Branch.Cases {
			out = append(out, s.Branch.Cases[i].Steps)
		}
		out = append(out, s.Branch.Else)
	case s.Split != nil:
		for i := range s.Split.Arms {
			out = append(out, s.Split.Arms[i].Steps)
		}
	}
	return out
}
