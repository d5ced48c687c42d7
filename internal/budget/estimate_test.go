package budget

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// near says whether two numbers are equal but for rounding by hand.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(math.Abs(a), 1) }

// TestEstimate_WorkedExample is the example of docs/budget.md, found by hand.
//
// covers: C5
func TestEstimate_WorkedExample(t *testing.T) {
	t.Parallel()
	step := func(name string) Cell { return Cell{Level: 2, Playbook: "pb", Step: name} }
	cell := func(name string) Cell {
		return Cell{Level: 3, Playbook: "pb", Step: name, Tier: "V2", Stage: "purchase"}
	}
	m := estimate(map[Cell]Sum{
		cell("a"): {Touches: 1000, Conversions: 100, Revenue: 500_000, Squares: 100 * 5000 * 5000},
		cell("b"): {Touches: 1000, Conversions: 60, Revenue: 480_000, Squares: 60 * 8000 * 8000},
	}, 6000)
	for _, c := range []struct {
		cell       Cell
		rate, mean float64
		value      int64
	}{
		{Cell{}, 161.0 / 2100, 1_100_000.0 / 180, 469},
		{Cell{Level: 1, Playbook: "pb"}, (160 + 100*161.0/2100) / 2100, (980_000 + 20*1_100_000.0/180) / 180, 489},
		{step("a"), 0.0981637, 5053.4979, 496},
		{step("b"), 0.0618074, 7855.6505, 486},
		{cell("a"), 0.0998331, 5008.9163, 500},
		{cell("b"), 0.0601643, 7963.9126, 479},
	} {
		e := m.Cells[c.cell]
		if !near(c.rate, e.Rate) || math.Abs(c.mean-e.Mean) > 0.001 || e.Value != c.value {
			t.Errorf("%+v: rate %.7f mean %.4f value %d; want %.7f %.4f %d", c.cell, e.Rate, e.Mean, e.Value, c.rate, c.mean, c.value)
		}
	}
	// S = 0.8/0.0736, A = 1, B = 999; ρ = (S-A)/B; k = 1/ρ-1. The revenues of a step are all equal: h is at its floor.
	if rho := (0.8/0.0736 - 1) / 999; !near(m.RateK[1], 1/rho-1) || m.MeanK[1] != leastOrder || m.RateK[0] != defaultTouch {
		t.Errorf("strengths %v %v", m.RateK, m.MeanK)
	}
	v := values{model: m}
	stranger := cell("a")
	stranger.Tier = "V5"
	if got := v.of(stranger); got != 496 {
		t.Errorf("a tier without history is worth %d, want the step's 496", got)
	}
	if got := v.of(Cell{Level: 3, Playbook: "new", Step: "x"}); got != 469 {
		t.Errorf("a new playbook is worth %d, want the brand's 469", got)
	}
}

func TestEstimate_LiesBetweenWhatWasSeenAndTheParent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		leaves := map[Cell]Sum{}
		for range rapid.IntRange(1, 12).Draw(t, "cells") {
			c := Cell{
				Level: 3, Playbook: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "playbook"), Step: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "step"),
				Tier: rapid.SampledFrom([]string{"", "V1"}).Draw(t, "tier"), Stage: rapid.SampledFrom([]string{"", "loyal"}).Draw(t, "stage"),
			}
			n := rapid.Int64Range(1, 5000).Draw(t, "touches")
			sold := rapid.Int64Range(0, n).Draw(t, "conversions")
			price := rapid.Int64Range(1, 100_000).Draw(t, "price")
			leaves[c] = Sum{Touches: n, Conversions: sold, Revenue: sold * price, Squares: float64(sold) * float64(price) * float64(price)}
		}
		m := estimate(leaves, 1000)
		for c, e := range m.Cells {
			if c.Level == 0 {
				continue
			}
			up := m.Cells[c.parent()]
			seen := float64(e.Conversions) / float64(e.Touches)
			if low, high := min(seen, up.Rate), max(seen, up.Rate); e.Rate < low-1e-9 || e.Rate > high+1e-9 {
				t.Fatalf("%+v: rate %g not in [%g, %g]", c, e.Rate, low, high)
			}
			if k := m.RateK[c.Level-1]; k < leastTouch || k > mostTouch {
				t.Fatalf("k %g", k)
			}
			if h := m.MeanK[c.Level-1]; h < leastOrder || h > mostOrder || e.Value < 0 {
				t.Fatalf("h %g value %d", h, e.Value)
			}
		}
	})
}
