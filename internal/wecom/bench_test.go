package wecom

import (
	"testing"

	"yutang/internal/clock"
)

// BenchmarkLimits is the cost of passing the limiter with room left.
func BenchmarkLimits(b *testing.B) {
	l := NewLimits(clock.System{}, WithScale(1e9))
	for b.Loop() {
		p, err := l.enter(b.Context(), "ww1", markPath)
		if err != nil {
			b.Fatal(err)
		}
		_ = p.leave(b.Context(), nil)
	}
}
