package funnel

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

// walker finds the longest attempt of one customer at a time. It keeps its memory.
type walker struct {
	p    *plan
	best []attempt // ordered: the latest attempt that stands at each level
	once []level
}

func newWalker(p *plan) *walker {
	return &walker{p: p, best: make([]attempt, p.steps()), once: make([]level, p.steps())}
}

// longest gives the attempt that comes furthest, the first such one.
func (w *walker) longest(hits []hit) attempt {
	switch w.p.Mode {
	case Strict:
		return w.strict(hits)
	case Unordered:
		return w.unordered(hits)
	case WindowFunnel:
		return w.clickHouse(hits)
	}
	return w.ordered(hits)
}

// ordered keeps for each level the attempt with the latest start: it has the most time
// left, so no other can come further. Steps are tried from the last, so that one event
// fills one step.
func (w *walker) ordered(hits []hit) (longest attempt) {
	n := w.p.steps()
	for i := range w.best {
		w.best[i].level = 0
	}
	for _, h := range hits {
		if h.out != 0 {
			w.end(h.out)
		}
		for k := n - 1; k > 0; k-- {
			if h.steps&(1<<k) == 0 {
				continue
			}
			from := &w.best[k-1]
			if from.level != k || h.at-from.start > w.p.window {
				continue
			}
			w.best[k] = *from
			to := &w.best[k]
			to.level, to.times[k], to.events[k] = k+1, h.at, h.event
			if to.level > longest.level {
				longest = *to
			}
		}
		if h.steps&1 != 0 {
			first := &w.best[0]
			first.level, first.start, first.times[0], first.events[0] = 1, h.at, h.at, h.event
			if longest.level == 0 {
				longest = *first
			}
		}
		if longest.level == n {
			break
		}
	}
	return longest
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
