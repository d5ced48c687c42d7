package vocabulary

import (
	"cmp"
	"slices"

	"yutang/internal/customer"
	"yutang/internal/timeline"
)

// computedTypes are the types of the traits that are made of orders.
var computedTypes = map[string]string{
	customer.NetRevenue: "number", customer.OrdersCount: "number", customer.AvgOrderValue: "number", customer.LastOrderAt: "date",
}

// traits are those that somebody has, and the computed ones.
func (s *Service) traits() []Trait {
	var out []Trait
	for name, kind := range computedTypes {
		out = append(out, Trait{Property: Property{Name: name, Type: kind}, Computed: true})
	}
	s.timeline.RLock()
	defer s.timeline.RUnlock()
	for _, c := range s.customers.Known() {
		if computedTypes[c.Name()] != "" || len(out) == maxTraits {
			continue
		}
		out = append(out, s.trait(c))
	}
	slices.SortFunc(out, func(a, b Trait) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// trait describes one. The store's lock is held.
func (s *Service) trait(c *customer.TraitColumn) Trait {
	t := Trait{Property: Property{Name: c.Name()}, Personal: c.Personal()}
	if t.Personal || !c.Kept() {
		return t
	}
	n := s.timeline.Customers()
	counts := map[uint32]int{}
	for ord := 1; ord <= n; ord += max(1, n/sampleCustomers) {
		counts[c.Code(timeline.Ord(ord))]++
	}
	t.Type, t.Values = describe(c.Dict(), func(code uint32) int { return counts[code] })
	return t
}
