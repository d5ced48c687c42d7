package funnel

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/event"
)

// A scan passes over what cannot matter by the names of events. Nothing may be missing:
// each customer is walked in full beside it.
//
// covers: I1
func TestFunnel_PassesOverNobodyWhoCounts(t *testing.T) {
	t.Parallel()
	r := open(t)
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++ // each round has events of its own
		words := []string{fmt.Sprint("a", round), fmt.Sprint("b", round), fmt.Sprint("c", round)}
		steps := rapid.SliceOfN(rapid.SampledFrom(words), 1, 4).Draw(t, "steps")
		mode := rapid.SampledFrom([]string{Ordered, Strict, Unordered, WindowFunnel}).Draw(t, "mode")
		const ofOK = `,"where":[{"prop":"ok","op":"eq","value":true}]`
		where := rapid.SampledFrom([]string{``, `,"where":[{"prop":"never","op":"missing"}]`, ofOK}).Draw(t, "where")
		span := rapid.SampledFrom([]string{``, `,"from":"2025-12-20T00:00:00Z"`, `,"to":"2025-12-19T23:59:59Z"`}).Draw(t, "span")
		p := &plan{Query: Query{Mode: mode, Steps: make([]json.RawMessage, len(steps))}, window: 5 * 86_400_000, modes: map[string]bool{}}
		middle := time.Date(2025, 12, 20, 0, 0, 0, 0, time.UTC)
		levels := make([]int, len(steps)+1)
		var evs []*event.Event
		for u := range rapid.IntRange(1, 3).Draw(t, "customers") {
			var names []string
			var at []int64
			moment := middle.AddDate(0, 0, -8)
			for i := range rapid.IntRange(0, 6).Draw(t, "events") {
				moment = moment.Add(time.Duration(rapid.IntRange(1, 70).Draw(t, "hours")) * time.Hour)
				name, ok := rapid.SampledFrom(append(words, "x")).Draw(t, "name"), rapid.Bool().Draw(t, "ok")
				evs = append(evs, r.Track(fmt.Sprint("u", u, " ", round), name, moment, fmt.Sprintf(`{"ok":%v,"n":%d}`, ok, i)))
				switch late := !moment.Before(middle); {
				case span != "" && late == (span[2] == 't'):
					continue
				case where == ofOK && !ok:
					name = "no step's"
				}
				names, at = append(names, name), append(at, moment.UnixMilli())
			}
			hits := hitsOf(steps, names, at)
			any := false
			for _, h := range hits {
				any = any || h.steps != 0
			}
			if mode != Strict && mode != WindowFunnel || any {
				levels[newWalker(p).longest(hits).level]++
			}
		}
		r.MustSubmit(t, evs...)
		query := fmt.Sprintf(`{"mode":%q,"window_seconds":432000%s,"steps":[`, mode, span)
		for k, s := range steps {
			query += map[bool]string{true: ","}[k > 0] + fmt.Sprintf(`{"event":%q%s}`, s, where)
		}
		got, err := (&Report{Base: desk(r).Base}).Funnel(context.Background(), json.RawMessage(query+"]}"))
		if err != nil {
			t.Fatal(err)
		}
		came := 0
		for k := len(steps); k > 0; k-- {
			if came += levels[k]; got.Steps[k-1].Count != came {
				t.Fatalf("%s: step %d has %d, walked %v", query, k, got.Steps[k-1].Count, levels)
			}
		}
		if mode == WindowFunnel && cmp.Diff(levels, got.Levels) != "" {
			t.Fatalf("%s: levels %v, walked %v", query, got.Levels, levels)
		}
	})
}

func TestDurations_KnowTheirMiddle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)) //nolint:gosec // a test
		var all durations
		var list []float64
		sum := 0.0
		for range rapid.IntRange(1, 3).Draw(t, "parts") {
			var part durations
			for range rapid.SampledFrom([]int{0, 1, 2, 7, few, few + 1}).Draw(t, "n") {
				ms := int64(rng.IntN(1 << rng.IntN(20)))
				part.add(ms)
				list = append(list, float64(float32(ms)/1000))
				sum += float64(ms) / 1000
			}
			all.join(&part)
		}
		average, median := all.spread()
		n := len(list)
		if n == 0 {
			if average != nil || median != nil {
				t.Fatal("a middle of nothing")
			}
			return
		}
		slices.Sort(list)
		if want := (list[(n-1)/2] + list[n/2]) / 2; *median != want {
			t.Fatalf("median %v of %d, want %v", *median, n, want)
		}
		if want := sum / float64(n); math.Abs(*average-want) > 1e-6 {
			t.Fatalf("mean %v of %d, want %v", *average, n, want)
		}
	})
}
