package customer

import (
	"context"
	"errors"
	"testing"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
)

// covers: I3
func TestLedger_SumsToTheBrandsNetRevenue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPond(t, d, 2)
		p.apply(
			ordered(1, 1, event.OrderCompleted, `{"order_id":"a","revenue":60.5}`),
			ordered(2, 2, event.OrderCompleted, `{"order_id":"b","revenue":40}`),
			ordered(2, 3, event.OrderRefunded, `{"order_id":"b","revenue":15.25}`),
			ordered(2, 4, event.OrderCompleted, `{"order_id":"c","revenue":9,"currency":"USD"}`),
		)
		var net int64
		var ids []string
		err := p.s.Ledger(context.Background(), func(o Order) error {
			net += o.Net
			ids = append(ids, o.ID)
			return nil
		})
		if err != nil || net != 8525 || net != p.s.BrandOrders().Net || len(ids) != 2 {
			t.Fatalf("net %d of %v, the brand has %d, error %v", net, ids, p.s.BrandOrders().Net, err)
		}
		enough, seen := errors.New("enough"), 0
		err = p.s.Ledger(context.Background(), func(Order) error { seen++; return enough })
		if !errors.Is(err, enough) || seen != 1 {
			t.Fatalf("saw %d rows after the first error, which came back as %v", seen, err)
		}
	})
}
