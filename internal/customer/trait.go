package customer

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
)

// Bounds of what is remembered of one trait for operations that arrive late.
const (
	maxOnce  = 4
	maxAdded = 32
	maxItems = 200
)

// trait is the folded state of one trait. What was done before the newest set or unset
// no longer counts, so it is forgotten.
type trait struct {
	based bool    // there was a set or an unset
	at    int64   // when, ms
	value string  // JSON of the newest set, "" after an unset
	once  []point // set_once since then, oldest first
	added []step  // increments since then, oldest first
	items []point // list elements appended since then, by time and text
}

type point struct {
	at    int64
	value string // JSON
}

type step struct {
	at  int64
	sum event.Decimal
}

// set makes value ("" for unset) the base if it is the newest. Equal times: the later
// call wins.
func (t *trait) set(at int64, value string) {
	if t.based && at < t.at {
		return
	}
	t.based, t.at, t.value = true, at, value
	t.once = slices.DeleteFunc(t.once, func(p point) bool { return p.at < at })
	t.added = slices.DeleteFunc(t.added, func(s step) bool { return s.at < at })
	t.items = slices.DeleteFunc(t.items, func(p point) bool { return p.at < at })
}

// setOnce remembers the oldest and the newest few, so that an unset that arrives late
// uncovers the right one.
func (t *trait) setOnce(p point) {
	if t.based && p.at < t.at {
		return
	}
	i := len(t.once)
	for i > 0 && t.once[i-1].at > p.at {
		i--
	}
	t.once = slices.Insert(t.once, i, p)
	if len(t.once) > maxOnce {
		t.once = slices.Delete(t.once, 1, 2)
	}
}

// add counts an increment. Beyond maxAdded the two oldest become one.
func (t *trait) add(s step) {
	if t.based && s.at < t.at {
		return
	}
	i, found := slices.BinarySearchFunc(t.added, s.at, func(x step, at int64) int { return cmp.Compare(x.at, at) })
	if found {
		t.added[i].sum = plus(t.added[i].sum, s.sum)
		return
	}
	t.added = slices.Insert(t.added, i, s)
	if len(t.added) > maxAdded {
		t.added[1].sum = plus(t.added[1].sum, t.added[0].sum)
		t.added = slices.Delete(t.added, 0, 1)
	}
}

// push appends a list element, once. Its newest time counts.
func (t *trait) push(p point) {
	if t.based && p.at < t.at {
		return
	}
	if i := slices.IndexFunc(t.items, func(x point) bool { return x.value == p.value }); i >= 0 {
		if t.items[i].at >= p.at {
			return
		}
		t.items = slices.Delete(t.items, i, i+1)
	}
	i, _ := slices.BinarySearchFunc(t.items, p, func(x, p point) int {
		if c := cmp.Compare(x.at, p.at); c != 0 {
			return c
		}
		return strings.Compare(x.value, p.value)
	})
	t.items = slices.Insert(t.items, i, p)
	if len(t.items) > maxItems {
		t.items = slices.Delete(t.items, 0, 1)
	}
}

// join folds another record's state of the same trait into t, as if all operations had
// been of one customer.
func (t *trait) join(o *trait) {
	if o.based {
		t.set(o.at, o.value)
	}
	for _, p := range o.once {
		t.setOnce(p)
	}
	for _, s := range o.added {
		t.add(s)
	}
	for _, p := range o.items {
		t.push(p)
	}
}

// forget drops what happened at or before at. It says whether anything is left.
func (t *trait) forget(at int64) bool {
	if t.based && t.at <= at {
		t.based, t.at, t.value = false, 0, ""
	}
	t.once = slices.DeleteFunc(t.once, func(p point) bool { return p.at <= at })
	t.added = slices.DeleteFunc(t.added, func(s step) bool { return s.at <= at })
	t.items = slices.DeleteFunc(t.items, func(p point) bool { return p.at <= at })
	return t.based || len(t.once)+len(t.added)+len(t.items) > 0
}

// current is the trait's value as JSON, "" if it has none.
func (t *trait) current() string {
	base := t.value
	if base == "" && len(t.once) > 0 {
		base = t.once[0].value
	}
	switch {
	case len(t.items) > 0:
		return listValue(base, t.items)
	case len(t.added) > 0:
		return sumValue(base, t.added)
	}
	return base
}

// sumValue adds the increments to base. A base that is not a number stays as it is.
func sumValue(base string, added []step) string {
	var sum event.Decimal
	if base != "" {
		v := event.ParseValue([]byte(base))
		if v.Kind != event.Number {
			return base
		}
		sum = v.Num
	}
	for _, s := range added {
		sum = plus(sum, s.sum)
	}
	return sum.String()
}

// listValue is the elements of base (a scalar is a list of one) and then the items that
// are not among them.
func listValue(base string, items []point) string {
	list := elements(base)
	for _, p := range items {
		if !slices.Contains(list, p.value) {
			list = append(list, p.value)
		}
	}
	return "[" + strings.Join(list, ",") + "]"
}

// elements are the canonical JSON texts of a list's elements; of a scalar, itself.
func elements(raw string) []string {
	if raw == "" {
		return nil
	}
	r := gjson.Parse(raw)
	if !r.IsArray() {
		return []string{canonical(r)}
	}
	var out []string
	r.ForEach(func(_, e gjson.Result) bool {
		if text := canonical(e); text != "" {
			out = append(out, text)
		}
		return true
	})
	return out
}

// canonical is one text for equal values: "" for null. Numbers keep every digit, though
// rules see six decimals.
func canonical(r gjson.Result) string {
	if r.Type == gjson.Number {
		return r.Raw
	}
	if v := event.ValueOf(r); v.Kind != event.Missing {
		return v.JSON()
	}
	if r.IsObject() {
		return r.Raw
	}
	return ""
}

// plus adds; a sum out of range stays at the end of the range.
func plus(a, b event.Decimal) event.Decimal {
	switch sum := a + b; {
	case a > 0 && b > 0 && sum < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && sum >= 0:
		return math.MinInt64
	default:
		return sum
	}
}
