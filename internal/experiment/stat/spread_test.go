package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

// covers: C8
func TestSequential_KeepsItsErrorWithASmallHoldoutAndRareOutcomes(t *testing.T) {
	t.Parallel()
	const runs, looks, perLook = 500, 100, 100
	r := rand.New(rand.NewPCG(9, 20261122))
	ours, naive := 0, 0
	for range runs {
		var many, few Moments
		foundOurs, foundNaive := false, false
		for range looks {
			for range perLook {
				arm := &many
				if r.Float64() < 0.1 {
					arm = &few
				}
				arm.Add(math.Floor(r.Float64()+0.01), 0)
			}
			if s, ok := Sequential(many, few, 10_000, 0.05); ok && s.P < 0.05 {
				foundOurs = true
			}
			own := many.estimate().variance + few.estimate().variance
			if s, ok := mixture(many.Y-few.Y, own, many.N+few.N, 10_000, 0.05); few.N >= MinSequential && ok && s.P < 0.05 {
				foundNaive = true
			}
		}
		if foundOurs {
			ours++
		}
		if foundNaive {
			naive++
		}
	}
	t.Logf("false findings: %d of %d; with the arms' own variances %d", ours, runs, naive)
	if ours > 40 { // 5 % and three standard errors
		t.Errorf("the test errs in %d of %d runs", ours, runs)
	}
	if naive < 75 {
		t.Errorf("the arms' own variances err in only %d of %d runs: the control proves nothing", naive, runs)
	}
}
