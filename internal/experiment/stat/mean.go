package stat

import "math"

// Welch compares the means of y: Welch, Biometrika 34 (1947), with the degrees of freedom
// of Satterthwaite. It assumes no equal variances. Zeros belong in: the mean is per
// customer, not per buyer.
func Welch(treated, control Moments, alpha float64) (Effect, bool) {
	if treated.N < 2 || control.N < 2 {
		return Effect{}, false
	}
	t, c := treated.estimate(), control.estimate()
	v := t.variance + c.variance
	df := v * v / (t.variance*t.variance/float64(treated.N-1) + c.variance*c.variance/float64(control.N-1))
	return wald(t, c, df, alpha)
}

// Adjusted is a comparison of means freed from what a covariate foretold.
type Adjusted struct {
	Effect
	Theta     float64 // weight of the covariate
	Reduction float64 // share of the variance that is gone, 0 to 1
}

// CUPED compares the means of y - theta*x, where x is from before the exposure, so that
// no arm can have changed it: Deng, Xu, Kohavi and Walker, "Improving the Sensitivity of
// Online Controlled Experiments by Utilizing Pre-Experiment Data" (WSDM 2013). theta is
// pooled within the arms. Diff estimates the same as that of Welch, with less noise.
func CUPED(treated, control Moments, alpha float64) (Adjusted, bool) {
	theta, ok := slope(treated, control)
	if !ok {
		return Adjusted{}, false
	}
	t, c := adjusted(treated, control, theta)
	effect, ok := Welch(t, c, alpha)
	if !ok {
		return Adjusted{}, false
	}
	raw := treated.estimate().variance + control.estimate().variance
	return Adjusted{Effect: effect, Theta: theta, Reduction: math.Max(0, 1-effect.SE*effect.SE/raw)}, true
}

// slope is theta: the regression of y on x within the arms.
func slope(treated, control Moments) (theta float64, ok bool) {
	if treated.N < 2 || control.N < 2 || !(treated.xx+control.xx > 0) {
		return 0, false
	}
	return (treated.xy + control.xy) / (treated.xx + control.xx), true
}

// adjusted is both arms freed from what x foretold, about the mean of x over all.
func adjusted(treated, control Moments, theta float64) (t, c Moments) {
	common := (treated.X*float64(treated.N) + control.X*float64(control.N)) / float64(treated.N+control.N)
	return treated.adjust(theta, common), control.adjust(theta, common)
}

// adjust is the moments of y - theta*(x - common).
func (m Moments) adjust(theta, common float64) Moments {
	return Moments{
		N: m.N, Y: m.Y - theta*(m.X-common),
		yy: math.Max(0, m.yy-2*theta*m.xy+theta*theta*m.xx),
	}
}

// Ratio compares the ratios of sums, sum(y)/sum(x), such as revenue per order, where
// customers and not orders are drawn: the delta method of Deng, Knoblich and Lu,
// "Applying the Delta Method in Metric Analytics" (KDD 2018).
func Ratio(treated, control Moments, alpha float64) (Effect, bool) {
	if treated.N < 2 || control.N < 2 || treated.X == 0 || control.X == 0 {
		return Effect{}, false
	}
	return wald(treated.ratio(), control.ratio(), 0, alpha)
}

func (m Moments) ratio() estimate {
	r := m.Y / m.X
	v := (m.VarY() - 2*r*m.Cov() + r*r*m.VarX()) / (m.X * m.X * float64(m.N))
	return estimate{r, math.Max(0, v)}
}
