package outreach

import (
	"fmt"
	"time"

	"yutang/internal/fault"
)

// Policy is what the brand allows. Transactional touches are exempt from all of it.
type Policy struct {
	Quiet   *Quiet                 `json:"quiet_hours,omitempty"` // nil: none
	Cap     Cap                    `json:"cap,omitzero"`
	Consent map[string]ConsentNeed `json:"consent,omitempty"` // per channel; one that is absent needs what it needs in DefaultPolicy, else "given"
}

// Cap limits the touches of one customer in one calendar day, the customer's own. A
// touch counts when it is dispatched, whatever comes of it. 0 is unlimited.
type Cap struct {
	PerDay   int            `json:"per_day,omitempty"`
	Channels map[string]int `json:"channels,omitempty"`
}

// ConsentNeed says what a channel asks of a customer's consent.
type ConsentNeed string

// The needs.
const (
	ConsentGiven        ConsentNeed = "given"         // unknown is no
	ConsentNotWithdrawn ConsentNeed = "not_withdrawn" // unknown is yes
)

// DefaultPolicy is a careful one: asked first, not at night, three a day. A WeCom contact
// has taken the brand into their address book, so there only a no counts.
var DefaultPolicy = Policy{
	Quiet: &Quiet{From: "22:00", To: "08:00"}, Cap: Cap{PerDay: 3}, Consent: map[string]ConsentNeed{WeComMass: ConsentNotWithdrawn},
}

// WeComMass is the channel of messages that staff confirm in WeCom.
const WeComMass = "wecom_mass"

// Validate names each fault with its JSON pointer.
func (p Policy) Validate() error {
	var fields []fault.Field
	bad := func(ptr, format string, args ...any) {
		fields = append(fields, fault.Field{Pointer: ptr, Detail: fmt.Sprintf(format, args...)})
	}
	if p.Quiet != nil {
		fields = append(fields, p.Quiet.Faults("/quiet_hours")...)
	}
	if p.Cap.PerDay < 0 {
		bad("/cap/per_day", "a cap is 0 (unlimited) or more")
	}
	for channel, n := range p.Cap.Channels {
		if n < 0 {
			bad("/cap/channels/"+channel, "a cap is 0 (unlimited) or more")
		}
	}
	for channel, need := range p.Consent {
		if need != ConsentGiven && need != ConsentNotWithdrawn {
			bad("/consent/"+channel, `must be "given" or "not_withdrawn"`)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_policy", "%s", fields[0].Detail)
	e.Fields = fields
	return e
}

// Quiet is a daily span in which nobody is disturbed, from From until before To, both
// "HH:MM". It may go over midnight. Equal ends are an empty span.
type Quiet struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Faults names what is wrong with the span, each with its pointer below ptr.
func (q Quiet) Faults(ptr string) (out []fault.Field) {
	for name, text := range map[string]string{"/from": q.From, "/to": q.To} {
		if _, ok := minuteOfDay(text); !ok {
			out = append(out, fault.Field{Pointer: ptr + name, Detail: `must be a time of day such as "22:00"`})
		}
	}
	return out
}

func minuteOfDay(text string) (int, bool) {
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil && len(text) == 5
}

// Until says whether t is quiet in zone, and when that ends.
func (q Quiet) Until(t time.Time, zone *time.Location) (end time.Time, quiet bool) {
	from, okFrom := minuteOfDay(q.From)
	to, okTo := minuteOfDay(q.To)
	if !okFrom || !okTo || from == to {
		return time.Time{}, false
	}
	y, m, d := t.In(zone).Date()
	for day := d - 1; day <= d; day++ { // the span that began yesterday, then today's
		last := day
		if to < from {
			last++
		}
		start := time.Date(y, m, day, from/60, from%60, 0, 0, zone)
		end := time.Date(y, m, last, to/60, to%60, 0, 0, zone)
		if !t.Before(start) && t.Before(end) {
			return end.UTC(), true
		}
	}
	return time.Time{}, false
}

// calendarDay is the day in zone that holds t, as [start, end).
func calendarDay(t time.Time, zone *time.Location) (start, end time.Time) {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+1, 0, 0, 0, 0, zone)
}

// sent is how many touches a customer had today.
type sent struct{ all, channel, playbook int }

// capped says whether another touch would be too many.
func (p Policy) capped(channel string, perPlaybook int, n sent) bool {
	over := func(limit, n int) bool { return limit > 0 && n >= limit }
	return over(p.Cap.PerDay, n.all) || over(p.Cap.Channels[channel], n.channel) || over(perPlaybook, n.playbook)
}

// allows says whether consent known for a channel permits a touch.
func (p Policy) allows(channel string, given, known bool) bool {
	if known {
		return given
	}
	need, said := p.Consent[channel]
	if !said {
		need = DefaultPolicy.Consent[channel]
	}
	return need == ConsentNotWithdrawn
}

// terms are under which conditions somebody is to be reached.
type terms struct {
	channel string
	at      time.Time
	zone    *time.Location
	quiet   *Quiet // instead of the policy's; nil: the policy's
	perDay  int    // of this playbook; 0 unlimited
	counted bool   // the touch was dispatched before, so caps do not count it again
	limit   int    // messages of the channel's quota; 0 unlimited
}

// facts are what is known of somebody.
type facts struct {
	given, known bool // consent
	sent         sent
	used         int  // of the channel's quota
	full         bool // the platform has said that the quota is used up
}

// judge applies consent, quiet hours, caps and quota, in this order. The reason is "" if
// the touch may be sent; quiet hours end at until.
func (p Policy) judge(t terms, f facts) (why Reason, until time.Time) {
	if !p.allows(t.channel, f.given, f.known) {
		return NoConsent, until
	}
	quiet := p.Quiet
	if t.quiet != nil {
		quiet = t.quiet
	}
	if quiet != nil {
		if end, ok := quiet.Until(t.at, t.zone); ok {
			return QuietHours, end
		}
	}
	switch {
	case !t.counted && p.capped(t.channel, t.perDay, f.sent):
		return Capped, until
	case f.full || t.limit > 0 && f.used >= t.limit:
		return Quota, until
	}
	return "", until
}
