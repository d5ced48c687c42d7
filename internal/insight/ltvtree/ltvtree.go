// Package ltvtree owns the tree that lifetime value grows on: how often customers are
// touched, how much of it arrives, how many it converts, what those are worth, and whom they
// bring.
//
//	LTV = frequency x delivery x conversion x spend x (1 + referral)
//
//	frequency   touches tried       / customers
//	delivery    touches delivered   / touches tried
//	conversion  customers converted / touches delivered
//	spend       their net revenue   / customers converted
//	referral    referrals           / customers
//
// Each denominator is the numerator before it, so that the product is exactly the net revenue
// over their life of the customers whom touches converted, per customer of the brand: nothing
// is counted twice. A customer is converted by the last touch delivered before an order, if
// it is not older than the window. That is a rule of counting, not a proof of cause: only a
// control group tells that (package experiment).
//
// What the brand has not done yet is null with the reason, never an assumption.
package ltvtree

import (
	"context"
	"encoding/json"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/insight"
	"yutang/internal/outreach"
)

// Ledger counts what was planned and what came of it. Package outreach is one.
type Ledger interface {
	Summary(ctx context.Context, from, to time.Time, playbook string) ([]outreach.DayCount, error)
}

// Report answers queries about the tree.
type Report struct {
	Base   *insight.Base
	Ledger Ledger // nil: nothing is known of touches that were planned and not tried
}

// Text is a sentence in both languages of the console.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Answer is a tree. Money in major units.
type Answer struct {
	insight.Meta
	Currency  string   `json:"currency"`
	From      string   `json:"from"`
	To        string   `json:"to"`
	Customers int      `json:"customers"`
	LTV       *float64 `json:"ltv"` // null: a factor is not known
	Reason    *Text    `json:"ltv_reason,omitempty"`
	Leaves    []Leaf   `json:"leaves"`
	Levers    []Lever  `json:"levers"` // what moves LTV most, first
	Planned   *Planned `json:"planned"`
	Notes     []Text   `json:"notes"`
}

// Name names a leaf.
type Name string

// The leaves.
const (
	Frequency  Name = "frequency"
	Delivery   Name = "delivery"
	Conversion Name = "conversion"
	Spend      Name = "spend"
	Referral   Name = "referral"
)

var names = []Name{Frequency, Delivery, Conversion, Spend, Referral}

// Leaf is one factor.
type Leaf struct {
	Name        Name     `json:"name"`
	Definition  Text     `json:"definition"`
	Value       *float64 `json:"value"`
	Reason      *Text    `json:"reason,omitempty"` // why it is not known
	Numerator   float64  `json:"numerator"`
	Denominator float64  `json:"denominator"`
	Elasticity  *float64 `json:"elasticity"` // d ln LTV / d ln leaf
	Trend       []Month  `json:"trend"`
}

// Month is a leaf in one month. The frequency is per month there, and spend is over the life
// of those who were converted in that month.
type Month struct {
	Month       string   `json:"month"`
	Partial     bool     `json:"partial,omitempty"` // the span begins or ends within it
	Value       *float64 `json:"value"`
	Numerator   float64  `json:"numerator"`
	Denominator float64  `json:"denominator"`
}

// Lever is what improving one leaf would bring, all else equal.
type Lever struct {
	Leaf      Name    `json:"leaf"`
	Present   float64 `json:"present"` // over all whole months that count
	Best      float64 `json:"best"`    // of the brand's own best month
	BestMonth string  `json:"best_month"`
	P75       float64 `json:"p75"`       // of the brand's own months
	GainBest  float64 `json:"gain_best"` // of LTV, per customer
	GainP75   float64 `json:"gain_p75"`
	TotalBest float64 `json:"total_gain_best"` // of all customers
	TotalP75  float64 `json:"total_gain_p75"`
	Months    int     `json:"months"` // that it is learned from
}

// Planned is what became of the touches that were planned in the span.
type Planned struct {
	Planned    int            `json:"planned"`
	Suppressed int            `json:"suppressed"` // held back by a cap, a consent, a quiet hour and the like
	Expired    int            `json:"expired"`
	Reasons    map[string]int `json:"reasons"` // of those suppressed
}

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Tree(ctx, query)
}

// Tree answers a Query.
func (r *Report) Tree(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := parse(query, r.Base)
	if err != nil {
		return Answer{}, err
	}
	s, err := r.study(ctx, p, nil)
	if err != nil {
		return Answer{}, err
	}
	out := s.answer()
	out.Currency = r.Base.Customers.Currency()
	if out.Planned, err = r.planned(ctx, p, &out); err != nil {
		return Answer{}, err
	}
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// maxPlannedDays bounds how long a span the ledger of touches is asked about.
const maxPlannedDays = 400

// planned sums up the ledger of touches.
func (r *Report) planned(ctx context.Context, p *plan, out *Answer) (*Planned, error) {
	from, to := time.UnixMilli(p.from), time.UnixMilli(p.to)
	if r.Ledger == nil || to.Sub(from) > maxPlannedDays*24*time.Hour || p.Audience != "" || len(p.Where) > 0 {
		out.Notes = append(out.Notes, Text{
			"计划而未尝试的触达（被额度、静默时段等拦下）未统计：时段过长，或查询限定了人群或条件。",
			"Touches planned and not tried are not counted here: the span is long, or the query is about an audience or some touches only.",
		})
		return nil, nil
	}
	sum := &Planned{Reasons: map[string]int{}}
	for !from.After(to) {
		end := from.AddDate(0, 0, outreach.MaxSummaryDays-2)
		if end.After(to) {
			end = to
		}
		days, err := r.Ledger.Summary(ctx, from, end, "")
		if err != nil {
			return nil, err
		}
		for _, d := range days {
			sum.add(d)
		}
		y, m, n := end.In(r.Base.Zone()).Date()
		from = time.Date(y, m, n+1, 0, 0, 0, 0, r.Base.Zone())
	}
	return sum, nil
}

func (s *Planned) add(d outreach.DayCount) {
	s.Planned += d.Count
	switch d.State {
	case outreach.Suppressed:
		s.Suppressed += d.Count
		s.Reasons[string(d.Reason)] += d.Count
	case outreach.Expired:
		s.Expired += d.Count
	}
}

// People are the customers of {"leaf": "conversion", "side"?: "denominator", "month"?: "2026-01"}:
// those touched, delivered to, converted, or who brought others.
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := parse(query, r.Base)
	if err != nil {
		return nil, err
	}
	c, month, err := p.parseCell(raw)
	if err != nil {
		return nil, err
	}
	want := &find{month: month, fact: c.fact()}
	s, err := r.study(ctx, p, want)
	if err != nil {
		return nil, err
	}
	return insight.Gather(s.workers, func(w *worker) *roaring.Bitmap { return w.people }), nil
}

// fact is what is true of the customers behind a cell.
func (c cell) fact() int {
	under := c.Side == "denominator"
	switch {
	case c.Leaf == Frequency && !under, c.Leaf == Delivery && under:
		return tried
	case c.Leaf == Frequency, c.Leaf == Referral && under:
		return known
	case c.Leaf == Delivery, c.Leaf == Conversion && under:
		return delivered
	case c.Leaf == Referral:
		return referred
	default:
		return converted
	}
}
