package flow

import "testing"

// BenchmarkWalk is a run through five steps of which one waits, without storage.
func BenchmarkWalk(b *testing.B) {
	f := steps(b, `[`+sendA+`,{"id":"w","wait_for":{"event":"X","timeout":"1d","steps":[`+sendB+`]}},
		{"id":"x","split":{"arms":[{"name":"l","percent":50},{"name":"r","percent":50}]}},{"id":"u","update":{"tag":["t"]}}]`, `,"goal":{"event":"G"}`)
	w, first := open(f)
	quiet := still{w}
	b.ReportAllocs()
	for b.Loop() {
		r := *first
		if err := f.Start(quiet, &r); err != nil {
			b.Fatal(err)
		}
		if woke, err := f.Signal(quiet, &r, Signal{Event: "X"}); !woke || err != nil || r.End != Done {
			b.Fatal(woke, err)
		}
	}
	b.ReportMetric(5*float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

// still is a brand that remembers nothing.
type still struct{ *brand }

func (still) Perform(*Run, int, string) (Result, error) { return Result{Outcome: Planned}, nil }
func (still) Expose(*Run, string, string, string)       {}
func (still) Note(*Run, Entry)                          {}

// BenchmarkListens is asked for each waiting run that an event may concern.
func BenchmarkListens(b *testing.B) {
	f := steps(b, `[{"id":"w","wait_for":{"event":"X","timeout":"1d"}}]`, `,"goal":{"event":"G"},"exit":[{"event":"H"},{"audience":"a"}]`)
	r := &Run{}
	b.ReportAllocs()
	for b.Loop() {
		if f.Listens(r, "Y") || !f.Listens(r, "X") {
			b.Fatal("heard wrong")
		}
	}
}
