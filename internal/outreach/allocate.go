package outreach

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Window is a span of the calendar in which touches are counted.
type Window uint8

// The windows. Weeks begin on Monday.
const (
	Day Window = iota
	Week
	Month
	windows
)

// String is the window's name.
func (w Window) String() string { return [...]string{"day", "week", "month"}[w] }

// Windows number the day, the week and the month that hold a moment in some zone. Two
// moments are in one window if the numbers are equal.
type Windows [windows]int32

// WindowsOf are the windows of t in zone.
func WindowsOf(t time.Time, zone *time.Location) Windows {
	y, m, d := t.In(zone).Date()
	day := int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
	return Windows{day, (day + 3) / 7, int32(y)*12 + int32(m)} // 1970-01-01 was a Thursday
}

// bounds is the window of a kind that holds t in zone, as [start, end).
func (w Window) bounds(t time.Time, zone *time.Location) (start, end time.Time) {
	y, m, d := t.In(zone).Date()
	day := func(m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, zone) }
	switch w {
	case Week:
		d -= (int(t.In(zone).Weekday()) + 6) % 7
		return day(m, d), day(m, d+7)
	case Month:
		return day(m, 1), day(m+1, 1)
	}
	return day(m, d), day(m, d+1)
}

// Scope says which touches a rule counts.
type Scope uint8

// The scopes.
const (
	AllTouches Scope = iota
	OfChannel
	OfPlaybook
	OfQuota // messages of a platform's account, in the platform's own periods
)

// Rule is one limit that a touch falls under. Name is the channel, the playbook or the
// account; Window means nothing with OfQuota.
type Rule struct {
	Window Window
	Scope  Scope
	Name   string
	Limit  int
}

// String tells the rule as it stands in a delivery's detail.
func (r Rule) String() string {
	switch r.Scope {
	case OfChannel:
		return fmt.Sprintf("%d per %s on %s", r.Limit, r.Window, r.Name)
	case OfPlaybook:
		return fmt.Sprintf("%d per %s from this playbook", r.Limit, r.Window)
	case OfQuota:
		return fmt.Sprintf("the platform's quota of %d", r.Limit)
	}
	return fmt.Sprintf("%d per %s", r.Limit, r.Window)
}

// PlaybookCap is how many touches of one playbook a customer may get in each window; 0 is
// unlimited.
type PlaybookCap [windows]int

// Claim is a touch that wants a place within the caps of its customer.
type Claim struct {
	ID       string // the last rank: ids sort by time of planning
	Channel  string
	Playbook string
	Priority int
	Value    int64 // expected of it, minor units
	Due      int64 // ms
	In       Windows
	Caps     PlaybookCap
	Quota    QuotaClaim
}

// QuotaClaim is the platform's quota that a claim needs a place in; no limit, no quota.
type QuotaClaim struct {
	Account string
	Period  int32 // numbers the periods of the account
	Limit   int
}

// Before says that a has the better rank: the higher priority, then the higher expected
// value, then the earlier due time, then the smaller id.
func (a *Claim) Before(b *Claim) bool { return rank(a, b) < 0 }

func rank(a, b *Claim) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(b.Value, a.Value), cmp.Compare(a.Due, b.Due), cmp.Compare(a.ID, b.ID))
}

// Taken is places that are used already: N touches of a playbook on a channel in one
// window, or N messages of a quota.
type Taken struct {
	Window   Window
	Number   int32
	Channel  string
	Playbook string
	Account  string // not "": of a quota, whose period is Number
	N        int
}

// Decision is what the allocation says of one claim. Won is true if it has a place;
// otherwise Rule is the limit that leaves it none, of which Sent touches had been sent
// and Higher planned ones of better rank have a place.
type Decision struct {
	Won    bool
	Rule   Rule
	Sent   int
	Higher int
}

// Reason is "" for a winner.
func (d Decision) Reason() Reason {
	switch {
	case d.Won:
		return ""
	case d.Rule.Scope == OfQuota:
		return Quota
	case d.Higher > 0:
		return Outranked
	}
	return Capped
}

