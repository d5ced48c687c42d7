package btyd

import "math"

// ParetoNBD is the Pareto/NBD model: purchases are Poisson at a gamma rate (shape R, rate
// Alpha), and customers stop at any moment, at another gamma rate (shape S, rate Beta).
type ParetoNBD struct{ R, Alpha, S, Beta float64 }

var _ Model = ParetoNBD{}

// Params are r, alpha, s and beta.
func (m ParetoNBD) Params() []Param {
	return []Param{{"r", m.R, math.NaN()}, {"alpha", m.Alpha, math.NaN()}, {"s", m.S, math.NaN()}, {"beta", m.Beta, math.NaN()}}
}

// LogLikelihood is formula (18) of Fader and Hardie's note.
func (m ParetoNBD) LogLikelihood(c Customer) float64 {
	head := lnGamma(m.R+c.X) - lnGamma(m.R) + m.R*math.Log(m.Alpha) + m.S*math.Log(m.Beta)
	alive := -(m.R+c.X)*math.Log(m.Alpha+c.T) - m.S*math.Log(m.Beta+c.T)
	return head + logSum(alive, m.gone(c))
}

// gone is the logarithm of the part of the likelihood of those who stopped between TX and T.
func (m ParetoNBD) gone(c Customer) float64 {
	n := m.R + m.S + c.X
	far, near, b := m.Alpha, m.Beta, m.S+1
	if m.Alpha < m.Beta {
		far, near, b = m.Beta, m.Alpha, m.R+c.X
	}
	term := func(t float64) float64 {
		return math.Log(hyp2f1(n, b, n+1, (far-near)/(far+t))) - n*math.Log(far+t)
	}
	first, last := term(c.TX), term(c.T)
	if first <= last { // TX is T: nobody can have stopped between
		return math.Inf(-1)
	}
	return math.Log(m.S/n) + first + math.Log(-math.Expm1(last-first))
}

// Alive is the probability of being active at T.
func (m ParetoNBD) Alive(c Customer) float64 {
	alive := -(m.R+c.X)*math.Log(m.Alpha+c.T) - m.S*math.Log(m.Beta+c.T)
	return 1 / (1 + math.Exp(m.gone(c)-alive))
}

// life is the mean time that a customer of age T lives on within the next t.
func (m ParetoNBD) life(age, t float64) float64 {
	s := apart(m.S, 1)
	return (m.Beta + age) / (s - 1) * -math.Expm1((s-1)*math.Log((m.Beta+age)/(m.Beta+age+t)))
}

// Expected is formula (41) of the note.
func (m ParetoNBD) Expected(c Customer, t float64) float64 {
	return (m.R + c.X) / (m.Alpha + c.T) * m.life(c.T, t) * m.Alive(c)
}

// ExpectedNew is formula (27) of the note.
func (m ParetoNBD) ExpectedNew(t float64) float64 { return m.R / m.Alpha * m.life(0, t) }

// FitParetoNBD finds the likeliest parameters.
func FitParetoNBD(list []Customer) (Fit[ParetoNBD], error) {
	groups, _, err := prepared(list)
	if err != nil {
		return Fit[ParetoNBD]{}, err
	}
	at := func(p []float64) ParetoNBD { return ParetoNBD{p[0], p[1], p[2], p[3]} }
	like := func(p []float64) float64 {
		m := at(p)
		return total(groups, func(part []group) (s float64) {
			for _, g := range part {
				s += g.n * m.LogLikelihood(g.Customer)
			}
			return s
		})
	}
	first := start(list, 0.5, 1)
	first[3] = first[1]
	best, err := climb(like, first)
	if err != nil {
		return Fit[ParetoNBD]{}, err
	}
	return Fit[ParetoNBD]{Model: at(best), LogLikelihood: like(best), SE: errorsAt(like, best), Customers: len(list)}, nil
}
