package timeline

const (
	minRecent  = 4096 // Append does not merge a recent part that is smaller
	tidyRecent = 256  // the same for Tidy
	tidyShare  = 64   // Tidy merges a recent part larger than this part of the base
)

// full says whether Append merges a recent part of this many rows: about a quarter of
// the base, a little different for each segment, so that they do not merge all at once.
func (g *segment) full(number Ord) bool {
	return len(g.recent.rows) > max(minRecent, len(g.base.at)/32*int(6+number%5))
}

// slotPlan is what a merge must know of a column.
type slotPlan struct {
	coded bool // codes are put in
	kept  bool // and every event has its
	width int
}

// scratch is memory that merges use again.
type scratch struct {
	plans []slotPlan
	ins   []insertion
	codes []uint32 // by row, for one slot at a time
	start []uint32 // by slot: where its found begin
	found []found
}

// found is a property of a row, grouped by slot.
type found struct{ row, code uint32 }

// merge makes the base that holds b's events and r's.
func (m *scratch) merge(b *base, r *recent) base {
	m.group(r)
	off := make([]uint32, segmentSize+1)
	m.ins = m.ins[:0]
	for local := range segmentSize {
		lo, _ := b.span(local)
		off[local] = lo + uint32(len(m.ins))
		if r.head[local] != 0 {
			m.ins = insertions(m.ins, b, r, local)
		}
	}
	n := len(b.at) + len(m.ins)
	off[segmentSize] = uint32(n)
	return base{
		off:   off,
		at:    splice(make([]int64, 0, n), b.at, 0, m.ins, func(i uint32) int64 { return r.rows[i].at }),
		name:  splice(make([]NameID, 0, n), b.name, 0, m.ins, func(i uint32) NameID { return r.rows[i].name }),
		seq:   splice(make([]uint32, 0, n), b.seq, 0, m.ins, func(i uint32) uint32 { return r.rows[i].seq }),
		parts: m.parts(b, n),
	}
}

// group sorts r's pairs by slot.
func (m *scratch) group(r *recent) {
	m.start = append(m.start[:0], make([]uint32, len(m.plans)+1)...)
	for _, p := range r.pairs {
		if int(p.slot) < len(m.plans) {
			m.start[p.slot+1]++
		}
	}
	for slot := range m.plans {
		m.start[slot+1] += m.start[slot]
	}
	m.found = append(m.found[:0], make([]found, m.start[len(m.plans)])...)
	next := append([]uint32(nil), m.start...)
	for i := range r.rows {
		for _, p := range r.pairsOf(uint32(i)) {
			if int(p.slot) < len(m.plans) {
				m.found[next[p.slot]] = found{uint32(i), p.code}
				next[p.slot]++
			}
		}
	}
	m.codes = append(m.codes[:0], make([]uint32, len(r.rows))...)
}

func (m *scratch) parts(b *base, n int) []part {
	parts := make([]part, len(m.plans))
	for slot, plan := range m.plans {
		if !plan.coded {
			continue
		}
		list := m.found[m.start[slot]:m.start[slot+1]]
		added := 0
		for _, f := range list {
			if m.codes[f.row] == 0 {
				added++
			}
			m.codes[f.row] = f.code
		}
		parts[slot] = b.part(slot).splice(m.ins, m.codes, added, n, plan.width)
		for _, f := range list {
			m.codes[f.row] = 0
		}
	}
	return parts
}

// plan notes what the columns are now. Any lock is held.
func (s *Store) plan(dst []slotPlan) []slotPlan {
	s.named.Lock()
	defer s.named.Unlock()
	for _, c := range s.columns {
		dst = append(dst, slotPlan{c.coded(), c.state.Load() == kept, c.Dict.width()})
	}
	return dst
}

// mergeSegment moves a segment's recent part into its base. The write lock is held.
func (s *Store) mergeSegment(g *segment) {
	if len(g.recent.rows) == 0 {
		return
	}
	s.scratch.plans = s.plan(s.scratch.plans[:0])
	g.base = s.scratch.merge(&g.base, &g.recent)
	g.base.noteLast(g.applied, s.silent)
	clear(g.recent.head)
	g.recent = recent{head: g.recent.head}
}

// Tidy merges the segment with the largest recent part and says whether others are worth
// it too. Reading is fastest when all is merged, so the writer calls it while it has
// nothing else to do. The write lock is held.
func (s *Store) Tidy() (more bool) {
	var worst *segment
	rest := 0
	for _, g := range s.segments {
		if len(g.recent.rows) > tidyRecent && len(g.recent.rows) > len(g.base.at)/tidyShare {
			rest++
			if worst == nil || len(g.recent.rows) > len(worst.recent.rows) {
				worst = g
			}
		}
	}
	if worst != nil {
		s.mergeSegment(worst)
	}
	return rest > 1
}
