package flow

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"yutang/internal/outreach"
)

// TestDraw_IsUniformAndIndependent checks Pearson's statistic of arms, and of the arms of
// two experiments on the same people: beyond 40 with 5 or 15 degrees of freedom is less
// likely than one in 100,000, and the draw is always the same.
func TestDraw_IsUniformAndIndependent(t *testing.T) {
	t.Parallel()
	const n = 60_000
	percents := []float64{10, 20, 30, 15, 15, 5}
	counts := make([]float64, len(percents)+1)
	pairs := map[[2]int]float64{}
	quarters := []float64{25, 25, 25, 25}
	for i := range n {
		unit := strconv.Itoa(i)
		counts[(Draw("salt", unit, percents)+7)%7]++
		pairs[[2]int{Draw("pbk_1/s", unit, quarters), Draw("pbk_1/t", unit, quarters)}]++
	}
	chi := square(counts[6], n*0.05)
	for i, p := range percents {
		chi += square(counts[i], n*p/100)
	}
	if chi > 40 {
		t.Errorf("arms: %v, chi %v", counts, chi)
	}
	chi = 0
	for a := range 4 {
		for b := range 4 {
			chi += square(pairs[[2]int{a, b}], n/16.0)
		}
	}
	if chi > 40 {
		t.Errorf("two experiments: chi %v", chi)
	}
}

func square(got, want float64) float64 { return (got - want) * (got - want) / want }

func TestDraw_GrowingAShareMovesNobodyOutOfIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		salt, ord := rapid.String().Draw(t, "salt"), rapid.Uint32().Draw(t, "ord")
		small := rapid.Float64Range(0, 90).Draw(t, "share")
		big := small + rapid.Float64Range(0, 10).Draw(t, "more")
		unit := strconv.FormatUint(uint64(ord), 10)
		in := Draw(salt, unit, []float64{small})
		if in == 0 && Draw(salt, unit, []float64{big}) != 0 {
			t.Fatal("left a share that grew")
		}
		if (in == 0) != outreach.InHoldout(salt, ord, small) {
			t.Fatal("does not agree with the control groups of step-one playbooks")
		}
		if math.Abs(small) < 1e-12 && in == 0 {
			t.Fatal("in a share of nothing")
		}
	})
}
