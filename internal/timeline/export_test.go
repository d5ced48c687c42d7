package timeline

import "yutang/internal/event"

// MergeAll moves every recent part into its base, as Append does now and then.
func (s *Store) MergeAll() {
	for _, g := range s.segments {
		s.mergeSegment(g)
	}
}

// Forms counts the parts of a column that are absent, sparse and dense.
func (s *Store) Forms(prop string) (absent, sparse, dense int) {
	c, _ := s.Column(prop)
	for _, g := range s.segments {
		switch p := g.base.part(c.slot); {
		case p.dense():
			dense++
		case p.pos != nil:
			sparse++
		default:
			absent++
		}
	}
	return absent, sparse, dense
}

// Peek is Column without marking it as used; an empty column if there is none.
func (s *Store) Peek(prop string) *Column {
	s.named.Lock()
	defer s.named.Unlock()
	if c := s.byProp[prop]; c != nil {
		return c
	}
	return &Column{Prop: prop, Dict: NewDict(), slot: -1}
}

// Ready says whether a column is kept, without marking it as used.
func (s *Store) Ready(prop string) bool { return s.Peek(prop).state.Load() == kept }

// Values are the values of a column's dictionary, by code.
func (s *Store) Values(prop string) []event.Value { return s.Peek(prop).Dict.values }
