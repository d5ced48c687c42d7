package planner

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"yutang/internal/insight"
)

// facts is what the history says.
type facts struct {
	insight.Meta
	Horizon     int // days
	Windows     int
	Stock       Stock
	Channels    []channelFacts
	Rates       []Rate
	Seasonality Seasonality
}

// factsCache keeps the facts of the last histories asked for, so that a slider does not
// read everybody again.
type factsCache struct {
	mu   sync.Mutex
	kept []keptFacts
}

type keptFacts struct {
	key   factsKey
	at    time.Time
	facts *facts
}

type factsKey struct {
	from, to int64
	days     int
	zone     string
}

// factsLast is how long facts are good for a slider.
const factsLast = 5 * time.Minute

// keptHistories is how many histories are kept.
const keptHistories = 8

// learn gives the facts of a scenario's history, at most factsLast old.
func (s *Service) learn(ctx context.Context, p *span) (*facts, error) {
	key := factsKey{p.learnFrom.UnixMilli(), p.learn.UnixMilli(), p.days, p.zone.String()}
	now := s.Clock.Now()
	s.facts.mu.Lock()
	for _, k := range s.facts.kept {
		if age := now.Sub(k.at); k.key == key && age >= 0 && age < factsLast {
			s.facts.mu.Unlock()
			return k.facts, nil
		}
	}
	s.facts.mu.Unlock()
	f, err := s.read(ctx, p)
	if err != nil {
		return nil, err
	}
	s.facts.mu.Lock()
	defer s.facts.mu.Unlock()
	s.facts.kept = slices.DeleteFunc(s.facts.kept, func(k keptFacts) bool { return k.key == key })
	if len(s.facts.kept) == keptHistories {
		s.facts.kept = slices.Delete(s.facts.kept, 0, 1)
	}
	s.facts.kept = append(s.facts.kept, keptFacts{key, now, f})
	return f, nil
}

// read learns the facts anew.
func (s *Service) read(ctx context.Context, p *span) (*facts, error) {
	h := newHistory(p)
	meta, err := s.survey(ctx, p.zone, p.learn, h)
	if err != nil {
		return nil, err
	}
	costs := map[string]int64{}
	if s.Costs != nil {
		if costs, err = s.Costs.ByChannel(ctx, p.learnFrom, p.learn); err != nil {
			return nil, fmt.Errorf("read costs: %w", err)
		}
	}
	f := &facts{Meta: meta, Horizon: h.horizon, Windows: h.windows}
	f.Stock = h.stock(s)
	h.rates(f, s.Base.Customers.Currency())
	h.channels(f, p, costs, s.Base.Customers.Currency())
	f.Seasonality = h.seasonality()
	return f, nil
}

func (h *history) stock(s *Service) Stock {
	t := h.sum()
	out := Stock{Customers: t.customers, Buyers: t.buyers, Prospects: t.prospects, Loyal: t.loyal, Stages: map[string]int{}}
	s.Base.Timeline.RLock()
	defer s.Base.Timeline.RUnlock()
	level := s.Base.Customers.Level("aipl")
	for i, n := range level.Counts() {
		out.Stages[level.Names()[i]] = n
	}
	return out
}

// rates turns counts into rates that belong to no channel.
func (h *history) rates(f *facts, currency string) {
	t, o := h.sum(), h.orders
	in := fmt.Sprintf(" within %d days", h.horizon)
	value, se := 0.0, 0.0
	if o.n > 0 {
		value = o.sum / float64(o.n)
	}
	if o.n > 1 {
		variance := max(0, (o.sumSq-o.sum*value)/float64(o.n-1))
		se = math.Sqrt(variance / float64(o.n))
	}
	f.Rates = []Rate{
		average(AverageOrder, "revenue net of refunds of an order that was not taken back as a whole", o.n, value/majorUnit(currency), se/majorUnit(currency)),
		mean(OrdersPerBuyer, "orders of a customer who bought in a stretch, in it", float64(t.windowOrders), float64(t.windowBuyers)),
		share(RepeatRate, "share of earlier buyers who bought in a stretch", t.returned, t.earlier),
		share(KnownToPurchase, "share of customers known before a stretch, without an order, who bought in it", t.bought, t.known),
		share(AwareToInterest, "share of customers who, once aware, were interested or more"+in, t.moved[stageAware], t.cohort[stageAware]),
		share(InterestToPurchase, "share of customers who, once interested, bought"+in, t.moved[stageInterest], t.cohort[stageInterest]),
		share(PurchaseToLoyal, "share of customers who, after their first order, were loyal"+in, t.moved[stagePurchase], t.cohort[stagePurchase]),
		share(LoyalToReferred, "share of customers who, once loyal, referred somebody"+in, t.moved[stageLoyal], t.cohort[stageLoyal]),
		mean(PerReferrer, "referrals completed for each customer who referred", float64(t.referrals), float64(t.referrers)),
		mean(TouchesPerBuyer, "messages delivered or sent by members, to anybody, for each buyer of a stretch", float64(t.touches), float64(t.windowBuyers)),
		mean(TasksPerBuyer, "tasks completed for each buyer of a stretch", float64(t.tasks), float64(t.windowBuyers)),
		mean(ContactsPerDay, "contacts a member added on a day on which they added any", float64(t.contacts), float64(len(t.contactDays))),
		mean(TasksPerDay, "tasks a member completed on a day on which they completed any", float64(t.tasks), float64(len(t.taskDays))),
	}
}

// channels turns counts into channels and their rates.
func (h *history) channels(f *facts, p *span, costs map[string]int64, currency string) {
	t := h.sum()
	names := slices.SortedFunc(maps.Keys(t.channels), func(a, b string) int {
		return cmp.Or(cmp.Compare(t.channels[b].adds, t.channels[a].adds), cmp.Compare(a, b))
	})
	rest, restCost, restKnown := t.channel(otherChannels), int64(0), false
	for i, name := range names {
		if i >= shownChannels && name != otherChannels {
			rest.join(t.channels[name])
			cost, known := costs[name]
			restCost, restKnown = restCost+cost, restKnown || known
		}
	}
	names = slices.DeleteFunc(names[:min(len(names), shownChannels)], func(name string) bool { return name == otherChannels })
	if rest.adds > 0 {
		names = append(names, otherChannels)
	}
	for _, name := range names {
		c := t.channels[name]
		cost, known := costs[name]
		if name == otherChannels {
			cost, known = restCost, restKnown
		}
		best := 0
		for _, n := range c.weeks {
			best = max(best, n)
		}
		f.Channels = append(f.Channels, channelFacts{Name: name, Adds: c.adds, Capacity: float64(best) * float64(p.days) / 7})
		f.Rates = append(f.Rates, channelRates(name, h.horizon, c.cohort, c.bought, float64(cost)/majorUnit(currency), c.adds, known)...)
	}
}

// channelRates are the rates of one channel.
func channelRates(channel string, days, cohort, bought int, cost float64, adds int, priced bool) []Rate {
	c := share(lever(channel, "conversion"), fmt.Sprintf("share of customers added first through the channel, without an order before, who bought within %d days", days), bought, cohort)
	c.Channel = channel
	price := Rate{Name: lever(channel, "cost_per_add"), Channel: channel, Definition: "costs of the channel divided by customers added first through it", Method: methodUnknown}
	if priced && adds > 0 {
		price.Method, price.Events, price.Base = methodGamma, cost, float64(adds)
		price = price.settle()
	}
	return []Rate{c, price}
}
