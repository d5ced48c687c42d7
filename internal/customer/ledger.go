package customer

import (
	"context"
	"time"

	"yutang/internal/timeline"
)

// Order is one row of the order ledger: an order as all reports of it together tell it.
type Order struct {
	ID       string
	Record   timeline.Ord // whose it is, 0 nobody
	At       time.Time    // when it was completed
	Currency string
	Gross    int64 // minor units
	Refunded int64 // minor units, at most Gross
	Net      int64 // Gross - Refunded
	Void     bool  // cancelled or refunded as a whole
}

// Ledger visits every completed order in the brand's currency, in no order, as it is on
// disk. The sum of Net is the brand's net revenue but for refunds of unknown orders. Any
// goroutine; no lock held. The first error of visit ends it.
func (s *Service) Ledger(ctx context.Context, visit func(Order) error) (err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	failure := s.eachOrder(ctx, nil, func(o *order) {
		if err != nil || !o.completed || o.currency != s.currency {
			return
		}
		if err = visit(o.row()); err != nil {
			stop(err)
		}
	})
	if err == nil {
		err = failure
	}
	return err
}

func (o *order) row() Order {
	return Order{
		ID: o.id, Record: o.ord, At: time.UnixMilli(o.at).UTC(), Currency: o.currency, Gross: o.gross, Refunded: o.back(),
		Net: o.gross - o.back(), Void: o.void,
	}
}
