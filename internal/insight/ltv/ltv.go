// Package ltv owns what customers will be worth: models of buying fitted to the brand's own
// purchases, what they predict of each customer, and how well they predicted what has
// happened since.
//
// Purchases of one day count as one. A customer is known by how many days they bought on
// again, when the last was, and how long they have been watched (package btyd). Expected
// value is expected purchases times the expected value of one, by gamma-gamma. A query with
// calibration_end learns until that day and is judged by the days after it.
package ltv

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/insight"
	"yutang/internal/insight/btyd"
)

// Customer is what is predicted of one customer.
type Customer struct {
	Root      uint32  `json:"-"`
	ID        string  `json:"id"`
	Frequency float64 `json:"frequency"` // repeat days
	Recency   float64 `json:"recency"`   // units from the first to the last
	T         float64 `json:"T"`         // units watched
	Monetary  float64 `json:"monetary"`  // mean value of repeat days, major units
	Alive     float64 `json:"p_alive"`
	Purchases float64 `json:"expected_purchases"` // within the horizon
	Average   float64 `json:"expected_average"`   // value of one, major units
	Value     float64 `json:"expected_value"`     // within the horizon, discounted, major units
	Decile    int     `json:"decile"`             // 1 the most valuable tenth

	later int // days bought on after the calibration
}

// Param is a fitted parameter.
type Param struct {
	Name  string   `json:"name"`
	Value float64  `json:"value"`
	SE    *float64 `json:"standard_error"` // null where the data do not tell
}

// Model is a fitted model.
type Model struct {
	Name          string  `json:"name"`
	Parameters    []Param `json:"parameters"`
	LogLikelihood float64 `json:"log_likelihood"`
	AIC           float64 `json:"aic"`
	Customers     int     `json:"customers"` // that it learned from
}

// Answer is predictions and how far to trust them.
type Answer struct {
	insight.Meta
	Unit        insight.Period     `json:"unit"`
	Horizon     float64            `json:"horizon"`
	Model       string             `json:"model"` // the one used
	Models      []Model            `json:"models"`
	Parameters  map[string]float64 `json:"parameters"` // of the models used, by name
	LogLike     float64            `json:"log_likelihood"`
	Count       int                `json:"count"`
	Total       float64            `json:"total_expected_value"`
	Alive       float64            `json:"expected_alive"` // sum of p_alive
	Customers   []Customer         `json:"customers"`      // one page, in order of number
	Next        string             `json:"next,omitempty"`
	Deciles     []Decile           `json:"deciles"`
	Calibration []Bin              `json:"calibration,omitempty"` // with days after the calibration
	Tracking    []Track            `json:"tracking,omitempty"`
	Fit         *Quality           `json:"quality,omitempty"`
	Notes       []string           `json:"notes" say:"zh"`
}

// Decile is a tenth of the customers by expected value.
type Decile struct {
	Decile int     `json:"decile"`
	Count  int     `json:"count"`
	Value  float64 `json:"expected_value"` // together
	Alive  float64 `json:"mean_p_alive"`
}

// Report answers LTV queries.
type Report struct{ Base *insight.Base }

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Predict(ctx, query)
}

