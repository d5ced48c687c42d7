package btyd

import "math"

// maxTerms bounds a series. At z = 0.999 about 40,000 terms are needed.
const maxTerms = 100_000

// hyp2f1 is Gauss' hypergeometric function for 0 <= z < 1 and c > 0, to about 13 digits: by
// its series (Abramowitz and Stegun 15.1.1), or that of Euler's transformation (15.3.3) if
// its parameters are smaller.
func hyp2f1(a, b, c, z float64) float64 {
	if math.Abs((c-a)*(c-b)) < math.Abs(a*b) {
		return math.Exp((c-a-b)*math.Log1p(-z)) * series2f1(c-a, c-b, c, z)
	}
	return series2f1(a, b, c, z)
}

func series2f1(a, b, c, z float64) float64 {
	sum, term := 1.0, 1.0
	for n := range maxTerms {
		k := float64(n)
		ratio := (a + k) * (b + k) / ((c + k) * (1 + k)) * z
		term *= ratio
		sum += term
		if math.Abs(ratio) < 1 && math.Abs(term) < 1e-16*math.Abs(sum) {
			break
		}
	}
	return sum
}

// lnGamma is the logarithm of |Γ(x)|.
func lnGamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// logSum is ln(e^a + e^b).
func logSum(a, b float64) float64 {
	hi, lo := max(a, b), min(a, b)
	if math.IsInf(lo, -1) {
		return hi
	}
	return hi + math.Log1p(math.Exp(lo-hi))
}

// apart keeps x from a value at which a formula has a removable gap.
func apart(x, gap float64) float64 {
	if math.Abs(x-gap) < 1e-7 {
		return gap + 1e-7
	}
	return x
}
