package beforeafter

import (
	"context"
	"math"

	"yutang/internal/insight"
)

// Text is a sentence in both languages of the console.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Answer is what joining changed. Money is net revenue per customer per 30 days, in major
// units.
type Answer struct {
	insight.Meta
	Currency  string    `json:"currency"`
	Joiners   uint64    `json:"joiners"`
	Matched   uint64    `json:"matched"`
	Unmatched Unmatched `json:"unmatched"`
	Compared  uint64    `json:"compared"` // customers who had not joined
	Strata    int       `json:"strata"`

	Joined   *Window   `json:"joined"` // the matched; null with the estimates if there are too few
	Others   *Window   `json:"others"`
	Effect   *Effect   `json:"effect"`   // of joining on those who joined
	Relative *float64  `json:"relative"` // of what they would have spent without it
	Naive    *Naive    `json:"naive"`
	Trend    *Trend    `json:"pre_trend"`
	Balance  []Balance `json:"balance"`

	Reason      *Text  `json:"reason,omitempty"` // why there is no estimate
	Assumptions []Text `json:"assumptions"`
}

// Unmatched is who joined and is not compared.
type Unmatched struct {
	New    uint64 `json:"new"`    // not known for the days before joining
	Recent uint64 `json:"recent"` // not seen for the days after joining yet
	Alone  uint64 `json:"alone"`  // nobody like them who had not joined
}

// Window is one kind of customer.
type Window struct {
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	Change float64 `json:"change"`
}

// Effect is an estimate with its 95 % interval.
type Effect struct {
	Value   float64 `json:"value"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Certain bool    `json:"certain"` // 0 is outside of the interval
}

// Naive is what a comparison without matching would say.
type Naive struct {
	After     float64 `json:"after_difference"`     // those who joined less all others, after
	OwnChange float64 `json:"own_change"`           // of those who joined, after less before
	DiffDiff  float64 `json:"unmatched_difference"` // of the changes, without matching
}

// Trend is whether the two kinds went alike before joining.
type Trend struct {
	Effect
	Customers int  `json:"customers"` // who joined and were known long enough to tell
	Parallel  bool `json:"parallel"`
}

// Balance is how alike the two kinds were before joining. A standardised difference below
// 0.1 is small (Austin, Balance diagnostics, 2009).
type Balance struct {
	Name      string   `json:"name"` // "orders", "revenue"
	Joined    float64  `json:"joined"`
	AllOthers float64  `json:"all_others"`
	Others    float64  `json:"others"`
	Before    *float64 `json:"standardised_before"` // before matching
	After     *float64 `json:"standardised_after"`
}

// leastMatched is how few matched customers still make an estimate.
const leastMatched = 10

func (s *study) answer(ctx context.Context) (Answer, error) {
	n := func(g group) uint64 { return s.groups[g].GetCardinality() }
	out := Answer{
		Meta: s.meta, Joiners: n(joiners), Matched: n(matched), Compared: n(compared), Strata: len(s.order),
		Unmatched: Unmatched{n(tooNew), n(tooLate), n(alone)}, Balance: []Balance{}, Assumptions: s.assumptions(),
	}
	if out.Matched < leastMatched || out.Compared < leastMatched {
		out.Reason = &Text{
			"可匹配的客户少于 10 位，无法估计。", "Fewer than ten customers can be matched, so nothing is estimated.",
		}
		return out, nil
	}
	m := s.mean(nil)
	effects, trends, err := s.samples(ctx)
	if err != nil {
		return out, err
	}
	if len(effects) == 0 {
		effects = []float64{s.p.effect(m)}
	}
	out.Joined, out.Others = s.window(m.pre, m.post), s.window(m.preOther, m.postOther)
	e := s.effectOf(s.p.effect(m), effects)
	out.Effect = &e
	if would := out.Joined.After - e.Value; would > 0 {
		v := e.Value / would
		out.Relative = &v
	}
	if m.nEarly >= leastMatched && len(trends) > 0 {
		t := Trend{Effect: s.effectOf(s.p.trend(m), trends), Customers: int(m.nEarly)}
		t.Parallel = !t.Certain
		out.Trend = &t
	}
	s.compareAll(&out, m)
	return out, nil
}

func (s *study) major(minor float64) float64 {
	return minor * s.book.Major(1)
}

func (s *study) window(pre, post float64) *Window {
	w := Window{Before: s.major(s.p.before(pre)), After: s.major(s.p.after(post))}
	w.Change = w.After - w.Before
	return &w
}

func (s *study) effectOf(v float64, samples []float64) Effect {
	low, high := interval(samples)
	return Effect{Value: s.major(v), Low: s.major(low), High: s.major(high), Certain: low > 0 || high < 0}
}

// compareAll says what would be seen without matching.
func (s *study) compareAll(out *Answer, m means) {
	j := sum(s.all, nil)
	var pre, post, orders, weight float64
	for _, w := range s.weekly { // weeks weigh as those who joined in them
		if w.others > 0 {
			f := w.joined / w.others
			pre, post, orders, weight = pre+f*w.pre, post+f*w.post, orders+f*w.orders, weight+w.joined
		}
	}
	if weight == 0 || j.n == 0 {
		return
	}
	pre, post, orders = pre/weight, post/weight, orders/weight
	jPre, jPost, jOrders := j.pre/j.n, j.post/j.n, j.orders/j.n
	out.Naive = &Naive{
		After: s.major(s.p.after(jPost - post)), OwnChange: s.major(s.p.after(jPost) - s.p.before(jPre)),
		DiffDiff: s.major(s.p.after(jPost-post) - s.p.before(jPre-pre)),
	}
	spread := func(of func(tested) float64, mean float64) float64 {
		v := 0.0
		for _, t := range s.all {
			v += (of(t) - mean) * (of(t) - mean)
		}
		return math.Sqrt(v / j.n)
	}
	standard := func(difference, sd float64) *float64 {
		if sd == 0 {
			return nil
		}
		v := difference / sd
		return &v
	}
	sdOrders, sdPre := spread(func(t tested) float64 { return t.orders }, jOrders), spread(func(t tested) float64 { return t.pre }, jPre)
	out.Balance = []Balance{
		{"orders", m.orders, orders, m.ordersOther, standard(jOrders-orders, sdOrders), standard(m.orders-m.ordersOther, sdOrders)},
		{
			"revenue", s.major(m.pre), s.major(pre), s.major(m.preOther), standard(jPre-pre, sdPre), standard(m.pre-m.preOther, sdPre),
		},
	}
}
