package insightbench

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/bench/shop"
	"yutang/internal/insight/btyd"
)

func open(t testing.TB, customers, events int, see func(shop.Event) error) *World {
	t.Helper()
	w, err := Open(context.Background(), t.TempDir(), 1, customers, events, see)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// history is a shop's events by customer, in order of time.
type history map[uint32][]shop.Event

// steps of the funnel, as places in shop.Names.
var steps = []uint8{2, 3, 4, 6}

// level is how far the best way through the steps comes, by trying all beginnings: the
// earliest next step is always as good as a later one.
func level(list []shop.Event) (best int) {
	for i, first := range list {
		if first.Name != steps[0] {
			continue
		}
		k := 1
		for _, e := range list[i+1:] {
			if k < len(steps) && e.Name == steps[k] && e.At-first.At <= 7*86400 {
				k++
			}
		}
		best = max(best, k)
	}
	return best
}

func inSegment(list []shop.Event) bool {
	viewed, ordered := 0, false
	for _, e := range list {
		age := shop.Until.Unix() - e.At
		if e.Name == steps[0] && age < 30*86400 {
			viewed++
		}
		ordered = ordered || e.Name == steps[3] && age < 14*86400
	}
	return viewed >= 2 && !ordered
}

// months are those of the matrix in which the customer did anything.
func months(list []shop.Event) (out []int) {
	for _, e := range list {
		at := time.Unix(e.At, 0).UTC()
		if k := (at.Year()-2025)*12 + int(at.Month()) - 6; k >= 0 && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// covers: I1
func TestWorld_AnswersAsARecount(t *testing.T) {
	t.Parallel()
	ctx, past := context.Background(), history{}
	w := open(t, 3000, 40_000, func(e shop.Event) error {
		past[e.Customer] = append(past[e.Customer], e)
		return nil
	})
	levels, segment, matrix := make([]int, 5), 0, make([][]int, 12)
	for i := range matrix {
		matrix[i] = make([]int, 12-i)
	}
	for _, list := range past {
		slices.SortFunc(list, func(a, b shop.Event) int { return int(a.At - b.At) })
		for k := range level(list) + 1 {
			levels[k]++
		}
		if inSegment(list) {
			segment++
		}
		active := months(list)
		for _, i := range active {
			for _, k := range active {
				if k >= i {
					matrix[i][k-i]++
				}
			}
		}
	}
	for _, query := range []string{Funnel, WindowFunnel} {
		got, err := w.Funnel(ctx, query)
		if err != nil {
			t.Fatal(err)
		}
		for k, s := range got.Steps {
			if s.Count != levels[k+1] {
				t.Errorf("%s: step %d has %d, recounted %v", query, k, s.Count, levels)
			}
		}
	}
	if n, err := w.Segment(ctx, Segment); err != nil || n != segment || n == 0 {
		t.Errorf("segment of %d, recounted %d: %v", n, segment, err)
	}
	got, err := w.Retention(ctx, Retention)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range got.Cohorts {
		if diff := cmp.Diff(matrix[i], c.Counts); diff != "" {
			t.Errorf("cohort %d: %s", i, diff)
		}
	}
}

func TestBuyers_AreAsTheModelSays(t *testing.T) {
	t.Parallel()
	list := Buyers(1, 3000)
	if diff := cmp.Diff(list, Buyers(1, 3000)); diff != "" {
		t.Error("the same seed gives others")
	}
	fit, err := btyd.FitBGNBD(list)
	if err != nil {
		t.Fatal(err)
	}
	// Rates are drawn from an exponential law, which is r = 1.
	if fit.Model.R < 0.7 || fit.Model.R > 1.3 {
		t.Errorf("fitted %+v", fit.Model)
	}
}

// BenchmarkQuestions asks them of a million customers; -short asks a hundredth.
func BenchmarkQuestions(b *testing.B) {
	customers := 1_000_000
	if testing.Short() {
		customers /= 100
	}
	w := open(b, customers, 10*customers, nil)
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