// String tells the rule that decided and how it was used.
func (d Decision) String() string {
	return fmt.Sprintf("%s: %d sent, %d planned rank higher", d.Rule, d.Sent, d.Higher)
}

// Allocator divides the places that caps leave among the touches of one customer after
// the other. It reuses its memory and is not safe for concurrent use.
type Allocator struct {
	Cap   Cap
	lines []line
	order []int32
	out   []Decision
	rules []Rule
}

// line counts what one rule has let through in one window.
type line struct {
	rule   Rule // Limit 0
	number int32
	sent   int
	won    int
}

// Allocate decides about claims, all planned and none transactional: in the order of
// their rank, each gets a place if all of its rules have one left. So a claim is refused
// only where touches sent or of better rank fill a cap, and the order of claims does not
// matter. The answer is in the order of claims and valid until the next call.
func (a *Allocator) Allocate(taken []Taken, claims []Claim) []Decision {
	a.lines, a.order, a.out = a.lines[:0], a.order[:0], slices.Grow(a.out[:0], len(claims))[:len(claims)]
	for i := range taken {
		a.take(&taken[i])
	}
	for i := range claims {
		a.order = append(a.order, int32(i))
	}
	slices.SortFunc(a.order, func(i, j int32) int { return rank(&claims[i], &claims[j]) })
	for _, i := range a.order {
		a.out[i] = a.place(&claims[i])
	}
	return a.out
}

// take counts places that are used already.
func (a *Allocator) take(t *Taken) {
	if t.Account != "" {
		a.line(Rule{Scope: OfQuota, Name: t.Account}, t.Number).sent += t.N
		return
	}
	a.line(Rule{Window: t.Window}, t.Number).sent += t.N
	a.line(Rule{Window: t.Window, Scope: OfChannel, Name: t.Channel}, t.Number).sent += t.N
	a.line(Rule{Window: t.Window, Scope: OfPlaybook, Name: t.Playbook}, t.Number).sent += t.N
}

func (a *Allocator) line(r Rule, number int32) *line {
	r.Limit = 0
	for i := range a.lines {
		if l := &a.lines[i]; l.number == number && l.rule == r {
			return l
		}
	}
	a.lines = append(a.lines, line{rule: r, number: number})
	return &a.lines[len(a.lines)-1]
}

// place gives a claim its place, or names the first of its rules that has none.
func (a *Allocator) place(c *Claim) Decision {
	a.rules = a.Cap.rules(a.rules[:0], c)
	for _, r := range a.rules {
		if l := a.line(r, r.number(c)); l.sent+l.won >= r.Limit {
			return Decision{Rule: r, Sent: l.sent, Higher: l.won}
		}
	}
	for _, r := range a.rules {
		a.line(r, r.number(c)).won++
	}
	return Decision{Won: true}
}

// number is the window of the rule that holds the claim.
func (r Rule) number(c *Claim) int32 {
	if r.Scope == OfQuota {
		return c.Quota.Period
	}
	return c.In[r.Window]
}

// rules appends the limits that a claim falls under, in the order in which they are asked.
func (c Cap) rules(out []Rule, x *Claim) []Rule {
	add := func(w Window, s Scope, name string, limit int) {
		if limit > 0 {
			out = append(out, Rule{Window: w, Scope: s, Name: name, Limit: limit})
		}
	}
	for w, all := range [windows]int{c.PerDay, c.PerWeek, c.PerMonth} {
		add(Window(w), AllTouches, "", all)
	}
	for w, channels := range [windows]map[string]int{c.Channels, c.ChannelsPerWeek, c.ChannelsPerMonth} {
		add(Window(w), OfChannel, x.Channel, channels[x.Channel])
	}
	for w, n := range x.Caps {
		add(Window(w), OfPlaybook, x.Playbook, n)
	}
	if x.Quota.Limit > 0 {
		out = append(out, Rule{Scope: OfQuota, Name: x.Quota.Account, Limit: x.Quota.Limit})
	}
	return out
}
