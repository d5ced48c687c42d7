package customer

import (
	"math"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/money"
	"yutang/internal/timeline"
)

// Names of the traits computed from orders. Amounts are in major units of the brand's
// currency. A sent trait of the same name is kept but rules see the computed one.
const (
	NetRevenue    = "net_revenue"     // 0 without orders
	OrdersCount   = "orders_count"    // 0 without orders
	AvgOrderValue = "avg_order_value" // net revenue per order; missing without orders
	LastOrderAt   = "last_order_at"   // RFC 3339 in UTC; missing without orders
)

var computed = map[string]func(s *Service, root timeline.Ord) event.Value{
	NetRevenue: func(s *Service, root timeline.Ord) event.Value {
		return number(majorUnits(s.Orders(root).Net, s.currency))
	},
	OrdersCount: func(s *Service, root timeline.Ord) event.Value {
		return number(event.Decimal(s.Orders(root).Count) * event.DecimalScale)
	},
	AvgOrderValue: func(s *Service, root timeline.Ord) event.Value {
		o := s.Orders(root)
		if o.brandCount == 0 {
			return event.Value{}
		}
		return number(majorUnits(o.Net, s.currency) / event.Decimal(o.brandCount))
	},
	LastOrderAt: func(s *Service, root timeline.Ord) event.Value {
		at := s.Orders(root).LastAt
		if at == 0 {
			return event.Value{}
		}
		return event.Value{Kind: event.String, Str: time.UnixMilli(at).UTC().Format(time.RFC3339)}
	},
}

// ComputedTraits are the names of the computed traits, sorted.
func ComputedTraits() []string {
	return []string{AvgOrderValue, LastOrderAt, NetRevenue, OrdersCount}
}

func number(d event.Decimal) event.Value { return event.Value{Kind: event.Number, Num: d} }

// majorUnits turns minor units into a decimal of major ones, within a Decimal's range.
func majorUnits(minor int64, currency string) event.Decimal {
	factor := event.DecimalScale / money.Scale(currency)
	limit := math.MaxInt64 / factor
	return event.Decimal(max(-limit, min(limit, minor)) * factor)
}

// compute brings the wanted computed traits of root up to date and appends the names of
// those that changed to names.
func (s *Service) compute(root timeline.Ord, names []string) []string {
	if root == 0 {
		return names
	}
	for _, c := range s.live {
		before := c.Code(root)
		v := event.Value{}
		if s.tl.Root(root) == root {
			v = c.computed(s, root)
		}
		c.put(root, v)
		if c.Code(root) != before && !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	return names
}

// buildComputed fills a computed column from the totals in memory. Lock held.
func (s *Service) buildComputed(c *TraitColumn) {
	c.reset()
	c.absent = c.encode(c.computed(s, 0)) // customer 0 never has totals of its own: see Orders
	c.kept, c.wanted = true, true
	for leaf := timeline.Ord(1); int(leaf) < len(s.totals); leaf++ {
		if root := s.tl.Root(leaf); s.hasOrders(root) && (root == leaf || c.codes.at(root) == 0) {
			c.put(root, c.computed(s, root))
		}
	}
	if !slices.Contains(s.live, c) {
		s.live = append(s.live, c)
	}
}
