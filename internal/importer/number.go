package importer

import (
	"math/bits"
	"strings"

	"yutang/internal/event"
)

// maxNumber bounds quantities and prices: a million millions.
const maxNumber = event.Decimal(1e12) * 1e6

// parseNumber reads a decimal as people write it in files: with a currency sign and
// thousands separators. There are no floats on the way.
func parseNumber(text string) (event.Decimal, bool) {
	text = strings.TrimSpace(text)
	neg := strings.HasPrefix(text, "-")
	digits := strings.TrimPrefix(text, "-")
	for _, sign := range []string{"¥", "￥", "£", "$", "€", "CNY", "RMB"} {
		digits = strings.TrimPrefix(digits, sign)
	}
	digits = strings.TrimSpace(strings.TrimSuffix(digits, "元"))
	whole, frac, dot := strings.Cut(digits, ".")
	whole, ok := dropThousands(whole)
	if !ok || (whole == "" && frac == "") || (dot && frac == "") || !onlyDigits(whole) || !onlyDigits(frac) {
		return 0, false
	}
	if len(whole) > 12 {
		return 0, false
	}
	if whole == "" {
		whole = "0"
	}
	n, ok := event.ParseDecimal(whole + "." + (frac + "000000")[:6])
	if len(frac) > 6 && frac[6] >= '5' {
		n++
	}
	if n >= maxNumber {
		return 0, false
	}
	if neg {
		n = -n
	}
	return n, ok
}

// dropThousands takes the commas out of "1,234,567"; other commas are not a number.
func dropThousands(whole string) (string, bool) {
	if !strings.Contains(whole, ",") {
		return whole, true
	}
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if len(g) != 3 && (i > 0 || len(g) == 0 || len(g) > 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// times multiplies two decimals that are not negative, rounding half up in the sixth
// decimal. It fails when the product is beyond maxNumber.
func times(a, b event.Decimal) (event.Decimal, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	lo, carry := bits.Add64(lo, event.DecimalScale/2, 0)
	hi += carry
	if hi >= event.DecimalScale {
		return 0, false
	}
	q, _ := bits.Div64(hi, lo, event.DecimalScale)
	return event.Decimal(q), q <= uint64(maxNumber)
}
