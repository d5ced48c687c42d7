package flow

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

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
		{KindSend, s.Send != nil}, {KindTask, s.Task != nil}, {KindPost, s.Post != nil}, {KindWait, s.Wait != nil},
		{KindWaitUntil, s.WaitUntil != nil}, {KindWaitFor, s.WaitFor != nil}, {KindBranch, s.Branch != nil},
		{KindSplit, s.Split != nil}, {KindHoldout, s.Holdout != nil}, {KindUpdate, s.Update != nil},
		{KindCoupon, s.Coupon != nil}, {KindStart, s.Start != nil}, {KindStop, s.Stop != nil},
		{KindWebhook, s.Webhook != nil}, {KindGoal, s.Goal != nil}, {KindExit, s.Exit != nil},
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

// condition checks something that may happen. before is the index that a task named must
// stand before.
func (p *parser) condition(ptr string, c *Condition, before int) *cond {
	out := &cond{Condition: c, pointer: ptr, rule: -1}
	var kinds []string
	for kind, is := range map[string]bool{"event": c.Event != "", "audience": c.Audience != "", "rule": len(c.Rule) > 0, "task": c.Task != ""} {
		if is {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	if len(kinds) != 1 {
		p.fail(ptr, `must have exactly one of "event", "audience", "rule" and "task"`)
		return out
	}
	if !p.customers() && kinds[0] != "task" {
		p.fail(ptr+"/"+kinds[0], `is about customers; a playbook of %s may only wait for a "task"`, p.Definition.Subject)
	}
	p.belongs(ptr, "where", len(c.Where) > 0, "event", kinds[0])
	p.belongs(ptr, "same_key", c.SameKey, "event", kinds[0])
	p.belongs(ptr, "on", c.On != "", "audience", kinds[0])
	p.belongs(ptr, "result", c.Result != "", "task", kinds[0])
	p.oneOf(ptr+"/on", c.On, onEntered, onLeft)
	switch kinds[0] {
	case "event":
		p.listen(ptr, c, out)
	case "rule":
		out.rule = p.keep(ptr+"/rule", c.Rule)
	case "task":
		p.later = append(p.later, func() { p.taskBefore(ptr, c, before) })
	}
	return out
}

func (p *parser) belongs(ptr, key string, has bool, to, kind string) {
	if has && to != kind {
		p.fail(ptr+"/"+key, "belongs to %q; leave it out", to)
	}
}

func (p *parser) listen(ptr string, c *Condition, out *cond) {
	p.text(ptr+"/event", c.Event, maxName)
	p.events[c.Event] = true
	if len(c.Where) > 0 {
		out.where = p.where(ptr+"/where", c.Where)
	}
	switch {
	case c.SameKey && p.Definition.Key == "":
		p.fail(ptr+"/same_key", `needs the playbook's "key", such as "order_id"`)
	case c.SameKey && personalProp(c.Event, p.Definition.Key):
		p.fail(ptr+"/same_key", "%q of %q is personal data, by which nothing is looked up", p.Definition.Key, c.Event)
	}
}

// taskBefore checks that a condition names a task step that comes before, and one of its
// results.
func (p *parser) taskBefore(ptr string, c *Condition, before int) {
	i, ok := p.tasks[c.Task]
	if !ok || i >= before {
		p.fail(ptr+"/task", "must be the id of a task step that comes before; there is no %q", c.Task)
		return
	}
	if results := p.Steps[i].Step.Task.Results; c.Result != "" && !slices.Contains(results, c.Result) {
		p.fail(ptr+"/result", "the task %q has the results %s", c.Task, strings.Join(results, ", "))
	}
}

func (p *parser) branch(op *Op, ptr string, b *Branch, depth int) {
	if n := len(b.Cases); n == 0 || n > maxWays {
		p.fail(ptr+"/cases", "a branch has 1 to %d cases", maxWays)
	}
	names := map[string]bool{WayElse: true}
	for i := range b.Cases {
		c, at := &b.Cases[i], fmt.Sprintf("%s/cases/%d", ptr, i)
		p.wayName(at, c.Name, names)
		op.cases = append(op.cases, p.caseOf(at, c))
		p.way(op, c.Name, c.Steps, at+"/steps", depth)
	}
	p.way(op, WayElse, b.Else, ptr+"/else", depth)
}

func (p *parser) wayName(at, name string, taken map[string]bool) {
	p.text(at+"/name", name, 64)
	if taken[name] {
		p.fail(at+"/name", "the name %q is taken; names of ways differ", name)
	}
	taken[name] = true
}

func (p *parser) caseOf(at string, c *Case) *cond {
	out := &cond{pointer: at, rule: -1}
	switch {
	case (len(c.Rule) > 0) == (len(c.Where) > 0):
		p.fail(at, `must have either "rule" (on the customer) or "where" (on the trigger's event)`)
	case len(c.Rule) > 0:
		out.rule = p.keep(at+"/rule", c.Rule)
	case p.Definition.Trigger.Event == "" && !p.Definition.Trigger.API:
		p.fail(at+"/where", `reads the event that started the run; this trigger has none, so use "rule"`)
	default:
		out.where = p.where(at+"/where", c.Where)
	}
	return out
}

func (p *parser) split(op *Op, ptr string, s *Split, depth int) {
	names := map[string]bool{}
	for i := range s.Arms {
		a, at := &s.Arms[i], fmt.Sprintf("%s/arms/%d", ptr, i)
		p.wayName(at, a.Name, names)
		op.arms = append(op.arms, Assignment{a.Name, a.Percent})
		p.way(op, a.Name, a.Steps, at+"/steps", depth)
	}
	p.percents(ptr+"/arms", op.arms)
	p.experiment(ptr+"/experiment", s.Experiment)
	p.oneOf(ptr+"/by", s.By, "staff", "department")
	if s.By != "" && !p.customers() {
		p.fail(ptr+"/by", "is for customers; leave it out")
	}
}

// percents checks that arms share out everything.
func (p *parser) percents(ptr string, arms []Assignment) {
	sum := 0.0
	for i, a := range arms {
		sum += a.Percent
		if a.Percent < 0 || a.Percent > 100 {
			p.fail(fmt.Sprintf("%s/%d/percent", ptr, i), "is 0 to 100")
		}
	}
	switch {
	case len(arms) < 2 || len(arms) > maxWays:
		p.fail(ptr, "there are 2 to %d of them", maxWays)
	case sum < 99.999 || sum > 100.001:
		p.fail(ptr, "the percents add up to %s; make it 100", strconv.FormatFloat(sum, 'f', -1, 64))
	}
}

func (p *parser) until(ptr string, w *WaitUntil) *until {
	u := &until{minute: -1, brand: w.Zone == "brand"}
	p.oneOf(ptr+"/zone", w.Zone, "customer", "brand")
	if w.Zone == "customer" && !p.customers() {
		p.fail(ptr+"/zone", `there is no customer; use "brand"`)
	}
	if w.Time == "" && len(w.Weekdays) == 0 && w.Date == "" {
		p.fail(ptr, `must have "time", "weekdays" or "date"`)
	}
	if w.Time != "" {
		u.minute = p.timeOfDay(ptr+"/time", w.Time)
	}
	if w.Date != "" {
		u.date = p.date(ptr+"/date", w.Date)
		p.belongsNot(ptr+"/weekdays", len(w.Weekdays) > 0, "a date is one day; leave the weekdays out")
	}
	u.days = p.weekdays(ptr+"/weekdays", w.Weekdays)
	return u
}

func (p *parser) belongsNot(ptr string, has bool, detail string) {
	if has {
		p.fail(ptr, "%s", detail)
	}
}

func (p *parser) timeOfDay(ptr, s string) int {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		p.fail(ptr, `must be a time of day such as "09:00"`)
	}
	return t.Hour()*60 + t.Minute()
}

func (p *parser) date(ptr, s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		p.fail(ptr, `must be a day such as "2026-11-11"`)
	}
	return t
}

var weekdayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// weekdays is the days named, all if none is.
func (p *parser) weekdays(ptr string, names []string) (days [7]bool) {
	for i, name := range names {
		d := slices.Index(weekdayNames, name)
		if d < 0 {
			p.fail(ptr+"/"+strconv.Itoa(i), "must be one of: mon, tue, wed, thu, fri, sat, sun")
			continue
		}
		days[d] = true
	}
	if len(names) == 0 {
		days = [7]bool{true, true, true, true, true, true, true}
	}
	return days
}

// isNull says that a raw value was written as null.
func isNull(raw []byte) bool { return bytes.Equal(bytes.TrimSpace(raw), []byte("null")) }
