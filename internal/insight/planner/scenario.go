package planner

import (
	"math"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/insight"
)

// Scenario is what is asked: a revenue target for a time, with the rates as they were or as
// one sets them.
type Scenario struct {
	Target      float64            `json:"target" doc:"revenue net of refunds, major units"`
	From        string             `json:"from" doc:"first day"`
	To          string             `json:"to" doc:"last day"`
	HistoryFrom string             `json:"history_from,omitempty" doc:"first day that rates are learned from; default a year before history_to"`
	HistoryTo   string             `json:"history_to,omitempty" doc:"last day that rates are learned from; default the day before the plan, or yesterday"`
	Timezone    string             `json:"timezone,omitempty"`
	Allocation  string             `json:"allocation,omitempty" doc:"cheapest (default): channels by cost of a buyer, each up to its capacity; history: as adds were divided before"`
	Overrides   map[string]float64 `json:"overrides,omitempty" doc:"rates by name"`
	Seed        uint64             `json:"seed,omitempty" doc:"of the draws; default 1"`
}

// How adds are divided among channels.
const (
	Cheapest = "cheapest"
	History  = "history"
)

const (
	maxTarget    = 1e12
	maxDays      = 1100
	maxOverrides = 500
	draws        = 4000
	maxWindows   = 12
)

// shareRates are the rates that lie between 0 and 1.
var shareRates = []string{RepeatRate, KnownToPurchase, AwareToInterest, InterestToPurchase, PurchaseToLoyal, LoyalToReferred}

// span is a checked scenario's times.
type span struct {
	Scenario
	zone             *time.Location
	from, to         time.Time // of the plan; to is the end of its last day
	learnFrom, learn time.Time // of the history; learn is its end
	days             int
}

func (s *Service) check(sc Scenario) (*span, error) {
	p := &span{Scenario: sc}
	if p.Seed == 0 {
		p.Seed = 1
	}
	if p.Allocation == "" {
		p.Allocation = Cheapest
	}
	switch {
	case math.IsNaN(p.Target) || p.Target <= 0 || p.Target > maxTarget:
		return nil, fault.BadField("/target", "is more than 0 and at most 10^12")
	case p.Allocation != Cheapest && p.Allocation != History:
		return nil, fault.BadField("/allocation", "must be %q or %q", Cheapest, History)
	}
	if err := checkOverrides(p.Overrides); err != nil {
		return nil, err
	}
	return p, p.times(s.Base)
}

func checkOverrides(all map[string]float64) error {
	if len(all) > maxOverrides {
		return insight.TooWide("/overrides", "rates", len(all), maxOverrides)
	}
	for name, v := range all {
		ptr := "/overrides/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
		isShare := slices.Contains(shareRates, name) || strings.HasPrefix(name, "channel:") && strings.HasSuffix(name, ":conversion")
		switch {
		case !knownRate(name):
			return fault.BadField(ptr, "is no rate; a simulation without overrides lists them")
		case math.IsNaN(v) || math.IsInf(v, 0) || v < 0 || v > maxTarget:
			return fault.BadField(ptr, "is 0 to 10^12")
		case isShare && (v > 1 || v == 0 && name != RepeatRate && name != KnownToPurchase && name != PurchaseToLoyal && name != LoyalToReferred):
			return fault.BadField(ptr, "is a share: more than 0, at most 1")
		case name == AverageOrder && v == 0:
			return fault.BadField(ptr, "is more than 0")
		case name == OrdersPerBuyer && v < 1:
			return fault.BadField(ptr, "a buyer has at least one order")
		case (name == ContactsPerDay || name == TasksPerDay) && v == 0:
			return fault.BadField(ptr, "is more than 0")
		}
	}
	return nil
}

func knownRate(name string) bool {
	if rest, ok := strings.CutPrefix(name, "channel:"); ok {
		channel, lever := cutLast(rest)
		return channel != "" && slices.Contains([]string{"conversion", "cost_per_add", "capacity"}, lever)
	}
	return slices.Contains([]string{
		AverageOrder, OrdersPerBuyer, RepeatRate, KnownToPurchase, AwareToInterest, InterestToPurchase, PurchaseToLoyal, LoyalToReferred,
		PerReferrer, TouchesPerBuyer, TasksPerBuyer, ContactsPerDay, TasksPerDay,
	}, name)
}

// cutLast cuts a channel's rate at its last colon: names of channels may have colons.
func cutLast(rest string) (channel, lever string) {
	i := strings.LastIndexByte(rest, ':')
	if i < 0 {
		return "", rest
	}
	return rest[:i], rest[i+1:]
}

func lever(channel, name string) string { return "channel:" + channel + ":" + name }

func isCost(name string) bool {
	return strings.HasPrefix(name, "channel:") && strings.HasSuffix(name, ":cost_per_add")
}

func (p *span) times(b *insight.Base) (err error) {
	if p.zone, err = b.Location(p.Timezone, "/timezone"); err != nil {
		return err
	}
	if p.From == "" || p.To == "" {
		return fault.BadField("/from", "a plan has a first and a last day")
	}
	if p.from, p.to, err = b.Span(p.From, p.To, p.zone); err != nil {
		return err
	}
	p.days = daysBetween(p.from, p.to)
	if p.days > maxDays {
		return fault.BadField("/to", "a plan is at most %d days long", maxDays)
	}
	now := b.Clock.Now()
	p.learn = p.from
	if p.learn.After(now) {
		p.learn = insight.Calendar{Period: insight.Day, Zone: p.zone}.Start(now)
	}
	if p.HistoryTo != "" {
		if _, p.learn, err = b.Span("", p.HistoryTo, p.zone); err != nil {
			return fault.BadField("/history_to", "%q is no day", p.HistoryTo)
		}
		p.learn = p.learn.Add(time.Millisecond)
	}
	p.learnFrom = p.learn.In(p.zone).AddDate(-1, 0, 0)
	if p.HistoryFrom != "" {
		if p.learnFrom, err = insight.Moment(p.HistoryFrom, "/history_from", p.zone); err != nil {
			return err
		}
	}
	if !p.learnFrom.Before(p.learn) {
		return fault.BadField("/history_from", "the history ends before it begins")
	}
	return nil
}

// daysBetween counts calendar days, both ends included.
func daysBetween(from, to time.Time) int {
	y, m, d := from.Date()
	a := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	y, m, d = to.In(from.Location()).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(a)/(24*time.Hour)) + 1
}
