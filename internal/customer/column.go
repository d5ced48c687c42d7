package customer

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// Bounds of the columns kept without being asked for.
const (
	maxColumns   = 256     // traits
	maxDistinct  = 65_536  // values of one trait
	maxDictBytes = 4 << 20 // text of the values of one trait
	compactBelow = 65_536  // a smaller dictionary is never worth renumbering
	compactRatio = 4       // renumber when this many codes stand for one customer's value
	personalCode = 1       // the code of a personal trait that exists
)

// TraitColumn is one trait of all customers as codes of its dictionary, at their roots.
// Of a personal trait it holds only whether it exists (true). Read it under the
// timeline store's lock; the pointer is the same for the life of the service.
type TraitColumn struct {
	name     string
	personal bool
	computed func(s *Service, root timeline.Ord) event.Value // nil for a stored trait
	dict     *timeline.Dict
	codes    vector
	absent   uint32          // code of customers without an entry: not 0 only for computed traits
	bytes    int             // text in dict
	kept     bool            // complete and kept current
	wanted   bool            // a rule uses it: it is kept whatever its size
	touched  *roaring.Bitmap // customers set since a build began; nil if none is under way
}

func newColumn(name string) *TraitColumn {
	c := &TraitColumn{name: name, personal: event.Personal(name), computed: computed[name]}
	c.reset()
	return c
}

// Code is the code of root's value; 0 if it has none.
func (c *TraitColumn) Code(root timeline.Ord) uint32 {
	if code := c.codes.at(root); code != 0 {
		return code
	}
	return c.absent
}

// Dict numbers the trait's values.
func (c *TraitColumn) Dict() *timeline.Dict { return c.dict }

// Kept says whether the column is complete; see EnsureTrait.
func (c *TraitColumn) Kept() bool { return c.kept }

// reset empties the column.
func (c *TraitColumn) reset() {
	c.dict, c.codes, c.absent, c.bytes = timeline.NewDict(), vector{}, 0, 0
	if c.personal {
		c.dict.Add(event.Value{Kind: event.Bool, Num: event.DecimalScale})
	}
}

// put gives root the value v. A column that grew too large without being asked for is
// dropped.
func (c *TraitColumn) put(root timeline.Ord, v event.Value) {
	switch {
	case c.touched != nil:
		c.touched.Add(root)
	case !c.kept:
		return
	}
	c.codes.put(root, c.encode(v))
	if c.kept && !c.wanted && (c.dict.Len() > maxDistinct || c.bytes > maxDictBytes) {
		c.kept = false
		c.reset()
	}
}

// encode gives v's code, numbering it if it is new.
func (c *TraitColumn) encode(v event.Value) uint32 {
	if c.personal {
		if v.Kind == event.Missing {
			return 0
		}
		return personalCode
	}
	n := c.dict.Len()
	code := c.dict.Add(v)
	if c.dict.Len() > n {
		c.bytes += len(v.Str)
	}
	return code
}

// compact renumbers the dictionary if most of its values belong to nobody any more.
func (c *TraitColumn) compact() bool {
	if c.personal || !c.kept || c.dict.Len() < compactBelow || c.touched != nil {
		return false
	}
	live := roaring.New()
	for i := range c.codes.len() {
		live.Add(c.codes.at(uint32(i)))
	}
	if uint64(c.dict.Len()) < compactRatio*live.GetCardinality() {
		return false
	}
	old := *c
	c.reset()
	if old.absent != 0 {
		c.absent = c.encode(old.dict.Value(old.absent))
	}
	for i := range old.codes.len() {
		if code := old.codes.at(uint32(i)); code != 0 {
			c.codes.put(uint32(i), c.encode(old.dict.Value(code)))
		}
	}
	return true
}

// Trait is the column of a trait or computed trait, never nil. It holds nothing until
// EnsureTrait if it is not kept. Safe for concurrent use.
func (s *Service) Trait(name string) *TraitColumn {
	s.colMu.Lock()
	defer s.colMu.Unlock()
	c := s.cols[name]
	if c == nil {
		c = newColumn(name)
		c.kept = c.computed == nil && !s.crowded
		s.cols[name] = c
	}
	return c
}

// columnFor is the column that a live value of a trait goes to, nil when there are too
// many traits to keep this one unasked.
func (s *Service) columnFor(name string) *TraitColumn {
	s.colMu.Lock()
	defer s.colMu.Unlock()
	c := s.cols[name]
	if c == nil {
		if len(s.cols) >= maxColumns {
			s.crowded = true
			return nil
		}
		c = newColumn(name)
		c.kept = c.computed == nil && !s.crowded
		s.cols[name] = c
	}
	if c.computed != nil {
		return nil // a computed trait hides one of the same name that somebody sent
	}
	return c
}

// columns are all columns there are, by name.
func (s *Service) columns() []*TraitColumn {
	s.colMu.Lock()
	defer s.colMu.Unlock()
	out := make([]*TraitColumn, 0, len(s.cols))
	for _, c := range s.cols {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *TraitColumn) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
	return out
}

// CompactTraits renumbers dictionaries of which most values belong to nobody any more
// and names the traits it changed: rules compiled against them must be compiled again.
// Writer only, with the write lock held.
func (s *Service) CompactTraits() (changed []string) {
	for _, c := range s.columns() {
		if c.compact() {
			changed = append(changed, c.name)
		}
	}
	return changed
}
