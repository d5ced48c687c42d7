// Package stat owns the mathematics of experiments: is the split as planned, what is the
// difference, how sure is it, how many customers does it take.
//
// Everything here is a pure function of numbers: no clock, no SQL, no customers. Each
// function names the source of its formula. Shares, rates and levels are between 0 and 1.
// A result that the numbers cannot carry is not given: the second value is false.
//
// Two kinds of inference stand side by side. The fixed-horizon tests (Proportions, Welch,
// Clusters, Ratio) hold for one look at a time chosen beforehand. The always-valid ones
// (Sequential) hold for every look together, so one may look daily and stop at any time.
package stat

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a confidence interval.
type Interval struct{ Low, High float64 }

// Contains says whether x lies in the interval.
func (i Interval) Contains(x float64) bool { return i.Low <= x && x <= i.High }

// Effect is a treatment against a control.
type Effect struct {
	Diff float64  // treatment - control
	SE   float64  // standard error of Diff, as the test uses it
	CI   Interval // of Diff
	Stat float64  // z or t
	DF   float64  // degrees of freedom of t; 0 for z
	P    float64  // two-sided

	Lift   float64 // treatment / control - 1
	LiftCI Interval
	Lifted bool // Lift is known: the control is not zero, nor too uncertain to divide by
}

var normal = distuv.UnitNormal

// z is the two-sided critical value of the normal distribution.
func z(alpha float64) float64 { return normal.Quantile(1 - alpha/2) }

// tails is the two-sided p-value of a z, or of a t if df > 0.
func tails(stat, df float64) float64 {
	if df > 0 {
		return 2 * distuv.StudentsT{Sigma: 1, Nu: df}.CDF(-math.Abs(stat))
	}
	return 2 * normal.CDF(-math.Abs(stat))
}

// critical is the two-sided critical value of t, or of z if df is 0.
func critical(alpha, df float64) float64 {
	if df > 0 {
		return distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(1 - alpha/2)
	}
	return z(alpha)
}

// wald makes the effect of two estimates with their variances.
func wald(treated, control estimate, df, alpha float64) (Effect, bool) {
	v := treated.variance + control.variance
	if !(v > 0) || math.IsInf(v, 0) {
		return Effect{}, false
	}
	e := Effect{Diff: treated.mean - control.mean, SE: math.Sqrt(v), DF: df}
	e.Stat = e.Diff / e.SE
	e.P = tails(e.Stat, df)
	half := critical(alpha, df) * e.SE
	e.CI = Interval{e.Diff - half, e.Diff + half}
	e.lift(treated, control, critical(alpha, df))
	return e, true
}

// estimate is a mean with the variance of that mean.
type estimate struct{ mean, variance float64 }

// minRatio is how many standard errors the control must be from zero to divide by it.
const minRatio = 3

// lift fills in the relative difference by the delta method: for R = t/c,
// var(R) = (var(t) + R² var(c)) / c².
func (e *Effect) lift(treated, control estimate, crit float64) {
	if !(math.Abs(control.mean) > minRatio*math.Sqrt(control.variance)) {
		return
	}
	ratio := treated.mean / control.mean
	half := crit * math.Sqrt(treated.variance+ratio*ratio*control.variance) / math.Abs(control.mean)
	e.Lift, e.LiftCI, e.Lifted = ratio-1, Interval{ratio - 1 - half, ratio - 1 + half}, true
}
