package timeline

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"yutang/internal/event"
)

const (
	maxSegments = 1 << (32 - segmentBits)
	maxEvents   = 1 << 30 // in one segment
	maxString   = 64 << 20
	maxBehind   = 64
)

var errDamaged = errors.New("timeline: the saved copy is damaged")

// Restore fills a store fresh from New with what Save wrote. It takes no lock: nobody
// uses the store yet. After an error the store is useless.
func (s *Store) Restore(r io.Reader) error {
	if s.Customers() > 0 || len(s.columns) > 0 {
		return errors.New("timeline: restore into a store that is in use")
	}
	d := &decoder{r: bufio.NewReaderSize(r, 1<<20)}
	if format := d.num(1 << 32); d.err == nil && format != saveFormat {
		return fmt.Errorf("timeline: the saved copy has format %d, want %d", format, saveFormat)
	}
	for d.err == nil {
		i := d.num(maxSegments)
		if i == 0 || d.err != nil {
			break
		}
		d.check(int(i) == len(s.segments)+1)
		g := &segment{applied: d.num(1 << 32), base: d.base()}
		if d.err == nil {
			g.base.noteLast(g.applied, s.silent)
		}
		s.segments = append(s.segments, g)
		s.last = max(s.last, g.applied)
		s.events += len(g.base.at)
	}
	s.restoreColumns(d)
	if d.err != nil {
		return fmt.Errorf("timeline: restore: %w", d.err)
	}
	return nil
}

func (s *Store) restoreColumns(d *decoder) {
	customers := d.num(1<<32 - 1)
	behind := int(customers>>segmentBits) + 1 - len(s.segments) // segments made while saving
	d.check(behind >= 0 && behind <= maxBehind)
	s.crowded = d.flag()
	n := d.num(maxSlots)
	for i := uint64(0); i < n && d.err == nil; i++ {
		c := d.column()
		d.check(s.byProp[c.Prop] == nil)
		c.slot = len(s.columns)
		s.byProp[c.Prop] = c
		s.columns = append(s.columns, c)
		for _, g := range s.segments {
			if c.state.Load() != kept {
				g.drop(c.slot)
			}
			d.check(g.base.part(c.slot).below(c.Dict.Len()))
		}
	}
	for _, g := range s.segments {
		d.check(len(g.base.parts) <= len(s.columns))
	}
	if d.err == nil {
		s.Grow(Ord(customers))
	}
}

func (d *decoder) column() *Column {
	c := &Column{Prop: d.text(), Dict: NewDict()}
	c.state.Store(uint32(d.num(uint64(kept))))
	d.check(c.state.Load() != building)
	c.wanted.Store(d.flag())
	c.blind = d.flag()
	for range d.num(1 << 10) {
		c.names = append(c.names, d.num(1<<64-1))
	}
	n := d.num(maxValues + 1)
	for i := uint64(0); i < n && d.err == nil; i++ {
		v := event.Value{Kind: event.Kind(d.num(uint64(event.List))), Num: event.Decimal(d.num(1<<64 - 1)), Str: d.text()}
		d.check(c.Dict.Add(v) == uint32(i)+1)
		c.text = c.text || v.Kind != event.Number
	}
	return c
}

// below says whether every code of the part is below limit.
func (p *part) below(limit int) bool {
	for i := range p.codes.len() {
		if int(p.codes.At(i)) >= limit {
			return false
		}
	}
	for _, code := range p.val {
		if int(code) >= limit {
			return false
		}
	}
	return true
}

// decoder reads what an encoder wrote. After an error it gives zeros.
type decoder struct {
	r   *bufio.Reader
	buf []byte
	err error
}

func (d *decoder) check(ok bool) {
	if d.err == nil && !ok {
		d.err = errDamaged
	}
}

// num reads a number from 0 to limit.
func (d *decoder) num(limit uint64) uint64 {
	if d.err != nil {
		return 0
	}
	v, err := binary.ReadUvarint(d.r)
	d.err = unexpected(err)
	d.check(v <= limit)
	if d.err != nil {
		return 0
	}
	return v
}

// unexpected makes the end of the input an error of its own.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (d *decoder) flag() bool { return d.num(1) == 1 }

func (d *decoder) text() string { return string(decode[uint8](d, maxString)) }

func (d *decoder) base() base {
	b := base{off: decode[uint32](d, segmentSize+1), at: decode[int64](d, maxEvents), name: decode[NameID](d, maxEvents), seq: decode[uint32](d, maxEvents)}
	n := len(b.at)
	d.check(len(b.name) == n && len(b.seq) == n)
	switch len(b.off) {
	case 0:
		b.off = nil
		d.check(n == 0)
	case segmentSize + 1:
		d.check(b.off[0] == 0 && int(b.off[segmentSize]) == n && ascends(b.off, 0))
	default:
		d.check(false)
	}
	b.parts = make([]part, d.num(maxSlots))
	for i := range b.parts {
		b.parts[i] = d.part(n)
	}
	return b
}

func (d *decoder) part(n int) part {
	var p part
	switch width := d.num(4); width {
	case 0:
		p.pos, p.val = decode[uint32](d, uint64(n)), decode[uint32](d, uint64(n))
		p.count = len(p.pos)
		d.check(len(p.val) == p.count && ascends(p.pos, 1) && (p.count == 0 || int(p.pos[p.count-1]) < n))
		return p
	case 1:
		p.codes.W8 = decode[uint8](d, uint64(n))
	case 2:
		p.codes.W16 = decode[uint16](d, uint64(n))
	default:
		p.codes.W32 = decode[uint32](d, uint64(n))
	}
	d.check(p.codes.len() == n)
	for i := range p.codes.len() {
		if p.codes.At(i) != 0 {
			p.count++
		}
	}
	return p
}

// ascends says whether each number is at least step more than the one before.
func ascends(list []uint32, step uint32) bool {
	for i := 1; i < len(list); i++ {
		if list[i] < list[i-1] || list[i]-list[i-1] < step {
			return false
		}
	}
	return true
}

// decode reads a list of up to limit elements. A long list gets its memory only after
// the first part of it was there.
func decode[T int64 | uint32 | uint16 | uint8](d *decoder, limit uint64) []T {
	n := int(d.num(limit))
	if n == 0 {
		return nil
	}
	list := make([]T, min(n, chunkLength))
	size := binary.Size(list[:1])
	for done := 0; done < n && d.err == nil; {
		chunk := list[done:min(done+chunkLength, len(list))]
		d.buf = append(d.buf[:0], make([]byte, size*len(chunk))...)
		if _, err := io.ReadFull(d.r, d.buf); err != nil {
			d.err = unexpected(err)
			break
		}
		if _, err := binary.Decode(d.buf, binary.LittleEndian, chunk); err != nil {
			d.err = err
		}
		if done += len(chunk); done == len(list) && done < n {
			list = append(make([]T, 0, n), list...)[:n]
		}
	}
	return list
}
