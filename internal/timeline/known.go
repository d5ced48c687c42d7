package timeline

import "slices"

// Known lists the properties that events have, without the personal ones, by the order in
// which they were first seen. It asks for nothing: no column stays because of it. Safe for
// concurrent use.
func (s *Store) Known() []*Column {
	s.named.Lock()
	defer s.named.Unlock()
	return slices.DeleteFunc(slices.Clone(s.columns), func(c *Column) bool {
		return c.slot < 0 || c.state.Load() == barred
	})
}

// Full says whether the column holds every event's value. Any lock is held.
func (c *Column) Full() bool { return c.state.Load() == kept }

// Has says whether an event of this name was seen with the property. Any lock is held.
func (c *Column) Has(name NameID) bool {
	return int(name)/64 < len(c.names) && c.names[name/64]&(1<<(name%64)) != 0
}
