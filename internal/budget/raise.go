package budget

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"yutang/internal/outreach"
)

// Raise is what one limit more would give within the plan, everything else as it is.
type Raise struct {
	Limit   string // such as "cap/per_day", "cap/channels/sms", "quota", "staff_messages_per_day", "quiet_hours/to"
	From    string
	To      string
	Touches int   // that would go beside those that go now
	Value   int64 // expected of them less that of touches that would go no more
}

// variant is a scene beside the policy's.
type variant struct {
	Raise
	scene
	again bool // touches go at other times
}

// weigh finds what raising each limit would give, the most valuable first.
func (p *Plan) weigh(now total) {
	timed := slices.Clone(p.items)
	for _, v := range p.variants() {
		if v.again {
			p.schedule(v.scene)
		}
		t := p.under(v)
		if v.again {
			copy(p.items, timed)
		}
		v.Touches, v.Value = t.Touches-now.Touches, t.Value-now.Value
		p.Raises = append(p.Raises, v.Raise)
	}
	slices.SortStableFunc(p.Raises, func(a, b Raise) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(b.Touches, a.Touches), cmp.Compare(a.Limit, b.Limit))
	})
}

// under is what would go in a variant. Where only a limit is higher, nobody who loses nothing
// now is asked again.
func (p *Plan) under(v variant) total {
	return p.each(func(g *group, w *worker) total {
		if !v.again && g.lost == 0 {
			return total{Touches: int(g.won), Value: g.value}
		}
		return w.divide(p, g, v.scene, nil)
	})
}

// variants are the policy with one limit raised, for each limit that there is.
func (p *Plan) variants() (out []variant) {
	base := p.as(p.policy)
	add := func(limit string, from int, change func(sc *scene)) {
		v := variant{Raise: Raise{Limit: limit, From: fmt.Sprint(from), To: fmt.Sprint(from + 1)}, scene: base}
		change(&v.scene)
		out = append(out, v)
	}
	c := base.cap
	for i, n := range []int{c.PerDay, c.PerWeek, c.PerMonth} {
		if n > 0 {
			add([]string{"cap/per_day", "cap/per_week", "cap/per_month"}[i], n, func(sc *scene) {
				*[]*int{&sc.cap.PerDay, &sc.cap.PerWeek, &sc.cap.PerMonth}[i]++
			})
		}
	}
	for i, channels := range []map[string]int{c.Channels, c.ChannelsPerWeek, c.ChannelsPerMonth} {
		for _, name := range slices.Sorted(maps.Keys(channels)) {
			if channels[name] == 0 {
				continue
			}
			add("cap/"+[]string{"channels", "channels_per_week", "channels_per_month"}[i]+"/"+name, channels[name], func(sc *scene) {
				at := []*map[string]int{&sc.cap.Channels, &sc.cap.ChannelsPerWeek, &sc.cap.ChannelsPerMonth}[i]
				*at = maps.Clone(*at)
				(*at)[name]++
			})
		}
	}
	out = append(out, p.ofPlaybooks(base)...)
	if accounts := slices.Sorted(maps.Keys(p.quotas)); len(accounts) > 0 { // all at once: most customers have one
		add("quota", p.quotas[accounts[0]][0].Limit, func(sc *scene) { sc.quota = 1 })
	}
	return append(out, p.timed(base)...)
}

// ofPlaybooks raises the caps that playbooks set for themselves.
func (p *Plan) ofPlaybooks(base scene) (out []variant) {
	seen := map[string]bool{}
	for i, k := range p.kinds {
		for w, n := range p.terms[i].Caps {
			limit := fmt.Sprintf("playbooks/%s/cap/per_%s", k.playbook, outreach.Window(w))
			if n == 0 || seen[limit] {
				continue
			}
			seen[limit] = true
			v := variant{Raise: Raise{Limit: limit, From: fmt.Sprint(n), To: fmt.Sprint(n + 1)}, scene: base}
			v.playbook, v.caps[w] = k.playbook, 1
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b variant) int { return cmp.Compare(a.Limit, b.Limit) })
	return out
}

// timed changes what decides when touches go: the capacity of staff, and quiet hours that end
// an hour earlier or begin an hour later.
func (p *Plan) timed(base scene) (out []variant) {
	if n := base.staff; n > 0 {
		v := variant{Raise: Raise{Limit: "staff_messages_per_day", From: fmt.Sprint(n), To: fmt.Sprint(n + 1)}, scene: base, again: true}
		v.staff++
		out = append(out, v)
	}
	if q := base.quiet; q != nil && q.From != q.To {
		late, early := *q, *q
		late.From, early.To = shiftHour(q.From, 1), shiftHour(q.To, -1)
		for _, v := range []variant{
			{Raise: Raise{Limit: "quiet_hours/from", From: q.From, To: late.From}, scene: base, again: true},
			{Raise: Raise{Limit: "quiet_hours/to", From: q.To, To: early.To}, scene: base, again: true},
		} {
			v.quiet = &late
			if v.Limit == "quiet_hours/to" {
				v.quiet = &early
			}
			out = append(out, v)
		}
	}
	return out
}

// shiftHour moves a time of day.
func shiftHour(clock string, hours int) string {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return clock
	}
	return t.Add(time.Duration(hours) * time.Hour).Format("15:04")
}
