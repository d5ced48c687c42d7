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
	w := newWindow(time.Minute, 2)
	w.take(noon)
	w.take(noon)
	if at := w.free(noon.Add(-time.Hour)); !at.After(noon) {
		t.Fatalf("free at %s after the clock was set back", at)
	}
	if at := w.free(noon.Add(2 * time.Minute)); !at.Equal(noon.Add(2 * time.Minute)) {
		t.Fatalf("free at %s two minutes later", at)
	}
}
