package playbook

import (
	"slices"

	"yutang/internal/flow"
)

// slot is a run that waits, as it is held in memory: numbers only, so that a million of
// them cost the garbage collector nothing.
type slot struct {
	num     int64 // 0: the slot is free
	started int64
	since   int64
	due     int64
	plan    uint32 // place in Service.plans
	ord     uint32
	seq     uint32 // the event that started it
	next    uint32 // of the same record: place + 1
	prev    uint32
	batch   uint32 // in which it was last changed
	pending uint32 // its place among the changes of that batch
	step    uint16
	entries uint16
	holdout bool
	more    bool // has an entry in slab.extras
}

// extra is what few runs have.
type extra struct {
	key     string
	kind    flow.Kind
	name    string
	results map[string]string
}

// slab holds the runs that wait, linked per record, and a heap of when to look at them
// again. Guarded by the lock of derived state; only the writer changes it.
type slab struct {
	slots  []slot
	free   []uint32
	live   int
	heads  []uint32 // by record: place + 1 of its newest run; at 0 those of no customer
	extras map[uint32]extra
	due    dues
}

func newSlab() *slab { return &slab{extras: map[uint32]extra{}} }

// add puts a run in and gives its place.
func (s *slab) add(x slot, e extra) uint32 {
	var at uint32
	if n := len(s.free); n > 0 {
		at, s.free = s.free[n-1], s.free[:n-1]
	} else {
		at = uint32(len(s.slots))
		s.slots = append(s.slots, slot{})
	}
	x.more = e.key != "" || e.kind != "" || len(e.results) > 0
	if x.more {
		s.extras[at] = e
	}
	s.slots[at] = x
	s.live++
	s.link(at)
	if x.due != 0 {
		s.wake(at, x.due)
	}
	return at
}

func (s *slab) link(at uint32) {
	x := &s.slots[at]
	if int(x.ord) >= len(s.heads) {
		s.heads = append(s.heads, make([]uint32, max(int(x.ord)+1, len(s.heads)*5/4)-len(s.heads))...)
	}
	x.prev, x.next = 0, s.heads[x.ord]
	if x.next != 0 {
		s.slots[x.next-1].prev = at + 1
	}
	s.heads[x.ord] = at + 1
}

// remove takes a run out.
func (s *slab) remove(at uint32) {
	x := &s.slots[at]
	if x.prev != 0 {
		s.slots[x.prev-1].next = x.next
	} else {
		s.heads[x.ord] = x.next
	}
	if x.next != 0 {
		s.slots[x.next-1].prev = x.prev
	}
	if x.more {
		delete(s.extras, at)
	}
	*x = slot{}
	s.free = append(s.free, at)
	s.live--
}

// of gives the places of the runs of these records, the oldest first.
func (s *slab) of(dst []uint32, leaves []uint32) []uint32 {
	for _, leaf := range leaves {
		if int(leaf) >= len(s.heads) {
			continue
		}
		for at := s.heads[leaf]; at != 0; at = s.slots[at-1].next {
			dst = append(dst, at-1)
		}
	}
	if len(dst) > 1 {
		slices.SortFunc(dst, func(a, b uint32) int { return int(s.slots[a].num - s.slots[b].num) })
	}
	return dst
}

// has says whether any of these records has a run.
func (s *slab) has(leaves []uint32) bool {
	for _, leaf := range leaves {
		if int(leaf) < len(s.heads) && s.heads[leaf] != 0 {
			return true
		}
	}
	return false
}

// wake asks to look at a run at due. An earlier wish that is out of date stays in the heap
// until its time, unless such wishes outnumber the runs.
func (s *slab) wake(at uint32, due int64) {
	if len(s.due) > 2*s.live+1024 {
		s.rearm()
	}
	s.due.push(wish{due, at, uint32(s.slots[at].num)})
}

// rearm makes the heap anew from what is wanted.
func (s *slab) rearm() {
	s.due = s.due[:0]
	for at := range s.slots {
		if x := &s.slots[at]; x.num != 0 && x.due != 0 {
			s.due = append(s.due, wish{x.due, uint32(at), uint32(x.num)})
		}
	}
	s.due.init()
}

// next is the earliest wish that still holds; ok is false if there is none.
func (s *slab) next() (w wish, ok bool) {
	for len(s.due) > 0 {
		w = s.due[0]
		if x := &s.slots[w.at]; x.num != 0 && x.due == w.due {
			return w, true
		}
		s.due.pop()
	}
	return wish{}, false
}

// wish is to look at the run in a slot at due.
type wish struct {
	due  int64
	at   uint32
	turn uint32 // of equal ones the older run comes first, also after a restart
}

func (w wish) before(o wish) bool { return w.due < o.due || w.due == o.due && w.turn < o.turn }

// dues is a heap of wishes by due, four ways wide: half as deep as two, and siblings share
// a cache line.
type dues []wish

const ways = 4

func (d *dues) push(w wish) {
	h := append(*d, w)
	*d = h
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / ways
		if !w.before(h[up]) {
			break
		}
		h[i], h[up] = h[up], w
		i = up
	}
}

func (d *dues) pop() wish {
	h := *d
	first, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*d = h
	if len(h) > 0 {
		h[0] = last
		h.down(0)
	}
	return first
}

func (d dues) down(i int) {
	for {
		least := i
		for c := ways*i + 1; c <= ways*i+ways && c < len(d); c++ {
			if d[c].before(d[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		d[i], d[least] = d[least], d[i]
		i = least
	}
}

func (d dues) init() {
	for i := len(d)/ways + 1; i >= 0; i-- {
		if i < len(d) {
			d.down(i)
		}
	}
}
