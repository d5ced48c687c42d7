package stat

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// The levels of a sample-ratio check. A chance finding below Warn comes about once in a
// hundred sound experiments: look for the cause. One below Mismatch comes once in a
// thousand: do not decide on these results before the cause is found.
const (
	Warn     = 0.01
	Mismatch = 0.001
)

// Split is whether customers were split as planned.
type Split struct {
	Counts   []int
	Expected []float64 // customers by the planned shares
	Chi2     float64
	DF       int
	P        float64
	Anytime  float64 // p-value that holds however often one looks
}

// Warned says that the split deserves a look; Mismatched that it is wrong.
func (s Split) Warned() bool { return s.P < Warn }

// Mismatched says that results must not be trusted.
func (s Split) Mismatched() bool { return s.P < Mismatch }

// SampleRatio checks counts against planned shares, which need not add up to 1: Pearson's
// chi-square test of goodness of fit, as in Fabijan et al., "Diagnosing Sample Ratio
// Mismatch in Online Controlled Experiments" (KDD 2019).
func SampleRatio(counts []int, shares []float64) (Split, error) {
	if len(counts) < 2 || len(counts) != len(shares) {
		return Split{}, fmt.Errorf("a sample-ratio check needs two arms or more, with a share each: got %d counts and %d shares", len(counts), len(shares))
	}
	n, whole := 0, 0.0
	for i, c := range counts {
		if c < 0 || !(shares[i] > 0) || math.IsInf(shares[i], 0) {
			return Split{}, fmt.Errorf("arm %d: a count is 0 or more and a share more than 0", i+1)
		}
		n += c
		whole += shares[i]
	}
	s := Split{Counts: counts, DF: len(counts) - 1, P: 1, Anytime: 1}
	for i, c := range counts {
		e := float64(n) * shares[i] / whole
		s.Expected = append(s.Expected, e)
		if e > 0 {
			s.Chi2 += (float64(c) - e) * (float64(c) - e) / e
		}
	}
	if n > 0 {
		s.P = distuv.ChiSquared{K: float64(s.DF)}.Survival(s.Chi2)
		s.Anytime = anytimeRatio(counts, shares, whole, n)
	}
	return s, nil
}

// weight is how firmly the prior of the always-valid check sits on the planned shares.
const weight = 1000

// anytimeRatio is the sequential multinomial test of Lindon and Malek, "Anytime-Valid
// Inference for Multinomial Count Data" (NeurIPS 2022): one over the Bayes factor of a
// Dirichlet prior around the planned shares against the shares themselves.
func anytimeRatio(counts []int, shares []float64, whole float64, n int) float64 {
	gamma := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	bayes := gamma(weight) - gamma(weight+float64(n))
	for i, c := range counts {
		share := shares[i] / whole
		bayes += gamma(weight*share+float64(c)) - gamma(weight*share) - float64(c)*math.Log(share)
	}
	return math.Min(1, math.Exp(-bayes))
}
