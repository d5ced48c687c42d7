package flow

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"yutang/internal/event"
)

// trigger checks what starts runs.
func (p *parser) trigger() {
	const ptr = "/trigger"
	t := &p.Definition.Trigger
	var kinds []string
	for _, k := range []struct {
		name string
		is   bool
	}{{"event", t.Event != ""}, {"audience", t.Audience != ""}, {"date", t.Date != nil}, {"schedule", t.Schedule != nil}, {"api", t.API}} {
		if k.is {
			kinds = append(kinds, k.name)
		}
	}
	if len(kinds) != 1 {
		p.fail(ptr, `must have exactly one of "event", "audience", "date", "schedule" and "api"`)
		return
	}
	kind := kinds[0]
	p.belongs(ptr, "where", len(t.Where) > 0, "event", kind)
	p.belongs(ptr, "on", t.On != "", "audience", kind)
	p.belongs(ptr, "existing", t.Existing, "audience", kind)
	p.belongsNot(ptr+"/rule", len(t.Rule) > 0 && kind != "event" && kind != "date", `belongs to "event" and "date"; other triggers start members of an audience`)
	p.forSubject(ptr+"/"+kind, kind)
	switch kind {
	case "event":
		p.triggerEvent(ptr, t)
	case "audience":
		p.text(ptr+"/audience", t.Audience, maxName)
		p.oneOf(ptr+"/on", t.On, onEntered, onLeft)
		if t.On == "" {
			t.On = onEntered
		}
		p.belongsNot(ptr+"/existing", t.Existing && t.On == onLeft, "members have not left; leave it out")
	case "date":
		p.triggerDate(ptr+"/date", t.Date)
	case "schedule":
		p.schedule(ptr+"/schedule", t.Schedule)
	}
	if len(t.Rule) > 0 && p.customers() {
		p.Only = p.keep(ptr+"/rule", t.Rule)
	}
}

// forSubject checks that a kind of trigger can start runs of the playbook's subject.
func (p *parser) forSubject(ptr, kind string) {
	switch subject := p.Definition.Subject; {
	case subject == Customers, kind == "schedule", subject == Brand && kind == "api":
	case subject == Brand:
		p.fail(ptr, `starts runs of customers; a playbook of the brand starts by "schedule" or "api"`)
	default:
		p.fail(ptr, `starts runs of customers; a playbook of %s starts by "schedule"`, subject)
	}
}

func (p *parser) triggerEvent(ptr string, t *Trigger) {
	p.text(ptr+"/event", t.Event, maxName)
	if t.Event == event.MessageDelivered || t.Event == event.MessageFailed {
		p.fail(ptr+"/event", "receipts do not start playbooks: they would answer themselves")
	}
	if len(t.Where) > 0 {
		p.Where = p.where(ptr+"/where", t.Where)
	}
}

var offsetShape = regexp.MustCompile(`^-?[0-9]{1,3}d$`)

func (p *parser) triggerDate(ptr string, d *Date) {
	p.text(ptr+"/trait", d.Trait, maxName)
	p.oneOf(ptr+"/repeat", d.Repeat, "yearly", "once")
	p.oneOf(ptr+"/match", d.Match, "day", "month")
	if d.Repeat == "" {
		d.Repeat = "yearly"
	}
	if d.Match == "" {
		d.Match = "day"
	}
	if d.Offset == "" {
		d.Offset = "0d"
	}
	if n, err := strconv.Atoi(d.Offset[:len(d.Offset)-1]); !offsetShape.MatchString(d.Offset) || err != nil || n < -366 || n > 366 {
		p.fail(ptr+"/offset", `must be whole days such as "-3d" or "7d", at most 366`)
	}
	if d.At == "" {
		d.At = "09:00"
	}
	p.timeOfDay(ptr+"/at", d.At)
}

func (p *parser) schedule(ptr string, s *Schedule) {
	switch {
	case (s.At == "") == (s.Every == ""):
		p.fail(ptr, `must have either "at" (once) or "every"`)
	case s.At != "":
		p.scheduleOnce(ptr, s)
	default:
		p.scheduleEvery(ptr, s)
	}
	if p.customers() {
		p.text(ptr+"/audience", s.Audience, maxName)
	} else if s.Audience != "" {
		p.fail(ptr+"/audience", `chooses customers; use "select"`)
	}
	p.selection(ptr+"/select", s.Select, p.Definition.Subject)
	if s.Select.Corp != "" && (p.customers() || p.Definition.Subject == Brand) {
		p.fail(ptr+"/select/corp", "chooses members or group chats; here are none")
	}
}

func (p *parser) scheduleOnce(ptr string, s *Schedule) {
	if _, err := time.Parse(localMinute, s.At); err != nil {
		if _, err := time.Parse(time.RFC3339, s.At); err != nil {
			p.fail(ptr+"/at", `must be a moment such as "2026-11-11T09:00" (the brand's clock) or "2026-11-11T09:00:00+08:00"`)
		}
	}
	for key, has := range map[string]bool{
		"weekdays": len(s.Weekdays) > 0, "days": len(s.Days) > 0, "time": s.Time != "", "from": s.From != "", "until": s.Until != "",
	} {
		p.belongsNot(ptr+"/"+key, has, `belongs to "every"; leave it out`)
	}
}

func (p *parser) scheduleEvery(ptr string, s *Schedule) {
	p.oneOf(ptr+"/every", s.Every, "day", "week", "month")
	if s.Time == "" {
		s.Time = "09:00"
	}
	p.timeOfDay(ptr+"/time", s.Time)
	p.weekdays(ptr+"/weekdays", s.Weekdays)
	switch {
	case s.Every == "week" && len(s.Weekdays) == 0:
		p.fail(ptr+"/weekdays", `is missing; such as ["mon","thu"]`)
	case s.Every != "week" && len(s.Weekdays) > 0:
		p.fail(ptr+"/weekdays", `belongs to "every":"week"`)
	}
	switch {
	case s.Every == "month" && len(s.Days) == 0:
		p.fail(ptr+"/days", "is missing; such as [1,15] or [-1] for the last")
	case s.Every != "month" && len(s.Days) > 0:
		p.fail(ptr+"/days", `belongs to "every":"month"`)
	}
	for i, d := range s.Days {
		if d != -1 && (d < 1 || d > 31) || slices.Index(s.Days, d) < i {
			p.fail(ptr+"/days/"+strconv.Itoa(i), "must be 1 to 31, or -1 for the last day, each once")
		}
	}
	if s.From != "" {
		p.date(ptr+"/from", s.From)
	}
	if s.Until != "" {
		p.date(ptr+"/until", s.Until)
		p.belongsNot(ptr+"/until", s.From > s.Until, "is before the first day")
	}
}
