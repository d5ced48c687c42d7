package planner

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"yutang/internal/insight"
)

// Answer is what a target takes.
type Answer struct {
	insight.Meta
	Currency    string   `json:"currency"`
	Scenario    Scenario `json:"scenario"`
	Days        int      `json:"days"`
	Horizon     int      `json:"horizon_days"` // in which a conversion must happen to count
	Windows     int      `json:"windows"`      // stretches of the history that rates are pooled from
	HistoryFrom string   `json:"history_from"`
	HistoryTo   string   `json:"history_to"`
	Stock       Stock    `json:"stock"`

	Nodes       []Node        `json:"nodes"`
	Channels    []ChannelPlan `json:"channels"`
	Rates       []Rate        `json:"rates"`
	Hourglass   []Layer       `json:"hourglass"`
	Diamond     []Layer       `json:"diamond"`
	Sensitivity []Swing       `json:"sensitivity"` // the rate that moves most first
	Seasonality Seasonality   `json:"seasonality"`
	Notes       []string      `json:"notes" say:"zh"`
}

// Node is one number of a plan. Null is what the data and the overrides say nothing of.
type Node struct {
	Name       string   `json:"name"`
	Channel    string   `json:"channel,omitempty"`
	Definition string   `json:"definition"`
	Unit       string   `json:"unit"`  // "customers", "orders", "money", "touches", "tasks", "members"
	Point      *float64 `json:"point"` // at the middle of all rates
	P10        *float64 `json:"p10"`
	P50        *float64 `json:"p50"`
	P90        *float64 `json:"p90"`
}

// ChannelPlan is what one channel has to bring.
type ChannelPlan struct {
	Channel  string   `json:"channel"`
	Before   int      `json:"adds_before"` // in the history
	Capacity *float64 `json:"capacity"`    // its best week, for the time of the plan, or as set; null without bound
	Adds     Node     `json:"adds"`
	Buyers   Node     `json:"buyers"`
	Budget   Node     `json:"budget"`
	Beyond   bool     `json:"beyond_capacity"` // the plan asks for more than that
}

// Swing is how far one rate alone moves the budget, or the adds where costs are unknown.
type Swing struct {
	Rate       string   `json:"rate"`
	Measure    string   `json:"measure"` // "budget" or "adds"
	Low        float64  `json:"low"`     // at the rate's 10th percentile
	High       float64  `json:"high"`    // at its 90th
	Swing      float64  `json:"swing"`
	Elasticity *float64 `json:"elasticity"` // percent of the measure for one percent of the rate
}

// terms is everything needed to solve a scenario.
type terms struct {
	span  *span
	facts *facts
	world world
	rates []Rate
	index map[string]int // of rates
}

