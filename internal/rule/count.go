package rule

import (
	"math"

	"yutang/internal/event"
)

// countCode compares the number of events: it is true if need <= count < over, or the
// opposite if negate.
type countCode struct {
	ast didNode
	reach
	need, over int
	negate     bool
}

// thresholds turns a comparison with whole numbers into need, over and negate.
func thresholds(c comparison) (need, over int, negate bool) {
	a, b := int(c.a/event.DecimalScale), int(c.b/event.DecimalScale)
	switch c.op {
	case opGte:
		return a, math.MaxInt, false
	case opGt:
		return a + 1, math.MaxInt, false
	case opLt:
		return a, math.MaxInt, true
	case opLte:
		return a + 1, math.MaxInt, true
	case opBetween:
		return a, b + 1, false
	}
	return a, a + 1, c.op == opNe
}

func (c *countCode) eval(f *frame) (bool, int64) {
	lo, end := c.bounds(f)
	seen, needAt, overAt := c.count(f, lo, end)
	next := int64(Never)
	if c.within > 0 {
		next = c.fall(seen, needAt, overAt)
	}
	if end < len(f.track.At) || len(c.timed) > 0 {
		next = c.ahead(f, lo, end, next)
	}
	return (seen >= c.need && seen < c.over) != c.negate, next
}

// fall is when the events that leave the window take the count across a threshold.
// Events of one moment leave together.
func (c *countCode) fall(seen int, needAt, overAt int64) int64 {
	switch {
	case seen >= c.over && c.need > 0 && needAt == overAt, seen < c.need:
		return Never
	case seen >= c.over:
		return overAt + c.within
	case c.need > 0:
		return needAt + c.within
	}
	return Never
}

// count goes back in time until the thresholds are passed, and gives the times of the
// events that passed them.
func (c *countCode) count(f *frame, lo int64, end int) (seen int, needAt, overAt int64) {
	at := f.track.At
	for i := end - 1; i >= 0 && at[i] > lo; i-- {
		if !c.sel.match(f, i) {
			continue
		}
		seen++
		if seen == c.need {
			needAt = at[i]
		}
		if seen == c.over {
			overAt = at[i]
		}
		if seen >= c.need && (seen >= c.over || c.over == math.MaxInt) {
			break
		}
	}
	return seen, needAt, overAt
}
