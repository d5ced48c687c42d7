package funnel

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// walk is the longest attempt through events named by words.
func walk(t *testing.T, mode string, modes, steps []string, window int64, events []string, at []int64) attempt {
	t.Helper()
	p := &plan{Query: Query{Mode: mode}, window: window, modes: map[string]bool{}}
	p.Steps = make([]json.RawMessage, len(steps))
	for _, m := range modes {
		p.modes[m] = true
	}
	return *newWalker(p).longest(hitsOf(steps, events, at))
}

func hitsOf(steps, events []string, at []int64) (hits []hit) {
	for i, e := range events {
		h := hit{at: at[i], event: int32(i)}
		for k, s := range steps {
			if s == e || s == "*" {
				h.steps |= 1 << k
			}
		}
		hits = append(hits, h)
	}
	return hits
}

type windowCase struct {
	ID     string
	Mode   string
	Modes  []string
	Steps  []json.RawMessage
	Window int64 `json:"window_seconds"`
	Events []struct {
		User  string
		Event json.RawMessage
		At    int64 `json:"ts_unix"`
	}
	Expected struct {
		Levels map[string]int `json:"max_level"`
	}
}

// covers: I1
func TestWindowFunnel_AnswersAsClickHouseDoes(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/funnel_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []json.RawMessage }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, one := range file.Cases {
		var c windowCase
		if json.Unmarshal(one, &c) != nil || c.Mode != WindowFunnel {
			continue
		}
		var steps []string
		for _, s := range c.Steps {
			steps = append(steps, string(s))
		}
		for user, want := range c.Expected.Levels {
			var events []string
			var at []int64
			for _, e := range c.Events {
				if e.User == user {
					events, at = append(events, string(e.Event)), append(at, e.At)
				}
			}
			checked++
			if got := walk(t, WindowFunnel, c.Modes, steps, c.Window, events, at).level; got != want {
				t.Errorf("%s: user %s reaches %d, ClickHouse %d", c.ID, user, got, want)
			}
		}
	}
	if checked < 20 {
		t.Fatalf("only %d levels were checked", checked)
	}
}

// naive tries every way to choose events for the first k steps, in order.
func naive(steps, events []string, at []int64, window int64) int {
	best := 0
	var from func(k, i int, start int64)
	from = func(k, i int, start int64) {
		best = max(best, k)
		for j := i; j < len(events) && k < len(steps); j++ {
			if events[j] == steps[k] && (k == 0 || at[j]-start <= window) {
				s := start
				if k == 0 {
					s = at[j]
				}
				from(k+1, j+1, s)
			}
		}
	}
	from(0, 0, 0)
	return best
}

// covers: I1
func TestOrdered_ReachesWhatTryingAllWaysReaches(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		words := []string{"a", "b", "c"}
		steps := rapid.SliceOfN(rapid.SampledFrom(words), 1, 4).Draw(r, "steps")
		events := rapid.SliceOfN(rapid.SampledFrom(append(words, "x")), 0, 9).Draw(r, "events")
		at := make([]int64, len(events))
		for i := range at {
			at[i] = int64(rapid.IntRange(0, 12).Draw(r, "at"))
		}
		slices.Sort(at)
		window := int64(rapid.IntRange(1, 10).Draw(r, "window"))
		got := walk(t, Ordered, nil, steps, window, events, at)
		if want := naive(steps, events, at, window); got.level != want {
			r.Fatalf("%v through %v at %v within %d: %d, want %d", steps, events, at, window, got.level, want)
		}
		for k := 1; k < got.level; k++ {
			if got.events[k] <= got.events[k-1] || got.times[k] < got.times[k-1] || got.times[k]-got.start > window {
				r.Fatalf("no attempt: %+v", got)
			}
		}
		once := walk(t, WindowFunnel, []string{"strict_once"}, steps, window, events, at)
		if once.level != got.level {
			r.Fatalf("strict_once reaches %d, ordered %d", once.level, got.level)
		}
	})
}

// covers: I1
func TestUnordered_FillsStepsByDifferentEvents(t *testing.T) {
	t.Parallel()
	at := []int64{0, 1, 2, 3}
	for i, c := range []struct {
		steps, events []string
		want          int
	}{
		{[]string{"a", "a"}, []string{"a"}, 1},
		{[]string{"a", "a"}, []string{"a", "a"}, 2},
		{[]string{"*", "a"}, []string{"a", "b"}, 2}, // the first event makes room for the second
		{[]string{"a", "b", "c"}, []string{"c", "a", "x", "b"}, 3},
	} {
		if got := walk(t, Unordered, nil, c.steps, 10, c.events, at).level; got != c.want {
			t.Errorf("case %d reaches %d, want %d", i, got, c.want)
		}
	}
}

func TestExclude_EndsOnlyAttemptsBetweenItsSteps(t *testing.T) {
	t.Parallel()
	steps := []string{"a", "b", "c"}
	for events, want := range map[string]int{"axbc": 1, "abxc": 3, "xabc": 3, "axabc": 3} {
		p := &plan{Query: Query{Mode: Ordered, Steps: make([]json.RawMessage, 3)}, window: 100, exclude: []exclusion{{0, 1}}}
		var words []string
		at := []int64{}
		for i, r := range events {
			words, at = append(words, string(r)), append(at, int64(i))
		}
		hits := hitsOf(steps, words, at)
		for i, w := range words {
			if w == "x" {
				hits[i].out = 1
			}
		}
		if got := newWalker(p).longest(hits).level; got != want {
			t.Errorf("%s reaches %d, want %d", events, got, want)
		}
	}
}

func ExampleQuery() {
	q := Query{WindowSeconds: int64((7 * 24 * time.Hour).Seconds())}
	fmt.Println(q.WindowSeconds)
	// Output: 604800
}
