package budget

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/customer"
)

// massSends is the one playbook that all mass sends count as.
const massSends = "ms"

// kin is the playbook that a touch counts for.
func kin(playbook string) string {
	if strings.HasPrefix(playbook, massSends+"_") {
		return massSends
	}
	return playbook
}

// values answer what a touch is worth. They do not change once made.
type values struct {
	at    time.Time
	model Model
}

// Value is what a touch of a step is expected to bring of the customer root, in minor units.
// It takes no lock; the timeline's is held, for the customer's tier and stage. Before any
// history it is 0 for everybody.
func (s *Service) Value(playbook, step string, root uint32) int64 {
	v := s.values.Load()
	c := Cell{
		Level: 3, Playbook: kin(playbook), Step: step,
		Tier: s.Customers.Level(customer.Tier).Name(root), Stage: s.Customers.Level(customer.AIPL).Name(root),
	}
	return v.of(c)
}

// of is the value of the lowest cell that is known above c, c included.
func (v *values) of(c Cell) int64 {
	for {
		if e, ok := v.model.Cells[c]; ok || c.Level == 0 {
			return e.Value
		}
		c = c.parent()
	}
}

// Values are all estimates, the brand first, and when they were made; the zero time before
// the first.
func (s *Service) Values() (Model, []Cell, time.Time) {
	v := s.values.Load()
	cells := make([]Cell, 0, len(v.model.Cells))
	for c := range v.model.Cells {
		cells = append(cells, c)
	}
	slices.SortFunc(cells, func(a, b Cell) int {
		return cmp.Or(strings.Compare(a.Playbook, b.Playbook), strings.Compare(a.Step, b.Step), cmp.Compare(a.Level, b.Level),
			strings.Compare(a.Tier, b.Tier), strings.Compare(a.Stage, b.Stage))
	})
	return v.model, cells, v.at
}

// Refresh finds all values anew from the ledger and the orders, and keeps them.
func (s *Service) Refresh(ctx context.Context) error {
	now := s.Clock.Now()
	leaves, err := s.observe(ctx, now)
	if err != nil {
		return fmt.Errorf("find values of touches: %w", err)
	}
	s.Timeline.RLock()
	orders := s.Customers.BrandOrders()
	s.Timeline.RUnlock()
	mean := 0.0
	if orders.Count > 0 {
		mean = float64(orders.Net) / float64(orders.Count)
	}
	v := &values{at: now, model: estimate(leaves, mean)}
	if err := s.saveValues(ctx, v); err != nil {
		return fmt.Errorf("keep values of touches: %w", err)
	}
	s.values.Store(v)
	return nil
}
