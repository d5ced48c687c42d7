// Package cac owns what a new customer costs and when the cost is earned back: per channel,
// month, member of staff, campaign and phase.
//
// A customer is connected by their first Contact Added, and belongs to the cohort of that
// moment. Costs are package cost's, revenue is the order ledger's, net of refunds. Every
// customer and every cost row has one value in each dimension, (unknown) if nothing is said,
// so that the rows of a dimension add up to the total to the cent.
//
// The report counts what happened; it does not say that a channel caused it (package
// attribution divides credit among touches).
package cac

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/insight/cost"
	"yutang/internal/insight/ltv"
)

// Report answers queries about costs of customers.
type Report struct {
	Base  *insight.Base
	Costs *cost.Service
	// Margin is the brand's gross margin for queries that name none, 0 if it is not known.
	// Nil: it never is.
	Margin func(ctx context.Context) (float64, error)
}

func (r *Report) parse(ctx context.Context, raw json.RawMessage) (*plan, error) {
	usual := 0.0
	if r.Margin != nil {
		var err error
		if usual, err = r.Margin(ctx); err != nil {
			return nil, err
		}
	}
	return parse(raw, r.Base, usual)
}

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Cost(ctx, query)
}

// Cost answers a Query.
func (r *Report) Cost(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := r.parse(ctx, query)
	if err != nil {
		return Answer{}, err
	}
	s, err := r.study(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	if err := r.predict(ctx, s); err != nil {
		return Answer{}, err
	}
	out := s.answer()
	out.Currency = r.Base.Customers.Currency()
	out.UnknownEvents = r.Base.Unknown(p.named()...)
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// predict asks package ltv what the customers will bring. Too little to learn from is a
// note, not an error.
func (r *Report) predict(ctx context.Context, s *study) error {
	if !s.p.predict {
		return nil
	}
	query, err := json.Marshal(ltv.Query{
		At: time.UnixMilli(s.now).UTC().Format(time.RFC3339), Timezone: s.p.zone.String(), Horizon: s.p.PredictWeeks, Unit: insight.Week,
	})
	if err != nil {
		return fmt.Errorf("ask for predictions: %w", err)
	}
	values := map[uint32]float64{}
	err = (&ltv.Report{Base: r.Base}).Values(ctx, query, func(root uint32, value float64) { values[root] = value })
	if fault.Is(err, fault.Precondition) {
		s.notes = append(s.notes, Text{
			"复购的客户太少，无法拟合模型，因此没有预测值。", "Too few customers have bought again to fit a model, so nothing is predicted.",
		})
		return nil
	}
	if err != nil {
		return fmt.Errorf("predict values: %w", err)
	}
	s.forecast = values
	return nil
}

// People are the customers of {"by"?: "channel", "value"?: "douyin", "number": "connected"}.
// A cell by phase is of the comparison with the plan, unless the query divides by phase: the
// numbers connected and first_orders, whatever the span.
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := r.parse(ctx, query)
	if err != nil {
		return nil, err
	}
	c, err := p.parseCell(raw)
	if err != nil {
		return nil, err
	}
	s, err := r.study(ctx, p)
	if err != nil {
		return nil, err
	}
	out := roaring.New()
	if c.By == cost.ByPhase && !slices.Contains(p.By, c.By) {
		return out, s.ofPhase(c, out)
	}
	var g *groups
	if c.By != "" {
		g = s.groups(c.By)
	}
	for i := range s.people {
		x := &s.people[i]
		if g != nil && g.fold(s.value(x, c.By)) != c.Value {
			continue
		}
		if f := s.weigh(x); f.is[place(c.Number)] {
			out.Add(x.root)
		}
	}
	return out, nil
}
