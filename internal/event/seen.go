package event

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Seen remembers which messages the log holds, as fingerprint → place in the log. It is
// derived: a rebuild from the log gives the same. An entry takes 8 bytes: 32 bits of the
// fingerprint and 32 of the place, in one of 1024 open-addressing tables chosen by ten
// more bits. A hit is a candidate: the caller compares the stored message id, so two
// messages with one fingerprint are both kept. Guarded by the lock of derived state.
type Seen struct {
	tables [1024]seenTable
	n      int
}

type seenTable struct {
	slots []uint64 // 0 is free; else fragment<<32 | seq
	used  int
}

// NewSeen makes an empty set.
func NewSeen() *Seen { return &Seen{} }

// Len is the number of messages remembered.
func (s *Seen) Len() int { return s.n }

// Add remembers that the message with this fingerprint stands at seq (1 ≤ seq < 2³²).
// Adding the same pair again changes nothing.
func (s *Seen) Add(fingerprint, seq uint64) {
	t := &s.tables[fingerprint>>54]
	if (t.used+1)*5 > len(t.slots)*4 {
		t.grow()
	}
	if t.put(fingerprint<<32 | seq) {
		s.n++
	}
}

// Candidates calls visit with each place where a message of this fingerprint may stand,
// until visit returns false.
func (s *Seen) Candidates(fingerprint uint64, visit func(seq uint64) bool) {
	t := &s.tables[fingerprint>>54]
	if len(t.slots) == 0 {
		return
	}
	mask, fragment := len(t.slots)-1, fingerprint&0xffffffff
	for i := int(fragment) & mask; t.slots[i] != 0; i = (i + 1) & mask {
		if t.slots[i]>>32 == fragment && !visit(t.slots[i]&0xffffffff) {
			return
		}
	}
}

func (t *seenTable) put(entry uint64) bool {
	mask := len(t.slots) - 1
	i := int(entry>>32) & mask
	for t.slots[i] != 0 {
		if t.slots[i] == entry {
			return false
		}
		i = (i + 1) & mask
	}
	t.slots[i] = entry
	t.used++
	return true
}

func (t *seenTable) grow() {
	old := t.slots
	t.slots, t.used = make([]uint64, max(16, 2*len(old))), 0
	for _, e := range old {
		if e != 0 {
			t.put(e)
		}
	}
}

// Save writes the set, one table at a time; lock guards each while it is copied, so the
// writer may go on. What is added meanwhile may be missing and is added again by a replay.
func (s *Seen) Save(w io.Writer, lock interface {
	RLock()
	RUnlock()
},
) error {
	var buf []byte
	for i := range s.tables {
		lock.RLock()
		buf = binary.LittleEndian.AppendUint32(buf[:0], uint32(len(s.tables[i].slots)))
		for _, e := range s.tables[i].slots {
			buf = binary.LittleEndian.AppendUint64(buf, e)
		}
		lock.RUnlock()
		if _, err := w.Write(buf); err != nil {
			return fmt.Errorf("save seen messages: %w", err)
		}
	}
	return nil
}

// Restore replaces the set by one that Save wrote.
func (s *Seen) Restore(r io.Reader) error {
	out := Seen{}
	var head [4]byte
	var buf []byte
	for i := range out.tables {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return fmt.Errorf("restore seen messages: %w", err)
		}
		n := int(binary.LittleEndian.Uint32(head[:]))
		if n&(n-1) != 0 || n > 1<<26 {
			return fmt.Errorf("restore seen messages: table %d cannot have %d slots", i, n)
		}
		if cap(buf) < 8*n {
			buf = make([]byte, 8*n)
		}
		if _, err := io.ReadFull(r, buf[:8*n]); err != nil {
			return fmt.Errorf("restore seen messages: %w", err)
		}
		t := seenTable{slots: make([]uint64, n)}
		for j := range t.slots {
			if t.slots[j] = binary.LittleEndian.Uint64(buf[8*j:]); t.slots[j] != 0 {
				t.used++
			}
		}
		if n > 0 && t.used == n {
			return fmt.Errorf("restore seen messages: table %d has no free slot", i)
		}
		out.tables[i], out.n = t, out.n+t.used
	}
	*s = out
	return nil
}

// Clear forgets everything.
func (s *Seen) Clear() { *s = Seen{} }
