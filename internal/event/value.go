package event

import (
	"math"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// Kind is the type of a scalar. There is no coercion between kinds.
type Kind uint8

// The kinds of value. Missing is the zero value: absent or null.
const (
	Missing Kind = iota
	String
	Number
	Bool
	List // a list of scalars
)

// DecimalScale is how many Decimal units make 1.
const DecimalScale = 1_000_000

// Decimal is a number in millionths. Numbers outside ±9.2e12 saturate; digits beyond
// the sixth decimal round half away from zero.
type Decimal int64

// Value is a scalar or a list as rules and columns see it. Comparable with ==.
type Value struct {
	Kind Kind
	Num  Decimal // Number; Bool: 1 is true
	Str  string  // String; List: canonical JSON array
}

// ParseDecimal reads a JSON number, exactly for up to six decimals.
func ParseDecimal(text string) (Decimal, bool) {
	digits, neg := strings.CutPrefix(text, "-")
	whole, frac, _ := strings.Cut(digits, ".")
	if len(whole) == 0 || len(whole) > 12 || len(frac) > 6 || !allDigits(whole) || !allDigits(frac) {
		return parseFloatDecimal(text)
	}
	n := int64(0)
	for i := range len(whole) {
		n = n*10 + int64(whole[i]-'0')
	}
	for i := range 6 {
		n *= 10
		if i < len(frac) {
			n += int64(frac[i] - '0')
		}
	}
	if neg {
		n = -n
	}
	return Decimal(n), true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func parseFloatDecimal(text string) (Decimal, bool) {
	f, err := strconv.ParseFloat(text, 64)
	if (err != nil && !math.IsInf(f, 0)) || math.IsNaN(f) {
		return 0, false
	}
	f = math.Round(f * DecimalScale)
	switch {
	case f >= math.MaxInt64:
		return math.MaxInt64, true
	case f <= math.MinInt64:
		return math.MinInt64, true
	}
	return Decimal(f), true
}

// Float is the number as a float64, for statistics and display only.
func (d Decimal) Float() float64 { return float64(d) / DecimalScale }

// String writes the number without trailing zeros.
func (d Decimal) String() string {
	whole, frac := int64(d)/DecimalScale, int64(d)%DecimalScale
	sign := ""
	if d < 0 {
		sign, whole, frac = "-", -whole, -frac
	}
	s := sign + strconv.FormatInt(whole, 10)
	if frac != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(DecimalScale+frac, 10)[1:], "0")
	}
	return s
}

// ValueOf reads a JSON value. Objects and null are Missing.
func ValueOf(r gjson.Result) Value {
	switch r.Type {
	case gjson.String:
		return Value{Kind: String, Str: r.Str}
	case gjson.True:
		return Value{Kind: Bool, Num: DecimalScale}
	case gjson.False:
		return Value{Kind: Bool}
	case gjson.Number:
		if d, ok := ParseDecimal(r.Raw); ok {
			return Value{Kind: Number, Num: d}
		}
	case gjson.JSON:
		if r.IsArray() {
			return Value{Kind: List, Str: string(compact(r.Raw))}
		}
	}
	return Value{}
}

// ParseValue reads one JSON document as a Value.
func ParseValue(raw []byte) Value { return ValueOf(gjson.ParseBytes(raw)) }

// compact drops white space outside strings.
func compact(raw string) []byte {
	out := make([]byte, 0, len(raw))
	inString := false
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case inString && c == '\\' && i+1 < len(raw):
			out = append(out, c)
			i++
			c = raw[i]
		case c == '"':
			inString = !inString
		case !inString && (c == ' ' || c == '\n' || c == '\t' || c == '\r'):
			continue
		}
		out = append(out, c)
	}
	return out
}

// Elements are the scalars of a list; for a scalar, itself.
func (v Value) Elements() []Value {
	if v.Kind != List {
		return []Value{v}
	}
	var out []Value
	gjson.Parse(v.Str).ForEach(func(_, e gjson.Result) bool {
		out = append(out, ValueOf(e))
		return true
	})
	return out
}

// JSON is the value as JSON text; Missing is null.
func (v Value) JSON() string {
	switch v.Kind {
	case String:
		return string(gjson.AppendJSONString(nil, v.Str))
	case Number:
		return v.Num.String()
	case Bool:
		return strconv.FormatBool(v.Num != 0)
	case List:
		return v.Str
	}
	return "null"
}

// Prop is one top-level property of an event with its scalar value.
type Prop struct {
	Key   string
	Value Value
}

// Scalars appends the scalar and list properties of a JSON object to dst, in order.
func Scalars(dst []Prop, object []byte) []Prop {
	gjson.ParseBytes(object).ForEach(func(k, v gjson.Result) bool {
		if val := ValueOf(v); val.Kind != Missing {
			dst = append(dst, Prop{Key: k.Str, Value: val})
		}
		return true
	})
	return dst
}
