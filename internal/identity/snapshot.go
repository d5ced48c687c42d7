package identity

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// The saved form, little-endian: format; for each segment the number of its records, then
// 20 bytes each; types; the number of customers; the records that have a parent, with it
// and the merge. What is small is read from SQL in any case.
const (
	saveFormat   = 1
	recordLength = 20
	maxSaved     = 1 << 31 // of anything counted in a file
)

// Save writes the index to w. It takes the read lock itself, briefly for each segment,
// while customers may change: those are Dirty, and Reload reads them again.
func (s *Service) Save(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<18)
	buf := binary.LittleEndian.AppendUint32(nil, saveFormat)
	for i := range s.index.segs {
		s.tl.RLock()
		buf = appendRecords(buf, s.index.segs[i].records)
		s.tl.RUnlock()
		if _, err := out.Write(buf); err != nil {
			return fmt.Errorf("save identities: %w", err)
		}
		buf = buf[:0]
	}
	s.tl.RLock()
	names := slices.Clone(s.types.names[1:])
	nodes := slices.Clone(s.forest.nodes)
	s.tl.RUnlock()
	if _, err := out.Write(appendRest(buf, names, nodes)); err != nil {
		return fmt.Errorf("save identities: %w", err)
	}
	return out.Flush()
}

func appendRecords(buf []byte, records []record) []byte {
	le := binary.LittleEndian
	buf = le.AppendUint32(buf, uint32(len(records)))
	for i := range records {
		r := &records[i]
		buf = append(buf, r.key[:]...)
		buf = le.AppendUint32(buf, r.leaf)
		buf = le.AppendUint16(buf, r.typ)
		buf = le.AppendUint16(buf, r.day)
	}
	return buf
}

func appendRest(buf []byte, names []string, nodes []node) []byte {
	le := binary.LittleEndian
	buf = le.AppendUint32(buf, uint32(len(names)))
	for _, name := range names {
		buf = le.AppendUint32(buf, uint32(len(name)))
		buf = append(buf, name...)
	}
	buf = le.AppendUint32(buf, uint32(len(nodes)))
	for ord, n := range nodes {
		if n.parent != 0 {
			for _, v := range [...]uint32{uint32(ord), n.parent, n.merge} {
				buf = le.AppendUint32(buf, v)
			}
		}
	}
	return le.AppendUint32(buf, 0)
}

// errSaved is a file that Save has not written, or not whole.
var errSaved = errors.New("restore identities: the saved state is damaged")

// Restore reads what Save wrote and groups the customers in the timeline. Reload must
// follow. The write lock is held, or nobody else is there yet.
func (s *Service) Restore(r io.Reader) error {
	s.reset()
	s.types.use(s.settings.Load())
	in := &decoder{r: bufio.NewReaderSize(r, 1<<18)}
	if in.num() != saveFormat && in.err == nil {
		return errSaved
	}
	for i := range s.index.segs {
		s.index.segs[i].records = in.records(byte(i))
	}
	for range in.num() {
		if name := in.text(); in.err == nil {
			s.types.number(name)
		}
	}
	if err := s.restoreForest(in); err != nil {
		return err
	}
	return s.chain()
}

func (s *Service) restoreForest(in *decoder) error {
	size := in.num()
	if in.err != nil || size == 0 {
		return errors.Join(errSaved, in.err)
	}
	s.forest.grow(size - 1)
	for in.err == nil {
		ord := in.num()
		if ord == 0 {
			break
		}
		parent, merge := in.num(), in.num()
		if ord >= size || parent >= size {
			return errSaved
		}
		s.forest.nodes[ord].parent, s.forest.nodes[ord].merge = parent, merge
	}
	if in.err != nil {
		return errors.Join(errSaved, in.err)
	}
	s.group()
	return nil
}

// chain places the restored records and ties them to their leaves.
func (s *Service) chain() error {
	for i := range s.index.segs {
		seg := &s.index.segs[i]
		seg.slots = make([]uint32, len(seg.records)*4/3+8)
		for k := range seg.records {
			r := &seg.records[k]
			if r.leaf == 0 || r.leaf > s.forest.len() || r.typ == 0 || int(r.typ) >= len(s.types.names) {
				return errSaved
			}
			number := uint32(k + 1)
			seg.place(&r.key, number)
			n := &s.forest.nodes[r.leaf]
			r.next, n.first = n.first, recordID(uint32(i)<<24|number)
		}
		s.index.count += len(seg.records)
	}
	return nil
}

// decoder reads numbers; after an error it gives zeros.
type decoder struct {
	r   *bufio.Reader
	buf [recordLength]byte
	err error
}

func (d *decoder) fill(n int) []byte {
	b := d.buf[:n]
	if d.err == nil {
		_, d.err = io.ReadFull(d.r, b)
	}
	if d.err != nil {
		clear(b)
	}
	return b
}

func (d *decoder) num() uint32 {
	n := binary.LittleEndian.Uint32(d.fill(4))
	if n >= maxSaved && d.err == nil {
		d.err = errSaved
		return 0
	}
	return n
}

func (d *decoder) text() string {
	n := d.num()
	if n > maxType && d.err == nil {
		d.err = errSaved
	}
	if d.err != nil {
		return ""
	}
	b := make([]byte, n)
	_, d.err = io.ReadFull(d.r, b)
	return string(b)
}

// records reads one segment's records, whose keys start with first.
func (d *decoder) records(first byte) []record {
	n := d.num()
	if n > maxInRegion && d.err == nil {
		d.err = errSaved
	}
	out := make([]record, 0, min(n, 1<<16))
	le := binary.LittleEndian
	for range n {
		b := d.fill(recordLength)
		if d.err != nil {
			return nil
		}
		r := record{leaf: le.Uint32(b[12:]), typ: le.Uint16(b[16:]), day: le.Uint16(b[18:])}
		copy(r.key[:], b)
		if r.key[0] != first {
			d.err = errSaved
			return nil
		}
		out = append(out, r)
	}
	return out
}
