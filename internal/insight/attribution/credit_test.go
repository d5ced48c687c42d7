package attribution

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func path(revenue int64, ordered bool, channels ...string) Path {
	p := Path{Revenue: revenue, Ordered: ordered, At: int64(len(channels)) * 1000}
	for i, c := range channels {
		p.Touches = append(p.Touches, Touch{Channel: c, At: int64(i) * 1000})
	}
	return p
}

// covers: I3
func TestAttribute_SimpleModels(t *testing.T) {
	t.Parallel()
	paths := []Path{path(100_00, true, "ad", "code", "group"), path(50_01, true, "code", "code"), path(7, true), path(0, false, "ad")}
	for _, c := range []struct {
		model Model
		want  []Credit
	}{
		{First, []Credit{{"ad", 1, 100_00}, {"code", 1, 50_01}, {Direct, 1, 7}, {"group", 0, 0}}},
		{Last, []Credit{{"group", 1, 100_00}, {"code", 1, 50_01}, {Direct, 1, 7}, {"ad", 0, 0}}},
		{Linear, []Credit{{"code", 1.3333333333333333, 33_33 + 50_01}, {"ad", 0.3333333333333333, 33_34}, {"group", 0.3333333333333333, 33_33}, {Direct, 1, 7}}},
		{Position, []Credit{{"code", 1.2, 20_00 + 50_01}, {"ad", 0.4, 40_00}, {"group", 0.4, 40_00}, {Direct, 1, 7}}},
		// Half-life one second: weights 1/4, 1/2, 1 of the first path; 1/2, 1 of the second.
		{Decay, []Credit{{"code", 1.2857142857142858, 28_57 + 50_01}, {"group", 0.5714285714285714, 57_14}, {"ad", 0.14285714285714285, 14_29}, {Direct, 1, 7}}},
	} {
		got := attribute(c.model, paths, 1000)
		if diff := cmp.Diff(c.want, got, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-12 })); diff != "" {
			t.Errorf("%s: %s", c.model, diff)
		}
	}
}

// The worked example of three paths: C1-C2-C3 orders, C1 does not, C2-C3 does not. From the
// start C1 2/3 and C2 1/3; C1 goes to C2 in 1/2; C2 always to C3; C3 orders in 1/2. All:
// 1/3. Without C1: 1/6, so its removal effect is 1/2; without C2 or C3 nothing is left: 1.
//
// covers: I3
func TestMarkov_RemovalEffectsOfAHandComputedChain(t *testing.T) {
	t.Parallel()
	paths := []Path{path(100, true, "C1", "C2", "C3"), path(0, false, "C1"), path(0, false, "C2", "C3")}
	want := map[string]float64{"C1": 0.5, "C2": 1, "C3": 1}
	for name, got := range removal(paths) {
		if math.Abs(got-want[name]) > 1e-12 {
			t.Errorf("removal effect of %s = %v, want %v", name, got, want[name])
		}
	}
	wantCredit := []Credit{{"C2", 0.4, 40}, {"C3", 0.4, 40}, {"C1", 0.2, 20}}
	if diff := cmp.Diff(wantCredit, attribute(Markov, paths, 1), cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-12 })); diff != "" {
		t.Error(diff)
	}
}

// A loop between two channels: solved exactly, not walked.
//
// covers: I3
func TestMarkov_LoopsAreSolved(t *testing.T) {
	t.Parallel()
	paths := []Path{path(10, true, "a", "b", "a", "b"), path(0, false, "a", "b", "a")}
	// a: 4 exits, 3 to b, 1 to nothing. b: 3 exits, 2 to a, 1 to an order.
	// x_a = 3/4 x_b, x_b = 2/3 x_a + 1/3 => x_a = 1/2.
	c := build(paths)
	if got := c.converts(-1); math.Abs(got-0.5) > 1e-12 {
		t.Fatalf("conversion %v, want 1/2", got)
	}
}

// covers: I3
func TestAttribute_AddsUpToTheCent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		channels := []string{"ad", "code", "group", "moment"}
		var paths []Path
		var total int64
		orders := 0
		for range rapid.IntRange(1, 30).Draw(t, "paths") {
			names := rapid.SliceOfN(rapid.SampledFrom(channels), 0, 6).Draw(t, "touches")
			p := path(rapid.Int64Range(-500, 1_000_000).Draw(t, "revenue"), rapid.Bool().Draw(t, "ordered"), names...)
			if p.Ordered {
				total += p.Revenue
				orders++
			}
			paths = append(paths, p)
		}
		for _, m := range Models() {
			var sum int64
			share := 0.0
			for _, c := range attribute(m, paths, 1500) {
				sum += c.Revenue
				share += c.Orders
			}
			if sum != total || math.Abs(share-float64(orders)) > 1e-9 {
				t.Fatalf("%s credits %d of %d and %v of %d orders", m, sum, total, share, orders)
			}
		}
	})
}

func TestSplit_LosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(-1_000_000_000, 1_000_000_000).Draw(t, "amount")
		weights := rapid.SliceOfN(rapid.Float64Range(0.001, 5), 1, 12).Draw(t, "weights")
		total := 0.0
		for _, w := range weights {
			total += w
		}
		var sum int64
		for i, part := range Split(amount, weights) {
			sum += part
			if exact := float64(amount) * weights[i] / total; math.Abs(float64(part)-exact) > 1.001 {
				t.Fatalf("part %d is %d, exactly it were %v", i, part, exact)
			}
		}
		if sum != amount {
			t.Fatalf("parts sum to %d of %d", sum, amount)
		}
	})
}
