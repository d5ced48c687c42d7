package rule

import (
	"yutang/internal/event"
	"yutang/internal/timeline"
)

// foldCode compares an aggregate other than count.
type foldCode struct {
	ast didNode
	reach
	cmp    comparison
	column *timeline.Column // the property computed over
	col    int              // its place in the track
	value  propCheck        // first, last
	days   *calendar        // distinct_days
	add    func(f *frame, t *tally, i int)
	holds  func(f *frame, t *tally) bool
}

// tally is an aggregate in the making, over the events from one of them to the newest.
type tally struct {
	n       int64 // numbers, distinct values, days, or events, by the aggregate
	sum     wide
	extreme event.Decimal
	code    uint32 // first, last
	day     int64
}

// eval goes from the newest event to the oldest. The tally before an event of a new
// moment is what the window holds once that event has left, so the last moment seen with
// the other answer is the exact time of the next change.
func (c *foldCode) eval(f *frame) (bool, int64) {
	lo, end := c.bounds(f)
	t := &f.tally
	*t = tally{}
	if c.ast.agg.kind == "distinct" {
		f.seen.reset()
	}
	at, flips, moment := f.track.At, [2]int64{Never, Never}, int64(Never)
	for i := end - 1; i >= 0 && at[i] > lo; i-- {
		if !c.sel.match(f, i) {
			continue
		}
		if c.within > 0 && at[i] != moment {
			moment = at[i]
			flips[index(c.holds(f, t))] = moment + c.within
		}
		c.add(f, t, i)
	}
	result := c.holds(f, t)
	next := flips[index(!result)]
	if end < len(at) || len(c.timed) > 0 {
		next = c.ahead(f, lo, end, next)
	}
	return result, next
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// bind chooses the arithmetic of an aggregate over a property.
func (c *foldCode) bind(kind string) {
	switch kind {
	case "sum":
		c.add, c.holds = c.addNumber, c.holdsSum
	case "avg":
		c.add, c.holds = c.addNumber, c.holdsAvg
	case "min":
		c.add, c.holds = c.addMin, c.holdsExtreme
	case "max":
		c.add, c.holds = c.addMax, c.holdsExtreme
	case "distinct":
		c.add, c.holds = c.addDistinct, c.holdsCount
	}
}

// number is the value of event i if it is a number.
func (c *foldCode) number(f *frame, i int) (event.Decimal, bool) {
	v := c.column.Dict.Value(f.track.Codes[c.col].At(i))
	return v.Num, v.Kind == event.Number
}

func (c *foldCode) addNumber(f *frame, t *tally, i int) {
	if n, ok := c.number(f, i); ok {
		t.n++
		t.sum.add(int64(n))
	}
}

func (c *foldCode) addMin(f *frame, t *tally, i int) {
	if n, ok := c.number(f, i); ok && (t.n == 0 || n < t.extreme) {
		t.n, t.extreme = 1, n
	}
}

func (c *foldCode) addMax(f *frame, t *tally, i int) {
	if n, ok := c.number(f, i); ok && (t.n == 0 || n > t.extreme) {
		t.n, t.extreme = 1, n
	}
}

func (c *foldCode) addDistinct(f *frame, t *tally, i int) {
	if code := f.track.Codes[c.col].At(i); code != 0 && f.seen.add(code) {
		t.n++
	}
}

func (c *foldCode) addDay(f *frame, t *tally, i int) {
	if day := c.days.day(f.track.At[i]); t.n == 0 || day != t.day {
		t.n++
		t.day = day
	}
}

func (c *foldCode) addFirst(f *frame, t *tally, i int) {
	t.code = f.track.Codes[c.col].At(i)
	t.n = 1
}

func (c *foldCode) addLast(f *frame, t *tally, i int) {
	if t.n == 0 {
		c.addFirst(f, t, i)
	}
}

// holdsCount is for distinct and distinct_days: none is zero.
func (c *foldCode) holdsCount(_ *frame, t *tally) bool {
	n := event.Decimal(t.n) * event.DecimalScale
	return c.cmp.holds(decimalOrder(n, c.cmp.a), decimalOrder(n, c.cmp.b))
}

// holdsSum takes the sum of nothing as zero.
func (c *foldCode) holdsSum(_ *frame, t *tally) bool {
	return c.cmp.holds(t.sum.compare(product(int64(c.cmp.a), 1)), t.sum.compare(product(int64(c.cmp.b), 1)))
}

// holdsAvg compares without dividing. The average of nothing is missing.
func (c *foldCode) holdsAvg(_ *frame, t *tally) bool {
	if t.n == 0 {
		return c.cmp.op == opNe
	}
	return c.cmp.holds(t.sum.compare(product(int64(c.cmp.a), t.n)), t.sum.compare(product(int64(c.cmp.b), t.n)))
}

// holdsExtreme takes the extreme of nothing as missing.
func (c *foldCode) holdsExtreme(_ *frame, t *tally) bool {
	if t.n == 0 {
		return c.cmp.op == opNe
	}
	return c.cmp.holds(decimalOrder(t.extreme, c.cmp.a), decimalOrder(t.extreme, c.cmp.b))
}

func (c *foldCode) holdsValue(f *frame, t *tally) bool { return c.value.match(f, t.code) }

func decimalOrder(a, b event.Decimal) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
