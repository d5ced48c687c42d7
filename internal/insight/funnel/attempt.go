package funnel

import "math/bits"

// hit is an event that some step or exclusion picks.
type hit struct {
	at    int64
	event int32  // place among the customer's events
	steps uint32 // bit k: step k picks it
	out   uint32 // bit k: exclusion k picks it
}

// attempt is a way through the first steps.
type attempt struct {
	level  int // steps reached
	start  int64
	times  [maxSteps]int64
	events [maxSteps]int32
}

// walker finds the longest attempt of one customer at a time. It keeps its memory, the
// attempt that it found among it.
type walker struct {
	p       *plan
	best    []attempt // ordered: the latest attempt that stands at each level
	once    []level
	entries []entry
	found   attempt
}

func newWalker(p *plan) *walker {
	return &walker{p: p, best: make([]attempt, p.steps()), once: make([]level, p.steps())}
}

// longest gives the attempt that comes furthest, the first such one. It is valid until
// the next call.
func (w *walker) longest(hits []hit) *attempt {
	switch w.p.Mode {
	case Strict:
		w.found = w.strict(hits)
	case Unordered:
		w.found = w.unordered(hits)
	case WindowFunnel:
		w.found = w.clickHouse(hits)
	default:
		w.ordered(hits)
	}
	return &w.found
}

// begin makes a the attempt that has come to the first step.
func (a *attempt) begin(h *hit) {
	a.level, a.start, a.times[0], a.events[0] = 1, h.at, h.at, h.event
}

// follow makes a the attempt that b becomes by one event more.
func (a *attempt) follow(b *attempt, h *hit) {
	k := b.level
	copy(a.times[:k], b.times[:k])
	copy(a.events[:k], b.events[:k])
	a.level, a.start, a.times[k], a.events[k] = k+1, b.start, h.at, h.event
}

// ordered keeps for each level the attempt with the latest start: it has the most time
// left, so no other can come further. Steps are tried from the last, so that one event
// fills one step.
func (w *walker) ordered(hits []hit) {
	n, longest := w.p.steps(), &w.found
	longest.level = 0
	for i := range w.best {
		w.best[i].level = 0
	}
	for i := range hits {
		h := &hits[i]
		if h.out != 0 {
			w.end(h.out)
		}
		for later := h.steps &^ 1; later != 0; {
			k := bits.Len32(later) - 1
			later &^= 1 << k
			from := &w.best[k-1]
			if from.level != k || h.at-from.start > w.p.window {
				continue
			}
			to := &w.best[k]
			to.follow(from, h)
			if to.level > longest.level {
				longest.follow(from, h)
			}
		}
		if h.steps&1 != 0 {
			w.best[0].begin(h)
			if longest.level == 0 {
				longest.begin(h)
			}
		}
		if longest.level == n {
			return
		}
	}
}

// end drops the attempts that an excluded event meets between its steps.
func (w *walker) end(out uint32) {
	for e, x := range w.p.exclude {
		if out&(1<<e) == 0 {
			continue
		}
		for k := x.from; k < x.to; k++ {
			w.best[k].level = 0
		}
	}
}

// strict looks for steps that follow each other with nothing between: hits are all of the
// customer's events.
func (w *walker) strict(hits []hit) (longest attempt) {
	n := w.p.steps()
	for i := range hits {
		if hits[i].steps&1 == 0 {
			continue
		}
		a := attempt{start: hits[i].at}
		for k := 0; k < n && i+k < len(hits); k++ {
			h := hits[i+k]
			if h.steps&(1<<k) == 0 || h.at-a.start > w.p.window || k > 0 && w.excluded(h.out, k) {
				break
			}
			a.level, a.times[k], a.events[k] = k+1, h.at, h.event
		}
		if a.level > longest.level {
			longest = a
		}
		if longest.level == n {
			break
		}
	}
	return longest
}

// excluded says whether an event that fills step k is itself excluded on the way to it.
func (w *walker) excluded(out uint32, k int) bool {
	for e, x := range w.p.exclude {
		if out&(1<<e) != 0 && x.from < k && k <= x.to {
			return true
		}
	}
	return false
}

// unordered looks for the window in which the most different steps happened, each by an
// event of its own.
func (w *walker) unordered(hits []hit) (longest attempt) {
	n := w.p.steps()
	var m matching
	for i := range hits {
		if hits[i].steps == 0 {
			continue
		}
		m.reset(n)
		a := attempt{start: hits[i].at}
		for j := i; j < len(hits) && a.level < n; j++ {
			h := &hits[j]
			if h.at-a.start > w.p.window || h.out != 0 && j > i {
				break
			}
			if h.steps != 0 && m.place(hits, int32(j)) {
				a.times[a.level], a.events[a.level] = h.at, h.event
				a.level++
			}
		}
		if a.level > longest.level {
			longest = a
		}
		if longest.level == n {
			break
		}
	}
	return longest
}

// matching gives events to steps, one to one, moving earlier ones where that makes room.
type matching struct {
	n     int
	of    [maxSteps]int32 // hit that fills the step, -1 none
	tried uint32
}

func (m *matching) reset(n int) {
	m.n = n
	for k := range m.of {
		m.of[k] = -1
	}
}

func (m *matching) place(hits []hit, j int32) bool {
	m.tried = 0
	return m.find(hits, j)
}

func (m *matching) find(hits []hit, j int32) bool {
	for k := range m.n {
		if hits[j].steps&(1<<k) == 0 || m.tried&(1<<k) != 0 {
			continue
		}
		m.tried |= 1 << k
		if m.of[k] < 0 || m.find(hits, m.of[k]) {
			m.of[k] = j
			return true
		}
	}
	return false
}
