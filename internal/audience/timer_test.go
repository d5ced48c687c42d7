package audience

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// covers: B6
func TestTimers_ComeInOrderOfDue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var h timers
		var want []int64
		draw := rapid.Int64Range(tickZero, tickZero+1_000_000)
		for range rapid.IntRange(0, 50).Draw(t, "single") {
			due := draw.Draw(t, "due")
			h.add(timer{due: due})
			want = append(want, due)
		}
		var many []timer
		for _, due := range rapid.SliceOfN(draw, 0, 50).Draw(t, "many") {
			many = append(many, timer{due: due})
			want = append(want, due)
		}
		h.addAll(many)
		slices.Sort(want)
		for i, due := range want {
			if got := h.next().due; got != due {
				t.Fatalf("timer %d is due at %d, want %d", i, got, due)
			}
		}
		if len(h) != 0 {
			t.Fatalf("%d timers are left", len(h))
		}
	})
}

// covers: B6
func TestTicks_AreNeverEarly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		due := rapid.Int64Range(tickZero+1, tickZero+(1<<32-2)*tickMS).Draw(t, "due")
		at := int64(ticks(due))*tickMS + tickZero
		if at < due || at-due >= tickMS {
			t.Fatalf("a timer due at %d fires at %d", due, at)
		}
	})
}
