package rfm

import (
	"slices"
	"time"

	"yutang/internal/insight"
)

// Purchase is one event of buying.
type Purchase struct {
	At    int64   // ms
	Value float64 // major units
}

// Summary is one customer's purchases in whole periods, as the package lifetimes has them:
// purchases of one period count once, and the first period is no repeat.
type Summary struct {
	Frequency int     `json:"frequency"` // periods with a purchase, after the first
	Recency   int     `json:"recency"`   // periods from the first to the last purchase
	T         int     `json:"T"`         // periods from the first purchase to the end of watching
	Monetary  float64 `json:"monetary"`  // mean value of the repeat periods, 0 without any
}

// Holdout is what came after a calibration.
type Holdout struct {
	Frequency int     // periods with a purchase
	Duration  int     // periods watched
	Monetary  float64 // mean value of those periods
}

// clockwork counts periods from a fixed one.
type clockwork struct {
	zone *time.Location
	days int // in a period: 1 or 7
	base int // day number at which a period begins
}

// newClockwork counts days, or weeks that begin on the calendar's day.
func newClockwork(c insight.Calendar) clockwork {
	w := clockwork{zone: c.Zone, days: 1}
	if c.Period == insight.Week {
		w.days = 7
		w.base = int(c.WeekStart+3) % 7 // day 0, 1 January 1970, is a Thursday
	}
	return w
}

// period is the number of the period that holds a moment.
func (w clockwork) period(ms int64) int {
	t := time.UnixMilli(ms).In(w.zone)
	_, offset := t.Zone()
	seconds := t.Unix() + int64(offset)
	day := int(floorDiv(seconds, 86400))
	return int(floorDiv(int64(day-w.base), int64(w.days)))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// summarise counts purchases up to end. ok is false without any.
func (w clockwork) summarise(list []Purchase, end int64) (s Summary, ok bool) {
	periods, values := w.group(list, func(at int64) bool { return at <= end })
	if len(periods) == 0 {
		return s, false
	}
	first, last := periods[0], periods[len(periods)-1]
	s.Frequency, s.Recency, s.T = len(periods)-1, last-first, w.period(end)-first
	for _, v := range values[1:] {
		s.Monetary += v / float64(s.Frequency)
	}
	return s, true
}

// holdout counts what came after a calibration until end.
func (w clockwork) holdout(list []Purchase, calibration, end int64) (h Holdout) {
	split := w.period(calibration)
	periods, values := w.group(list, func(at int64) bool { return at <= end && w.period(at) > split })
	h.Frequency, h.Duration = len(periods), w.period(end)-split
	for _, v := range values {
		h.Monetary += v / float64(h.Frequency)
	}
	return h
}

// group joins purchases of a period, in order of time.
func (w clockwork) group(list []Purchase, counts func(at int64) bool) (periods []int, values []float64) {
	for _, p := range list {
		if !counts(p.At) {
			continue
		}
		n := w.period(p.At)
		if k := len(periods); k > 0 && periods[k-1] == n {
			values[k-1] += p.Value
			continue
		}
		periods, values = append(periods, n), append(values, p.Value)
	}
	return periods, values
}

// quantiles are the n-1 inner edges that cut values into n parts of like size, by linear
// interpolation as numpy and pandas have it.
func quantiles(values []float64, n int) []float64 {
	if len(values) == 0 {
		return make([]float64, n-1)
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	out := make([]float64, n-1)
	for i := range out {
		place := float64(i+1) / float64(n) * float64(len(sorted)-1)
		low := int(place)
		high := min(low+1, len(sorted)-1)
		out[i] = sorted[low] + (place-float64(low))*(sorted[high]-sorted[low])
	}
	return out
}

// score is 1 plus the number of edges below a value: 1 to n.
func score(v float64, edges []float64) int {
	s := 1
	for _, e := range edges {
		if v > e {
			s++
		}
	}
	return s
}
