package planner

import (
	"context"
	"math"
	"slices"
	"time"

	"yutang/internal/audience"
	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/insight"
	"yutang/internal/money"
	"yutang/internal/rule"
)

// The stages of the hourglass: AIPL, and those who referred somebody.
const (
	stageAware = iota
	stageInterest
	stagePurchase
	stageLoyal
	stageReferred
	stages
)

// never is when a stage was entered that was not.
const never = int64(math.MaxInt64)

// journey is what a plan wants to know of one customer. Times are ms.
type journey struct {
	root      uint32
	first     int64              // the first event
	orders    []insight.Purchase // without void ones, the oldest first
	stage     [stages]int64      // entered this stage or a higher one; never
	added     int64              // the first contact; never
	channel   string             // of it
	referrals []int64
	acts      []act
}

// act is a touch, a task or a new contact, with who did it.
type act struct {
	at    int64
	kind  actKind
	staff uint32 // code, 0 nobody
}

type actKind uint8

const (
	actTouch actKind = iota
	actTask
	actContact
)

// interests are the events that show interest where the history of stages does not reach.
var interests = []string{event.ProductViewed, event.ProductAdded, event.ContactAdded, event.FormSubmitted, event.MaterialOpened}

var picks = []rule.Pick{
	rule.PickOf(event.ContactAdded), rule.PickOf(event.MessageDelivered, event.MessageSent), rule.PickOf(event.TaskCompleted),
	rule.PickOf(event.ReferralCompleted), rule.PickOf(interests...),
}

const (
	isContact = 1 << iota
	isTouch
	isTask
	isReferral
	isInterest
)

const (
	readChannel = iota
	readStaff
)

// NoChannel is the channel of contacts that name none; costs call it the same.
const NoChannel = "(unknown)"

// watcher takes journeys, from several goroutines, each with its own worker number.
type watcher interface {
	begin(workers int, book *insight.Book)
	see(worker int, c *journey)
}

// survey shows every customer's journey up to a moment.
func (s *Service) survey(ctx context.Context, zone *time.Location, until time.Time, w watcher) (insight.Meta, error) {
	reading, meta, err := s.Base.Read(ctx, audience.Survey{Picks: picks, Reads: []string{"channel", "staff"}}, zone)
	if err != nil {
		return meta, err
	}
	if until.After(reading.At) {
		until = reading.At
	}
	book, err := s.Base.Book(ctx, until)
	if err != nil {
		return meta, err
	}
	moves, err := s.stageMoves(ctx)
	if err != nil {
		return meta, err
	}
	w.begin(audience.Workers(), book)
	byName, plain := reading.Masks()
	journeys := make([]journey, audience.Workers())
	last := until.UnixMilli()
	return meta, reading.Visit(ctx, func(p *audience.Person) error {
		c := &journeys[p.Worker()]
		if c.read(p, byName, plain, book, last) {
			c.stages(moves[p.Root])
			w.see(p.Worker(), c)
		}
		return nil
	})
}

// read gathers one customer's journey. It is false for those without an event.
func (c *journey) read(p *audience.Person, byName []uint32, plain uint32, book *insight.Book, until int64) bool {
	*c = journey{root: p.Root, added: never, orders: c.orders[:0], referrals: c.referrals[:0], acts: c.acts[:0]}
	for s := range c.stage {
		c.stage[s] = never
	}
	if p.Len() == 0 || p.At[0] > until {
		return false
	}
	c.first = p.At[0]
	c.stage[stageAware] = c.first
	for _, x := range book.Of(p.Root) {
		if !x.Void {
			c.orders = append(c.orders, x)
		}
	}
	for i, name := range p.Name {
		if p.At[i] > until {
			break
		}
		if byName[name] != 0 {
			c.take(p, i, p.Hits(byName, plain, i))
		}
	}
	return true
}

