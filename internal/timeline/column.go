package timeline

import (
	"strings"
	"sync/atomic"

	"yutang/internal/event"
)

const (
	maxNamed   = 512     // properties that get a column without being asked for
	maxText    = 16384   // distinct values of such a column that are not all numbers
	maxNumbers = 65536   // ... that are
	maxLength  = 256     // bytes of one value of such a column
	maxValues  = 4 << 20 // distinct values of any column
	maxSlots   = deadSlot
)

// state says what the store does with a property.
type state = uint32

const (
	left     state = iota // not kept; BuildColumn can make it
	barred                // personal: never kept
	building              // coded from now on, the past is being filled in
	kept                  // every event's value is here
)

// Column is one event property held as codes of its dictionary. Equal pointers are the
// same column for the life of the store.
type Column struct {
	Prop string
	Dict *Dict // replaced only while the column is not ready

	slot   int // its place in every segment; -1 if there was none left
	state  atomic.Uint32
	wanted atomic.Bool // somebody uses it: not given up for having many values
	text   bool        // has a value that is not a number
	names  []uint64    // bits of the event names it was seen with; guarded by the store's lock
	blind  bool        // names may lack some: properties were passed over before it was added
	born   uint64      // the store's count of built columns when this one was built
}

func (c *Column) coded() bool { return c.state.Load() >= building }

// Column is the column of a property, and whether it holds every event's value. Not
// ready: BuildColumn makes it so, unless the property is personal. A column that was
// once handed out ready stays, however many values it gets (up to 4 million).
func (s *Store) Column(prop string) (c *Column, ready bool) {
	s.named.Lock()
	defer s.named.Unlock()
	c = s.byProp[prop]
	if c == nil {
		c = s.addColumn(prop)
	}
	if c.state.Load() != kept {
		return c, false
	}
	c.wanted.Store(true)
	return c, true
}

// addColumn is called with named locked. While the store has seen few names, a property
// it does not know was in no event, so its empty column is complete.
func (s *Store) addColumn(prop string) *Column {
	prop = strings.Clone(prop)
	c := &Column{Prop: prop, Dict: NewDict(), slot: len(s.columns), blind: s.crowded}
	switch {
	case len(s.columns) >= maxSlots:
		c.slot = -1
		return c
	case event.PersonalProp("", prop):
		c.state.Store(barred)
	case !s.crowded:
		c.state.Store(kept)
	}
	s.byProp[c.Prop] = c
	s.columns = append(s.columns, c)
	return c
}

// seen is the column of a property of an event; nil if there are too many names.
func (s *Store) seen(prop string) *Column {
	s.named.Lock()
	defer s.named.Unlock()
	if c := s.byProp[prop]; c != nil {
		return c
	}
	if len(s.columns) >= maxNamed {
		s.crowded = true
		return nil
	}
	return s.addColumn(prop)
}

// columnAt finds the column of the i-th property of an event. Events of one name mostly
// have the same properties in the same order, so the last ones are tried first.
func (s *Store) columnAt(name NameID, i int, prop string) *Column {
	for int(name) >= len(s.shapes) {
		s.shapes = append(s.shapes, nil)
	}
	shape := s.shapes[name]
	if i < len(shape) && shape[i].Prop == prop {
		return shape[i]
	}
	c := s.seen(prop)
	if c == nil || c.slot < 0 {
		return nil
	}
	c.noteName(name)
	switch {
	case i < len(shape):
		shape[i] = c
	case i == len(shape):
		s.shapes[name] = append(shape, c)
	}
	return c
}

// noteName remembers that events of this name may have the property.
func (c *Column) noteName(name NameID) {
	for int(name)/64 >= len(c.names) {
		c.names = append(c.names, 0)
	}
	c.names[name/64] |= 1 << (name % 64)
}

// codeOf gives the code of a value in c, 0 if it gives c up over it.
func (s *Store) codeOf(c *Column, v event.Value) uint32 {
	before := c.Dict.Len()
	code := c.Dict.Add(v)
	if c.Dict.Len() == before {
		return code
	}
	c.text = c.text || v.Kind != event.Number
	if c.Dict.Len()-1 > maxValues || (!c.wanted.Load() && !cheap(c, v)) {
		s.giveUp(c)
		return 0
	}
	return code
}

// cheap says whether c may stay without being asked for, now that it has v. Lists of
// objects are left out: they are long, and may hold personal data.
func cheap(c *Column, v event.Value) bool {
	limit := maxNumbers
	if c.text {
		limit = maxText
	}
	return c.Dict.Len()-1 <= limit && len(v.Str) <= maxLength &&
		(v.Kind != event.List || !strings.Contains(v.Str, "{"))
}

// giveUp frees a column's memory everywhere.
func (s *Store) giveUp(c *Column) {
	c.state.Store(left)
	c.wanted.Store(false)
	c.Dict, c.text = NewDict(), false
	for _, g := range s.segments {
		g.drop(c.slot)
	}
}
