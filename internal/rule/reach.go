package rule

import (
	"math"

	"yutang/internal/timeline"
)

// always is before every event.
const always = math.MinInt64

// nameSet is a set of event names.
type nameSet struct {
	one  timeline.NameID // the only member, 0 if there are none or several
	n    int
	bits []uint64
}

func (s *nameSet) add(id timeline.NameID) {
	if s.has(id) {
		return
	}
	s.bits = grown(s.bits, int(id)/64, 0)
	s.bits[id/64] |= 1 << (id % 64)
	s.n++
	s.one = id
	if s.n > 1 {
		s.one = 0
	}
}

func (s *nameSet) has(id timeline.NameID) bool {
	if s.one != 0 {
		return id == s.one
	}
	w := int(id) / 64
	return w < len(s.bits) && s.bits[w]&(1<<(id%64)) != 0
}

// propCheck is a check of a property, whose codes are column col of the track.
type propCheck struct {
	*check
	col int
}

func timedOf(checks []propCheck) []propCheck {
	var out []propCheck
	for _, c := range checks {
		if c.op == opWithinLast {
			out = append(out, c)
		}
	}
	return out
}

// selector picks events by name and properties.
type selector struct {
	any   bool    // every event but those in names
	names nameSet // else the events in names
	where []propCheck
}

func (s *selector) selects(id timeline.NameID) bool { return s.names.has(id) != s.any }

func (s *selector) named(f *frame, i int) bool { return s.selects(f.track.Name[i]) }

func (s *selector) match(f *frame, i int) bool {
	if s.names.has(f.track.Name[i]) == s.any {
		return false
	}
	for k := range s.where {
		w := &s.where[k]
		if !w.match(f, f.track.Codes[w.col].At(i)) {
			return false
		}
	}
	return true
}

// reach is which events a did speaks of: a selector and a window.
type reach struct {
	sel      selector
	from, to int64       // an event counts if from < at <= to
	within   int64       // and if it is younger than this; 0 is any age
	timed    []propCheck // checks whose answer changes with time
}

// bounds gives the events [.., end) that count now if they are after lo and selected.
func (r *reach) bounds(f *frame) (lo int64, end int) {
	lo = r.from
	if r.within > 0 {
		lo = f.now - r.within
	}
	return lo, upper(f.track.At, min(f.now, r.to))
}

// ahead is the earliest of next, the moment at which an event stamped in the future
// starts to count, and the next change of a property's check.
func (r *reach) ahead(f *frame, lo int64, end int, next int64) int64 {
	at := f.track.At
	for i := max(end, upper(at, lo)); i < len(at) && at[i] <= r.to; i++ {
		if r.sel.match(f, i) {
			next = min(next, at[i])
			break
		}
	}
	if len(r.timed) == 0 {
		return next
	}
	for i := upper(at, lo); i < len(at) && at[i] <= r.to; i++ {
		if r.sel.named(f, i) {
			next = min(next, changes(f, r.timed, i))
		}
	}
	return next
}

func changes(f *frame, timed []propCheck, i int) int64 {
	next := int64(Never)
	for _, c := range timed {
		next = min(next, c.change(f, f.track.Codes[c.col].At(i)))
	}
	return next
}
