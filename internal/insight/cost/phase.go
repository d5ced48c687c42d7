package cost

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/fault"
)

// Phase is a stretch of the brand's growth and what is planned for it.
type Phase struct {
	Name  string
	First Day
	Last  Day // inclusive
	Plan  Plan
}

// Plan is what is aimed at in a phase. What is nil is not planned. Money in minor units.
type Plan struct {
	Cost        *int64   `json:"cost,omitempty"`
	Connected   *int64   `json:"connected,omitempty"`    // customers
	FirstOrders *int64   `json:"first_orders,omitempty"` // customers
	Revenue     *int64   `json:"revenue,omitempty"`
	CAC         *int64   `json:"cac,omitempty"`
	LTVToCAC    *float64 `json:"ltv_cac,omitempty"`
}

// The usual phases: three months of launch, three of growth, six of steady running.
var usual = []struct {
	name   string
	months int
}{{"launch", 3}, {"growth", 3}, {"steady", 6}}

const maxPhases = 12

// Usual are the usual phases from a day on, without plans.
func Usual(start Day) []Phase {
	out := make([]Phase, 0, len(usual))
	y, m, d := start.utc().Date()
	for _, u := range usual {
		p := Phase{Name: u.name, First: DayOf(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))}
		m += time.Month(u.months)
		p.Last = DayOf(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)) - 1
		out = append(out, p)
	}
	return out
}

// SetPhases replaces all phases. They are in order of time and do not overlap. None brings
// back the usual ones, from the first connected customer on.
func (s *Service) SetPhases(ctx context.Context, phases []Phase) error {
	if len(phases) > maxPhases {
		return fault.BadField("/phases", "at most %d phases", maxPhases)
	}
	seen := map[string]bool{}
	for i := range phases {
		p := &phases[i]
		p.Name = strings.TrimSpace(p.Name)
		ptr := fmt.Sprintf("/phases/%d", i)
		switch {
		case p.Name == "" || utf8.RuneCountInString(p.Name) > maxText:
			return fault.BadField(ptr+"/name", "is 1 to %d characters", maxText)
		case seen[p.Name]:
			return fault.BadField(ptr+"/name", "another phase is called %q", p.Name)
		case p.First == 0:
			return fault.BadField(ptr+"/from", "is missing; write 2026-01-31")
		case p.Last < p.First:
			return fault.BadField(ptr+"/to", "is before the start")
		case i > 0 && p.First <= phases[i-1].Last:
			return fault.BadField(ptr+"/from", "%s is within the phase before", p.First)
		}
		if err := p.Plan.check(ptr + "/plan"); err != nil {
			return err
		}
		seen[p.Name] = true
	}
	return s.replacePhases(ctx, phases)
}

func (p Plan) check(ptr string) error {
	for _, v := range []struct {
		name string
		n    *int64
	}{{"cost", p.Cost}, {"connected", p.Connected}, {"first_orders", p.FirstOrders}, {"revenue", p.Revenue}, {"cac", p.CAC}} {
		if v.n != nil && (*v.n < 0 || *v.n > maxAmount) {
			return fault.BadField(ptr+"/"+v.name, "is 0 to %d", int64(maxAmount))
		}
	}
	if p.LTVToCAC != nil && (*p.LTVToCAC < 0 || *p.LTVToCAC > 1e6) {
		return fault.BadField(ptr+"/ltv_cac", "is 0 to 1,000,000")
	}
	return nil
}

// PhaseOf is the phase of a day, "" none.
func PhaseOf(phases []Phase, d Day) string {
	for _, p := range phases {
		if p.First <= d && d <= p.Last {
			return p.Name
		}
	}
	return ""
}