// Predict answers a Query. Errors: precondition too_few_purchases when there is nothing to
// learn from.
func (r *Report) Predict(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := parse(query, r.Base)
	if err != nil {
		return Answer{}, err
	}
	s, err := r.learn(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	out := s.answer()
	out.Customers, out.Next, err = insight.Cut(s.people, p.Cursor, p.Limit, func(c *Customer) uint32 { return c.Root })
	if err != nil {
		return Answer{}, err
	}
	for i := range out.Customers {
		out.Customers[i].ID = id.Customer(out.Customers[i].Root)
	}
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// cell is one number of an answer.
type cell struct {
	Decile    int      `json:"decile,omitempty"`
	Frequency *often   `json:"frequency,omitempty"` // bin of the calibration: 0 to 7, 7 and more; or as it is shown, "7+"
	AliveFrom *float64 `json:"alive_from,omitempty"`
	AliveTo   *float64 `json:"alive_to,omitempty"`
}

// People are the customers of {"decile": 1}, of {"frequency": 7}, or between {"alive_from":
// 0, "alive_to": 0.3}.
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := parse(query, r.Base)
	if err != nil {
		return nil, err
	}
	var c cell
	if err := insight.DecodeCell(raw, &c); err != nil {
		return nil, err
	}
	if c == (cell{}) {
		return nil, fault.BadField("/cell", `names a "decile", a "frequency", or "alive_from" and "alive_to"`)
	}
	s, err := r.learn(ctx, p)
	if err != nil {
		return nil, err
	}
	out := roaring.New()
	for _, x := range s.people {
		if (c.Decile == 0 || c.Decile == x.Decile) && (c.Frequency == nil || int(*c.Frequency) == bin(x.Frequency)) &&
			(c.AliveFrom == nil || x.Alive >= *c.AliveFrom) && (c.AliveTo == nil || x.Alive < *c.AliveTo) {
			out.Add(x.Root)
		}
	}
	return out, nil
}

// study is everything learned from one reading.
type study struct {
	p       *plan
	meta    insight.Meta
	people  []Customer
	firsts  []int64 // day of the first purchase, beside people
	repeats [][]int64
	models  []Model
	buying  btyd.Model
	used    string
	spend   btyd.GammaGamma
	like    float64
}

// visitor is what one goroutine gathers.
type visitor struct {
	people  []Customer
	firsts  []int64
	repeats [][]int64
}

func (r *Report) learn(ctx context.Context, p *plan) (*study, error) {
	reading, meta, err := r.Base.Read(ctx, audience.Survey{Picks: p.picks, Reads: []string{p.Value}, Audience: p.Audience}, p.zone)
	if err != nil {
		return nil, err
	}
	byName, plain := reading.Masks()
	parts := make([]visitor, audience.Workers())
	err = reading.Visit(ctx, func(person *audience.Person) error {
		p.visit(person, &parts[person.Worker()], byName, plain)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s := &study{p: p, meta: meta}
	s.join(parts)
	return s, s.fit()
}

// visit reads one customer's purchases, day by day.
func (p *plan) visit(person *audience.Person, v *visitor, byName []uint32, plain uint32) {
	c := Customer{Root: person.Root}
	first, last, spent := int64(-1), int64(-1), 0.0
	var repeats []int64
	for i, name := range person.Name {
		if byName[name] == 0 || person.At[i] > p.endMS || person.Hits(byName, plain, i) == 0 {
			continue
		}
		day := p.day(person.At[i])
		if first < 0 {
			if day > p.split {
				return
			}
			first, last = day, day
			continue
		}
		if day > p.split {
			if day != last {
				c.later++
				repeats = append(repeats, day)
			}
			last = day
			continue
		}
		if day != last {
			c.Frequency++
			c.Recency = float64(day-first) / p.days
			repeats = append(repeats, day)
		}
		if last = day; day != first {
			if value := person.Value(0, i); value.Kind == event.Number {
				spent += value.Num.Float()
			}
		}
	}
	if first < 0 {
		return
	}
	c.T = float64(p.split-first) / p.days
	if c.Frequency > 0 {
		c.Monetary = spent / c.Frequency
	}
	v.people, v.firsts, v.repeats = append(v.people, c), append(v.firsts, first), append(v.repeats, repeats)
}

// join puts the workers' finds in order of customers' numbers.
func (s *study) join(parts []visitor) {
	type place struct{ part, i int }
	var order []place
	for k := range parts {
		for i := range parts[k].people {
			order = append(order, place{k, i})
		}
	}
	slices.SortFunc(order, func(a, b place) int {
		return cmp.Compare(parts[a.part].people[a.i].Root, parts[b.part].people[b.i].Root)
	})
	for _, o := range order {
		s.people = append(s.people, parts[o.part].people[o.i])
		s.firsts = append(s.firsts, parts[o.part].firsts[o.i])
		s.repeats = append(s.repeats, parts[o.part].repeats[o.i])
	}
}

// fit learns the models and predicts everybody.
func (s *study) fit() error {
	list, spent := make([]btyd.Customer, len(s.people)), make([]btyd.Spender, len(s.people))
	for i, c := range s.people {
		list[i] = btyd.Customer{X: c.Frequency, TX: c.Recency, T: c.T}
		spent[i] = btyd.Spender{X: c.Frequency, Mean: c.Monetary}
	}
	if err := s.fitBuying(list); err != nil {
		return unfit(err)
	}
	money, err := btyd.FitGammaGamma(spent)
	if err != nil {
		return unfit(err)
	}
	s.spend = money.Model
	s.models = append(s.models, shown("gamma-gamma", money.Model.Params(), money.SE, money.LogLikelihood, money.Customers))
	for i := range s.people {
		c := &s.people[i]
		c.Alive = s.buying.Alive(list[i])
		c.Purchases = s.buying.Expected(list[i], s.p.Horizon)
		c.Average = s.spend.Expected(spent[i])
		c.Value = c.Average * s.worth(list[i], c.Purchases)
	}
	s.rank()
	return nil
}

func (s *study) fitBuying(list []btyd.Customer) error {
	if s.p.Model != Pareto {
		fit, err := btyd.FitBGNBD(list)
		if err != nil {
			return err
		}
		s.buying, s.used, s.like = fit.Model, BGNBD, fit.LogLikelihood
		s.models = append(s.models, shown("BG/NBD", fit.Model.Params(), fit.SE, fit.LogLikelihood, fit.Customers))
	}
	if s.p.Model == Pareto || s.p.Model == Auto && !s.undying() {
		fit, err := btyd.FitParetoNBD(list)
		if err != nil {
			return err
		}
		s.models = append(s.models, shown("Pareto/NBD", fit.Model.Params(), fit.SE, fit.LogLikelihood, fit.Customers))
		if s.buying == nil || fit.LogLikelihood > s.like { // both have four parameters
			s.buying, s.used, s.like = fit.Model, Pareto, fit.LogLikelihood
		}
	}
	return nil
}

// undying says that hardly anybody stops: both models are the negative binomial one then,
// and the second would only take long to find that out.
func (s *study) undying() bool {
	m, ok := s.buying.(btyd.BGNBD)
	return ok && m.A/m.B < 1e-3
}

// unfit is the answer where the data allow no model.
func unfit(err error) error {
	switch {
	case errors.Is(err, btyd.ErrTooFew):
		return fault.New(fault.Precondition, "too_few_purchases", "fewer than ten customers have bought again, so no model can be fitted; come back when there are more orders, or choose another event")
	case errors.Is(err, btyd.ErrNoMaximum):
		return fault.New(fault.Precondition, "no_model", "no model fits these purchases; choose an end that is close to the last of them, or more of them")
	}
	return err
}

// worth is expected purchases, discounted step by step of one unit.
func (s *study) worth(c btyd.Customer, undiscounted float64) float64 {
	if s.p.Discount == 0 {
		return undiscounted
	}
	steps := int(math.Ceil(s.p.Horizon))
	size := max(1, steps/52) // at most about a hundred steps
	sum, before := 0.0, 0.0
	for at := size; ; at += size {
		t := math.Min(float64(at), s.p.Horizon)
		now := s.buying.Expected(c, t)
		sum += (now - before) * math.Pow(1+s.p.Discount, -t*s.p.days/365)
		if before = now; t == s.p.Horizon {
			return sum
		}
	}
}

// rank divides customers into tenths by expected value.
func (s *study) rank() {
	order := make([]int, len(s.people))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.people[b].Value, s.people[a].Value) })
	for place, i := range order {
		s.people[i].Decile = place*10/len(order) + 1
	}
}

func shown(name string, params []btyd.Param, se []float64, like float64, n int) Model {
	m := Model{Name: name, LogLikelihood: like, AIC: 2*float64(len(params)) - 2*like, Customers: n}
	for i, p := range params {
		out := Param{Name: p.Name, Value: p.Value}
		if !math.IsNaN(se[i]) {
			out.SE = &se[i]
		}
		m.Parameters = append(m.Parameters, out)
	}
	return m
}
