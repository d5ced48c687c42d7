package wecomsim

import (
	"slices"
	"time"
)

const (
	transferCall   = 100 // customers of one call
	transferPage   = 1000
	transferTakes  = 24 * time.Hour // until it completes by itself
	transferWindow = 90 * 24 * time.Hour
	transferMost   = 2   // of one customer, or one group, in the window
	groupsADay     = 300 // given to one new owner
	addedByAdmin   = 202 // add_way of a customer taken over
	leaverYear     = 365 * 24 * time.Hour
	contactsMost   = 20_000 // customers of one member, unless the knob says otherwise
)

// States of a transfer, as the platform numbers them.
const (
	transferDone    = 1
	transferWaiting = 2
	transferRefused = 3
	transferFull    = 4
)

// transfer is one customer on the way from one member to another.
//
//	waiting ──24 h──▶ done, or full when the taker has no room then
//	   └──the customer refuses──▶ refused
type transfer struct {
	seq                int64
	handover, takeover string
	external           string
	resigned           bool // the member who hands over has left
	made               time.Time
	status             int
	at                 int64 // unix seconds of the end; while it waits, of its completion
	message            string
}

// handovers is all transfers and what leavers left behind.
type handovers struct {
	seq        int64
	byPair     map[pair][]*transfer // by handover and takeover member
	byCustomer map[string][]*transfer
	unassigned []unassigned // in order of leaving
	left       map[pair]int // places in unassigned, by member and customer
	groupDays  map[string]groupTally
}

// unassigned is a customer whose member left.
type unassigned struct {
	seq      int64
	member   *member
	external string
	taken    bool
}

// groupTally counts the groups a new owner got on a day.
type groupTally struct {
	day int32
	n   int
}

func newHandovers() handovers {
	return handovers{byPair: map[pair][]*transfer{}, byCustomer: map[string][]*transfer{}, left: map[pair]int{}, groupDays: map[string]groupTally{}}
}

// full says whether the member can take no more customers.
func (s *Sim) full(m *member) bool {
	most := s.knobs.More.Capacity
	if most == 0 {
		most = contactsMost
	}
	return len(m.contacts) >= most
}

// transferable is the platform's code for one customer of a transfer call, 0 if it may begin.
func (s *Sim) transferable(from, to *member, external string, resigned bool) int {
	e, ok := s.customers[external]
	if !ok {
		return 40096
	}
	f, ok := e.relation(from.id)
	if !ok || f.lost {
		return 40131
	}
	moves := 0
	for _, t := range s.more.handovers.byCustomer[external] {
		if t.status == transferWaiting {
			return 40129
		}
		if !t.resigned && t.status == transferDone && s.at.Sub(t.made) < transferWindow {
			moves++
		}
	}
	if !resigned && moves >= transferMost {
		return 40128
	}
	if _, knows := e.relation(to.id); !knows && s.full(to) {
		return 40099
	}
	return 0
}

// beginTransfer starts one transfer.
func (s *Sim) beginTransfer(from, to *member, external, message string, resigned bool) *transfer {
	h := &s.more.handovers
	h.seq++
	t := &transfer{
		seq: h.seq, handover: from.id, takeover: to.id, external: external, resigned: resigned, made: s.at,
		status: transferWaiting, message: message, at: s.at.Add(transferTakes).Unix(),
	}
	p := pair{from.id, to.id}
	h.byPair[p] = append(h.byPair[p], t)
	h.byCustomer[external] = append(h.byCustomer[external], t)
	return t
}

// endTransfer ends a transfer and tells about a failure.
func (s *Sim) endTransfer(t *transfer, status int, reason string) {
	t.status, t.at = status, s.at.Unix()
	if reason == "" {
		return
	}
	if to, ok := s.member(t.takeover); ok {
		s.emit(event{kind: kindContact, key: "external:" + t.external, who: to, fields: []field{
			text("Event", "change_external_contact"), text("ChangeType", "transfer_fail"), text("FailReason", reason),
			text("UserID", t.takeover), text("ExternalUserID", t.external),
		}})
	}
}

// completeTransfer moves the customer 24 hours later. The old relation's remark and tags go
// with it.
func (s *Sim) completeTransfer(t *transfer) {
	if t.status != transferWaiting {
		return
	}
	from, _ := s.member(t.handover)
	to, _ := s.member(t.takeover)
	e := s.customers[t.external]
	old, ok := e.relation(from.id)
	if !ok || old.lost || to.status != memberActive {
		s.endTransfer(t, transferRefused, "customer_refused")
		return
	}
	if _, knows := e.relation(to.id); !knows {
		if s.full(to) {
			s.endTransfer(t, transferFull, "customer_limit_exceed")
			return
		}
		f := s.befriend(to, e, addedByAdmin, "")
		f.oper, f.remark, f.description, f.company = from.id, old.remark, old.description, old.company
		f.mobiles, f.tags = slices.Clone(old.mobiles), slices.Clone(old.tags)
		if t.message != "" {
			s.say(f, Message{From: to.id, Kind: "text", Text: t.message})
		}
		s.emit(contactEvent("add_external_contact", f))
	}
	s.part(old)
	if !t.resigned {
		s.emit(contactEvent("del_external_contact", old, text("Source", "DELETE_BY_TRANSFER")))
	}
	if i, ok := s.more.handovers.left[pair{from.id, t.external}]; ok {
		s.more.handovers.unassigned[i].taken = true
	}
	s.endTransfer(t, transferDone, "")
}

// resigned is called when a member has left: customers and groups wait to be taken over.
func (s *Sim) resigned(m *member) {
	h := &s.more.handovers
	for _, f := range m.contacts {
		if !f.lost {
			h.left[pair{m.id, f.customer.id}] = len(h.unassigned)
			h.unassigned = append(h.unassigned, unassigned{seq: int64(len(h.unassigned)) + 1, member: m, external: f.customer.id})
		}
	}
	for _, g := range s.groupList {
		if g.owner == m.id && !g.dismissed {
			g.status = groupOrphan
		}
	}
}

// groupMove is the platform's code for giving one group to a new owner, 0 if it may be done.
func (s *Sim) groupMove(c *call, id string, to *member, resigned bool) (*group, int) {
	g, ok := s.groups[id]
	switch {
	case !ok:
		return nil, 90501
	case g.dismissed:
		return nil, 49008
	}
	owner, _ := s.member(g.owner)
	left := owner == nil || owner.status == memberLeft
	switch {
	case resigned && g.status == groupMoving:
		return nil, 90507
	case resigned && !left && g.status == groupInherited:
		return nil, 90508
	case resigned && !left:
		return nil, 90500
	case !resigned && left:
		return nil, 90502
	case g.owner == to.id:
		return nil, 90504
	case owner != nil && !s.sees(c.app, owner):
		return nil, 60011
	}
	recent := slices.DeleteFunc(slices.Clone(g.moved), func(t time.Time) bool { return s.at.Sub(t) >= transferWindow })
	if !resigned && len(recent) >= transferMost {
		return nil, 40128
	}
	today, _, _ := periods(s.at)
	tally := s.more.handovers.groupDays[to.id]
	if tally.day != today {
		tally = groupTally{day: today}
	}
	if tally.n >= groupsADay {
		return nil, 45009
	}
	tally.n++
	s.more.handovers.groupDays[to.id] = tally
	g.moved = append(recent, s.at)
	return g, 0
}
