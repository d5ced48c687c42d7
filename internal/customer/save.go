package customer

import (
	"bufio"
	"encoding/binary"
	"io"
	"maps"
	"slices"

	"yutang/internal/event"
)

// The saved form, little-endian, strings and lists with their length first:
//
//	format, currency
//	crowded, columns: name, kept, wanted, values, codes; a computed one: name, wanted
//	tags: name, bitmap · levels: last change, newest change by record, codes · stored: bitmap
//	totals, brand, foreign, order fingerprints
//	names: text, entries
const saveFormat = 2

// Save writes the memory to w. It takes the read lock itself, for one part at a time,
// while events may be applied: after Restore, Reload the customers who changed since
// Save began. Personal values go into it (names): w must be sealed.
func (s *Service) Save(w io.Writer) error {
	e := &encoder{w: bufio.NewWriterSize(w, 1<<16)}
	e.num(saveFormat)
	e.text(s.currency)
	s.saveColumns(e)
	s.saveSets(e)
	s.saveTotals(e)
	s.saveNames(e)
	if e.err != nil {
		return e.err
	}
	return e.w.Flush()
}

func (s *Service) saveColumns(e *encoder) {
	cols := s.columns()
	s.colMu.Lock()
	e.flag(s.crowded)
	s.colMu.Unlock()
	e.num(uint64(len(cols)))
	for _, c := range cols {
		s.tl.RLock()
		kept, wanted, codes := c.kept, c.wanted, c.codes.clone()
		values := make([]event.Value, 0, c.dict.Len())
		for code := 1; code < c.dict.Len(); code++ {
			values = append(values, c.dict.Value(uint32(code)))
		}
		s.tl.RUnlock()
		e.text(c.name)
		e.flag(kept)
		e.flag(wanted)
		if c.computed != nil || !kept {
			continue
		}
		e.num(uint64(len(values)))
		for _, v := range values {
			e.num(uint64(v.Kind))
			e.num(uint64(v.Num))
			e.text(v.Str)
		}
		e.codes(&codes)
	}
}

func (s *Service) saveSets(e *encoder) {
	tags := s.usedTags()
	e.num(uint64(len(tags)))
	for _, tag := range tags {
		set := s.TagSet(tag)
		s.tl.RLock()
		raw, err := set.ToBytes()
		s.tl.RUnlock()
		e.fail(err)
		e.text(tag)
		e.bytes(raw)
	}
	s.saveLevels(e)
	s.tl.RLock()
	raw, err := s.stored.ToBytes()
	s.tl.RUnlock()
	e.fail(err)
	e.bytes(raw)
}

// usedTags are the tags that somebody has, sorted. The others are not worth a place, and their
// names may be of somebody who was erased.
func (s *Service) usedTags() []string {
	s.tl.RLock()
	defer s.tl.RUnlock()
	s.colMu.Lock()
	defer s.colMu.Unlock()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.tags)), func(tag string) bool { return s.tags[tag].IsEmpty() })
}

// saveLevels notes first where the history stands: what follows may hold later changes,
// and Reload plays those again.
func (s *Service) saveLevels(e *encoder) {
	s.tl.RLock()
	seq, last := s.moveSeq, slices.Clone(s.lastMove)
	s.tl.RUnlock()
	e.num(uint64(seq))
	e.num(uint64(len(last)))
	for _, n := range last {
		e.num(uint64(n))
	}
	for _, l := range s.levels {
		s.tl.RLock()
		of := slices.Clone(l.of)
		s.tl.RUnlock()
		e.bytes(of)
	}
}

func (s *Service) saveTotals(e *encoder) {
	s.tl.RLock()
	totals, brand, foreign := slices.Clone(s.totals), s.brand, maps.Clone(s.foreign)
	known := make([]uint64, 0, len(s.known))
	for print := range s.known {
		known = append(known, print)
	}
	s.tl.RUnlock()
	e.num(uint64(len(totals)))
	for i := range totals {
		e.totals(totals[i])
	}
	e.totals(brand)
	e.num(uint64(len(foreign)))
	for key, t := range foreign {
		e.num(uint64(key.ord))
		e.text(key.currency)
		e.totals(t)
	}
	e.num(uint64(len(known)))
	for _, print := range known {
		e.num(print)
	}
}

func (s *Service) saveNames(e *encoder) {
	s.tl.RLock()
	text, starts := slices.Clone(s.names.text), slices.Clone(s.names.starts)
	of := slices.Clone(s.names.of)
	s.tl.RUnlock()
	starts = slices.DeleteFunc(starts, func(x entry) bool { return of[x.ord] != x.start+1 })
	old := nameIndex{text: text}
	e.num(uint64(len(starts)))
	for _, x := range starts {
		e.num(uint64(x.ord))
		e.bytes(old.entryText(int(x.start)))
	}
}

// encoder keeps the first error and writes nothing after it.
type encoder struct {
	w   *bufio.Writer
	buf [8]byte
	err error
}

func (e *encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *encoder) num(n uint64) {
	binary.LittleEndian.PutUint64(e.buf[:], n)
	e.raw(e.buf[:])
}

func (e *encoder) flag(b bool) {
	n := uint64(0)
	if b {
		n = 1
	}
	e.num(n)
}

func (e *encoder) raw(p []byte) {
	if e.err == nil {
		_, e.err = e.w.Write(p)
	}
}

func (e *encoder) text(s string) { e.bytes([]byte(s)) }

func (e *encoder) bytes(p []byte) {
	e.num(uint64(len(p)))
	e.raw(p)
}

func (e *encoder) totals(t leafTotals) {
	for _, n := range [...]uint64{uint64(t.gross), uint64(t.refunded), uint64(t.last), uint64(t.count)} {
		e.num(n)
	}
}

// codes writes a vector as its width and bytes.
func (e *encoder) codes(v *vector) {
	switch {
	case v.w32 != nil:
		e.num(4)
		raw := make([]byte, 0, 4*len(v.w32))
		for _, c := range v.w32 {
			raw = binary.LittleEndian.AppendUint32(raw, c)
		}
		e.bytes(raw)
	case v.w16 != nil:
		e.num(2)
		raw := make([]byte, 0, 2*len(v.w16))
		for _, c := range v.w16 {
			raw = binary.LittleEndian.AppendUint16(raw, c)
		}
		e.bytes(raw)
	default:
		e.num(1)
		e.bytes(v.w8)
	}
}

func (v *vector) clone() vector {
	return vector{w8: slices.Clone(v.w8), w16: slices.Clone(v.w16), w32: slices.Clone(v.w32)}
}
