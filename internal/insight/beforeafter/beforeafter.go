// Package beforeafter owns what customers are worth before and after they join the private
// domain, against customers like them who did not.
//
// Customers who join were often better customers before, and everybody's buying changes with
// the season. So a customer who joined in a week is compared with those who had not joined by
// then, whose orders, revenue and last order looked alike at the beginning of that same week:
// coarsened exact matching (Iacus, King and Porro, Causal Inference without Balance Checking,
// 2012). The change of the ones less the change of the others is the effect on those who
// joined (difference in differences; Angrist and Pischke, Mostly Harmless Econometrics, 2009,
// ch. 5).
//
//	── before that (pre-trend) ──┼── before ──┼─ week of joining ─┼── after ──
//	                             └ matched on ┘     left out
//
// The interval is of a bootstrap over customers with Poisson weights (Oza and Russell, 2001),
// from a seed: the same query gives the same answer. What the figures take for granted is
// printed in the answer.
package beforeafter

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/event"
	"yutang/internal/insight"
	"yutang/internal/rule"
)

// Report answers queries about joining.
type Report struct{ Base *insight.Base }

// Run answers a Query.
func (r *Report) Run(ctx context.Context, query json.RawMessage) (any, error) {
	return r.Compare(ctx, query)
}

// Compare answers a Query.
func (r *Report) Compare(ctx context.Context, query json.RawMessage) (Answer, error) {
	started := r.Base.Clock.Now()
	p, err := parse(query, r.Base)
	if err != nil {
		return Answer{}, err
	}
	s, err := r.study(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	out, err := s.answer(ctx)
	if err != nil {
		return Answer{}, err
	}
	out.Currency = r.Base.Customers.Currency()
	out.TookMS = r.Base.Clock.Now().Sub(started).Milliseconds()
	return out, nil
}

// People are the customers of {"group": "joiners"}, or "matched", "new", "recent", "alone",
// "compared".
func (r *Report) People(ctx context.Context, query, raw json.RawMessage) (*roaring.Bitmap, error) {
	p, err := parse(query, r.Base)
	if err != nil {
		return nil, err
	}
	c, err := parseCell(raw)
	if err != nil {
		return nil, err
	}
	s, err := r.study(ctx, p)
	if err != nil {
		return nil, err
	}
	return s.of(c.Group), nil
}

// customer is what is known of one.
type customer struct {
	root   uint32
	first  int64 // event of any kind
	joined int64 // 0 never
}

func (r *Report) study(ctx context.Context, p *plan) (*study, error) {
	reading, meta, err := r.Base.Read(ctx, audience.Survey{Picks: []rule.Pick{rule.PickOf(event.ContactAdded)}, Audience: p.Audience}, p.zone)
	if err != nil {
		return nil, err
	}
	byName, plain := reading.Masks()
	parts := make([][]customer, audience.Workers())
	err = reading.Visit(ctx, func(who *audience.Person) error {
		if who.Len() == 0 {
			return nil
		}
		c := customer{root: who.Root, first: who.At[0]}
		for i := range who.Name {
			if who.Hits(byName, plain, i) != 0 {
				c.joined = who.At[i]
				break
			}
		}
		parts[who.Worker()] = append(parts[who.Worker()], c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s := &study{p: p, meta: meta, now: reading.At.UnixMilli(), customers: slices.Concat(parts...)}
	slices.SortFunc(s.customers, func(a, b customer) int { return cmp.Compare(a.root, b.root) })
	if s.book, err = r.Base.Book(ctx, reading.At); err != nil {
		return nil, err
	}
	return s, s.match(ctx)
}
