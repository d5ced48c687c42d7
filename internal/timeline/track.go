package timeline

// Ord is a customer's number, dense from 1. 0 is nobody.
type Ord = uint32

// NameID numbers event names, dense from 1, as in the table event_name.
type NameID = uint16

// Codes holds one code per event in the narrowest width that fits. Exactly one of the
// slices is set; all nil means that every code is 0.
type Codes struct {
	W8  []uint8
	W16 []uint16
	W32 []uint32
}

// At is the code of event i.
func (c *Codes) At(i int) uint32 {
	switch {
	case c.W8 != nil:
		return uint32(c.W8[i])
	case c.W16 != nil:
		return uint32(c.W16[i])
	case c.W32 != nil:
		return c.W32[i]
	}
	return 0
}

// Track is one customer's events, oldest first; equal times stand in log order. It is a
// view: valid only under the store's read lock and until the next call that fills it.
// The zero value is ready for use; one that is used again allocates nothing.
type Track struct {
	At    []int64  // ms since 1970
	Name  []NameID // what happened
	Seq   []uint32 // place in the event log
	Codes []Codes  // one per column asked for, in that order
	last  uint64
	own   buffers
}

// Last is a place in the log that no event of the track is behind. It need not be an
// event of the track: it spares looking at Seq when nothing new has come.
func (t *Track) Last() uint64 { return t.last }

// Len is the number of events.
func (t *Track) Len() int { return len(t.At) }

// buffers is a track's own memory, for events that do not lie together in a base.
type buffers struct {
	at    []int64
	name  []NameID
	seq   []uint32
	codes [][]uint32 // one per column
	hints []int      // one per column: where a sparse part was read last
	ins   []insertion
	order []uint32
	moved []uint32
}
