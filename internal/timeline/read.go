package timeline

import (
	"cmp"
	"slices"
)

// Silence sets the names whose events are in the history and do not count in Bounds, in the
// place of those set before; before the first event of such a name. The write lock is held.
func (s *Store) Silence(names ...NameID) { s.silent = names }

// Bounds are the times of the first and last event of ord's group and their number,
// without the silent ones; zeros if there are none. Any lock is held.
func (s *Store) Bounds(ord Ord) (first, last int64, n int) {
	see := func(at int64, name NameID) {
		if slices.Contains(s.silent, name) {
			return
		}
		if n == 0 {
			first, last = at, at
		}
		first, last = min(first, at), max(last, at)
		n++
	}
	for _, leaf := range s.Leaves(ord) {
		g, local := s.locate(leaf)
		lo, hi := g.base.span(local)
		for i := lo; i < hi; i++ {
			see(g.base.at[i], g.base.name[i])
		}
		if !g.recent.has(local) {
			continue
		}
		for i := g.recent.head[local]; i != 0; i = g.recent.rows[i-1].prev {
			see(g.recent.rows[i-1].at, g.recent.rows[i-1].name)
		}
	}
	return first, last, n
}

func (s *Store) locate(ord Ord) (*segment, int) {
	return s.segments[ord>>segmentBits], int(ord & (segmentSize - 1))
}

// Read fills t with the events of ord's group. A nil column reads as missing; one that
// is not ready has holes. Any lock is held while t is used.
func (s *Store) Read(ord Ord, cols []*Column, t *Track) {
	t.start(len(cols))
	t.last = 0
	switch leaves := s.Leaves(ord); len(leaves) {
	case 0:
		t.clear()
	case 1:
		s.segments[leaves[0]>>segmentBits].read(leaves[0], cols, t)
	default:
		for _, leaf := range leaves {
			g, local := s.locate(leaf)
			t.last = max(t.last, g.applied)
			t.collect(g, local, cols)
		}
		t.sort()
		t.showOwn()
	}
}

// read fills t, which is started, with the events of a customer who stands alone.
func (g *segment) read(ord Ord, cols []*Column, t *Track) {
	local := int(ord & (segmentSize - 1))
	if g.recent.has(local) {
		t.own.empty()
		t.last = g.applied
		t.collect(g, local, cols)
		t.showOwn()
		return
	}
	b := &g.base
	lo, hi := b.span(local)
	t.At, t.Name, t.Seq, t.last = b.at[lo:hi], b.name[lo:hi], b.seq[lo:hi], b.last
	for k, c := range cols {
		t.Codes[k] = Codes{}
		if c == nil || lo == hi {
			continue
		}
		switch p := b.part(c.slot); {
		case p.codes.W8 != nil:
			t.Codes[k].W8 = p.codes.W8[lo:hi]
		case p.codes.W16 != nil:
			t.Codes[k].W16 = p.codes.W16[lo:hi]
		case p.codes.W32 != nil:
			t.Codes[k].W32 = p.codes.W32[lo:hi]
		case p.pos != nil:
			t.Codes[k].W32 = t.sparse(k, p, lo, hi)
		}
	}
}

// sparse spreads the codes of [lo, hi) into the track's own memory, nil if all are 0.
func (t *Track) sparse(k int, p *part, lo, hi uint32) []uint32 {
	i := p.from(lo, t.own.hints[k])
	t.own.hints[k] = i
	if i == len(p.pos) || p.pos[i] >= hi {
		return nil
	}
	codes := slices.Grow(t.own.codes[k][:0], int(hi-lo))[:hi-lo]
	clear(codes)
	for ; i < len(p.pos) && p.pos[i] < hi; i++ {
		codes[p.pos[i]-lo] = p.val[i]
	}
	t.own.codes[k] = codes
	return codes
}

// start readies t for this number of columns.
func (t *Track) start(cols int) {
	o := &t.own
	if cap(t.Codes) < cols || cap(o.codes) < cols {
		t.Codes, o.codes, o.hints = make([]Codes, cols), make([][]uint32, cols), make([]int, cols)
	}
	t.Codes, o.codes, o.hints = t.Codes[:cols], o.codes[:cols], o.hints[:cols]
	o.empty()
}

func (o *buffers) empty() {
	o.at, o.name, o.seq = o.at[:0], o.name[:0], o.seq[:0]
	for k := range o.codes {
		o.codes[k] = o.codes[k][:0]
	}
}

func (t *Track) clear() {
	t.At, t.Name, t.Seq = nil, nil, nil
	clear(t.Codes)
}

// collect adds one customer's events to the track's own memory.
func (t *Track) collect(g *segment, local int, cols []*Column) {
	o, b, r := &t.own, &g.base, &g.recent
	o.ins = o.ins[:0]
	if r.has(local) {
		o.ins = insertions(o.ins, b, r, local)
	}
	lo, hi := b.span(local)
	o.at = splice(o.at, b.at[lo:hi], lo, o.ins, func(i uint32) int64 { return r.rows[i].at })
	o.name = splice(o.name, b.name[lo:hi], lo, o.ins, func(i uint32) NameID { return r.rows[i].name })
	o.seq = splice(o.seq, b.seq[lo:hi], lo, o.ins, func(i uint32) uint32 { return r.rows[i].seq })
	for k, c := range cols {
		if c == nil {
			c = &missing
		}
		p, done := b.part(c.slot), lo
		for _, in := range o.ins {
			o.codes[k] = p.append(o.codes[k], done, in.before)
			o.codes[k] = append(o.codes[k], r.code(in.row, c.slot))
			done = in.before
		}
		o.codes[k] = p.append(o.codes[k], done, hi)
	}
}

// missing stands for a column that nobody has.
var missing = Column{slot: -1}

// sort brings the track's own memory into order of time and place in the log.
func (t *Track) sort() {
	o := &t.own
	o.order = o.order[:0]
	for i := range o.at {
		o.order = append(o.order, uint32(i))
	}
	byTime := func(x, y uint32) int {
		return cmp.Or(cmp.Compare(o.at[x], o.at[y]), cmp.Compare(o.seq[x], o.seq[y]))
	}
	if slices.IsSortedFunc(o.order, byTime) {
		return
	}
	slices.SortFunc(o.order, byTime)
	permute(o.at, o.order, o)
	permute(o.name, o.order, o)
	permute(o.seq, o.order, o)
	for k := range o.codes {
		permute(o.codes[k], o.order, o)
	}
}

// permute puts list[order[i]] at i, following each cycle of the order once.
func permute[T any](list []T, order []uint32, o *buffers) {
	o.moved = append(o.moved[:0], order...)
	for i := range o.moved {
		first, at := list[i], uint32(i)
		for o.moved[at] != uint32(i) {
			next := o.moved[at]
			list[at], o.moved[at] = list[next], at
			at = next
		}
		list[at], o.moved[at] = first, at
	}
}

// showOwn makes the track's own memory its content.
func (t *Track) showOwn() {
	t.At, t.Name, t.Seq = t.own.at, t.own.name, t.own.seq
	for k := range t.Codes {
		t.Codes[k] = Codes{}
		if len(t.own.at) > 0 {
			t.Codes[k].W32 = t.own.codes[k]
		}
	}
}
