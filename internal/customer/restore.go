package customer

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// maxPart bounds one length in the saved form, so that a damaged one fails instead of
// asking for all memory.
const maxPart = 1 << 32

// Restore fills the memory from what Save wrote; Reload follows. Identity is restored
// before. After an error the memory is in any state: Load then.
func (s *Service) Restore(r io.Reader) error {
	s.clear()
	d := &decoder{r: bufio.NewReaderSize(r, 1<<16)}
	if d.num() != saveFormat {
		return errors.New("customer: not a saved copy of this version")
	}
	if currency := d.text(); d.err == nil && currency != s.currency {
		return fmt.Errorf("customer: the saved copy counts in %s, the brand in %s", currency, s.currency)
	}
	s.restoreColumns(d)
	s.restoreSets(d)
	s.restoreTotals(d)
	for range d.len() {
		ord := timeline.Ord(d.num())
		if text := d.text(); d.err == nil {
			s.names.put(ord, text)
		}
	}
	if d.err != nil {
		return fmt.Errorf("restore profiles: %w", d.err)
	}
	s.rebuildComputed()
	return nil
}

func (s *Service) restoreColumns(d *decoder) {
	crowded := d.flag()
	for _, c := range s.columns() {
		c.kept = c.kept && !crowded // of a name that is not in the copy nothing is known then
	}
	for range d.len() {
		c := s.Trait(d.text())
		kept, wanted := d.flag(), d.flag()
		c.wanted = c.wanted || wanted
		if c.computed != nil || !kept {
			c.kept = false
			continue
		}
		for range d.len() {
			v := event.Value{Kind: event.Kind(d.num()), Num: event.Decimal(d.num()), Str: d.text()}
			if !c.personal {
				c.encode(v)
			}
		}
		c.kept, c.codes = true, d.codes()
	}
	s.crowded = crowded
}

func (s *Service) restoreSets(d *decoder) {
	for range d.len() {
		set, raw := s.TagSet(d.text()), d.bytes()
		if d.err == nil {
			d.err = set.UnmarshalBinary(raw)
		}
	}
	s.moveSeq = int64(d.num())
	s.lastMove = make([]uint32, d.len())
	for i := range s.lastMove {
		s.lastMove[i] = uint32(d.num())
	}
	for _, l := range s.levels {
		l.of = d.bytes()
		for _, level := range l.of {
			if level > 0 && int(level) <= len(l.counts) {
				l.counts[level-1]++
			}
		}
	}
	if raw := d.bytes(); d.err == nil {
		d.err = s.stored.UnmarshalBinary(raw)
	}
}

func (s *Service) restoreTotals(d *decoder) {
	n := d.len()
	for i := range n {
		if d.err != nil {
			return
		}
		if i == 0 {
			s.reach(timeline.Ord(n - 1))
		}
		s.totals[i] = d.totals()
	}
	s.brand = d.totals()
	for range d.len() {
		key := foreignKey{timeline.Ord(d.num()), d.text()}
		if t := d.totals(); d.err == nil {
			s.book(key.ord, key.currency, t.gross, t.refunded, int(t.count))
		}
	}
	n = d.len()
	s.known = make(map[uint64]struct{}, min(n, 1<<24))
	for range n {
		s.known[d.num()] = struct{}{}
	}
}

// decoder keeps the first error and gives zeros after it.
type decoder struct {
	r   *bufio.Reader
	buf [8]byte
	err error
}

func (d *decoder) num() uint64 {
	if d.err == nil {
		_, d.err = io.ReadFull(d.r, d.buf[:])
	}
	if d.err != nil {
		return 0
	}
	return binary.LittleEndian.Uint64(d.buf[:])
}

func (d *decoder) flag() bool { return d.num() != 0 }

// len is a number of bytes or parts that follow.
func (d *decoder) len() int {
	n := d.num()
	if n > maxPart {
		d.err = errors.New("a length is out of range")
		return 0
	}
	return int(n)
}

func (d *decoder) bytes() []byte {
	n := d.len()
	if d.err != nil || n == 0 {
		return nil
	}
	out := make([]byte, n)
	_, d.err = io.ReadFull(d.r, out)
	return out
}

func (d *decoder) text() string { return string(d.bytes()) }

func (d *decoder) totals() leafTotals {
	return leafTotals{gross: int64(d.num()), refunded: int64(d.num()), last: int64(d.num()), count: uint32(d.num())}
}

func (d *decoder) codes() (v vector) {
	width, raw := d.num(), d.bytes()
	switch width {
	case 4:
		v.w32 = make([]uint32, len(raw)/4)
		for i := range v.w32 {
			v.w32[i] = binary.LittleEndian.Uint32(raw[4*i:])
		}
	case 2:
		v.w16 = make([]uint16, len(raw)/2)
		for i := range v.w16 {
			v.w16[i] = binary.LittleEndian.Uint16(raw[2*i:])
		}
	default:
		v.w8 = raw
	}
	return v
}
