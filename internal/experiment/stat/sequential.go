package stat

import "math"

// The rules of the always-valid tests.
const (
	MinSequential = 100    // customers an arm needs: the normal approximation starts there
	DefaultPlan   = 10_000 // customers in all for which the tests are tuned if nobody planned
)

// Sequence is an always-valid comparison of means.
type Sequence struct {
	Diff float64
	CI   Interval // holds at all looks together, with probability 1 - alpha
	P    float64  // at most alpha at any look with probability alpha, if there is no difference
	Tau  float64  // standard deviation of the mixture of effects
}

// Sequential compares means at any number of looks: the mixture sequential ratio test of
// Robbins (Ann. Math. Stat. 41 (1970)) with a normal mixture of effects, mean 0 and
// standard deviation tau, as Johari, Koomen, Pekelis and Walsh use it ("Always Valid
// Inference", Operations Research 70 (2022)), with estimated variances, which
// Waudby-Smith et al. justify for large samples ("Time-uniform central limit theory and
// asymptotic confidence sequences", Annals of Statistics 52 (2024)). With V the variance
// of the difference D:
//
//	likelihood ratio  L = sqrt(V/(V+tau²)) exp(tau² D² / (2 V (V+tau²))), p = min(1, 1/L)
//	interval          D ± sqrt(V (V+tau²)/tau² (log((V+tau²)/V) - 2 log alpha))
//
// Any tau is valid if it does not depend on the effect seen. This one makes the interval
// shortest when plan customers are in: tau² = V* (2 log(1/alpha) + log(1 + 2 log(1/alpha)))
// where V* is the variance then. V is the larger of two estimates, see spread.
func Sequential(treated, control Moments, plan int, alpha float64) (Sequence, bool) {
	if treated.N < MinSequential || control.N < MinSequential {
		return Sequence{}, false
	}
	return mixture(treated.Y-control.Y, spread(treated, control), treated.N+control.N, plan, alpha)
}

// spread is the variance of a difference of means: the larger of the sum of both arms' own
// and the pooled one. Where outcomes are rare, a small arm (a holdout) may by chance have
// seen none of them, and its own variance would pretend to know its mean exactly.
func spread(treated, control Moments) float64 {
	nt, nc := float64(treated.N), float64(control.N)
	pooled := (treated.yy + control.yy) / (nt + nc - 2) * (1/nt + 1/nc)
	return math.Max(pooled, treated.estimate().variance+control.estimate().variance)
}

// SequentialCUPED is Sequential of the means that CUPED compares.
func SequentialCUPED(treated, control Moments, plan int, alpha float64) (Sequence, bool) {
	theta, ok := slope(treated, control)
	if !ok {
		return Sequence{}, false
	}
	t, c := adjusted(treated, control, theta)
	return Sequential(t, c, plan, alpha)
}

func mixture(d, v float64, n, plan int, alpha float64) (Sequence, bool) {
	if !(v > 0) {
		return Sequence{}, false
	}
	if plan <= 0 {
		plan = DefaultPlan
	}
	tau2 := v * float64(n) / float64(plan) * tuning(alpha)
	log := 0.5*math.Log(v/(v+tau2)) + tau2*d*d/(2*v*(v+tau2))
	half := math.Sqrt(v * (v + tau2) / tau2 * (math.Log((v+tau2)/v) - 2*math.Log(alpha)))
	return Sequence{
		Diff: d, CI: Interval{d - half, d + half}, P: math.Min(1, math.Exp(-log)), Tau: math.Sqrt(tau2),
	}, true
}

// tuning is tau² in units of the variance at the planned size.
func tuning(alpha float64) float64 {
	l := -2 * math.Log(alpha)
	return l + math.Log(1+l)
}

// sequentialCritical is how many standard errors the interval of Sequential reaches when
// the planned size is in; z reaches fewer, and may be looked at once.
func sequentialCritical(alpha float64) float64 {
	c := tuning(alpha)
	return math.Sqrt((1 + c) / c * (math.Log(1+c) - 2*math.Log(alpha)))
}
