package customer

import (
	"slices"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// OrderTotals are a customer's orders in sum. Amounts are minor units of the brand's
// currency; orders in other currencies count in Count and LastAt only.
type OrderTotals struct {
	Count    int    // orders completed, also those refunded later
	Gross    int64  // what they brought
	Refunded int64  // what went back
	Net      int64  // Gross - Refunded
	Currency string // the brand's
	LastAt   int64  // time of the last completed order, ms; 0 if none
	Others   []string

	brandCount int // orders in the brand's currency
}

// leafTotals are the orders recorded under one customer number in the brand's currency.
type leafTotals struct {
	gross    int64
	refunded int64
	last     int64 // any currency
	count    uint32
}

// foreignKey is one customer number's orders in one other currency.
type foreignKey struct {
	ord      timeline.Ord
	currency string
}

// account adds (sign 1) or takes away (sign -1) an order's amounts. last is not taken
// back: see findLast.
func (s *Service) account(o *order, sign int64) {
	s.reach(o.ord)
	if o.completed {
		s.book(o.ord, o.currency, sign*o.gross, sign*o.back(), int(sign))
		if t := &s.totals[o.ord]; sign > 0 && o.at > t.last {
			t.last = o.at
		}
	}
	if loose := o.loose(); loose != 0 {
		s.book(o.ord, o.refundCurrency, 0, sign*loose, 0)
	}
}

func (s *Service) reach(ord timeline.Ord) {
	s.totals = reach(s.totals, ord)
}

func (s *Service) book(ord timeline.Ord, currency string, gross, refunded int64, count int) {
	if currency == s.currency {
		for _, t := range [...]*leafTotals{&s.totals[ord], &s.brand} {
			t.gross += gross
			t.refunded += refunded
			t.count = uint32(int(t.count) + count)
		}
		return
	}
	if !slices.Contains(s.currencies, currency) {
		s.currencies = append(s.currencies, currency)
	}
	key := foreignKey{ord, currency}
	t := s.foreign[key]
	t.gross += gross
	t.refunded += refunded
	t.count = uint32(int(t.count) + count)
	if t == (leafTotals{}) {
		delete(s.foreign, key)
	} else {
		s.foreign[key] = t
	}
}

// hasOrders says whether any record of root has an order or refund.
func (s *Service) hasOrders(root timeline.Ord) bool {
	for _, leaf := range s.tl.Leaves(root) {
		if int(leaf) < len(s.totals) && s.totals[leaf] != (leafTotals{}) {
			return true
		}
	}
	return false
}

// Orders sums the orders of root's records. Any lock held. Of nobody (0) it is zero: see
// BrandOrders.
func (s *Service) Orders(root timeline.Ord) OrderTotals {
	out := OrderTotals{Currency: s.currency}
	if root == 0 {
		return out
	}
	leaves := s.tl.Leaves(root)
	for _, leaf := range leaves {
		if int(leaf) >= len(s.totals) {
			continue
		}
		t := &s.totals[leaf]
		out.Gross += t.gross
		out.Refunded += t.refunded
		out.brandCount += int(t.count)
		out.LastAt = max(out.LastAt, t.last)
	}
	out.Net, out.Count = out.Gross-out.Refunded, out.brandCount
	if len(s.foreign) > 0 {
		s.addForeign(&out, leaves)
	}
	return out
}

// addForeign names the other currencies and counts their orders.
func (s *Service) addForeign(out *OrderTotals, leaves []timeline.Ord) {
	for _, currency := range s.currencies {
		for _, leaf := range leaves {
			if t, ok := s.foreign[foreignKey{leaf, currency}]; ok {
				out.Count += int(t.count)
				if !slices.Contains(out.Others, currency) {
					out.Others = append(out.Others, currency)
				}
			}
		}
	}
}

// BrandOrders are the sums over all orders, also those of nobody. Any lock held.
func (s *Service) BrandOrders() OrderTotals {
	out := OrderTotals{Currency: s.currency, Gross: s.brand.gross, Refunded: s.brand.refunded}
	out.Net, out.brandCount = out.Gross-out.Refunded, int(s.brand.count)
	out.Count = out.brandCount
	for key, t := range s.foreign {
		out.Count += int(t.count)
		if !slices.Contains(out.Others, key.currency) {
			out.Others = append(out.Others, key.currency)
		}
	}
	slices.Sort(out.Others)
	return out
}

// Decimal is the net revenue in major units.
func (t OrderTotals) Decimal() event.Decimal { return majorUnits(t.Net, t.Currency) }
