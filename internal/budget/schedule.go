package budget

import (
	"cmp"
	"slices"
	"time"

	"yutang/internal/outreach"
)

// schedule finds when each touch goes, and refuses what will have expired by then.
func (p *Plan) schedule(sc scene) {
	p.each(func(g *group, _ *worker) (t total) {
		for i := g.from; i < g.to; i++ {
			x := &p.items[i]
			if x.refuse == outreach.QuietHours || x.refuse == outreach.StaffFull || x.refuse == outreach.Stale {
				x.refuse = "" // another scene's
			}
			x.at = p.goesAt(x, g, sc)
			if x.refuse == "" && x.at >= x.expires {
				x.refuse = outreach.Stale
				if x.shifted(p.At.UnixMilli()) {
					x.refuse = outreach.QuietHours
				}
			}
		}
		return t
	})
	if sc.staff > 0 {
		p.staff(sc.staff)
	}
	p.each(func(g *group, _ *worker) (t total) {
		for i := g.from; i < g.to; i++ {
			x := &p.items[i]
			x.in = outreach.WindowsOf(time.UnixMilli(x.at), g.zone)
		}
		return t
	})
}

// asked is one message that one member is asked to confirm on a day.
type asked struct {
	playbook, step string
	priority       int
	value          int64
	due            int64
	items          []int32
}

// staff lets each member confirm only so many messages a day: those of the best rank, by
// priority, value together, and time. The others go to the next day, if they live so long.
func (p *Plan) staff(most int) {
	days := map[string]map[int32][]*asked{} // by member, then by day of the brand's calendar
	first, last := outreach.WindowsOf(p.At, p.zone)[outreach.Day], outreach.WindowsOf(p.Until, p.zone)[outreach.Day]
	for i := range p.items {
		x := &p.items[i]
		k := &p.kinds[x.kind]
		if x.refuse != "" || k.channel != outreach.WeComMass || accountOf(k.endpoint) == k.endpoint {
			continue
		}
		if days[k.endpoint] == nil {
			days[k.endpoint] = map[int32][]*asked{}
		}
		day := outreach.WindowsOf(time.UnixMilli(x.at), p.zone)[outreach.Day]
		last = max(last, day)
		of := days[k.endpoint]
		of[day] = join(of[day], k, x, int32(i))
	}
	for _, of := range days {
		for day := first; day <= last; day++ {
			of[day+1] = append(of[day+1], p.putOff(of[day], most)...)
		}
	}
}

// join adds a touch to its message of the day.
func join(all []*asked, k *kind, x *item, i int32) []*asked {
	at := slices.IndexFunc(all, func(m *asked) bool { return m.playbook == k.playbook && m.step == k.step })
	if at < 0 {
		all, at = append(all, &asked{playbook: k.playbook, step: k.step, due: x.due}), len(all)
	}
	m := all[at]
	m.priority, m.value, m.due, m.items = max(m.priority, k.priority), m.value+x.value, min(m.due, x.due), append(m.items, i)
	return all
}

// putOff moves what is too much for a day to the next one and gives what lives on.
func (p *Plan) putOff(day []*asked, most int) (rest []*asked) {
	if len(day) <= most {
		return nil
	}
	slices.SortFunc(day, func(a, b *asked) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(b.value, a.value), cmp.Compare(a.due, b.due),
			cmp.Compare(a.playbook, b.playbook), cmp.Compare(a.step, b.step))
	})
	for _, m := range day[most:] {
		var live []int32
		for _, i := range m.items {
			x := &p.items[i]
			y, mo, d := time.UnixMilli(x.at).In(p.zone).Date()
			if x.at = time.Date(y, mo, d+1, 0, 0, 0, 0, p.zone).UnixMilli(); x.at >= x.expires {
				x.refuse = outreach.StaffFull
				continue
			}
			live = append(live, i)
		}
		if m.items = live; len(live) > 0 {
			rest = append(rest, m)
		}
	}
	return rest
}
