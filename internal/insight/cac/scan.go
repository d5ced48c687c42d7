package cac

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/insight"
	"yutang/internal/insight/cost"
)

const dayMS = 24 * 60 * 60 * 1000

// person is a customer who was asked, shown the way in, or connected.
type person struct {
	root     uint32
	at       int64 // of the connection; before one, of the first ask
	joined   bool  // connected at any time
	channel  string
	staff    string
	campaign string

	half, pending, failed, exposed bool
	mature, retained               bool // connected long enough to tell; and still connected then
}

// The properties and traits that are read, by place.
const (
	propChannel = iota
	propStaff
	propCorp
	propCampaign
	propCodeName
	propCode
)

var reads = []string{"channel", "staff", "corp", "campaign", "code_name", "code"}

// study is everything that one answer is made from.
type study struct {
	p        *plan
	meta     insight.Meta
	now      int64
	people   []person // in order of roots
	book     *insight.Book
	rows     []cost.Row
	phases   []cost.Phase
	planned  bool // the phases were set by somebody
	notes    []Text
	forecast map[uint32]float64 // nil: unknown
}

func (r *Report) study(ctx context.Context, p *plan) (*study, error) {
	survey := audience.Survey{Picks: p.picks, Reads: reads, Traits: []string{"channel"}, Audience: p.Audience}
	reading, meta, err := r.Base.Read(ctx, survey, p.zone)
	if err != nil {
		return nil, err
	}
	s := &study{p: p, meta: meta, now: reading.At.UnixMilli()}
	byName, plain := reading.Masks()
	parts := make([][]person, audience.Workers())
	held := make([][]relation, audience.Workers())
	err = reading.Visit(ctx, func(who *audience.Person) error {
		w := who.Worker()
		v := visit{s: s, who: who, byName: byName, plain: plain, held: held[w][:0]}
		if x, some := v.read(); some {
			parts[w] = append(parts[w], x)
		}
		held[w] = v.held
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.people = slices.Concat(parts...)
	slices.SortFunc(s.people, func(a, b person) int { return cmp.Compare(a.root, b.root) })
	if s.book, err = r.Base.Book(ctx, reading.At); err != nil {
		return nil, err
	}
	if s.rows, err = r.Costs.Rows(ctx, cost.Filter{}); err != nil {
		return nil, err
	}
	return s, s.findPhases(ctx, r)
}

func (s *study) findPhases(ctx context.Context, r *Report) (err error) {
	if s.phases, err = r.Costs.Phases(ctx); err != nil || len(s.phases) > 0 {
		s.planned = true
		return err
	}
	first := int64(0)
	for _, x := range s.people {
		if x.joined && (first == 0 || x.at < first) {
			first = x.at
		}
	}
	if first > 0 {
		s.phases = cost.Usual(s.day(first))
	}
	return nil
}

func (s *study) day(ms int64) cost.Day { return cost.DayOf(time.UnixMilli(ms).In(s.p.zone)) }

// relation is a member who has the customer.
type relation struct{ corp, staff event.Value }

// visit reads one customer.
type visit struct {
	s      *study
	who    *audience.Person
	byName []uint32
	plain  uint32
	held   []relation // now, as events are read
	x      person
	asks   [2]int64 // of the last half addition and failure in the span
}

func (v *visit) read() (person, bool) {
	v.x = person{root: v.who.Root}
	some := false
	for i, name := range v.who.Name {
		if v.byName[name] == 0 {
			continue
		}
		if hits := v.who.Hits(v.byName, v.plain, i); hits != 0 {
			some = true
			v.event(i, v.who.At[i], hits)
		}
	}
	if !some {
		return v.x, false
	}
	v.settle()
	return v.x, true
}

func (v *visit) event(i int, at int64, hits uint32) {
	x, p := &v.x, v.s.p
	within := at >= p.from && at <= p.to
	v.mature(at)
	if hits&(isAdded|isEnd) != 0 {
		r := relation{v.who.Value(propCorp, i), v.who.Value(propStaff, i)}
		v.held = slices.DeleteFunc(v.held, func(h relation) bool { return h == r })
		if hits&isAdded != 0 {
			v.held = append(v.held, r)
		}
	}
	switch {
	case hits&isAdded != 0 && !x.joined:
		x.joined, x.at = true, at
		v.origin(i)
	case hits&isHalf != 0 && within && !x.joined:
		v.asks[0] = at
		v.ask(i, at)
	case hits&isFailed != 0 && within && !x.joined:
		v.asks[1] = at
		v.ask(i, at)
	}
	if hits&isExposed != 0 && within && (!x.joined || at <= x.at) {
		x.exposed = true
		v.ask(i, at)
	}
}

// ask dates whoever is not connected yet, and keeps what the event says of their origin.
func (v *visit) ask(i int, at int64) {
	if v.x.at == 0 {
		v.x.at = at
		v.origin(i)
	}
}

// origin is what an event says of where the customer came from.
func (v *visit) origin(i int) {
	v.x.channel = v.who.Value(propChannel, i).Str
	v.x.staff = v.who.Value(propStaff, i).Str
	v.x.campaign = cmp.Or(v.who.Value(propCampaign, i).Str, v.who.Value(propCodeName, i).Str, v.who.Value(propCode, i).Str)
}

// mature notes whether anybody has the customer some days after the connection, once at is
// past that moment.
func (v *visit) mature(at int64) {
	x := &v.x
	if x.joined && !x.mature && at > x.at+int64(v.s.p.RetainedDays)*dayMS {
		x.mature, x.retained = true, len(v.held) > 0
	}
}

func (v *visit) settle() {
	x, s := &v.x, v.s
	v.mature(s.now)
	wait := int64(s.p.PendingDays) * dayMS
	for k, asked := range v.asks {
		if asked == 0 || x.joined && x.at <= asked+wait {
			continue
		}
		switch {
		case s.now <= asked+wait:
			x.pending = true
		case k == 0:
			x.half = true
		default:
			x.failed = true
		}
	}
	x.failed = x.failed && !x.half
	x.pending = x.pending && !x.half && !x.failed
	x.channel = cmp.Or(v.who.Trait(0).Str, x.channel, cost.Unknown)
	x.staff, x.campaign = cmp.Or(x.staff, cost.Unknown), cmp.Or(x.campaign, cost.Unknown)
}

// within says that the customer was connected in the span of the query.
func (s *study) within(x *person) bool { return x.joined && x.at >= s.p.from && x.at <= s.p.to }

// value is the customer's place in a dimension.
func (s *study) value(x *person, by cost.Dimension) string {
	switch by {
	case cost.ByChannel:
		return x.channel
	case cost.ByStaff:
		return x.staff
	case cost.ByCampaign:
		return x.campaign
	case cost.ByMonth:
		return time.UnixMilli(x.at).In(s.p.zone).Format("2006-01")
	default:
		return cmp.Or(cost.PhaseOf(s.phases, s.day(x.at)), cost.Unknown)
	}
}
