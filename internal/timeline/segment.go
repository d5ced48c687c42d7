package timeline

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

const (
	segmentBits = 14
	segmentSize = 1 << segmentBits // customers in a segment
	deadSlot    = 1<<16 - 1        // the slot of pairs whose column was given up
)

// segment holds the events of segmentSize customers of neighbouring numbers.
type segment struct {
	base    base
	recent  recent
	applied uint64 // highest Seq taken in
}

// base is the sorted part: by customer, time, place in the log. Its slices are not
// changed once made, except parts of a column that is being built.
type base struct {
	off   []uint32 // first event of each customer, and the end; nil if there are no events
	at    []int64
	name  []NameID
	seq   []uint32
	parts []part   // by slot; may be shorter than the list of columns
	last  uint64   // no event here has a higher Seq
	until []int64  // when each customer's last event was; long ago if there is none
	edges []uint64 // customers whose first or last event is silent, as bits; nil if none
}

// recent is the part that grows: rows in order of arrival, linked per customer.
type recent struct {
	head  []uint32 // by customer: 1 + the newest row, 0 if none; nil if there are no rows
	rows  []row
	pairs []pair
}

// row is one event. Its pairs end at pairs and start where those of the row before end.
type row struct {
	at    int64
	seq   uint32
	prev  uint32 // 1 + the customer's row before this one, 0 if none
	pairs uint32
	name  NameID
	local uint16 // the customer's place in the segment
}

// pair is a property of a row.
type pair struct {
	code uint32
	slot uint16
}

// insertion puts a row before an event of the base.
type insertion struct {
	before uint32
	row    uint32
}

func (b *base) span(local int) (lo, hi uint32) {
	if b.off == nil {
		return 0, 0
	}
	return b.off[local], b.off[local+1]
}

// idle says whether a customer has no event after a moment. It may say no of who has none.
func (g *segment) idle(local int, moment int64) bool {
	return (g.base.until == nil || g.base.until[local] <= moment) && !g.recent.has(local)
}

// noteLast fills in what follows from the rest of the base.
func (b *base) noteLast(applied uint64, silent []NameID) {
	b.last = applied
	if b.off == nil {
		return
	}
	b.until = make([]int64, segmentSize)
	for local := range b.until {
		b.until[local] = math.MinInt64
		if lo, hi := b.span(local); lo < hi {
			b.until[local] = b.at[hi-1]
			if slices.Contains(silent, b.name[lo]) || slices.Contains(silent, b.name[hi-1]) {
				if b.edges == nil {
					b.edges = make([]uint64, segmentSize/64)
				}
				b.edges[local/64] |= 1 << (local % 64)
			}
		}
	}
}

// silentEdge says whether a customer's first or last event does not count in Bounds.
func (b *base) silentEdge(local int) bool {
	return b.edges != nil && b.edges[local/64]&(1<<(local%64)) != 0
}

var noPart part

func (b *base) part(slot int) *part {
	if uint(slot) >= uint(len(b.parts)) {
		return &noPart
	}
	return &b.parts[slot]
}

func (r *recent) has(local int) bool { return r.head != nil && r.head[local] != 0 }

func (r *recent) add(local int, w row) {
	if r.head == nil {
		r.head = make([]uint32, segmentSize)
	}
	w.prev, w.local, w.pairs = r.head[local], uint16(local), uint32(len(r.pairs))
	if len(r.rows) == cap(r.rows) {
		r.rows = slices.Grow(r.rows, max(64, len(r.rows)))
	}
	r.rows = append(r.rows, w)
	r.head[local] = uint32(len(r.rows))
}

// pairsOf are the properties of a row; of two of one slot, the later counts.
func (r *recent) pairsOf(i uint32) []pair {
	from := uint32(0)
	if i > 0 {
		from = r.rows[i-1].pairs
	}
	return r.pairs[from:r.rows[i].pairs]
}

func (r *recent) code(i uint32, slot int) uint32 {
	pairs := r.pairsOf(i)
	for k := len(pairs) - 1; k >= 0; k-- {
		if int(pairs[k].slot) == slot {
			return pairs[k].code
		}
	}
	return 0
}

// insertions appends to dst where a customer's recent rows belong in its base, in order.
// A row came later than every event of the base, so it stands behind those of its time.
func insertions(dst []insertion, b *base, r *recent, local int) []insertion {
	from, sorted, later := len(dst), true, int64(math.MaxInt64)
	for i := r.head[local]; i != 0; {
		w := &r.rows[i-1]
		dst = append(dst, insertion{row: i - 1})
		sorted = sorted && w.at <= later
		later, i = w.at, w.prev
	}
	added := dst[from:]
	slices.Reverse(added)
	if !sorted {
		slices.SortFunc(added, func(x, y insertion) int {
			return cmp.Or(cmp.Compare(r.rows[x.row].at, r.rows[y.row].at), cmp.Compare(x.row, y.row))
		})
	}
	place, end := b.span(local)
	for k := range added {
		if place < end {
			place = b.after(place, end, r.rows[added[k].row].at)
		}
		added[k].before = place
	}
	return dst
}

// after is the first place in [lo, hi) with a time later than at, hi if there is none.
func (b *base) after(lo, hi uint32, at int64) uint32 {
	if lo == hi || b.at[hi-1] <= at {
		return hi
	}
	return lo + uint32(sort.Search(int(hi-lo), func(i int) bool { return b.at[lo+uint32(i)] > at }))
}

// find is the place of an event in the base.
func (b *base) find(local int, at int64, seq uint32) (uint32, bool) {
	lo, hi := b.span(local)
	i := lo + uint32(sort.Search(int(hi-lo), func(i int) bool {
		k := lo + uint32(i)
		return b.at[k] > at || (b.at[k] == at && b.seq[k] >= seq)
	}))
	return i, i < hi && b.at[i] == at && b.seq[i] == seq
}

// drop forgets a slot's codes.
func (g *segment) drop(slot int) {
	if slot < len(g.base.parts) {
		g.base.parts[slot] = part{}
	}
	for i := range g.recent.pairs {
		if int(g.recent.pairs[i].slot) == slot {
			g.recent.pairs[i].slot = deadSlot
		}
	}
}

// splice appends old to dst with rows inserted; first is old's place in the base.
func splice[T any](dst, old []T, first uint32, ins []insertion, pick func(row uint32) T) []T {
	done := uint32(0)
	for _, in := range ins {
		dst = append(dst, old[done:in.before-first]...)
		dst = append(dst, pick(in.row))
		done = in.before - first
	}
	return append(dst, old[done:]...)
}
