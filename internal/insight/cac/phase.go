package cac

import (
	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/fault"
	"yutang/internal/insight/cost"
)

// Phase is a phase of growth, as planned and as it came. Money in major units.
type Phase struct {
	Name    string  `json:"name"`
	From    string  `json:"from"`
	To      string  `json:"to"`
	Elapsed float64 `json:"elapsed"` // share of its days that are over
	Lines   []Line  `json:"lines"`
}

// Line is one number of a phase.
type Line struct {
	Name    string   `json:"name"`
	Actual  *float64 `json:"actual"`
	Plan    *float64 `json:"plan"`    // of the whole phase; null: not planned
	ToDate  *float64 `json:"to_date"` // the part of the plan for the days that are over
	Percent *float64 `json:"share"`   // actual of the plan to date
}

// phaseSum is what happened in a phase.
type phaseSum struct {
	cost, revenue, cohort  int64
	connected, firstOrders int
}

// phaseRows compares all phases with their plans.
func (s *study) phaseRows() []Phase {
	sums := map[string]*phaseSum{}
	for _, p := range s.phases {
		sums[p.Name] = &phaseSum{}
	}
	in := func(name string, note func(*phaseSum)) {
		if x := sums[name]; x != nil {
			note(x)
		}
	}
	today := s.day(s.now)
	for _, r := range s.rows {
		if last := min(r.Last, today); r.First <= last {
			cost.Divide(r, r.First, last, cost.ByPhase, s.phases, func(name string, amount int64) {
				in(name, func(x *phaseSum) { x.cost += amount })
			})
		}
	}
	for i := range s.people {
		s.phasesOf(&s.people[i], in)
	}
	out := []Phase{}
	for _, p := range s.phases {
		out = append(out, s.phase(p, sums[p.Name], today))
	}
	return out
}

// phasesOf adds one customer's connection and orders to the phases they fall into.
func (s *study) phasesOf(x *person, in func(string, func(*phaseSum))) {
	if !x.joined {
		return
	}
	joined := cost.PhaseOf(s.phases, s.day(x.at))
	in(joined, func(p *phaseSum) { p.connected++ })
	bought := false
	for _, o := range s.book.Of(x.root) {
		if o.At >= x.at {
			in(joined, func(p *phaseSum) { p.cohort += o.Net })
			in(cost.PhaseOf(s.phases, s.day(o.At)), func(p *phaseSum) {
				p.revenue += o.Net
				if !bought && !o.Void {
					p.firstOrders++
				}
			})
		}
		bought = bought || !o.Void
	}
}

func (s *study) phase(p cost.Phase, sum *phaseSum, today cost.Day) Phase {
	days := float64(p.Last - p.First + 1)
	out := Phase{Name: p.Name, From: p.First.String(), To: p.Last.String(), Elapsed: min(1, max(0, float64(today-p.First+1)/days))}
	spent, fans := s.book.Major(sum.cost), float64(sum.connected)
	whole := func(n *int64) *float64 {
		if n == nil {
			return nil
		}
		v := float64(*n)
		return &v
	}
	major := func(n *int64) *float64 {
		if n == nil {
			return nil
		}
		v := s.book.Major(*n)
		return &v
	}
	add := func(name string, actual, plan *float64, grows bool) {
		l := Line{Name: name, Actual: actual, Plan: plan, ToDate: plan}
		if grows && plan != nil {
			v := *plan * out.Elapsed
			l.ToDate = &v
		}
		if l.ToDate != nil && actual != nil {
			l.Percent = ratio(*actual, *l.ToDate)
		}
		out.Lines = append(out.Lines, l)
	}
	revenue, first := s.book.Major(sum.revenue), float64(sum.firstOrders)
	add("cost", &spent, major(p.Plan.Cost), true)
	add("connected", &fans, whole(p.Plan.Connected), true)
	add("first_orders", &first, whole(p.Plan.FirstOrders), true)
	add("revenue", &revenue, major(p.Plan.Revenue), true)
	add("cac", ratio(spent, fans), major(p.Plan.CAC), false)
	add("ltv_cac", ratio(s.book.Major(sum.cohort)*s.p.Margin, spent), p.Plan.LTVToCAC, false)
	return out
}

// ofPhase adds the customers behind a number of a phase.
func (s *study) ofPhase(c cell, out *roaring.Bitmap) error {
	if c.Number != Connected && c.Number != FirstOrders {
		return fault.BadField("/cell/number", "of a phase, only %q and %q count customers", Connected, FirstOrders)
	}
	for i := range s.people {
		sum := phaseSum{}
		s.phasesOf(&s.people[i], func(name string, note func(*phaseSum)) {
			if name == c.Value {
				note(&sum)
			}
		})
		if c.Number == Connected && sum.connected > 0 || c.Number == FirstOrders && sum.firstOrders > 0 {
			out.Add(s.people[i].root)
		}
	}
	return nil
}
