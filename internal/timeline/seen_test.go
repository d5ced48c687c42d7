package timeline_test

import (
	"bytes"
	"testing"

	"yutang/internal/timeline"
)

// Silent events are in the history and make nobody younger, wherever they lie.
func TestSilence_LeavesEventsOutOfBounds(t *testing.T) {
	t.Parallel()
	const loud, silent = 1, 2
	s := timeline.New()
	s.Silence(silent)
	s.Grow(3)
	check := func(where string) {
		t.Helper()
		for ord, want := range map[timeline.Ord][3]int64{1: {10, 20, 2}, 2: {30, 30, 1}, 3: {}} {
			first, last, n := s.Bounds(ord)
			if got := [3]int64{first, last, int64(n)}; got != want || s.FirstSeen(ord) != want[0] || s.LastSeen(ord) != want[1] {
				t.Errorf("%s: customer %d: %v, %d, %d, want %v", where, ord, got, s.FirstSeen(ord), s.LastSeen(ord), want)
			}
		}
		var track timeline.Track
		if s.Read(1, nil, &track); track.Len() != 4 {
			t.Errorf("%s: %d events are read", where, track.Len())
		}
	}
	for i, r := range []timeline.Record{
		{Ord: 1, At: 5, Name: silent}, {Ord: 1, At: 10, Name: loud}, {Ord: 1, At: 20, Name: loud}, {Ord: 1, At: 25, Name: silent},
		{Ord: 2, At: 30, Name: loud}, {Ord: 3, At: 40, Name: silent},
	} {
		r.Seq = uint64(i + 1)
		s.Append(r)
	}
	check("recent")
	s.MergeAll()
	check("base")
	var file bytes.Buffer
	if err := s.Save(&file); err != nil {
		t.Fatal(err)
	}
	s = timeline.New()
	s.Silence(silent)
	if err := s.Restore(&file); err != nil {
		t.Fatal(err)
	}
	s.Grow(3)
	check("restored")
}
