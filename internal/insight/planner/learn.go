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

// history is how a plan's past is cut: into windows as long as the plan, the last of which
// ends where the history does, and cohorts that had a whole window to convert.
type history struct {
	p          *span
	from, to   int64
	horizon    int   // days
	length     int64 // ms, of a window
	windows    int
	start      int64 // of the first window
	workers    []tally
	book       *insight.Book
	orders     orderFacts
	weekMS     int64
	weeks      int
	cohortLast int64 // who came later had no whole window
}

// orderFacts are about the orders of the history, of known customers and of nobody.
type orderFacts struct {
	n          int
	sum, sumSq float64 // of net, minor units
	weekday    [7]int64
	count      [7]int
}

// tally is what one worker counts.
type tally struct {
	customers, buyers, prospects, loyal int
	windowBuyers, windowOrders          int
	earlier, returned                   int // buyers before a window, of them who bought in it
	known, bought                       int // prospects before a window, of them who bought in it
	cohort, moved                       [stages - 1]int
	referrers, referrals                int
	touches, tasks                      int
	contacts                            int
	contactDays, taskDays               map[uint64]struct{}
	channels                            map[string]*channelTally
	_                                   [64]byte
}

// channelTally is a channel's adds.
type channelTally struct {
	adds, cohort, bought int
	weeks                map[int]int
}

func newHistory(p *span) *history {
	h := &history{p: p, from: p.learnFrom.UnixMilli(), to: p.learn.UnixMilli(), weekMS: 7 * dayMS}
	whole := int((h.to - h.from) / dayMS)
	h.horizon = max(1, min(p.days, whole/2))
	h.length = int64(h.horizon) * dayMS
	h.windows = max(1, min(maxWindows, int((h.to-h.from)/h.length)))
	h.start = h.to - int64(h.windows)*h.length
	h.cohortLast = h.to - h.length
	h.weeks = int((h.to - h.from + h.weekMS - 1) / h.weekMS)
	return h
}

const dayMS = int64(24 * time.Hour / time.Millisecond)

func (h *history) begin(workers int, book *insight.Book) {
	h.book = book
	h.workers = make([]tally, workers)
	for i := range h.workers {
		h.workers[i] = tally{contactDays: map[uint64]struct{}{}, taskDays: map[uint64]struct{}{}, channels: map[string]*channelTally{}}
	}
	book.Each(func(x insight.Purchase) {
		if x.At < h.from || x.At >= h.to || x.Void {
			return
		}
		h.orders.n++
		h.orders.sum += float64(x.Net)
		h.orders.sumSq += float64(x.Net) * float64(x.Net)
		day := time.UnixMilli(x.At).In(h.p.zone).Weekday()
		h.orders.weekday[day] += x.Net
		h.orders.count[day]++
	})
}

// see counts one customer.
func (h *history) see(worker int, c *journey) {
	t := &h.workers[worker]
	if c.first > h.to {
		return
	}
	t.customers++
	if len(c.orders) > 0 && c.orders[0].At < h.to {
		t.buyers++
	} else {
		t.prospects++
	}
	if c.stage[stageLoyal] < h.to {
		t.loyal++
	}
	h.seeWindows(t, c)
	h.seeStages(t, c)
	h.seeAdd(t, c)
	for _, x := range c.acts {
		if x.at < h.start || x.at >= h.to {
			continue
		}
		switch x.kind {
		case actTouch:
			t.touches++
		case actTask:
			t.tasks++
			t.taskDays[memberDay(x.staff, x.at)] = struct{}{}
		case actContact:
			t.contacts++
			t.contactDays[memberDay(x.staff, x.at)] = struct{}{}
		}
	}
}

// memberDay names a day of a member of staff.
func memberDay(staff uint32, at int64) uint64 { return uint64(staff)<<32 | uint64(uint32(at/dayMS)) }

func (h *history) seeWindows(t *tally, c *journey) {
	for k := range h.windows {
		from := h.start + int64(k)*h.length
		to := from + h.length
		before, inside := 0, 0
		for _, x := range c.orders {
			if x.At < from {
				before++
			} else if x.At < to {
				inside++
			}
		}
		bought := 0
		if inside > 0 {
			bought = 1
			t.windowBuyers++
			t.windowOrders += inside
		}
		switch {
		case before > 0:
			t.earlier++
			t.returned += bought
		case c.first < from:
			t.known++
			t.bought += bought
		}
	}
}

// seeStages counts who entered a stage early enough, and of them who went on in time.
func (h *history) seeStages(t *tally, c *journey) {
	for s := range stages - 1 {
		at := c.stage[s]
		if at < h.from || at > h.cohortLast {
			continue
		}
		t.cohort[s]++
		if c.stage[s+1] <= at+h.length {
			t.moved[s]++
		}
	}
	n := 0
	for _, at := range c.referrals {
		if at >= h.start && at < h.to {
			n++
		}
	}
	if n > 0 {
		t.referrers++
		t.referrals += n
	}
}

// seeAdd counts the first time a customer was added.
func (h *history) seeAdd(t *tally, c *journey) {
	if c.added < h.from || c.added >= h.to {
		return
	}
	x := t.channels[c.channel]
	if x == nil {
		if len(t.channels) == maxChannels {
			c.channel = otherChannels
		}
		if x = t.channels[c.channel]; x == nil {
			x = &channelTally{weeks: map[int]int{}}
			t.channels[c.channel] = x
		}
	}
	x.adds++
	x.weeks[int((h.to-1-c.added)/h.weekMS)]++
	if c.added > h.cohortLast || len(c.orders) > 0 && c.orders[0].At < c.added {
		return
	}
	x.cohort++
	if len(c.orders) > 0 && c.orders[0].At <= c.added+h.length {
		x.bought++
	}
}

const (
	maxChannels   = 10_000
	shownChannels = 20
	otherChannels = "(other)"
)

// sum joins the workers.
func (h *history) sum() (t tally) {
	t.contactDays, t.taskDays, t.channels = map[uint64]struct{}{}, map[uint64]struct{}{}, map[string]*channelTally{}
	for i := range h.workers {
		w := &h.workers[i]
		t.customers, t.buyers, t.prospects, t.loyal = t.customers+w.customers, t.buyers+w.buyers, t.prospects+w.prospects, t.loyal+w.loyal
		t.windowBuyers, t.windowOrders = t.windowBuyers+w.windowBuyers, t.windowOrders+w.windowOrders
		t.earlier, t.returned, t.known, t.bought = t.earlier+w.earlier, t.returned+w.returned, t.known+w.known, t.bought+w.bought
		t.referrers, t.referrals = t.referrers+w.referrers, t.referrals+w.referrals
		t.touches, t.tasks, t.contacts = t.touches+w.touches, t.tasks+w.tasks, t.contacts+w.contacts
		for s := range t.cohort {
			t.cohort[s] += w.cohort[s]
			t.moved[s] += w.moved[s]
		}
		maps.Copy(t.contactDays, w.contactDays)
		maps.Copy(t.taskDays, w.taskDays)
		for name, c := range w.channels {
			t.channel(name).join(c)
		}
	}
	return t
}

func (t *tally) channel(name string) *channelTally {
	c := t.channels[name]
	if c == nil {
		c = &channelTally{weeks: map[int]int{}}
		t.channels[name] = c
	}
	return c
}

func (c *channelTally) join(d *channelTally) {
	c.adds, c.cohort, c.bought = c.adds+d.adds, c.cohort+d.cohort, c.bought+d.bought
	for week, n := range d.weeks {
		c.weeks[week] += n
	}
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
