package rule

import (
	"math"
	"slices"
	"strings"
	"time"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// check is a predicate over the codes of a dictionary. Each distinct value is judged
// once per frame and remembered there.
type check struct {
	op   op
	slot int // of frame.known
	test func(event.Value) bool
	last int64 // within_last, ms
	zone *time.Location
}

// memory is what a frame has learned about the values of one check.
type memory struct {
	column *timeline.Column // whose dictionary it is; nil if it is a trait's
	dict   *timeline.Dict
	memo   []uint8 // per code: unknown, fails or passes
	dates  []int64 // within_last, per code: its moment plus one; 0 is unknown
}

const (
	unknown uint8 = iota
	fails
	passes
)

// noDate is the moment of a value that is no date: before all others.
const noDate int64 = math.MinInt64

// use forgets everything if the dictionary has been replaced: its codes mean other values.
func (m *memory) use(dict *timeline.Dict) {
	if m.dict != dict {
		*m = memory{column: m.column, dict: dict}
	}
}

// match says whether the value of this code passes at f.now.
func (c *check) match(f *frame, code uint32) bool {
	m := &f.known[c.slot]
	if int(code) < len(m.memo) && m.memo[code] != unknown {
		return m.memo[code] == passes
	}
	if c.op == opWithinLast {
		at := c.date(m, code)
		return at <= f.now && at > f.now-c.last
	}
	ok := c.test(m.dict.Value(code))
	m.memo = grown(m.memo, int(code), m.dict.Len())
	m.memo[code] = fails
	if ok {
		m.memo[code] = passes
	}
	return ok
}

// grown makes list long enough for index i, and for n elements if n is more.
func grown[T any](list []T, i, n int) []T {
	if i < len(list) {
		return list
	}
	want := max(i+1, n)
	return append(list, make([]T, want-len(list))...)
}

// date is the moment a code stands for, noDate if none.
func (c *check) date(m *memory, code uint32) int64 {
	if int(code) < len(m.dates) && m.dates[code] != 0 {
		return m.dates[code] - 1
	}
	at := noDate
	if v := m.dict.Value(code); v.Kind == event.String {
		if t, ok := moment(v.Str, c.zone); ok {
			at = t
		}
	}
	m.dates = grown(m.dates, int(code), m.dict.Len())
	m.dates[code] = at + 1
	return at
}

// change is the first moment after now at which a within_last changes for this code.
func (c *check) change(f *frame, code uint32) int64 {
	at := c.date(&f.known[c.slot], code)
	switch {
	case at == noDate:
		return Never
	case at > f.now:
		return at
	case at > f.now-c.last:
		return at + c.last
	}
	return Never
}

// tester judges one value. Only missing, ne and not_in accept a missing one.
func tester(p predicate, zone *time.Location) func(event.Value) bool {
	switch p.op {
	case opEq:
		return func(v event.Value) bool { return v == p.vals[0] }
	case opNe:
		return func(v event.Value) bool { return v != p.vals[0] }
	case opIn:
		return func(v event.Value) bool { return slices.Contains(p.vals, v) }
	case opNotIn:
		return func(v event.Value) bool { return !slices.Contains(p.vals, v) }
	case opContains:
		return func(v event.Value) bool { return contains(v, p.vals[0]) }
	case opStartsWith:
		return func(v event.Value) bool { return v.Kind == event.String && strings.HasPrefix(v.Str, p.vals[0].Str) }
	case opExists:
		return func(v event.Value) bool { return v.Kind != event.Missing }
	case opMissing:
		return func(v event.Value) bool { return v.Kind == event.Missing }
	case opBefore:
		return dated(zone, func(at int64) bool { return at < p.dates[0].lo })
	case opAfter:
		return dated(zone, func(at int64) bool { return at > p.dates[0].hi })
	}
	if p.op == opBetween && p.dates != nil {
		return dated(zone, func(at int64) bool { return at >= p.dates[0].lo && at <= p.dates[1].hi })
	}
	return ordering(p)
}

// contains is substring for a text and element for a list.
func contains(v, want event.Value) bool {
	if v.Kind == event.List {
		return slices.Contains(v.Elements(), want)
	}
	return v.Kind == event.String && want.Kind == event.String && strings.Contains(v.Str, want.Str)
}

func dated(zone *time.Location, test func(at int64) bool) func(event.Value) bool {
	return func(v event.Value) bool {
		if v.Kind != event.String {
			return false
		}
		at, ok := moment(v.Str, zone)
		return ok && test(at)
	}
}

// ordering compares numbers with numbers and texts with texts, byte by byte.
func ordering(p predicate) func(event.Value) bool {
	c := comparison{op: p.op}
	lo, hi := p.vals[0], p.vals[len(p.vals)-1]
	return func(v event.Value) bool {
		return v.Kind == lo.Kind && c.holds(order(v, lo), order(v, hi))
	}
}

// order compares two values of one kind, number or text.
func order(a, b event.Value) int {
	if a.Kind == event.String {
		return strings.Compare(a.Str, b.Str)
	}
	switch {
	case a.Num < b.Num:
		return -1
	case a.Num > b.Num:
		return 1
	}
	return 0
}