func (c *journey) take(p *audience.Person, i int, hits uint32) {
	at := p.At[i]
	if hits&isInterest != 0 && c.stage[stageInterest] == never {
		c.stage[stageInterest] = at
	}
	switch {
	case hits&isContact != 0:
		if c.added == never {
			c.added, c.channel = at, NoChannel
			if v := p.Value(readChannel, i); v.Kind == event.String && v.Str != "" {
				c.channel = v.Str
			}
		}
		c.acts = append(c.acts, act{at, actContact, p.Code(readStaff, i)})
	case hits&isTouch != 0:
		c.acts = append(c.acts, act{at, actTouch, p.Code(readStaff, i)})
	case hits&isTask != 0:
		c.acts = append(c.acts, act{at, actTask, p.Code(readStaff, i)})
	case hits&isReferral != 0:
		c.referrals = append(c.referrals, at)
	}
}

// stages says when each stage was entered. Where the history of stages begins with the
// customer, it decides; where the customer is older than it (an import, or rules that came
// later), the events do: the first order is purchase, a second within a year or a referral
// is loyal.
func (c *journey) stages(m *stageTimes) {
	if len(c.orders) > 0 {
		c.stage[stagePurchase] = c.orders[0].At
	}
	for i := 1; i < len(c.orders); i++ {
		if c.orders[i].At-c.orders[i-1].At <= 365*dayMS {
			c.stage[stageLoyal] = c.orders[i].At
			break
		}
	}
	if len(c.referrals) > 0 {
		c.stage[stageReferred] = c.referrals[0]
		c.stage[stageLoyal] = min(c.stage[stageLoyal], c.referrals[0])
	}
	if m != nil && m[stageAware] <= c.first+dayMS {
		referred := c.stage[stageReferred]
		c.stage = *m
		c.stage[stageReferred] = referred
		c.stage[stageAware] = min(c.stage[stageAware], c.first)
	}
	for s := stages - 2; s >= 0; s-- { // who is higher was here too
		if s == stageLoyal {
			continue // a referral makes loyal only where the brand's rules say so
		}
		c.stage[s] = min(c.stage[s], c.stage[s+1])
	}
}

// stageTimes is when a customer first entered a stage or a higher one.
type stageTimes [stages]int64

// stageMoves reads the history of stages by customer.
func (s *Service) stageMoves(ctx context.Context) (map[uint32]*stageTimes, error) {
	moves := map[uint32]*stageTimes{}
	err := s.Base.Customers.LevelMoves(ctx, func(m customer.LevelMove) error {
		if m.To < 0 {
			return nil
		}
		t := moves[m.Record]
		if t == nil {
			t = &stageTimes{never, never, never, never, never}
			moves[m.Record] = t
		}
		for level := 0; level <= min(m.To, stageLoyal); level++ {
			t[level] = min(t[level], m.At)
		}
		return nil
	}, customer.AIPL)
	if err != nil {
		return nil, err
	}
	s.Base.Timeline.RLock()
	defer s.Base.Timeline.RUnlock()
	out := make(map[uint32]*stageTimes, len(moves))
	for record, t := range moves {
		root := s.Base.Timeline.Root(record)
		u := out[root]
		if u == nil {
			out[root] = t
			continue
		}
		for level := range u {
			u[level] = min(u[level], t[level])
		}
	}
	return out, nil
}

// majorUnit is how many minor units a major one has.
func majorUnit(currency string) float64 { return float64(money.Scale(currency)) }

// Seasonality is how a week's orders and adds are spread over its days, from Sunday.
type Seasonality struct {
	Known  bool      `json:"known"` // else all days are alike
	Orders []float64 `json:"orders"`
	Reason string    `json:"reason,omitempty" say:"zh"`
}

// Least data for a seasonality.
const (
	seasonWeeks  = 8
	seasonOrders = 200
)

func (h *history) seasonality() Seasonality {
	total := 0
	for _, n := range h.orders.count {
		total += n
	}
	flat := []float64{1, 1, 1, 1, 1, 1, 1}
	switch {
	case h.weeks < seasonWeeks || total < seasonOrders:
		return Seasonality{Orders: flat, Reason: "fewer than 8 weeks or 200 orders of history: all days count alike"}
	case slices.Contains(h.orders.count[:], 0):
		return Seasonality{Orders: flat, Reason: "a day of the week without any order: all days count alike"}
	}
	out := Seasonality{Known: true}
	for _, n := range h.orders.count {
		out.Orders = append(out.Orders, float64(n)*7/float64(total))
	}
	return out
}
