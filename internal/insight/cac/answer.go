package cac

import (
	"cmp"
	"slices"
	"strings"

	"yutang/internal/insight"
	"yutang/internal/insight/cost"
)

// Text is a sentence in both languages of the console.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Answer is costs and what they brought. Money in major units.
type Answer struct {
	insight.Meta
	Currency      string          `json:"currency"`
	Margin        float64         `json:"margin"`
	Total         Row             `json:"total"`
	Groups        []Group         `json:"groups"`
	Phases        []Phase         `json:"phases"` // of all time, whatever the span
	Planned       bool            `json:"planned"`
	Reconciled    Reconciled      `json:"reconciled"`
	Definitions   map[string]Text `json:"definitions"`
	Notes         []Text          `json:"notes,omitempty"`
	UnknownEvents []string        `json:"unknown_events,omitempty"`
}

// Group is one dimension. Its rows add up to the total.
type Group struct {
	By   cost.Dimension `json:"by"`
	Rows []Row          `json:"rows"`
}

// Row is one value of a dimension. A ratio without a denominator is null.
type Row struct {
	Value       string   `json:"value"`
	Cost        float64  `json:"cost"`
	Connected   int      `json:"connected"`
	HalfAdded   int      `json:"half_added"`
	Pending     int      `json:"pending"`
	Failed      int      `json:"failed"`
	Exposed     *int     `json:"exposed"` // null: the query names no exposure
	Asks        int      `json:"asks"`
	AddRate     *float64 `json:"add_success_rate"`
	FirstOrders int      `json:"first_orders"`
	Buyers      int      `json:"buyers"`
	Mature      int      `json:"mature"` // connected long enough to tell whether they stayed
	Retained    int      `json:"retained"`
	Lost        int      `json:"lost"`
	RetainRate  *float64 `json:"retained_rate"`
	PerFan      *float64 `json:"cost_per_fan"`
	PerKept     *float64 `json:"cost_per_retained"`
	CAC         *float64 `json:"cac"`
	CACOrder    *float64 `json:"cac_first_order"`
	Revenue     float64  `json:"revenue"`        // net, since the connection
	Before      float64  `json:"revenue_before"` // net, before it
	LTV         *float64 `json:"ltv_realised"`   // revenue per connected customer, times margin
	LTVToCAC    *float64 `json:"ltv_cac_realised"`
	LTVAhead    *float64 `json:"ltv_predicted"` // realised and predicted
	Predicted   *float64 `json:"ltv_cac_predicted"`
	Payback     *int     `json:"payback_days"` // null: not yet within what was seen
	Curve       []Point  `json:"curve"`
}

// Point is one moment of a payback curve.
type Point struct {
	Day     int     `json:"day"`     // days since the connection
	Value   float64 `json:"value"`   // cumulative net revenue per customer, times margin
	AtRisk  int     `json:"at_risk"` // customers seen that long
	Crossed bool    `json:"crossed"` // at or above the CAC
}

// Reconciled shows that no order is left out: the parts add up to the ledger.
type Reconciled struct {
	Ledger       float64 `json:"ledger"`
	CohortAfter  float64 `json:"cohort_after"`
	CohortBefore float64 `json:"cohort_before"`
	Others       float64 `json:"other_customers"` // connected outside of the span, never, or not in the audience
	Nobody       float64 `json:"nobody"`          // orders of no known customer
}

func ratio(a, b float64) *float64 {
	if b == 0 {
		return nil
	}
	v := a / b
	return &v
}

func (s *study) row(t *tally) Row {
	c := func(n Number) int { return t.count(n) }
	r := Row{
		Value: t.value, Cost: s.book.Major(t.cost), Connected: c(Connected), HalfAdded: c(HalfAdded), Pending: c(Pending), Failed: c(AskFailed),
		FirstOrders: c(FirstOrders), Buyers: c(Buyers), Mature: t.mature, Retained: c(Retained), Lost: c(Lost),
		Revenue: s.book.Major(t.after), Before: s.book.Major(t.before),
	}
	if len(s.p.Exposure) > 0 {
		n := c(Exposed)
		r.Exposed = &n
	}
	r.Asks = r.Connected + r.HalfAdded + r.Failed
	fans := float64(r.Connected)
	r.AddRate = ratio(fans, float64(r.Asks))
	r.RetainRate = ratio(float64(r.Retained), float64(r.Mature))
	r.CAC, r.PerFan = ratio(r.Cost, fans), ratio(r.Cost, fans)
	r.PerKept = ratio(r.Cost, float64(r.Retained))
	r.CACOrder = ratio(r.Cost, float64(r.FirstOrders))
	worth := r.Revenue * s.p.Margin
	r.LTV, r.LTVToCAC = ratio(worth, fans), ratio(worth, r.Cost)
	if s.forecast != nil {
		worth += t.ahead * s.p.Margin
		r.LTVAhead, r.Predicted = ratio(worth, fans), ratio(worth, r.Cost)
	}
	s.payback(t, &r)
	return r
}

// payback draws the curve: the mean cumulative function of revenue over customers who
// were seen for different lengths of time (W. Nelson, Recurrent Events Data Analysis, 2003,
// ch. 1): the revenue of each day is divided by those who were seen through it.
func (s *study) payback(t *tally, r *Row) {
	r.Curve = []Point{}
	step := 1
	if s.p.Step == insight.Week {
		step = 7
	}
	left, value := r.Connected, 0.0
	for d := range t.days {
		left -= t.leaving[d]
		if left <= 0 {
			return
		}
		value += s.book.Major(t.days[d]) * s.p.Margin / float64(left)
		crossed := r.CAC != nil && value >= *r.CAC
		if crossed && r.Payback == nil && r.Cost > 0 {
			day := d + 1
			r.Payback = &day
		}
		if (d+1)%step == 0 {
			r.Curve = append(r.Curve, Point{Day: d + 1, Value: value, AtRisk: left, Crossed: crossed})
		}
	}
}

// answer makes everything that is shown.
func (s *study) answer() Answer {
	total, all := s.sum()
	out := Answer{
		Meta: s.meta, Margin: s.p.Margin, Total: s.row(total), Groups: []Group{}, Planned: s.planned, Notes: s.notes, Definitions: definitions(s.p),
		Phases: s.phaseRows(), Reconciled: s.reconcile(total),
	}
	for _, g := range all {
		rows := make([]Row, 0, len(g.tally))
		for _, t := range g.tally {
			rows = append(rows, s.row(t))
		}
		slices.SortFunc(rows, func(a, b Row) int {
			if g.by == cost.ByMonth || g.by == cost.ByPhase {
				return strings.Compare(a.Value, b.Value)
			}
			return cmp.Or(cmp.Compare(b.Connected, a.Connected), cmp.Compare(b.Cost, a.Cost), strings.Compare(a.Value, b.Value))
		})
		out.Groups = append(out.Groups, Group{g.by, rows})
	}
	return out
}

func (s *study) reconcile(total *tally) Reconciled {
	nobody := int64(0)
	for _, o := range s.book.Of(0) {
		nobody += o.Net
	}
	all := s.book.Net()
	return Reconciled{
		Ledger: s.book.Major(all), CohortAfter: s.book.Major(total.after), CohortBefore: s.book.Major(total.before),
		Others: s.book.Major(all - total.after - total.before - nobody), Nobody: s.book.Major(nobody),
	}
}
