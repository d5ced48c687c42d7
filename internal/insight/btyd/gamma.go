package btyd

import "math"

// Spender is how much somebody spent.
type Spender struct {
	X    float64 // repeat purchases
	Mean float64 // of their values
}

// GammaGamma is the model of the money in a purchase: gamma distributed around a mean
// (shape P) that differs between customers (Q, Gamma). It takes spend to be independent of
// how often somebody buys.
type GammaGamma struct{ P, Q, Gamma float64 }

// Params are p, q and gamma.
func (m GammaGamma) Params() []Param {
	return []Param{{"p", m.P, math.NaN()}, {"q", m.Q, math.NaN()}, {"gamma", m.Gamma, math.NaN()}}
}

// LogLikelihood is the logarithm of formula (1a) of Fader and Hardie (2013).
func (m GammaGamma) LogLikelihood(s Spender) float64 {
	px := m.P * s.X
	return lnGamma(px+m.Q) - lnGamma(px) - lnGamma(m.Q) + m.Q*math.Log(m.Gamma) +
		(px-1)*math.Log(s.Mean) + px*math.Log(s.X) - (px+m.Q)*math.Log(m.Gamma+s.X*s.Mean)
}

// Expected is the mean value of the next purchases of a customer: formula (5). With X = 0
// it is the mean of everybody. It is +Inf where the mean does not exist (P X + Q <= 1).
func (m GammaGamma) Expected(s Spender) float64 {
	if m.P*s.X+m.Q <= 1 {
		return math.Inf(1)
	}
	return m.P * (m.Gamma + s.X*s.Mean) / (m.P*s.X + m.Q - 1)
}

// FitGammaGamma finds the likeliest parameters. Customers without repeat purchases, or
// whose purchases were worth nothing, tell nothing and are passed over.
func FitGammaGamma(list []Spender) (Fit[GammaGamma], error) {
	var known []Spender
	mean := 0.0
	for _, s := range list {
		if s.X > 0 && s.Mean > 0 {
			known = append(known, s)
			mean += s.Mean
		}
	}
	if len(known) < minRepeaters {
		return Fit[GammaGamma]{}, ErrTooFew
	}
	at := func(p []float64) GammaGamma { return GammaGamma{p[0], p[1], p[2]} }
	like := func(p []float64) (sum float64) {
		m := at(p)
		for _, s := range known {
			sum += m.LogLikelihood(s)
		}
		return sum
	}
	best, err := climb(like, []float64{1, 2, mean / float64(len(known))})
	if err != nil {
		return Fit[GammaGamma]{}, err
	}
	return Fit[GammaGamma]{Model: at(best), LogLikelihood: like(best), SE: errorsAt(like, best), Customers: len(known)}, nil
}
