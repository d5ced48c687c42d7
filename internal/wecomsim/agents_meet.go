package wecomsim

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// popularity of a code: some are scanned far more than others, and always the same.
func (s *Sim) popularity(id string) int {
	n := int(s.fate("popular", id) % 5)
	return 1 + n*n
}

// popular draws one by popularity, -1 from an empty list.
func (s *Sim) popular(r *rand.Rand, n int, id func(i int) string) int {
	total := 0
	for i := range n {
		total += s.popularity(id(i))
	}
	if total == 0 {
		return -1
	}
	draw := r.IntN(total)
	for i := range n {
		if draw -= s.popularity(id(i)); draw < 0 {
			return i
		}
	}
	return n - 1
}

// passerBy is a customer who comes by: mostly somebody new, sometimes one who is known.
func (s *Sim) passerBy(r *rand.Rand) string {
	if len(s.customerList) > 0 && r.IntN(4) == 0 {
		if c := s.customerList[r.IntN(len(s.customerList))]; c.kind == typeWeChat && s.idle(c.id) {
			return c.id
		}
	}
	c, _ := does(s, "add_customer", NewCustomer{Name: customerName(r), Gender: r.IntN(3), Unbound: r.IntN(5) == 0}, addCustomer)
	return c.ID
}

// agentScans is somebody scanning one of the codes that hang out.
func agentScans(s *Sim, r *rand.Rand) bool {
	var open []*way
	for _, w := range s.wayList {
		if w.scene == 2 && !w.temp && !w.over(s.at.Unix()) {
			open = append(open, w)
		}
	}
	i := s.popular(r, len(open), func(i int) string { return open[i].id })
	return i >= 0 && s.agentComesBy(r, open[i].id)
}

// agentOpensLink is somebody opening an acquisition link.
func agentOpensLink(s *Sim, r *rand.Rand) bool {
	open := slices.DeleteFunc(slices.Clone(s.more.acquisition.list), func(l *link) bool { return l.deleted })
	i := s.popular(r, len(open), func(i int) string { return open[i].id })
	return i >= 0 && s.balance() > 0 && s.agentComesBy(r, open[i].id)
}

func (s *Sim) agentComesBy(r *rand.Rand, code string) bool {
	added, ok := does(s, "scan", Scan{Customer: s.passerBy(r), Code: code}, scan)
	if ok && !added.Already && !added.Waiting && added.User != "" {
		s.more.agents.fresh = remember(s.more.agents.fresh, pair{added.User, added.Customer})
	}
	return ok
}

// agentIsAdded is a member adding a customer by card.
func agentIsAdded(s *Sim, r *rand.Rand) bool {
	m := s.someMember(r)
	if m == nil || s.full(m) {
		return false
	}
	added, ok := does(s, "add", addArgs{Pair: Pair{m.id, s.passerBy(r)}}, addByMember)
	if ok && !added.Already {
		s.more.agents.fresh = remember(s.more.agents.fresh, pair{added.User, added.Customer})
	}
	return ok
}

// agentConfirms is a member accepting who waits.
func agentConfirms(s *Sim, r *rand.Rand) bool {
	var waiting []pair
	for p := range s.requests {
		if m, ok := s.member(p.user); ok && m.status == memberActive && s.idle(p.user) {
			waiting = append(waiting, p)
		}
	}
	if len(waiting) == 0 {
		return false
	}
	slices.SortFunc(waiting, func(a, b pair) int { return cmp.Or(cmp.Compare(a.user, b.user), cmp.Compare(a.external, b.external)) })
	p := waiting[r.IntN(len(waiting))]
	_, ok := does(s, "confirm", Pair{p.user, p.external}, confirm)
	return ok
}

// agentRefuses is a customer who does not want to be taken over.
func agentRefuses(s *Sim, r *rand.Rand) bool {
	for range 20 {
		f := s.someFollow(r)
		if f == nil {
			return false
		}
		for _, t := range s.more.handovers.byCustomer[f.customer.id] {
			if t.status == transferWaiting {
				_, ok := does(s, "refuse_transfer", refusal{f.customer.id}, refuseTransfer)
				return ok
			}
		}
	}
	return false
}

// agentDeletesStaff is a customer who has enough.
func agentDeletesStaff(s *Sim, r *rand.Rand) bool {
	f := s.someFollow(r)
	if f == nil {
		return false
	}
	_, ok := does(s, "delete_staff", Pair{f.member.id, f.customer.id}, deleteStaff)
	return ok
}

// agentDeletesCustomer is a member tidying up.
func agentDeletesCustomer(s *Sim, r *rand.Rand) bool {
	f := s.someFollow(r)
	if f == nil {
		return false
	}
	_, ok := does(s, "delete_customer", Pair{f.member.id, f.customer.id}, deleteCustomer)
	return ok
}

// agentTags is a member putting a corp tag on a customer, or taking one off.
func agentTags(s *Sim, r *rand.Rand) bool {
	f := s.someFollow(r)
	if f == nil {
		return false
	}
	a := tagArgs{Pair: Pair{f.member.id, f.customer.id}}
	if len(f.tags) > 2 && r.IntN(3) == 0 {
		a.Remove = []string{f.tags[r.IntN(len(f.tags))].id}
	} else {
		t := s.someTag(r)
		if t == nil || slices.Contains(f.tags, t) {
			return false
		}
		a.Add = []string{t.id}
	}
	_, ok := does(s, "edit_tags", a, editTags)
	return ok
}

func (s *Sim) someTag(r *rand.Rand) *tag {
	var list []*tag
	for _, g := range s.tagGroups {
		for _, t := range g.tags {
			if !g.deleted && !t.deleted && g.strategy == 0 {
				list = append(list, t)
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[r.IntN(len(list))]
}

// agentRemarks is a member noting something about a customer.
func agentRemarks(s *Sim, r *rand.Rand) bool {
	f := s.someFollow(r)
	if f == nil {
		return false
	}
	words := []rune(f.customer.name + "·" + one(r, remarks))
	note := string(words[max(0, len(words)-20):])
	_, ok := does(s, "edit_remark", Remark{Pair: Pair{f.member.id, f.customer.id}, Remark: &note}, editRemark)
	return ok
}

// agentJoins is a customer coming into a group, by a code if one hangs out.
func agentJoins(s *Sim, r *rand.Rand) bool {
	f := s.someFollow(r)
	if f == nil {
		return false
	}
	j := Joining{Who: f.customer.id}
	var codes []string
	for _, id := range s.more.joinOrder {
		if _, ok := s.more.joinWays[id]; ok {
			codes = append(codes, id)
		}
	}
	switch g := s.someGroup(r); {
	case len(codes) > 0 && r.IntN(5) > 0:
		j.ConfigID = codes[s.popular(r, len(codes), func(i int) string { return codes[i] })]
	case g != nil:
		j.ChatID = g.id
	default:
		return false
	}
	_, ok := does(s, "join_group", j, joinGroup)
	return ok
}

// agentLeaves is a customer leaving a group.
func agentLeaves(s *Sim, r *rand.Rand) bool {
	g := s.someGroup(r)
	if g == nil {
		return false
	}
	m := g.members[r.IntN(len(g.members))]
	if !m.external || !s.idle(m.id) {
		return false
	}
	_, ok := does(s, "leave_group", leaving{g.id, []string{m.id}}, leaveGroup)
	return ok
}
