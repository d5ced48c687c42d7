package btyd

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// start is where the search begins: a rate of buying like that of the data, in the unit of
// time of the data.
func start(list []Customer, third, fourth float64) []float64 {
	purchases, time := 0.0, 0.0
	for _, c := range list {
		purchases += c.X
		time += c.T
	}
	rate := math.Max(purchases, 1) / math.Max(time, 1e-9)
	return []float64{0.5, 0.5 / rate, third, fourth}
}

// bound keeps the search away from where numbers overflow: parameters in e^-12 to e^12
// around their scale.
const bound = 12

// climb finds the parameters, all positive, at which a log-likelihood is highest: a simplex
// over their logarithms, begun again where it ended until it gains nothing more.
func climb(like func(p []float64) float64, first []float64) ([]float64, error) {
	x := make([]float64, len(first))
	p := make([]float64, len(first))
	problem := optimize.Problem{Func: func(x []float64) float64 {
		for i := range x {
			if math.Abs(x[i]) > bound {
				return math.Inf(1)
			}
			p[i] = first[i] * math.Exp(x[i])
		}
		if v := like(p); !math.IsNaN(v) {
			return -v
		}
		return math.Inf(1)
	}}
	last := math.Inf(1)
	for range 20 {
		r, err := optimize.Minimize(problem, x, &optimize.Settings{
			Converger: &optimize.FunctionConverge{Absolute: 1e-9, Relative: 1e-13, Iterations: 40},
		}, &optimize.NelderMead{})
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoMaximum, err)
		}
		x = r.X
		if last-r.F < 1e-6 {
			break
		}
		last = r.F
	}
	out := make([]float64, len(first))
	for i := range x {
		out[i] = first[i] * math.Exp(x[i])
	}
	if v := like(out); math.IsInf(v, 0) || math.IsNaN(v) {
		return nil, ErrNoMaximum
	}
	return out, nil
}

// errorsAt are the standard errors at a maximum: roots of the diagonal of the inverse of
// the negative Hessian. NaN where the likelihood is flat.
func errorsAt(like func(p []float64) float64, at []float64) []float64 {
	n := len(at)
	scaled := func(u []float64) float64 { // each parameter in units of itself
		p := make([]float64, n)
		for i := range p {
			p[i] = at[i] * u[i]
		}
		return -like(p)
	}
	ones := make([]float64, n)
	for i := range ones {
		ones[i] = 1
	}
	h := mat.NewSymDense(n, nil)
	fd.Hessian(h, scaled, ones, &fd.Settings{Formula: fd.Formula{
		Stencil: []fd.Point{{Loc: -1, Coeff: -0.5}, {Loc: 1, Coeff: 0.5}}, Derivative: 1, Step: 1e-3,
	}})
	out := make([]float64, n)
	var inverse mat.Dense
	bad := inverse.Inverse(h) != nil
	for i := range out {
		out[i] = math.NaN()
		if !bad && inverse.At(i, i) > 0 {
			out[i] = at[i] * math.Sqrt(inverse.At(i, i))
		}
	}
	return out
}
