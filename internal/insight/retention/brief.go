package retention

import (
	"math/bits"
	"slices"

	"yutang/internal/audience"
)

// intervals is a set of them: bit k for interval k.
type intervals uint64

// visitBrief is visit where no more than 64 intervals are shown and one returning event is
// enough: what a customer did is two sets then.
func (s *scan) visitBrief(person *audience.Person, w *worker) {
	began, back := s.readBrief(person)
	if began == 0 {
		return
	}
	if s.p.Type == Rolling { // back in an interval is back in all before it
		back = 1<<bits.Len64(uint64(back)) - 1
	}
	if c := s.cell; c != nil {
		if began>>c.Cohort&1 != 0 && (c.Interval == nil || (back>>(c.Cohort+*c.Interval)&1 != 0) != c.Lost) {
			w.people.Add(person.Root)
		}
		return
	}
	if s.p.Type == Anchored {
		began &= 1
	}
	n := s.p.TotalIntervals
	for ; began != 0; began &= began - 1 {
		i := bits.TrailingZeros64(uint64(began))
		w.all.sizes[i]++
		row := w.all.counts[i*n : (i+1)*n]
		for rest := back >> i; rest != 0; rest &= rest - 1 {
			row[bits.TrailingZeros64(uint64(rest))]++
		}
	}
}

// readBrief gives the intervals in which the target happened, of first_time only the first
// ever, and those of returning events.
func (s *scan) readBrief(person *audience.Person) (began, back intervals) {
	bounds := s.p.bounds
	names, at := person.Name, person.At
	end := len(at)
	if end > 0 && at[end-1] >= bounds[len(bounds)-1] {
		end, _ = slices.BinarySearch(at, bounds[len(bounds)-1])
	}
	start := 0
	if end > 0 && at[0] < bounds[0] {
		start, _ = slices.BinarySearch(at[:end], bounds[0])
	}
	if s.p.Type == FirstTime && s.metBefore(person, start) {
		return 0, 0 // in the cohort of an interval that is not shown
	}
	k := 0
	for i := start; i < end; i++ {
		m := s.byName[names[i]]
		if m == 0 {
			continue
		}
		if m&^s.plain != 0 {
			m = person.Hits(s.byName, s.plain, i)
		}
		for at[i] >= bounds[k+1] {
			k++
		}
		began |= intervals(m&isTarget) << k
		back |= intervals(m>>1) << k
	}
	if s.p.Type == FirstTime {
		began &= -began
	}
	return began, back
}

// metBefore says whether the target happened in the first n events.
func (s *scan) metBefore(person *audience.Person, n int) bool {
	for i := range n {
		if s.byName[person.Name[i]]&isTarget != 0 && person.Hits(s.byName, s.plain, i)&isTarget != 0 {
			return true
		}
	}
	return false
}
