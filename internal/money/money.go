// Package money owns amounts: whole minor units with a currency, never a float.
package money

import (
	"strings"

	"yutang/internal/fault"
)

// DefaultCurrency is assumed where an amount names none.
const DefaultCurrency = "CNY"

// Amount is a sum in the currency's minor unit (fen, cents; whole yen for JPY).
type Amount struct {
	Minor    int64
	Currency string // ISO 4217, upper case
}

var exponents = map[string]int{
	"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "XAF": 0, "XOF": 0, "UGX": 0,
	"BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3, "IQD": 3,
}

// Exponent is how many decimals the currency's major unit has (ISO 4217; 2 if unknown).
func Exponent(currency string) int {
	if e, ok := exponents[currency]; ok {
		return e
	}
	return 2
}

// Scale is the number of minor units in a major one: 10^Exponent.
func Scale(currency string) int64 {
	s := int64(1)
	for range Exponent(currency) {
		s *= 10
	}
	return s
}

// Major is minor units of a currency as major ones, for answers and statistics only.
func Major(minor int64, currency string) float64 { return float64(minor) / float64(Scale(currency)) }

// Parse reads a decimal in major units ("12.5", "-3") without passing through a float.
// Digits beyond the currency's exponent round half to even.
func Parse(text, currency string) (Amount, error) {
	if currency == "" {
		currency = DefaultCurrency
	}
	minor, ok := parseScaled(strings.TrimSpace(text), Exponent(currency))
	if !ok {
		return Amount{}, fault.New(fault.Invalid, "invalid_amount", "%q is not a decimal amount", text)
	}
	return Amount{Minor: minor, Currency: currency}, nil
}

// parseScaled reads text as an integer of 10^-exp units.
func parseScaled(text string, exp int) (int64, bool) {
	digits, neg := strings.CutPrefix(text, "-")
	whole, frac, _ := strings.Cut(digits, ".")
	if whole == "" && frac == "" {
		return 0, false
	}
	kept := frac[:min(len(frac), exp)]
	kept += strings.Repeat("0", exp-len(kept))
	var n int64
	for _, c := range whole + kept {
		if c < '0' || c > '9' || n > (1<<62)/10 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	up, ok := roundsUp(frac, exp, n)
	if !ok {
		return 0, false
	}
	if up {
		n++
	}
	if neg {
		n = -n
	}
	return n, true
}

// roundsUp decides half-even rounding from the digits of frac beyond exp.
func roundsUp(frac string, exp int, n int64) (up, ok bool) {
	if len(frac) <= exp {
		return false, true
	}
	rest := frac[exp:]
	for _, c := range rest {
		if c < '0' || c > '9' {
			return false, false
		}
	}
	tail := strings.TrimRight(rest[1:], "0")
	switch {
	case rest[0] > '5', rest[0] == '5' && tail != "":
		return true, true
	case rest[0] == '5':
		return n%2 == 1, true
	}
	return false, true
}

// String is the amount in major units without the currency: "12.50".
func (a Amount) String() string {
	exp, scale := Exponent(a.Currency), Scale(a.Currency)
	sign, n := "", a.Minor
	if n < 0 {
		sign, n = "-", -n
	}
	var b strings.Builder
	b.WriteString(sign)
	b.WriteString(itoa(n/scale, 1))
	if exp > 0 {
		b.WriteByte('.')
		b.WriteString(itoa(n%scale, exp))
	}
	return b.String()
}

func itoa(n int64, width int) string {
	var buf [20]byte
	i := len(buf)
	for n > 0 || width > 0 {
		i--
		buf[i] = byte('0' + n%10)
		n /= 10
		width--
	}
	return string(buf[i:])
}
