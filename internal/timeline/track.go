package timeline

// Ord is a customer's number, dense from 1. 0 is nobody.
type Ord = uint32

// NameID numbers event names, dense from 1, as in the table event_name.
type NameID = uint16

// Column is one event property held as codes of its dictionary. Equal pointers are the
// same column for the life of the store.
type Column struct {
	Prop string
	Dict *Dict
}

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
type Track struct {
	At    []int64  // ms since 1970
	Name  []NameID // what happened
	Seq   []uint32 // place in the event log
	Codes []Codes  // one per column asked for, in that order
}

// Len is the number of events.
func (t *Track) Len() int { return len(t.At) }
