package wecomsim

import (
	"cmp"
	"slices"
	"time"
)

const (
	massTargets   = 10_000 // customers of one call
	massSpan      = 31 * 24 * time.Hour
	massReminders = 3               // in 24 hours
	massOwnLimit  = 20_000          // customers of one send made on the phone
	massDispatch  = 3 * time.Second // until a new message can be asked for
)

// States of a target, as the platform numbers them.
const (
	targetUnsent = 0
	targetSent   = 1
	targetGone   = 2 // no longer friends
	targetFull   = 3 // already got another mass message
)

// massState is all mass messages, and what every customer and group has received.
type massState struct {
	list []*massMessage // by seq
	byID map[string]*massMessage
	got  map[string]received // by external_userid or chat_id
	own  map[pair]int32      // day of the last mass message a member made for a customer
}

func newMassState() massState {
	return massState{byID: map[string]*massMessage{}, got: map[string]received{}, own: map[pair]int32{}}
}

// massMessage is one mass message: made by the corp or a member, split into a task for each
// member who must confirm it on the phone.
//
//	dispatching ──3 s──▶ waiting ──all members confirmed──▶ done
//	                        └──cancelled: no task can be confirmed any more
type massMessage struct {
	seq         int64
	id, creator string // creator is a userid, "" when made through the API
	group       bool
	made        time.Time
	text        string
	attachments []attachment
	allowSelect bool
	cancelled   bool
	reminded    []time.Time
	tasks       []massTask // by userid
}

// massTask is the part of one member.
type massTask struct {
	user    string
	sent    int64 // unix seconds of the confirmation, 0 before
	ignored bool  // put away on the phone without sending
	targets []massTarget
}

// massTarget is one receiver. It is kept small: a corp has millions.
type massTarget struct {
	id     string
	at     uint32 // unix seconds
	status uint8
}

// task finds the part of a member.
func (m *massMessage) task(user string) *massTask {
	i, ok := slices.BinarySearchFunc(m.tasks, user, func(t massTask, u string) int { return cmp.Compare(t.user, u) })
	if !ok {
		return nil
	}
	return &m.tasks[i]
}

// target finds a receiver.
func (t *massTask) target(id string) *massTarget {
	i, ok := slices.BinarySearchFunc(t.targets, id, func(r massTarget, id string) int { return cmp.Compare(r.id, id) })
	if !ok {
		return nil
	}
	return &t.targets[i]
}

// dispatched says whether the message can be asked for yet.
func (m *massMessage) dispatched(now time.Time) bool { return now.Sub(m.made) >= massDispatch }

// massPlan collects who must send to whom.
type massPlan map[string][]massTarget

func (p massPlan) add(user, target string) { p[user] = append(p[user], massTarget{id: target}) }

// tasks puts the plan in order, each receiver once for a member.
func (p massPlan) tasks() []massTask {
	out := make([]massTask, 0, len(p))
	for user, targets := range p {
		slices.SortFunc(targets, func(a, b massTarget) int { return cmp.Compare(a.id, b.id) })
		targets = slices.CompactFunc(targets, func(a, b massTarget) bool { return a.id == b.id })
		out = append(out, massTask{user: user, targets: slices.Clip(targets)})
	}
	slices.SortFunc(out, func(a, b massTask) int { return cmp.Compare(a.user, b.user) })
	return out
}

// interacted is when the relation was last alive: the last message, else the adding.
func (f *follow) interacted() int64 { return max(f.talked, f.at) }

// reachable says whether the member may be asked to write to the customer.
func (f *follow) reachable() bool {
	return !f.lost && !f.half && f.member.status == memberActive && f.member.follow
}

// lastInteracted picks the one relation of a customer that is asked: the one alive last among
// those the app sees. With only a member given, it must be that member's.
func (s *Sim) lastInteracted(a *app, c *customer, only string) *follow {
	var best *follow
	for _, f := range c.follows {
		if !f.reachable() || (only != "" && f.member.id != only) || !s.sees(a, f.member) {
			continue
		}
		if best == nil || f.interacted() > best.interacted() || (f.interacted() == best.interacted() && f.seq > best.seq) {
			best = f
		}
	}
	return best
}

// hasTags says whether the relation has one tag of every list.
func (f *follow) hasTags(lists [][]string) bool {
	for _, list := range lists {
		if !slices.ContainsFunc(f.tags, func(t *tag) bool { return slices.Contains(list, t.id) }) {
			return false
		}
	}
	return true
}

// addMass stores a message and gives it its id.
func (s *Sim) addMass(m massMessage) *massMessage {
	st := &s.more.mass
	m.seq, m.id, m.made = int64(len(st.list))+1, s.ids.message(), s.at
	st.list = append(st.list, &m)
	st.byID[m.id] = &m
	return &m
}

// sendMass is what happens when the member presses send: every target gets the message, or its
// reason why not. With only, the others stay unsent.
func (s *Sim) sendMass(m *massMessage, t *massTask, only map[string]bool) (sent int) {
	user, known := s.member(t.user)
	for i := range t.targets {
		r := &t.targets[i]
		if r.status != targetUnsent || (only != nil && !only[r.id]) {
			continue
		}
		r.status = s.massOutcome(m, user, known, r.id)
		if r.status == targetSent {
			r.at = uint32(s.at.Unix())
			sent++
		}
	}
	t.sent = s.at.Unix()
	return sent
}

// massOutcome decides about one receiver and takes from its quota.
func (s *Sim) massOutcome(m *massMessage, user *member, known bool, id string) uint8 {
	if !known || !s.massReachable(m, user, id) {
		return targetGone
	}
	got := s.more.mass.got[id]
	if !got.take(s.knobs.More.Quota, s.at) {
		return targetFull
	}
	s.more.mass.got[id] = got
	return targetSent
}

func (s *Sim) massReachable(m *massMessage, user *member, id string) bool {
	if m.group {
		g, ok := s.groups[id]
		return ok && !g.dismissed && g.owner == user.id
	}
	c, ok := s.customers[id]
	if !ok {
		return false
	}
	f, ok := c.relation(user.id)
	return ok && f.reachable()
}
