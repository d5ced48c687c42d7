// Package btyd owns models of customers who buy again until, unseen, they stop ("buy till
// you die"): how often somebody will buy, whether they are still alive, and how much they
// spend.
//
// A customer is three numbers of one unit of time: how many repeat purchases (X), when the
// last of them was (TX, since the first purchase), and how long the customer has been
// watched (T, since the first purchase). BGNBD and ParetoNBD tell the number of purchases,
// GammaGamma the money in each.
//
// Fits are by maximum likelihood, with standard errors from the curvature there. The
// package is pure: it reads nothing and knows no clock.
//
// Sources: P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers the Easy Way", Marketing
// Science 24 (2005), for BG/NBD; D. Schmittlein, D. Morrison, R. Colombo, "Counting Your
// Customers", Management Science 33 (1987), in the notation of Fader and Hardie's "A Note on
// Deriving the Pareto/NBD Model" (2005); Fader and Hardie, "The Gamma-Gamma Model of
// Monetary Value" (2013).
package btyd

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
)

// Customer is one customer's history. 0 <= TX <= T; TX is 0 if X is 0.
type Customer struct {
	X  float64 // repeat purchases
	TX float64 // time of the last one since the first purchase
	T  float64 // time watched since the first purchase
}

// Model tells how many purchases are to be expected.
type Model interface {
	// LogLikelihood of one customer's history.
	LogLikelihood(c Customer) float64
	// Alive is the probability that the customer still buys.
	Alive(c Customer) float64
	// Expected is the mean number of purchases of a customer in the next t.
	Expected(c Customer, t float64) float64
	// ExpectedNew is the mean number of repeat purchases of anybody in the first t.
	ExpectedNew(t float64) float64
	// Params are the parameters by name, in the order of the papers.
	Params() []Param
}

// Param is a parameter with its standard error, NaN if it is not known.
type Param struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	SE    float64 `json:"-"`
}

// Fit is a fitted model.
type Fit[M any] struct {
	Model         M
	LogLikelihood float64
	SE            []float64 // of the parameters in order; NaN where the likelihood is flat
	Customers     int
}

// ErrTooFew is a fit with too little to learn from.
var ErrTooFew = errors.New("too few customers with repeat purchases to fit a model")

// ErrNoMaximum is a fit to data that no parameters explain, such as buying that ended for
// everybody long ago.
var ErrNoMaximum = errors.New("the likelihood has no maximum that could be found")

// minRepeaters is how many customers must have bought again.
const minRepeaters = 10

// group is a history that several customers have.
type group struct {
	Customer
	n float64
}

// grouped joins equal histories: the likelihood is asked for each only once.
func grouped(list []Customer) []group {
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b Customer) int {
		for _, d := range [3]float64{a.X - b.X, a.TX - b.TX, a.T - b.T} {
			if d != 0 {
				return int(math.Copysign(1, d))
			}
		}
		return 0
	})
	var out []group
	for _, c := range sorted {
		if n := len(out); n > 0 && out[n-1].Customer == c {
			out[n-1].n++
			continue
		}
		out = append(out, group{c, 1})
	}
	return out
}

// total sums a function over groups on all processors. The order of summing is fixed, so
// that a repeat gives the same.
func total(groups []group, f func(part []group) float64) float64 {
	workers := max(1, runtime.GOMAXPROCS(0))
	size := (len(groups) + workers - 1) / workers
	if size < 256 {
		return f(groups)
	}
	sums := make([]float64, workers)
	var wg sync.WaitGroup
	for w := range workers {
		part := groups[min(w*size, len(groups)):min((w+1)*size, len(groups))]
		wg.Go(func() { sums[w] = f(part) })
	}
	wg.Wait()
	sum := 0.0
	for _, s := range sums {
		sum += s
	}
	return sum
}
