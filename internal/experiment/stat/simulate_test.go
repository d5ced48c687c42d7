package stat_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"yutang/internal/experiment/stat"
)

func seeded(n uint64) *rand.Rand { return rand.New(rand.NewPCG(n, 20261122)) }

// spend is revenue as shops see it: most customers buy nothing, a few a lot.
func spend(r *rand.Rand) float64 {
	if r.Float64() > 0.2 {
		return 0
	}
	return math.Exp(4 + r.NormFloat64())
}

// peek runs an experiment without any effect and looks every 200 customers. It tells
// whether a look found one: by a fixed-horizon test, and by the always-valid one.
func peek(r *rand.Rand, draw func(*rand.Rand) float64) (naive, valid bool) {
	var a, b stat.Moments
	for n := 1; n <= 10_000; n++ {
		arm := &a
		if r.IntN(2) == 0 {
			arm = &b
		}
		arm.Add(draw(r), 0)
		if n%200 != 0 {
			continue
		}
		if e, ok := stat.Welch(a, b, 0.05); ok && e.P < 0.05 {
			naive = true
		}
		if s, ok := stat.Sequential(a, b, 10_000, 0.05); ok && s.P < 0.05 {
			valid = true
		}
	}
	return naive, valid
}

// covers: C8
func TestSequential_KeepsItsErrorUnderPeeking(t *testing.T) {
	t.Parallel()
	const runs = 600
	for name, draw := range map[string]func(*rand.Rand) float64{
		"conversion": func(r *rand.Rand) float64 { return math.Floor(r.Float64() + 0.1) },
		"revenue":    spend,
	} {
		r := seeded(1)
		naive, valid := 0, 0
		for range runs {
			n, v := peek(r, draw)
			if n {
				naive++
			}
			if v {
				valid++
			}
		}
		t.Logf("%s: false findings under 50 looks: fixed horizon %.1f %%, always valid %.1f %%", name, 100*float64(naive)/runs, 100*float64(valid)/runs)
		// 5 % and three standard errors of 600 runs: 7.7 %
		if float64(valid) > 0.077*runs {
			t.Errorf("%s: the always-valid test errs in %d of %d runs", name, valid, runs)
		}
		if float64(naive) < 0.15*runs {
			t.Errorf("%s: peeking at a fixed-horizon test errs in only %d of %d runs: the control proves nothing", name, naive, runs)
		}
	}
}

// covers: C8
func TestSequential_FindsAnEffectWithItsPlannedSample(t *testing.T) {
	t.Parallel()
	const base, target = 0.10, 0.13
	plan := stat.Plan{AlwaysValid: true}
	size, _ := stat.RateSize(base, target, plan)
	r, found := seeded(2), 0
	const runs = 300
	for range runs {
		var a, b stat.Moments
		for range int(size / 2) {
			a.Add(math.Floor(r.Float64()+target), 0)
			b.Add(math.Floor(r.Float64()+base), 0)
		}
		s, ok := stat.Sequential(a, b, int(size), 0.05)
		if ok && s.P < 0.05 {
			found++
		}
		if ok && (s.P < 0.05) == s.CI.Contains(0) {
			t.Fatalf("p %v and the interval %+v disagree", s.P, s.CI)
		}
	}
	if got := float64(found) / runs; got < 0.72 || got > 0.88 {
		t.Errorf("%.0f %% of experiments of the planned size %.0f find the effect, want about 80 %%", 100*got, size)
	}
}

func TestAnytimeSampleRatio_KeepsItsErrorUnderPeeking(t *testing.T) {
	t.Parallel()
	r, naive, valid := seeded(3), 0, 0
	const runs = 400
	for range runs {
		counts := []int{0, 0}
		fixed, anytime := false, false
		for n := 1; n <= 10_000; n++ {
			counts[r.IntN(2)]++
			if n%100 == 0 {
				s, _ := stat.SampleRatio(counts, []float64{1, 1})
				fixed, anytime = fixed || s.P < 0.01, anytime || s.Anytime < 0.01
			}
		}
		if fixed {
			naive++
		}
		if anytime {
			valid++
		}
	}
	if valid > 10 || naive < 15 {
		t.Errorf("of %d sound splits %d are blamed at some look by the always-valid check, %d by the other", runs, valid, naive)
	}
	skewed, _ := stat.SampleRatio([]int{5200, 4800}, []float64{1, 1})
	if skewed.Anytime > 0.01 {
		t.Errorf("5200 to 4800 has p %v", skewed.Anytime)
	}
}

