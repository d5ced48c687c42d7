package timeline

import "sort"

// Place is where an event stands in a customer's history. Its JSON is short: it goes into
// the cursors of lists.
type Place struct {
	At  int64  `json:"a"` // ms since 1970
	Seq uint32 `json:"s"`
}

// Newest is a place after every event.
var Newest = Place{At: 1<<63 - 1}

// Before gives the places of up to limit events of ord's group that stand before last, the
// newest first. It takes the read lock itself.
func (s *Store) Before(ord Ord, last Place, limit int) []Place {
	var t Track
	s.RLock()
	defer s.RUnlock()
	s.Read(ord, nil, &t)
	end := sort.Search(t.Len(), func(i int) bool {
		return t.At[i] > last.At || (t.At[i] == last.At && t.Seq[i] >= last.Seq)
	})
	out := make([]Place, 0, min(limit, end))
	for i := end - 1; i >= 0 && len(out) < limit; i-- {
		out = append(out, Place{t.At[i], t.Seq[i]})
	}
	return out
}
