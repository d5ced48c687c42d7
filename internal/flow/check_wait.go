package flow

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

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

// apart says that steps i and j stand in different ways of one step, so that no run comes to
// both.
func (p *parser) apart(i, j int) bool {
	for _, op := range p.Steps {
		inside := op.Pointer + "/" + op.Kind + "/"
		if strings.HasPrefix(p.Steps[i].Pointer, inside) && strings.HasPrefix(p.Steps[j].Pointer, inside) && op.wayOf(i) != op.wayOf(j) {
			return true
		}
	}
	return false
}

// wayOf is the way in which step i, which stands inside op, stands.
func (op *Op) wayOf(i int) (way int) {
	for w := range op.Ways {
		if first := op.Ways[w].First; first <= i && first > op.Index && first != op.Next {
			way = w
		}
	}
	return way
}

// taskBefore checks that a condition names a task step that comes before, and one of its
// results.
func (p *parser) taskBefore(ptr string, c *Condition, before int) {
	i, ok := p.tasks[c.Task]
	if !ok || i >= before {
		p.fail(ptr+"/task", "must be the id of a task step that comes before; there is no %q", c.Task)
		return
	}
	if before < len(p.Steps) && p.apart(i, before) {
		p.fail(ptr+"/task", "%q stands in another way of the same step: a run that comes here never gave that task", c.Task)
	}
	if results := p.Steps[i].Step.Task.Results; c.Result != "" && !slices.Contains(results, c.Result) {
		p.fail(ptr+"/result", "the task %q has the results %s", c.Task, strings.Join(results, ", "))
	}
}

func (p *parser) until(ptr string, w *WaitUntil) *until {
	u := &until{minute: -1, end: -1, brand: w.Zone == "brand" || !p.customers()}
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
	if w.Until != "" {
		u.end = p.timeOfDay(ptr+"/until", w.Until)
		p.belongsNot(ptr+"/until", w.Time == "", `ends the window that begins at "time", which is missing`)
		p.belongsNot(ptr+"/until", w.Time != "" && u.end <= u.minute, `must be later than "time"`)
		p.belongsNot(ptr+"/until", w.Date != "", "a date that has begun goes on at once; leave it out")
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
