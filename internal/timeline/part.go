package timeline

import "sort"

// part is one column of a segment's base. It is absent (every code 0), dense (codes) or
// sparse (pos and val): a property of few events costs 8 bytes for each of them.
type part struct {
	codes Codes
	pos   []uint32 // places in the base, ascending
	val   []uint32 // their codes
	count int      // events that have the property
}

func (p *part) dense() bool {
	return p.codes.W8 != nil || p.codes.W16 != nil || p.codes.W32 != nil
}

// splice makes the part that follows after rows with these codes are inserted; n is the
// number of events then, width what a code needs then.
func (p *part) splice(ins []insertion, codes []uint32, added, n, width int) part {
	if p.count+added == 0 {
		return part{}
	}
	next := part{count: p.count + added}
	if !p.dense() {
		next.pos, next.val = p.spliceSparse(ins, codes)
		next.fit(n, width)
		return next
	}
	old := p.codes.widen(width)
	switch {
	case old.W8 != nil:
		next.codes.W8 = splice(make([]uint8, 0, n), old.W8, 0, ins, func(r uint32) uint8 { return uint8(codes[r]) })
	case old.W16 != nil:
		next.codes.W16 = splice(make([]uint16, 0, n), old.W16, 0, ins, func(r uint32) uint16 { return uint16(codes[r]) })
	default:
		next.codes.W32 = splice(make([]uint32, 0, n), old.W32, 0, ins, func(r uint32) uint32 { return codes[r] })
	}
	next.fit(n, width)
	return next
}

func (p *part) spliceSparse(ins []insertion, codes []uint32) (pos, val []uint32) {
	j := 0
	for k, in := range ins {
		for ; j < len(p.pos) && p.pos[j] < in.before; j++ {
			pos, val = append(pos, p.pos[j]+uint32(k)), append(val, p.val[j])
		}
		if c := codes[in.row]; c != 0 {
			pos, val = append(pos, in.before+uint32(k)), append(val, c)
		}
	}
	for ; j < len(p.pos); j++ {
		pos, val = append(pos, p.pos[j]+uint32(len(ins))), append(val, p.val[j])
	}
	return pos, val
}

// fit chooses the smaller form, with slack so that it does not go to and fro.
func (p *part) fit(n, width int) {
	switch {
	case p.dense() && 16*p.count < n*width:
		p.sparsify(n)
	case !p.dense() && 8*len(p.pos) >= n*width:
		p.densify(n, width)
	}
}

func (p *part) densify(n, width int) {
	p.codes = newCodes(n, width)
	for i, at := range p.pos {
		p.codes.set(at, p.val[i])
	}
	p.pos, p.val = nil, nil
}

func (p *part) sparsify(n int) {
	pos, val := make([]uint32, 0, p.count), make([]uint32, 0, p.count)
	for i := range n {
		if c := p.codes.At(i); c != 0 {
			pos, val = append(pos, uint32(i)), append(val, c)
		}
	}
	*p = part{pos: pos, val: val, count: len(pos)}
}

// set puts one code into a part of n events, in place.
func (p *part) set(i, code uint32, n, width int) {
	if !p.dense() {
		p.densify(n, width)
	}
	if p.codes.width() < width {
		p.codes = p.codes.widen(width)
	}
	if p.codes.At(int(i)) == 0 {
		p.count++
	}
	p.codes.set(i, code)
}

// from is the first index in pos at or after place; hint is where the last search ended.
func (p *part) from(place uint32, hint int) int {
	if hint <= len(p.pos) && (hint == 0 || p.pos[hint-1] < place) {
		for end := min(hint+8, len(p.pos)); hint < end; hint++ {
			if p.pos[hint] >= place {
				return hint
			}
		}
		if hint == len(p.pos) {
			return hint
		}
	}
	return sort.Search(len(p.pos), func(i int) bool { return p.pos[i] >= place })
}

// append adds the codes of [lo, hi) to dst.
func (p *part) append(dst []uint32, lo, hi uint32) []uint32 {
	switch c := &p.codes; {
	case c.W8 != nil:
		for _, v := range c.W8[lo:hi] {
			dst = append(dst, uint32(v))
		}
		return dst
	case c.W16 != nil:
		for _, v := range c.W16[lo:hi] {
			dst = append(dst, uint32(v))
		}
		return dst
	case c.W32 != nil:
		return append(dst, c.W32[lo:hi]...)
	}
	first := len(dst)
	for range hi - lo {
		dst = append(dst, 0)
	}
	for k := p.from(lo, len(p.pos)+1); k < len(p.pos) && p.pos[k] < hi; k++ {
		dst[first+int(p.pos[k]-lo)] = p.val[k]
	}
	return dst
}

func newCodes(n, width int) Codes {
	switch width {
	case 1:
		return Codes{W8: make([]uint8, n)}
	case 2:
		return Codes{W16: make([]uint16, n)}
	}
	return Codes{W32: make([]uint32, n)}
}

func (c *Codes) width() int {
	switch {
	case c.W8 != nil:
		return 1
	case c.W16 != nil:
		return 2
	case c.W32 != nil:
		return 4
	}
	return 0
}

func (c *Codes) len() int { return len(c.W8) + len(c.W16) + len(c.W32) }

func (c *Codes) set(i, code uint32) {
	switch {
	case c.W8 != nil:
		c.W8[i] = uint8(code)
	case c.W16 != nil:
		c.W16[i] = uint16(code)
	default:
		c.W32[i] = code
	}
}

// widen gives codes of at least width bytes each: c itself if it has them.
func (c *Codes) widen(width int) Codes {
	if c.width() >= width {
		return *c
	}
	n := c.len()
	w := newCodes(n, width)
	for i := range n {
		w.set(uint32(i), c.At(i))
	}
	return w
}
