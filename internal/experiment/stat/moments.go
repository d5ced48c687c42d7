package stat

import (
	"math"
	"slices"
)

// Moments is what must be remembered of pairs of numbers to compare their means: y is
// the outcome, x a covariate or a denominator. Sums are kept about the mean (Welford,
// Technometrics 4 (1962)), so large amounts lose no digits. The zero value is empty.
type Moments struct {
	N          int
	Y, X       float64 // means
	yy, xx, xy float64 // sums of squares and products about the means
}

// Add takes in one customer.
func (m *Moments) Add(y, x float64) {
	m.N++
	n := float64(m.N)
	dy, dx := y-m.Y, x-m.X
	m.Y += dy / n
	m.X += dx / n
	m.yy += dy * (y - m.Y)
	m.xx += dx * (x - m.X)
	m.xy += dy * (x - m.X)
}

// Merge takes in the customers of o (Chan, Golub and LeVeque, 1979).
func (m *Moments) Merge(o Moments) {
	if m.N == 0 || o.N == 0 {
		if m.N == 0 {
			*m = o
		}
		return
	}
	n := float64(m.N + o.N)
	dy, dx, w := o.Y-m.Y, o.X-m.X, float64(m.N)*float64(o.N)/n
	m.yy += o.yy + dy*dy*w
	m.xx += o.xx + dx*dx*w
	m.xy += o.xy + dy*dx*w
	m.Y += dy * float64(o.N) / n
	m.X += dx * float64(o.N) / n
	m.N += o.N
}

// VarY is the sample variance of the outcome, 0 of fewer than two customers.
func (m Moments) VarY() float64 { return m.per(m.yy) }

// VarX is the sample variance of x.
func (m Moments) VarX() float64 { return m.per(m.xx) }

// Cov is the sample covariance.
func (m Moments) Cov() float64 { return m.per(m.xy) }

func (m Moments) per(sum float64) float64 {
	if m.N < 2 {
		return 0
	}
	return sum / float64(m.N-1)
}

// estimate is the mean of y.
func (m Moments) estimate() estimate {
	if m.N < 2 {
		return estimate{m.Y, math.Inf(1)}
	}
	return estimate{m.Y, m.VarY() / float64(m.N)}
}

// Winsorise is the value that a share of all values does not exceed (nearest rank): what
// is above it counts as much as it. The tails of spending are heavy; a few customers of
// one arm can hide any effect. It sorts values.
func Winsorise(values []float64, quantile float64) (limit float64) {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	rank := int(math.Ceil(quantile * float64(len(values))))
	return values[min(max(rank, 1), len(values))-1]
}
