package outreach

import (
	"slices"
	"time"
)

// GlobalHoldout is the experiment under which the brand's own control group is measured.
const GlobalHoldout = "global"

// heldOut is the detail of a touch to that group.
const heldOut = "control group of the brand"

// Exposed is one customer whom the draw of the brand's control group concerned: a touch was
// about to reach them.
type Exposed struct {
	Ord   uint32
	Held  bool    // in the control group
	Share float64 // of the control group, percent
	At    time.Time
}

// HeldOut says whether the policy keeps a customer from all touches but transactional ones.
// It is always the same customers, as long as percent does not fall and the salt stays.
func (p Policy) HeldOut(root uint32) bool {
	return p.Holdout > 0 && InHoldout(GlobalHoldout+p.HoldoutSalt, root, p.Holdout)
}

// Terms are what a playbook says of all its touches.
type Terms struct {
	Quiet *Quiet // instead of the brand's; nil: the brand's
	Caps  PlaybookCap
}

// terms are under which conditions somebody is to be reached.
type terms struct {
	claim   Claim // of the touch
	at      time.Time
	zone    *time.Location
	quiet   *Quiet // instead of the policy's; nil: the policy's
	exempt  bool   // transactional
	counted bool   // the touch was dispatched before, so caps do not count it again
	limit   int    // messages of the channel's quota; 0 unlimited
}

// facts are what is known of somebody.
type facts struct {
	root         uint32
	given, known bool // consent
	taken        []Taken
	rivals       []Rival
	used         int  // of the channel's quota
	full         bool // the platform has said that the quota is used up
}

// Rival is another planned touch of the same customer.
type Rival struct {
	Claim
	Ord     uint32
	Version int
	Expires int64 // ms
	Given   bool  // no consent stands against it
	Quiet   *Quiet
}

// judgement is what the policy says. The reason is "" if the touch may be sent.
type judgement struct {
	why    Reason
	until  time.Time // with QuietHours: their end. With Outranked: when the last of those before it is due
	detail string
}

// judge applies consent, holdout, quiet hours, caps and quota, in this order.
func (p Policy) judge(t terms, f facts) judgement {
	if t.exempt {
		return judgement{why: t.quota(f)}
	}
	if !p.allows(t.claim.Channel, f.given, f.known) {
		return judgement{why: NoConsent}
	}
	if p.HeldOut(f.root) {
		return judgement{why: Holdout, detail: heldOut}
	}
	quiet := p.Quiet
	if t.quiet != nil {
		quiet = t.quiet
	}
	if quiet != nil {
		if end, ok := quiet.Until(t.at, t.zone); ok {
			return judgement{why: QuietHours, until: end}
		}
	}
	if !t.counted {
		if j := p.allocate(t, f); j.why != "" {
			return j
		}
	}
	return judgement{why: t.quota(f)}
}

func (t terms) quota(f facts) Reason {
	if f.full || t.limit > 0 && f.used >= t.limit {
		return Quota
	}
	return ""
}

// allocate divides what the caps leave among the touch and its rivals.
func (p Policy) allocate(t terms, f facts) judgement {
	t.claim.In = WindowsOf(t.at, t.zone)
	claims := []Claim{t.claim}
	var goes []int64
	for _, r := range f.rivals {
		if at, ok := p.goesAt(r, t); ok {
			r.In = WindowsOf(at, t.zone)
			claims, goes = append(claims, r.Claim), append(goes, at.UnixMilli())
		}
	}
	a := Allocator{Cap: p.Cap}
	decisions := a.Allocate(f.taken, claims)
	d := decisions[0]
	if d.Won {
		return judgement{}
	}
	j := judgement{why: d.Reason(), detail: d.String()}
	for i, r := range decisions[1:] {
		c := &claims[i+1]
		if r.Won && c.Before(&claims[0]) && d.Rule.counts(c) && d.Rule.number(c) == d.Rule.number(&claims[0]) {
			if at := time.UnixMilli(goes[i]).UTC(); at.After(j.until) {
				j.until = at
			}
		}
	}
	return j
}

// counts says whether a claim falls under a rule.
func (r Rule) counts(c *Claim) bool {
	switch r.Scope {
	case OfChannel:
		return c.Channel == r.Name
	case OfPlaybook:
		return c.Playbook == r.Name
	case OfQuota:
		return c.Quota.Account == r.Name
	}
	return true
}

// goesAt is when a rival will go, false if it never will as things stand.
func (p Policy) goesAt(r Rival, t terms) (time.Time, bool) {
	at := time.UnixMilli(r.Due)
	if at.Before(t.at) {
		at = t.at
	}
	quiet := p.Quiet
	if r.Quiet != nil {
		quiet = r.Quiet
	}
	if quiet != nil {
		if end, ok := quiet.Until(at, t.zone); ok {
			at = end
		}
	}
	return at, r.Given && at.UnixMilli() < r.Expires
}

// since is from when on the dispatched touches of a customer are needed:
// the start of the longest window that has a cap.
func (p Policy) since(caps PlaybookCap, at time.Time, zone *time.Location) time.Time {
	start, _ := Day.bounds(at, zone)
	for w := range windows {
		if caps[w] == 0 && !p.Cap.uses(w) {
			continue
		}
		if s, _ := w.bounds(at, zone); s.Before(start) {
			start = s
		}
	}
	return start
}

// uses says whether a cap of the window is set.
func (c Cap) uses(w Window) bool {
	switch w {
	case Week:
		return c.PerWeek > 0 || len(c.ChannelsPerWeek) > 0
	case Month:
		return c.PerMonth > 0 || len(c.ChannelsPerMonth) > 0
	}
	return c.PerDay > 0 || len(c.Channels) > 0
}

// limits says whether any cap can concern a touch.
func (c Cap) limits(own PlaybookCap) bool {
	return own != PlaybookCap{} || slices.ContainsFunc([]Window{Day, Week, Month}, c.uses)
}
