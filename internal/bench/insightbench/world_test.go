package insightbench

import (
	"context"
	"testing"
)

func open(t testing.TB, customers, events int) *World {
	w, err := Open(context.Background(), t.TempDir(), 1, customers, events, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// BenchmarkQuestions asks them of a million customers; -short asks a hundredth.
func BenchmarkQuestions(b *testing.B) {
	customers := 1_000_000
	if testing.Short() {
		customers /= 100
	}
	w := open(b, customers, 10*customers)
	ctx := context.Background()
	for _, q := range []struct {
		name string
		ask  func() error
	}{
		{"funnel", func() error { _, err := w.Funnel(ctx, Funnel); return err }},
		{"window_funnel", func() error { _, err := w.Funnel(ctx, WindowFunnel); return err }},
		{"segment", func() error { _, err := w.Segment(ctx, Segment); return err }},
		{"retention", func() error { _, err := w.Retention(ctx, Retention); return err }},
	} {
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			before := Processors()
			for b.Loop() {
				if err := q.ask(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((Processors()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}
