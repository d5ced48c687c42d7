package pipeline_test

import (
	"context"
	"testing"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/rule"
)

// covers: I1
func TestSurvey_SeesOnlyWhatWasThereWhenItWasRead(t *testing.T) {
	t.Parallel()
	r := newRoad(t, dbtest.SQLite(t), clock.NewManual(start0), "")
	defer r.stop()
	r.submit(t, r.track("ann", "A", time.Hour, `{"color":"red"}`), r.track("bob", "B", time.Hour, `{"color":"blue"}`))
	pick, faults := rule.ParsePick([]byte(`{"event":"*","where":[{"prop":"color","op":"eq","value":"red"}]}`), "", time.UTC)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	reading, err := r.audiences.Read(context.Background(), audience.Survey{Picks: []rule.Pick{pick, rule.PickOf("B")}, Reads: []string{"color"}})
	if err != nil {
		t.Fatal(err)
	}
	r.submit(t, r.track("ann", "A", 0, `{"color":"red"}`), r.track("cid", "B", 0, ""))
	red, b, events := make([]int, audience.Workers()), make([]int, audience.Workers()), make([]int, audience.Workers())
	err = reading.Visit(context.Background(), func(p *audience.Person) error {
		for i := range p.Len() {
			events[p.Worker()]++
			if p.Is(0, i) {
				red[p.Worker()]++
				if v := p.Value(0, i); v.Str != "red" {
					t.Errorf("value %q", v.Str)
				}
			}
			if p.Is(1, i) {
				b[p.Worker()]++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := [3]int{sum(events), sum(red), sum(b)}; got != [3]int{2, 1, 1} {
		t.Fatalf("events, red, B = %v, want 2, 1, 1", got)
	}
}

func sum(ns []int) (n int) {
	for _, x := range ns {
		n += x
	}
	return n
}
