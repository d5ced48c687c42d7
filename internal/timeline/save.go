package timeline

import (
	"bufio"
	"encoding/binary"
	"io"
	"slices"

	"yutang/internal/event"
)

// The saved form, little-endian. Segments come first and dictionaries last, because
// events are appended meanwhile: a segment written early has only codes that the later
// dictionary has too, and what it lacks comes again from the log.
//
//	format, then for each segment: its number + 1, applied, base; then 0
//	customers, crowded, columns: prop, state, wanted, values
const (
	saveFormat  = 2
	chunkLength = 8192
)

// Save writes the store to w. It takes the read lock itself, for a short time for each
// segment, while events may be appended. Restore and the log from the highest event
// that was in when Save began (or any earlier one) give this state again, and the later
// one. Groups are not saved.
func (s *Store) Save(w io.Writer) error {
	e := &encoder{w: bufio.NewWriterSize(w, 1<<16)}
	e.num(saveFormat)
	s.RLock()
	built := s.built
	s.RUnlock()
	var m scratch
	for i := 0; e.err == nil; i++ {
		applied, b, more := s.copySegment(&m, i)
		if !more {
			break
		}
		e.num(uint64(i) + 1)
		e.num(applied)
		e.base(&b)
	}
	e.num(0)
	s.saveColumns(e, built)
	if e.err != nil {
		return e.err
	}
	return e.w.Flush()
}

// copySegment gives segment i with its recent part merged in, without changing it.
func (s *Store) copySegment(m *scratch, i int) (applied uint64, b base, more bool) {
	s.RLock()
	if i >= len(s.segments) {
		s.RUnlock()
		return 0, base{}, false
	}
	g := s.segments[i]
	applied, b = g.applied, g.base
	r := recent{head: slices.Clone(g.recent.head), rows: slices.Clone(g.recent.rows), pairs: slices.Clone(g.recent.pairs)}
	b.parts = make([]part, len(g.base.parts))
	m.plans = s.plan(m.plans[:0])
	for slot := range b.parts {
		if m.plans[slot].kept {
			b.parts[slot] = g.base.parts[slot]
		}
	}
	s.RUnlock()
	if len(r.rows) > 0 {
		b = m.merge(&b, &r)
	}
	return applied, b, true
}

// savedColumn is what is saved of a column.
type savedColumn struct {
	prop   string
	state  state
	wanted bool
	values []event.Value
	names  []uint64
	blind  bool
}

// saveColumns writes what is the same for all segments. A column that was built after
// Save began is missing in the segments written before, so it is not kept.
func (s *Store) saveColumns(e *encoder, built uint64) {
	s.RLock()
	customers, crowded := s.Customers(), s.crowded
	var list []savedColumn
	for _, c := range s.listColumns() {
		v := savedColumn{
			prop: c.Prop, state: c.state.Load(), wanted: c.wanted.Load(), names: slices.Clone(c.names), blind: c.blind,
		}
		if v.state == building || (v.state == kept && c.born > built) {
			v.state, v.wanted = left, false
		}
		if v.state == kept {
			v.values = c.Dict.values[1:]
		}
		list = append(list, v)
	}
	s.RUnlock()
	e.num(uint64(customers))
	e.flag(crowded)
	e.num(uint64(len(list)))
	for _, c := range list {
		e.text(c.prop)
		e.num(uint64(c.state))
		e.flag(c.wanted)
		e.flag(c.blind)
		e.num(uint64(len(c.names)))
		for _, word := range c.names {
			e.num(word)
		}
		e.num(uint64(len(c.values)))
		for _, v := range c.values {
			e.num(uint64(v.Kind))
			e.num(uint64(v.Num))
			e.text(v.Str)
		}
	}
}

func (s *Store) listColumns() []*Column {
	s.named.Lock()
	defer s.named.Unlock()
	return s.columns[:len(s.columns):len(s.columns)]
}

// encoder writes numbers and lists; after an error it writes nothing.
type encoder struct {
	w   *bufio.Writer
	buf []byte
	err error
}

func (e *encoder) write(p []byte) {
	if e.err == nil {
		_, e.err = e.w.Write(p)
	}
}

func (e *encoder) num(v uint64) {
	e.buf = binary.AppendUvarint(e.buf[:0], v)
	e.write(e.buf)
}

func (e *encoder) flag(v bool) {
	if v {
		e.num(1)
	} else {
		e.num(0)
	}
}

func (e *encoder) text(s string) {
	e.num(uint64(len(s)))
	e.write([]byte(s))
}

func (e *encoder) base(b *base) {
	encode(e, b.off)
	encode(e, b.at)
	encode(e, b.name)
	encode(e, b.seq)
	e.num(uint64(len(b.parts)))
	for i := range b.parts {
		p := &b.parts[i]
		e.num(uint64(p.codes.width()))
		switch {
		case p.codes.W8 != nil:
			encode(e, p.codes.W8)
		case p.codes.W16 != nil:
			encode(e, p.codes.W16)
		case p.codes.W32 != nil:
			encode(e, p.codes.W32)
		default:
			encode(e, p.pos)
			encode(e, p.val)
		}
	}
}

// encode writes a list: its length, then its elements.
func encode[T int64 | uint32 | uint16 | uint8](e *encoder, list []T) {
	e.num(uint64(len(list)))
	for chunk := range slices.Chunk(list, chunkLength) {
		if e.err != nil {
			return
		}
		e.buf, e.err = binary.Append(e.buf[:0], binary.LittleEndian, chunk)
		e.write(e.buf)
	}
}