// Simulate answers a scenario. It keeps nothing.
func (s *Service) Simulate(ctx context.Context, sc Scenario) (Answer, error) {
	started := s.Clock.Now()
	p, err := s.check(sc)
	if err != nil {
		return Answer{}, err
	}
	known, err := s.learn(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	out := newTerms(p, known).answer(s.Base.Customers.Currency())
	out.TookMS = s.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// newTerms applies the overrides to what the history says.
func newTerms(p *span, k *facts) *terms {
	t := &terms{span: p, facts: k, index: map[string]int{}}
	t.world = world{days: float64(p.days), stock: k.Stock, channels: slices.Clone(k.Channels), allocation: p.Allocation}
	t.rates = slices.Clone(k.Rates)
	for name := range p.Overrides {
		channel, _ := cutLast(trimChannel(name))
		if channel != "" && !slices.ContainsFunc(t.world.channels, func(c channelFacts) bool { return c.Name == channel }) {
			t.world.channels = append(t.world.channels, channelFacts{Name: channel, Capacity: math.Inf(1)})
			t.rates = append(t.rates, channelRates(channel, p.days, 0, 0, 0, 0, false)...)
		}
	}
	slices.SortStableFunc(t.world.channels, func(a, b channelFacts) int {
		return cmp.Or(cmp.Compare(b.Adds, a.Adds), cmp.Compare(a.Name, b.Name))
	})
	for i := range t.world.channels {
		if v, ok := p.Overrides[lever(t.world.channels[i].Name, "capacity")]; ok {
			t.world.channels[i].Capacity = v
		}
	}
	for i, r := range t.rates {
		if v, ok := p.Overrides[r.Name]; ok {
			t.rates[i] = r.fix(v)
		}
	}
	t.dropUnknown()
	for i, r := range t.rates {
		t.index[r.Name] = i
	}
	r := t.middle()
	t.world.rank(&r)
	return t
}

func trimChannel(name string) string {
	if len(name) > 8 && name[:8] == "channel:" {
		return name[8:]
	}
	return ""
}

// dropUnknown leaves out channels whose conversion nobody knows.
func (t *terms) dropUnknown() {
	t.world.channels = slices.DeleteFunc(t.world.channels, func(c channelFacts) bool {
		i := slices.IndexFunc(t.rates, func(r Rate) bool { return r.Name == lever(c.Name, "conversion") })
		return i < 0 || t.rates[i].Method == methodUnknown
	})
}

// levers are one value of each rate.
func (t *terms) levers(value func(i int) float64) levers {
	get := func(name string) float64 {
		if i, ok := t.index[name]; ok {
			return value(i)
		}
		return math.NaN()
	}
	r := levers{
		aov: get(AverageOrder), orders: get(OrdersPerBuyer), repeat: get(RepeatRate), known: get(KnownToPurchase),
		interest: get(AwareToInterest), purchase: get(InterestToPurchase), loyal: get(PurchaseToLoyal), referred: get(LoyalToReferred),
		perReferrer: get(PerReferrer), touches: get(TouchesPerBuyer), tasks: get(TasksPerBuyer), contactsDay: get(ContactsPerDay), tasksDay: get(TasksPerDay),
	}
	for _, c := range t.world.channels {
		r.conversion = append(r.conversion, get(lever(c.Name, "conversion")))
		r.cost = append(r.cost, get(lever(c.Name, "cost_per_add")))
	}
	return r
}

func (t *terms) middle() levers {
	return t.levers(func(i int) float64 { return t.rates[i].middle() })
}

// sample draws all rates, and solves each draw.
func (t *terms) sample() (flows []flow) {
	values := make([][]float64, len(t.rates))
	for i := range t.rates {
		values[i] = t.rates[i].draws(draws, t.span.Seed)
		r := &t.rates[i]
		if at := r.middle(); !math.IsNaN(at) {
			r.Point = &at
		}
		r.P10, r.P50, r.P90 = percentiles(values[i])
	}
	flows = make([]flow, draws)
	for d := range flows {
		r := t.levers(func(i int) float64 { return values[i][d] })
		flows[d] = t.world.solve(t.span.Target, &r)
	}
	return flows
}

func (t *terms) answer(currency string) Answer {
	flows := t.sample()
	middle := t.middle()
	point := t.world.solve(t.span.Target, &middle)
	out := Answer{
		Meta: t.facts.Meta, Currency: currency, Scenario: t.span.Scenario, Days: t.span.days, Horizon: t.facts.Horizon, Windows: t.facts.Windows,
		HistoryFrom: t.span.learnFrom.Format("2006-01-02"), HistoryTo: t.span.learn.Add(-1).In(t.span.zone).Format("2006-01-02"),
		Stock: t.facts.Stock, Rates: t.rates, Seasonality: t.facts.Seasonality, Nodes: []Node{}, Channels: []ChannelPlan{},
	}
	for _, d := range nodeDefs {
		out.Nodes = append(out.Nodes, spread(d.name, d.definition, d.unit, point, flows, d.of))
	}
	for i, c := range t.world.channels {
		out.Channels = append(out.Channels, t.channel(i, c, point, flows))
	}
	out.Hourglass, out.Diamond = hourglass(&out), diamond(&out)
	out.Sensitivity = t.sensitivity(middle)
	out.Notes = t.notes(&out)
	return out
}

// spread is a node over all draws.
func spread(name, definition, unit string, point flow, flows []flow, of func(*flow) float64) Node {
	n := Node{Name: name, Definition: definition, Unit: unit, Point: finite(of(&point))}
	values := make([]float64, len(flows))
	for i := range flows {
		values[i] = of(&flows[i])
	}
	n.P10, n.P50, n.P90 = percentiles(values)
	return n
}

func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func (t *terms) channel(i int, c channelFacts, point flow, flows []flow) ChannelPlan {
	out := ChannelPlan{
		Channel: c.Name, Before: c.Adds, Capacity: finite(c.Capacity),
		Adds:   spread("adds", "customers to add through the channel", "customers", point, flows, func(f *flow) float64 { return f.channelAdds[i] }),
		Buyers: spread("buyers", "of them, who buy in time", "customers", point, flows, func(f *flow) float64 { return f.channelBuyers[i] }),
		Budget: spread("budget", "adds times the cost of one", "money", point, flows, func(f *flow) float64 { return f.channelBudget[i] }),
	}
	out.Adds.Channel, out.Buyers.Channel, out.Budget.Channel = c.Name, c.Name, c.Name
	out.Beyond = out.Adds.Point != nil && *out.Adds.Point > c.Capacity*(1+1e-9)
	return out
}

// sensitivity moves one rate at a time from its 10th to its 90th percentile.
func (t *terms) sensitivity(middle levers) []Swing {
	base := t.world.solve(t.span.Target, &middle)
	measure, of := "budget", func(f *flow) float64 { return f.budget }
	if math.IsNaN(base.budget) {
		measure, of = "adds", func(f *flow) float64 { return f.adds }
	}
	out := []Swing{}
	for k, r := range t.rates {
		if r.Point == nil || math.IsNaN(of(&base)) {
			continue
		}
		with := func(v float64) float64 {
			x := t.levers(func(i int) float64 {
				if i == k {
					return v
				}
				return t.rates[i].middle()
			})
			f := t.world.solve(t.span.Target, &x)
			return of(&f)
		}
		low, high := with(or(r.P10, *r.Point)), with(or(r.P90, *r.Point))
		s := Swing{Rate: r.Name, Measure: measure, Low: orZero(low), High: orZero(high), Swing: math.Abs(orZero(high - low))}
		if up, down := with(*r.Point*1.01), with(*r.Point*0.99); of(&base) > 0 {
			s.Elasticity = finite((up - down) / of(&base) / 0.02)
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b Swing) int {
		return cmp.Or(cmp.Compare(b.Swing, a.Swing), cmp.Compare(a.Rate, b.Rate))
	})
	return out
}

func or(p *float64, otherwise float64) float64 {
	if p == nil {
		return otherwise
	}
	return *p
}

func (t *terms) notes(a *Answer) []string {
	out := []string{
		fmt.Sprintf("Rates are of %d stretches of %d days each before the plan. Shares: Beta posterior with Jeffreys' prior. Counts per buyer, member and day: Gamma posterior with Jeffreys' prior. Average order: Gamma with its mean and standard error. Ranges: 10th, 50th and 90th percentile of %d draws, seed %d.", t.facts.Windows, t.facts.Horizon, draws, t.span.Seed),
		"Points agree with each other exactly; medians of ranges need not.",
	}
	for _, r := range t.rates {
		if r.Method == methodUnknown {
			out = append(out, fmt.Sprintf("Nothing is known of %s; set it to see what depends on it.", r.Name))
		}
	}
	if t.facts.Horizon < t.span.days {
		out = append(out, fmt.Sprintf("The history is short: conversions are those of %d days, the plan has %d.", t.facts.Horizon, t.span.days))
	}
	for _, c := range a.Channels {
		if c.Budget.Point == nil {
			out = append(out, fmt.Sprintf("No costs of %s are known: its adds are not in the budget.", c.Channel))
		}
		if c.Beyond {
			out = append(out, fmt.Sprintf("%s is asked for more than it brought in its best week.", c.Channel))
		}
	}
	return out
}
