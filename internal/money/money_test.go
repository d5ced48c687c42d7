package money

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestParse_ReadsMajorUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, currency string
		minor          int64
	}{
		{"12.5", "CNY", 1250},
		{"-3", "CNY", -300},
		{"0.005", "CNY", 0},
		{"0.015", "CNY", 2},
		{"0.0051", "CNY", 1},
		{"7", "JPY", 7},
		{"7.5", "JPY", 8},
		{"6.5", "JPY", 6},
		{"1.2345", "KWD", 1234},
		{".5", "", 50},
		{" 1 ", "USD", 100},
	} {
		a, err := Parse(c.text, c.currency)
		if err != nil || a.Minor != c.minor {
			t.Errorf("Parse(%q, %q) = %v, %v, want %d", c.text, c.currency, a.Minor, err, c.minor)
		}
	}
	for _, text := range []string{"", "-", ".", "1e3", "1,000", "12x", "1.2.3", "9223372036854775807"} {
		if a, err := Parse(text, "CNY"); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", text, a)
		}
	}
}

// An amount written and read again is the same, in every kind of currency.
func TestString_IsReadBackExactly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := Amount{
			Minor:    rapid.Int64Range(-1<<50, 1<<50).Draw(t, "minor"),
			Currency: rapid.SampledFrom([]string{"CNY", "JPY", "KWD"}).Draw(t, "currency"),
		}
		b, err := Parse(a.String(), a.Currency)
		if err != nil || a != b {
			t.Fatalf("%v is written %q and read as %v, %v", a, a.String(), b, err)
		}
	})
}

// Rounding is to the nearest minor unit, halves to even, as exact arithmetic has it.
func TestParse_RoundsHalfToEven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[0-9]{1,6}\.[0-9]{1,6}`).Draw(t, "text")
		a, err := Parse(text, "CNY")
		if err != nil {
			t.Fatal(err)
		}
		exact, _ := new(big.Rat).SetString(text)
		off := new(big.Rat).Sub(exact.Mul(exact, big.NewRat(100, 1)), big.NewRat(a.Minor, 1))
		switch off.Abs(off).Cmp(big.NewRat(1, 2)) {
		case 1:
			t.Fatalf("%s became %d", text, a.Minor)
		case 0:
			if a.Minor%2 != 0 {
				t.Fatalf("%s became %d, a half not to even", text, a.Minor)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("12.34")
	f.Add("-0.005")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := Parse(text, "CNY")
		if err != nil {
			return
		}
		if b, err := Parse(a.String(), "CNY"); err != nil || a != b {
			t.Fatalf("%q became %v, read back as %v, %v", text, a, b, err)
		}
	})
}
