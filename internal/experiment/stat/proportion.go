package stat

import "math"

// Rate is hits among n customers.
type Rate struct{ Hits, N int }

// Value is the rate, 0 of nobody.
func (r Rate) Value() float64 {
	if r.N == 0 {
		return 0
	}
	return float64(r.Hits) / float64(r.N)
}

// Wilson is the score interval of one rate: Wilson, JASA 22 (1927).
func (r Rate) Wilson(alpha float64) Interval {
	if r.N == 0 {
		return Interval{0, 1}
	}
	n, p, c := float64(r.N), r.Value(), z(alpha)
	mid := p + c*c/(2*n)
	half := c * math.Sqrt(p*(1-p)/n+c*c/(4*n*n))
	return Interval{math.Max(0, (mid-half)/(1+c*c/n)), math.Min(1, (mid+half)/(1+c*c/n))}
}

// Proportions compares two rates. P is that of the pooled two-proportion z test. CI is
// Newcombe's hybrid score interval, method 10 of Statistics in Medicine 17 (1998) 873-890:
// unlike Wald's it keeps its coverage at the small rates of campaigns and never leaves
// [-1, 1], and it needs no continuity correction. Lift has the interval of the log ratio
// (Katz et al., Biometrics 34 (1978)).
func Proportions(treated, control Rate, alpha float64) (Effect, bool) {
	if treated.N == 0 || control.N == 0 {
		return Effect{}, false
	}
	nt, nc, pt, pc := float64(treated.N), float64(control.N), treated.Value(), control.Value()
	pool := float64(treated.Hits+control.Hits) / (nt + nc)
	e := Effect{Diff: pt - pc, SE: math.Sqrt(pool * (1 - pool) * (1/nt + 1/nc)), P: 1}
	if e.SE > 0 {
		e.Stat = e.Diff / e.SE
		e.P = tails(e.Stat, 0)
	}
	t, c := treated.Wilson(alpha), control.Wilson(alpha)
	e.CI.Low = e.Diff - math.Hypot(pt-t.Low, c.High-pc)
	e.CI.High = e.Diff + math.Hypot(t.High-pt, pc-c.Low)
	if treated.Hits > 0 && control.Hits > 0 {
		ratio := pt / pc
		half := z(alpha) * math.Sqrt(1/float64(treated.Hits)-1/nt+1/float64(control.Hits)-1/nc)
		e.Lift, e.Lifted = ratio-1, true
		e.LiftCI = Interval{ratio*math.Exp(-half) - 1, ratio*math.Exp(half) - 1}
	}
	return e, true
}
