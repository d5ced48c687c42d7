package outreach

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
)

// Policy is what the brand allows. Transactional touches are exempt from all of it but the
// rates and the capacity of staff, which concern endpoints and members.
type Policy struct {
	Quiet       *Quiet                 `json:"quiet_hours,omitempty"` // nil: none
	Cap         Cap                    `json:"cap,omitzero"`
	Consent     map[string]ConsentNeed `json:"consent,omitempty"`                // per channel; one that is absent needs what it needs in DefaultPolicy, else "given"
	Holdout     float64                `json:"holdout_percent,omitempty"`        // of all customers: nothing reaches them, to compare with
	HoldoutSalt string                 `json:"holdout_salt,omitempty"`           // another one draws other customers
	Rates       map[string]int         `json:"rates_per_minute,omitempty"`       // calls to CHANNEL, for each of its endpoints, or to CHANNEL/ENDPOINT
	StaffPerDay int                    `json:"staff_messages_per_day,omitempty"` // that one member is asked to confirm; 0 unlimited
}

// Cap limits the touches of one customer in one day, week (from Monday) and month of the
// customer's own calendar. A touch counts when it is dispatched, whatever comes of it. 0 is
// unlimited.
type Cap struct {
	PerDay           int            `json:"per_day,omitempty"`
	PerWeek          int            `json:"per_week,omitempty"`
	PerMonth         int            `json:"per_month,omitempty"`
	Channels         map[string]int `json:"channels,omitempty"` // a day
	ChannelsPerWeek  map[string]int `json:"channels_per_week,omitempty"`
	ChannelsPerMonth map[string]int `json:"channels_per_month,omitempty"`
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

// MaxHoldout is the largest share of customers, in percent, that may be held out.
const MaxHoldout = 50

// maxRate bounds a rate: a minute's calls are remembered one by one.
const maxRate = 100_000

// Validate names each fault with its JSON pointer.
func (p Policy) Validate() error {
	var fields []fault.Field
	bad := func(ptr, format string, args ...any) {
		fields = append(fields, fault.Field{Pointer: ptr, Detail: fmt.Sprintf(format, args...)})
	}
	if p.Quiet != nil {
		fields = append(fields, p.Quiet.Faults("/quiet_hours")...)
	}
	fields = append(fields, p.Cap.faults("/cap")...)
	for _, channel := range slices.Sorted(maps.Keys(p.Consent)) {
		if need := p.Consent[channel]; need != ConsentGiven && need != ConsentNotWithdrawn {
			bad("/consent/"+escape(channel), `must be "given" or "not_withdrawn"`)
		}
	}
	if !(p.Holdout >= 0 && p.Holdout <= MaxHoldout) { // also refuses what is no number
		bad("/holdout_percent", "is 0 to %d: of more customers than that nobody should keep away", MaxHoldout)
	}
	for _, endpoint := range slices.Sorted(maps.Keys(p.Rates)) {
		if n := p.Rates[endpoint]; n < 1 || n > maxRate {
			bad("/rates_per_minute/"+escape(endpoint), "is 1 to %d calls; leave the endpoint out for no limit", maxRate)
		}
	}
	if p.StaffPerDay < 0 {
		bad("/staff_messages_per_day", "is 0 (unlimited) or more")
	}
	if len(fields) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_policy", "%s", fields[0].Detail)
	e.Fields = fields
	return e
}

// escape writes a name as one part of a JSON pointer.
func escape(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

// faults names what is wrong with the cap: a number below 0, or a longer window that allows
// less than a shorter one, which then says nothing.
func (c Cap) faults(ptr string) (out []fault.Field) {
	check := func(at [windows]string, n [windows]int) {
		for w := range n {
			if n[w] < 0 {
				out = append(out, fault.Field{Pointer: at[w], Detail: "a cap is 0 (unlimited) or more"})
			}
		}
		for _, pair := range [][2]Window{{Day, Week}, {Day, Month}, {Week, Month}} {
			short, long := n[pair[0]], n[pair[1]]
			if short > 0 && long > 0 && long < short {
				out = append(out, fault.Field{Pointer: at[pair[0]], Detail: fmt.Sprintf(
					"%d a %s can never be reached with %d a %s: lower this one or raise that one", short, pair[0], long, pair[1])})
			}
		}
	}
	check([windows]string{ptr + "/per_day", ptr + "/per_week", ptr + "/per_month"}, [windows]int{c.PerDay, c.PerWeek, c.PerMonth})
	names := slices.Concat(slices.Collect(maps.Keys(c.Channels)), slices.Collect(maps.Keys(c.ChannelsPerWeek)), slices.Collect(maps.Keys(c.ChannelsPerMonth)))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		at := "/" + escape(name)
		check([windows]string{ptr + "/channels" + at, ptr + "/channels_per_week" + at, ptr + "/channels_per_month" + at},
			[windows]int{c.Channels[name], c.ChannelsPerWeek[name], c.ChannelsPerMonth[name]})
	}
	return out
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
