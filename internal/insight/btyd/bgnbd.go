package btyd

import "math"

// BGNBD is the beta-geometric/NBD model: purchases are Poisson at a rate that is gamma
// distributed over customers (shape R, rate Alpha); after each purchase a customer stops
// with a probability that is beta distributed (A, B).
type BGNBD struct{ R, Alpha, A, B float64 }

var _ Model = BGNBD{}

// Params are r, alpha, a and b.
func (m BGNBD) Params() []Param {
	return []Param{{"r", m.R, math.NaN()}, {"alpha", m.Alpha, math.NaN()}, {"a", m.A, math.NaN()}, {"b", m.B, math.NaN()}}
}

// LogLikelihood is formula (6) of Fader, Hardie and Lee (2005).
func (m BGNBD) LogLikelihood(c Customer) float64 { return m.counting(c.X) + m.timing(c) }

// counting is the part of the likelihood that depends on how often somebody bought.
func (m BGNBD) counting(x float64) float64 {
	return lnGamma(m.R+x) - lnGamma(m.R) + m.R*math.Log(m.Alpha) +
		lnGamma(m.A+m.B) - lnGamma(m.B) + lnGamma(m.B+x) - lnGamma(m.A+m.B+x)
}

// timing is the part that depends on when.
func (m BGNBD) timing(c Customer) float64 {
	alive := -(m.R + c.X) * math.Log(m.Alpha+c.T)
	if c.X == 0 {
		return alive
	}
	return logSum(alive, math.Log(m.A/(m.B+c.X-1))-(m.R+c.X)*math.Log(m.Alpha+c.TX))
}

// Alive is the probability of being active at T.
func (m BGNBD) Alive(c Customer) float64 {
	if c.X == 0 {
		return 1
	}
	return 1 / (1 + m.A/(m.B+c.X-1)*math.Exp((m.R+c.X)*math.Log((m.Alpha+c.T)/(m.Alpha+c.TX))))
}

// Expected is formula (10) of the paper.
func (m BGNBD) Expected(c Customer, t float64) float64 {
	a := apart(m.A, 1)
	z := t / (m.Alpha + c.T + t)
	hyp := hyp2f1(m.R+c.X, m.B+c.X, a+m.B+c.X-1, z)
	mean := (a + m.B + c.X - 1) / (a - 1) * (1 - math.Exp((m.R+c.X)*math.Log1p(-z))*hyp)
	return mean * m.Alive(c)
}

// ExpectedNew is formula (9) of the paper.
func (m BGNBD) ExpectedNew(t float64) float64 {
	a := apart(m.A, 1)
	z := t / (m.Alpha + t)
	return (a + m.B - 1) / (a - 1) * (1 - math.Exp(m.R*math.Log1p(-z))*hyp2f1(m.R, m.B, a+m.B-1, z))
}

// Probability is that of exactly x purchases in the first t: formula (8) of the paper.
func (m BGNBD) Probability(x int, t float64) float64 {
	k := float64(x)
	lnBeta := func(a, b float64) float64 { return lnGamma(a) + lnGamma(b) - lnGamma(a+b) }
	rate := func(j float64) float64 { // negative binomial
		return math.Exp(lnGamma(m.R+j) - lnGamma(m.R) - lnGamma(j+1) + m.R*math.Log(m.Alpha/(m.Alpha+t)) + j*math.Log(t/(m.Alpha+t)))
	}
	p := math.Exp(lnBeta(m.A, m.B+k)-lnBeta(m.A, m.B)) * rate(k)
	if x == 0 {
		return p
	}
	rest := 1.0
	for j := range x {
		rest -= rate(float64(j))
	}
	return p + math.Exp(lnBeta(m.A+1, m.B+k-1)-lnBeta(m.A, m.B))*rest
}

// FitBGNBD finds the likeliest parameters.
func FitBGNBD(list []Customer) (Fit[BGNBD], error) {
	groups, counts, err := prepared(list)
	if err != nil {
		return Fit[BGNBD]{}, err
	}
	at := func(p []float64) BGNBD { return BGNBD{p[0], p[1], p[2], p[3]} }
	like := func(p []float64) float64 {
		m := at(p)
		sum := 0.0
		for x, n := range counts {
			sum += n * m.counting(float64(x))
		}
		return sum + total(groups, func(part []group) (s float64) {
			for _, g := range part {
				s += g.n * m.timing(g.Customer)
			}
			return s
		})
	}
	best, err := climb(like, start(list, 1, 1))
	if err != nil {
		return Fit[BGNBD]{}, err
	}
	return Fit[BGNBD]{Model: at(best), LogLikelihood: like(best), SE: errorsAt(like, best), Customers: len(list)}, nil
}

// prepared groups histories and counts how many customers bought how often.
func prepared(list []Customer) (groups []group, counts []float64, err error) {
	repeaters := 0
	for _, c := range list {
		x := int(c.X)
		for len(counts) <= x {
			counts = append(counts, 0)
		}
		counts[x]++
		if x > 0 {
			repeaters++
		}
	}
	if repeaters < minRepeaters {
		return nil, nil, ErrTooFew
	}
	return grouped(list), counts, nil
}
