package wecom

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWindow_NeverHoldsMoreThanItsLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		span := rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 24 * time.Hour}).Draw(t, "span")
		limit := rapid.IntRange(1, 12).Draw(t, "limit")
		w := newWindow(span, limit)
		now, made := noon, []time.Time{}
		for range rapid.IntRange(1, 120).Draw(t, "calls") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(span)/4).Draw(t, "gap")))
			if at := w.free(now); at.After(now) {
				if at.Sub(now) > span+span/slots {
					t.Fatalf("waits %s in a window of %s", at.Sub(now), span)
				}
				now = at
			}
			if w.free(now).After(now) {
				t.Fatal("not free at the moment it named")
			}
			w.take(now)
			made = append(made, now)
			if n := len(made); n > limit && made[n-1].Sub(made[n-1-limit]) < span {
				t.Fatalf("%d calls within %s", limit+1, made[n-1].Sub(made[n-1-limit]))
			}
		}
	})
}

func TestWindow_AClockSetBackFreesNothing(t *testing.T) {
	t.Parallel()
	for _, back := range []time.Duration{30 * time.Second, time.Hour} {
		w := newWindow(time.Minute, 2)
		w.take(noon)
		w.take(noon)
		now := noon.Add(-back)
		if at := w.free(now); !at.After(now) || at.Sub(now) > 2*time.Minute {
			t.Fatalf("set back by %s: free after %s", back, at.Sub(now))
		}
		if at := w.free(noon.Add(2 * time.Minute)); !at.Equal(noon.Add(2 * time.Minute)) {
			t.Fatalf("free at %s two minutes later", at)
		}
	}
}

func TestWindow_IsStoredWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, now := newWindow(time.Minute, 5), noon
		for range rapid.IntRange(0, 30).Draw(t, "calls") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "gap")) * time.Millisecond)
			if !w.free(now).After(now) {
				w.take(now)
			}
		}
		text, err := w.store()
		if err != nil {
			t.Fatal(err)
		}
		again := newWindow(time.Minute, 5)
		if err := again.restore(text); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Duration(rapid.IntRange(0, 90_000).Draw(t, "later")) * time.Millisecond)
		if a, b := w.free(now), again.free(now); !a.Equal(b) {
			t.Fatalf("free at %s, and at %s after a restart", a, b)
		}
	})
}