// store draws customers whose spending is alike within a store.
func store(r *rand.Rand, size int) (m stat.Moments) {
	own := 0.5 * r.NormFloat64()
	for range size {
		m.Add(10+own+r.NormFloat64(), 0)
	}
	return m
}

// covers: C8
func TestClusters_CoverWhereNaiveVarianceDoesNot(t *testing.T) {
	t.Parallel()
	const runs, perArm = 600, 12
	r := seeded(4)
	naive, ours, few := 0, 0, 0
	icc := 0.0
	for range runs {
		arms := [2][]stat.Moments{}
		for i := range arms {
			for range perArm {
				arms[i] = append(arms[i], store(r, 20+r.IntN(40)))
			}
		}
		c, ok := stat.Clusters(arms[0], arms[1], 0.05)
		if !ok {
			t.Fatal("no result")
		}
		icc += c.ICC / runs
		if math.Abs(c.Diff) <= 1.96*c.NaiveSE {
			naive++
		}
		if c.CI.Contains(0) {
			ours++
		}
		if stat.Few(c.Treated, c.Control) {
			few++
		}
	}
	t.Logf("95 %% intervals cover: naive %.1f %%, by clusters %.1f %%; ICC %.3f, truth 0.2", 100*float64(naive)/runs, 100*float64(ours)/runs, icc)
	if float64(naive) > 0.75*runs {
		t.Errorf("the naive interval covers in %d of %d runs: the control proves nothing", naive, runs)
	}
	if got := float64(ours) / runs; got < 0.92 || got > 0.98 {
		t.Errorf("the interval by clusters covers in %.3f of runs", got)
	}
	if math.Abs(icc-0.2) > 0.03 {
		t.Errorf("the correlation is estimated as %.3f, truth 0.2", icc)
	}
	if few > 0 {
		t.Error("12 clusters are called few")
	}
}

// covers: C8
func TestWelchAndCUPED_CoverAndSharpen(t *testing.T) {
	t.Parallel()
	const runs, effect = 500, 4.0
	r, plain, sharp, reduction := seeded(5), 0, 0, 0.0
	for range runs {
		var a, b stat.Moments
		for range 800 {
			for _, arm := range []*stat.Moments{&a, &b} {
				before := spend(r)
				after := 0.7*before + spend(r)
				if arm == &a {
					after += effect
				}
				arm.Add(after, before)
			}
		}
		w, _ := stat.Welch(a, b, 0.05)
		c, _ := stat.CUPED(a, b, 0.05)
		if w.CI.Contains(effect) {
			plain++
		}
		if c.CI.Contains(effect) {
			sharp++
		}
		reduction += c.Reduction / runs
	}
	for name, n := range map[string]int{"Welch": plain, "CUPED": sharp} {
		if got := float64(n) / runs; got < 0.92 || got > 0.98 {
			t.Errorf("95 %% intervals of %s cover in %.3f of runs", name, got)
		}
	}
	if reduction < 0.2 || reduction > 0.45 { // 0.49/(0.49 + 1) of the variance is foretold
		t.Errorf("the covariate takes away %.2f of the variance, want about a third", reduction)
	}
}

func TestMoments_MergeAsIfAddedOneByOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Float64Range(-1e6, 1e9)
		pairs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [2]float64 {
			return [2]float64{value.Draw(t, "y"), value.Draw(t, "x")}
		}), 2, 40).Draw(t, "pairs")
		cut := rapid.IntRange(0, len(pairs)).Draw(t, "cut")
		var all, left, right stat.Moments
		for i, p := range pairs {
			all.Add(p[0], p[1])
			if i < cut {
				left.Add(p[0], p[1])
			} else {
				right.Add(p[0], p[1])
			}
		}
		left.Merge(right)
		for _, v := range [][2]float64{{left.Y, all.Y}, {left.VarY(), all.VarY()}, {left.VarX(), all.VarX()}, {left.Cov(), all.Cov()}} {
			if math.Abs(v[0]-v[1]) > 1e-6*(1+math.Abs(v[1])) {
				t.Fatalf("merged %v, added %v", left, all)
			}
		}
	})
}

func TestHolm_IsBetweenRawAndBonferroni(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ps := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 10).Draw(t, "ps")
		for i, p := range stat.Holm(ps) {
			if p < ps[i] || p > math.Min(1, ps[i]*float64(len(ps)))+1e-15 {
				t.Fatalf("%v is adjusted to %v", ps[i], p)
			}
		}
	})
}
