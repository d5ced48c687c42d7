package attribution

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/fault"
	"yutang/internal/insight"
)

// Words for values that no touch has.
const (
	Other  = "(other)"  // all values beyond those told apart
	Nobody = "(nobody)" // orders of no known customer
)

// Answer is what the orders of a time are owed to. Money is in major units, net of refunds.
type Answer struct {
	insight.Meta
	Currency       string         `json:"currency"`
	By             By             `json:"by"`
	Lookback       float64        `json:"lookback_days"`
	HalfLife       float64        `json:"half_life_days"`
	Touches        []Kind         `json:"touches"`
	Models         []Result       `json:"models"`
	Values         []Value        `json:"values"` // the most frequent first
	OtherValues    int            `json:"other_values,omitempty"`
	Paths          []PathRow      `json:"paths"` // the most frequent first
	OtherPaths     int            `json:"other_paths"`
	Journey        Journey        `json:"journey"`
	Reconciliation Reconciliation `json:"reconciliation"`
	UnknownEvents  []string       `json:"unknown_events,omitempty"`
	Notes          []string       `json:"notes" say:"zh"`
}

// Result is the credits of one model. They sum to the orders and the revenue of customers
// asked for, "(direct)" and, without an audience, "(nobody)" among them.
type Result struct {
	Model   Model   `json:"model"`
	Credits []Owed  `json:"credits"`
	Orders  float64 `json:"orders"`
	Revenue float64 `json:"revenue"`
	// Difference is what the ledger holds for these customers less Revenue: 0.
	Difference float64 `json:"difference"`
}

// Owed is what one value is credited with.
type Owed struct {
	Value   string  `json:"value"`
	Orders  float64 `json:"orders"`  // shares of orders
	Revenue float64 `json:"revenue"` // to the cent
	Share   float64 `json:"share"`   // of the model's revenue
}

// Value is how often a value is met, and what would be lost without it.
type Value struct {
	Value   string   `json:"value"`
	Touches int      `json:"touches"`        // on ways to orders and to none; once for each way
	Removal *float64 `json:"removal_effect"` // share of conversions, with the model "markov"
}

// PathRow is a way, repetitions joined.
type PathRow struct {
	Path       []string `json:"path"`
	Orders     int      `json:"orders"`
	Lost       int      `json:"lost"` // customers who went it and have not ordered since
	Conversion float64  `json:"conversion"`
	Revenue    float64  `json:"revenue"`
}

// Journey is how long ways to orders are, of those with touches.
type Journey struct {
	Orders        int      `json:"orders"`
	MeanTouches   *float64 `json:"mean_touches"`
	MedianTouches *float64 `json:"median_touches"`
	MeanDays      *float64 `json:"mean_days"` // from the first touch of the way
	MedianDays    *float64 `json:"median_days"`
	Cut           int      `json:"cut_paths"` // longer than 50 touches: the last 50 count
}

// Sum is orders and their money.
type Sum struct {
	Orders  int     `json:"orders"`
	Revenue float64 `json:"revenue"`
}

// Reconciliation is how the credits meet the order ledger: Ledger is the sum of the other
// sums, and Difference is 0.
type Reconciliation struct {
	Ledger     Sum     `json:"ledger"`  // all completed orders of the range in the brand's currency
	Touched    Sum     `json:"touched"` // with a touch before them
	Direct     Sum     `json:"direct"`  // of customers without one
	Nobody     Sum     `json:"nobody"`  // of no known customer
	Outside    Sum     `json:"outside"` // of customers out of the audience
	Void       Sum     `json:"void"`    // cancelled or refunded as a whole; they bring nothing
	Difference float64 `json:"difference"`
}

// Report answers attribution queries.
type Report struct{ Base *insight.Base }

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Attribution(ctx, query)
}

// Attribution answers a Query.
func (r *Report) Attribution(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := parse(query, r.Base)
	if err != nil {
		return Answer{}, err
	}
	s, err := r.study(ctx, p, nil)
	if err != nil {
		return Answer{}, err
	}
	f := s.fold()
	out := f.answer(r.Base.Customers.Currency())
	out.UnknownEvents = r.Base.Unknown(p.picks...)
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// cell is one number of an answer.
type cell struct {
	Value   string   `json:"value,omitempty"`
	Model   Model    `json:"model,omitempty"`
	Path    []string `json:"path,omitempty"`
	Ordered *bool    `json:"ordered,omitempty"`
}

// People are the customers with an order credited to {"value": V} ("model"? narrows it to
// one model), or who went {"path": [...]} ("ordered"? narrows it to those who bought, or
// not).
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := parse(query, r.Base)
	if err != nil {
		return nil, err
	}
	c := &cell{}
	if err := insight.DecodeCell(raw, c); err != nil {
		return nil, err
	}
	switch {
	case (c.Value == "") == (len(c.Path) == 0):
		return nil, fault.BadField("/cell", `names either a "value" or a "path"`)
	case c.Model != "" && !slices.Contains(Models(), c.Model):
		return nil, fault.BadField("/cell/model", "unknown; choose from %v", Models())
	case c.Model != "" && c.Value == "":
		return nil, fault.BadField("/cell/model", `belongs to a "value"`)
	case c.Ordered != nil && len(c.Path) == 0:
		return nil, fault.BadField("/cell/ordered", `belongs to a "path"`)
	}
	s, err := r.study(ctx, p, c)
	if err != nil {
		return nil, err
	}
	if c.Value != "" {
		return s.fold().credited(c.Value, c.Model), nil
	}
	return s.fold().went(c.Path, c.Ordered), nil
}
