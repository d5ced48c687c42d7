package console

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/money"
)

// functions are what templates call beside the methods of view.
var functions = template.FuncMap{
	"number":  number,
	"spark":   spark,
	"percent": func(share float64) string { return strconv.Itoa(int(share*100)) + "%" },
	"rate":    formatRate,
	"sum":     func(counts []Count) (n int64) { return total(counts) },
	"share":   share,
	"on":      on,
}

// on gives a part of a page its data; outer is the page's view or a part around it.
func on(outer, data any) (part, error) {
	switch o := outer.(type) {
	case *view:
		return part{view: o, Data: data}, nil
	case part:
		return part{view: o.view, Data: data}, nil
	case board:
		return part{view: o.view, Data: data}, nil
	}
	return part{}, fmt.Errorf("no view in %T", outer)
}

// part gives a template inside a page both the page's view and its own data.
type part struct {
	*view
	Data any
}

func total(counts []Count) (n int64) {
	for _, c := range counts {
		n += c.N
	}
	return n
}

// number writes 1234567 as 1,234,567.
func number(n any) string {
	text := fmt.Sprint(n)
	digits, minus := strings.CutPrefix(text, "-")
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if minus {
		return "−" + b.String()
	}
	return b.String()
}

func formatRate(r float64) string {
	if r < 10 {
		return strconv.FormatFloat(math.Round(r*10)/10, 'f', -1, 64)
	}
	return number(int64(math.Round(r)))
}

// share is the width of a bar out of 100.
func share(n, of int64) int64 {
	if of <= 0 || n <= 0 {
		return 0
	}
	return max(1, n*100/of)
}

var currencySigns = map[string]string{"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$"}

// Money writes an amount in whole major units, which is what a board needs.
func (v *view) Money(a money.Amount) string {
	currency := a.Currency
	if currency == "" {
		currency = v.Brand.Currency
	}
	sign, known := currencySigns[currency]
	if !known {
		sign = currency + " "
	}
	scale := money.Scale(currency)
	whole := (a.Minor + scale/2) / scale
	if a.Minor < 0 {
		whole = (a.Minor - scale/2) / scale
	}
	return sign + number(whole)
}

// exact writes an amount with its minor units.
func exact(a money.Amount) string {
	sign, known := currencySigns[a.Currency]
	if !known {
		sign = a.Currency + " "
	}
	digits := money.Exponent(a.Currency)
	minor, minus := a.Minor, ""
	if minor < 0 {
		minor, minus = -minor, "−"
	}
	whole, rest := minor/money.Scale(a.Currency), minor%money.Scale(a.Currency)
	if digits == 0 {
		return minus + sign + number(whole)
	}
	return fmt.Sprintf("%s%s%s.%0*d", minus, sign, number(whole), digits, rest)
}

// PerOrder is the mean net revenue of an order.
func (b board) PerOrder() money.Amount {
	if b.Orders <= 0 {
		return money.Amount{Currency: b.NetRevenue.Currency}
	}
	return money.Amount{Minor: b.NetRevenue.Minor / b.Orders, Currency: b.NetRevenue.Currency}
}

// Counted says whether the moves of the last hour are known.
func (b board) Counted() bool {
	return slices.ContainsFunc(b.Audiences, func(a Audience) bool { return a.Entered >= 0 })
}

// Clock writes the time of day in the brand's zone, with the date unless it is today.
func (v *view) Clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	t, now := t.In(v.Zone), v.Now.In(v.Zone)
	switch {
	case t.Year() != now.Year():
		return t.Format("2006-01-02")
	case t.YearDay() != now.YearDay():
		return t.Format("01-02 15:04")
	}
	return t.Format("15:04:05")
}

// Stamp writes a moment in full.
func (v *view) Stamp(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(v.Zone).Format("2006-01-02 15:04:05")
}

// ISO writes a moment for programs.
func (v *view) ISO(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Fresh says whether the audiences keep up with the time.
func (b board) Fresh() bool { return b.Watermark.IsZero() || b.Now.Sub(b.Watermark) < 10*time.Second }

// spark draws points as the path of a line in a 120 × 28 box.
func spark(points []float64) string {
	if len(points) < 2 {
		return ""
	}
	top := 1.0
	for _, p := range points {
		top = max(top, p)
	}
	step := 120 / float64(samples-2)
	left := 120 - step*float64(len(points)-1)
	var b strings.Builder
	for i, p := range points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&b, "%s%.1f %.1f", command, left+step*float64(i), 27-26*p/top)
	}
	return b.String()
}
