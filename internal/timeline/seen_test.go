package timeline

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSeen_IsWhatBoundsSay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := New()
		s.Lock()
		defer s.Unlock()
		s.Grow(8)
		for seq := range rapid.IntRange(0, 40).Draw(t, "events") {
			s.Append(Record{Seq: uint64(seq) + 1, Ord: Ord(rapid.IntRange(1, 7).Draw(t, "ord")), At: rapid.Int64Range(1, 1000).Draw(t, "at")})
			if rapid.IntRange(0, 9).Draw(t, "tidy") == 0 {
				for _, g := range s.segments {
					s.mergeSegment(g)
				}
			}
		}
		if rapid.Bool().Draw(t, "merged") {
			s.SetGroup(2, []Ord{2, 3})
		}
		for ord := Ord(1); ord <= 8; ord++ {
			if s.Root(ord) != ord {
				continue
			}
			first, last, _ := s.Bounds(ord)
			if s.FirstSeen(ord) != first || s.LastSeen(ord) != last {
				t.Fatalf("%d: %d to %d, bounds are %d to %d", ord, s.FirstSeen(ord), s.LastSeen(ord), first, last)
			}
		}
	})
}
