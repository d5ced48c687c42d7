package board

import (
	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/insight"
)

// The events that boards look at, as picks of the survey.
const (
	pickAdd = iota
	pickHalf
	pickLost
	pickDeleted
	pickDelivered
	pickReplied
	pickSent
	pickGroup
	pickTag
	pickReferral
	pickService
	pickKey
	pickActive
	pickScan
	picksEnd
)

var pickNames = [...]string{
	pickAdd: event.ContactAdded, pickHalf: event.ContactHalfAdded, pickLost: event.ContactLost, pickDeleted: event.ContactDeleted,
	pickDelivered: event.MessageDelivered, pickReplied: event.MessageReplied, pickSent: event.MessageSent, pickGroup: event.GroupJoined,
	pickTag: event.TagAdded, pickReferral: event.ReferralCompleted, pickService: event.ServiceStarted,
}

// The properties that boards read.
const (
	readStaff = iota
	readChannel
	readCode
	readCampaign
	readReason
	readHow
)

var reads = []string{"staff", "channel", "code", "campaign", "reason", "how"}

const (
	hour = int64(3_600_000)
	day  = 24 * hour
)

// The rows of what belongs to no channel, member of staff or campaign, and of all rows that
// are not shown.
const (
	None  = insight.None
	Other = insight.Other
)

// relation is one add of the customer by a member of staff.
type relation struct {
	at        int64
	staff     string
	row       string
	confirmed bool  // false: half added so far
	asked     int64 // when the add was asked for, at unless it was half added before
	lost      int64 // when the customer left, 0 never
}

// facts are one customer's history, sorted by what boards count.
type facts struct {
	rows      string // what rows are by, "" no rows
	home      string // the row of the customer: of the first add
	first     int64  // the first event of all, 0 none
	asOf      int64
	relations []relation
	halves    []relation
	losses    []place
	deletions []place
	greeted   []int64 // welcome messages
	replies   []int64
	sent      []int64
	groups    []int64
	tags      []int64
	referrals []int64
	service   []int64
	keys      []int64
	active    []int64
	scans     []place
	orders    []insight.Purchase
}

// place is when something happened, and in which row.
type place struct {
	at  int64
	row string
}

func (f *facts) reset() {
	f.home, f.first = None, 0
	f.relations, f.halves = f.relations[:0], f.halves[:0]
	f.losses, f.deletions, f.scans = f.losses[:0], f.deletions[:0], f.scans[:0]
	for _, list := range []*[]int64{
		&f.greeted, &f.replies, &f.sent, &f.groups, &f.tags, &f.referrals, &f.service, &f.keys, &f.active,
	} {
		*list = (*list)[:0]
	}
	f.orders = nil
}

// read sorts a customer's events.
func (f *facts) read(p *audience.Person, byName []uint32, plain uint32) {
	f.reset()
	if p.Len() > 0 {
		f.first = p.At[0]
	}
	for i := range p.Len() {
		if byName[p.Name[i]] == 0 {
			continue
		}
		if hits := p.Hits(byName, plain, i); hits != 0 {
			f.take(p, i, hits)
		}
	}
	switch {
	case len(f.relations) > 0:
		f.home = f.relations[0].row
	case f.rows == "channel":
		if v := p.Trait(0); v.Kind == event.String && v.Str != "" {
			f.home = v.Str
		}
	}
}

func (f *facts) take(p *audience.Person, i int, hits uint32) {
	at := p.At[i]
	if hits&(1<<pickAdd) != 0 {
		f.added(p, i)
	}
	if hits&(1<<pickHalf) != 0 {
		f.halves = append(f.halves, relation{at: at, asked: at, staff: text(p, readStaff, i), row: f.rowOf(p, i)})
	}
	if hits&(1<<pickLost) != 0 {
		f.left(p, i)
	}
	if hits&(1<<pickDeleted) != 0 && text(p, readReason, i) != "transfer" {
		f.deletions = append(f.deletions, place{at, f.rowOf(p, i)})
	}
	if hits&(1<<pickDelivered) != 0 && text(p, readChannel, i) == "welcome" {
		f.greeted = append(f.greeted, at)
	}
	if hits&(1<<pickService) != 0 && text(p, readHow, i) != "taken" {
		f.service = append(f.service, at)
	}
	if hits&(1<<pickScan) != 0 {
		f.scans = append(f.scans, place{at, f.rowOf(p, i)})
	}
	f.note(pickReplied, hits, &f.replies, at)
	f.note(pickSent, hits, &f.sent, at)
	f.note(pickGroup, hits, &f.groups, at)
	f.note(pickTag, hits, &f.tags, at)
	f.note(pickReferral, hits, &f.referrals, at)
	f.note(pickKey, hits, &f.keys, at)
	f.note(pickActive, hits, &f.active, at)
}

func (f *facts) note(pick int, hits uint32, list *[]int64, at int64) {
	if hits&(1<<pick) != 0 {
		*list = append(*list, at)
	}
}

// added notes an add; one that was half added before by the same member was asked for then.
func (f *facts) added(p *audience.Person, i int) {
	r := relation{at: p.At[i], asked: p.At[i], staff: text(p, readStaff, i), row: f.rowOf(p, i), confirmed: true}
	for k := range f.halves {
		if h := &f.halves[k]; !h.confirmed && h.staff == r.staff {
			h.confirmed, r.asked = true, h.at
		}
	}
	f.relations = append(f.relations, r)
}

// left ends the relation with the member whom the customer removed.
func (f *facts) left(p *audience.Person, i int) {
	staff := text(p, readStaff, i)
	for k := len(f.relations) - 1; k >= 0; k-- {
		if r := &f.relations[k]; r.staff == staff && r.lost == 0 {
			r.lost = p.At[i]
			break
		}
	}
	f.losses = append(f.losses, place{p.At[i], f.rowOf(p, i)})
}

// rowOf is the row that an event of a contact belongs to.
func (f *facts) rowOf(p *audience.Person, i int) string {
	row := ""
	switch f.rows {
	case "staff":
		row = text(p, readStaff, i)
	case "channel":
		row = text(p, readChannel, i)
	case "campaign":
		if row = text(p, readCampaign, i); row == "" {
			row = text(p, readCode, i)
		}
	}
	if row == "" {
		return None
	}
	return row
}

func text(p *audience.Person, k, i int) string {
	if v := p.Value(k, i); v.Kind == event.String {
		return v.Str
	}
	return ""
}

// within says whether one of the ascending times is in [from, to].
func within(times []int64, from, to int64) bool {
	_, ok := firstFrom(times, from, to)
	return ok
}

// firstFrom is the first of the ascending times in [from, to].
func firstFrom(times []int64, from, to int64) (int64, bool) {
	for _, at := range times {
		if at > to {
			return 0, false
		}
		if at >= from {
			return at, true
		}
	}
	return 0, false
}
