package timeline

// LastSeen is the time of the last event of a root, 0 if it has none: Bounds for who asks
// for very many. Any lock is held.
func (s *Store) LastSeen(root Ord) int64 {
	g, local := s.locate(root)
	if s.groups.isJoint(root) || g.recent.has(local) || g.base.silentEdge(local) {
		_, last, _ := s.Bounds(root)
		return last
	}
	if lo, hi := g.base.span(local); lo < hi {
		return g.base.until[local] // beside each other in memory, unlike the events
	}
	return 0
}

// FirstSeen is the time of the first event of a root, as LastSeen.
func (s *Store) FirstSeen(root Ord) int64 {
	g, local := s.locate(root)
	if s.groups.isJoint(root) || g.recent.has(local) || g.base.silentEdge(local) {
		first, _, _ := s.Bounds(root)
		return first
	}
	if lo, hi := g.base.span(local); lo < hi {
		return g.base.at[lo]
	}
	return 0
}
