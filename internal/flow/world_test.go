package flow

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"yutang/internal/event"
	"yutang/internal/rule"
)

// brand is a small world: its clock, its customers and everything that runs did.
type brand struct {
	now      int64
	zone     *time.Location
	rules    map[int]ruling    // by index; missing is false for ever
	members  map[string]bool   // audiences that everybody is in
	trigger  []event.Prop      // of every run
	clusters map[uint32]string // by record
	assigned map[string]string // experiment → arm
	results  map[string]Result // of acts by step id; default Planned or Done
	fails    map[string]error  // acts by step id
	flow     *Flow
	acts     []string // "run step variant"
	notes    []string // "step outcome detail"
	exposed  []string // "experiment arm cluster"
}

// ruling is what a rule says: it holds from a time on.
type ruling struct{ from int64 }

func (b *brand) Now() int64 { return b.now }

func (b *brand) Zone(*Run, bool) *time.Location { return b.zone }

func (b *brand) Match(_ *Run, i int) (bool, int64, error) {
	r, ok := b.rules[i]
	switch {
	case !ok:
		return false, rule.Never, nil
	case r.from < 0:
		return false, 0, errors.New("no rules today")
	case b.now < r.from:
		return false, r.from, nil
	}
	return true, rule.Never, nil
}

func (b *brand) Member(_ *Run, audience string) bool { return b.members[audience] }

func (b *brand) Trigger(*Run) ([]event.Prop, error) { return b.trigger, nil }

func (b *brand) Cluster(r *Run, _ string) string { return b.clusters[r.Subject.Ord] }

func (b *brand) Assigned(_ *Run, experiment string) string { return b.assigned[experiment] }

func (b *brand) Perform(r *Run, i int, variant string) (Result, error) {
	id := b.flow.Steps[i].Step.ID
	if err := b.fails[id]; err != nil {
		return Result{}, err
	}
	b.acts = append(b.acts, trimmed("%s %s %s", r.ID, id, variant))
	if res, ok := b.results[id]; ok {
		return res, nil
	}
	return Result{Outcome: Planned, Detail: variant}, nil
}

func (b *brand) Expose(_ *Run, experiment, arm, cluster string) {
	b.exposed = append(b.exposed, trimmed("%s %s %s", experiment, arm, cluster))
}

func (b *brand) Note(_ *Run, e Entry) {
	step := "run"
	if e.Step >= 0 {
		step = b.flow.Steps[e.Step].Step.ID
	}
	b.notes = append(b.notes, trimmed("%s %s %s", step, string(e.Outcome), e.Detail))
}

func trimmed(format string, args ...any) string {
	s := fmt.Sprintf(format, args...)
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute
	days   = 24 * hour
)

// noon is Monday 2 March 2026, 12:00 UTC.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).UnixMilli()

func parsed(t testing.TB, def string) *Flow {
	t.Helper()
	f, err := Parse([]byte(def), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// steps makes a flow of steps triggered by an event, with more members of the document.
func steps(t testing.TB, list, more string) *Flow {
	t.Helper()
	return parsed(t, `{"name":"n","trigger":{"event":"Order Created"},"steps":`+list+more+`}`)
}

func open(f *Flow) (*brand, *Run) {
	b := &brand{
		now: noon, zone: time.UTC, flow: f, rules: map[int]ruling{}, members: map[string]bool{}, clusters: map[uint32]string{},
		assigned: map[string]string{}, results: map[string]Result{}, fails: map[string]error{},
	}
	return b, &Run{ID: "r", Playbook: "p", Version: 1, Subject: Subject{Kind: Customers, Ord: 7}, Seq: 1, Started: noon}
}

func start(t testing.TB, f *Flow, b *brand, r *Run) {
	t.Helper()
	if err := f.Start(b, r); err != nil {
		t.Fatal(err)
	}
}

func wake(t testing.TB, f *Flow, b *brand, r *Run, at int64) {
	t.Helper()
	b.now = at
	if err := f.Wake(b, r); err != nil {
		t.Fatal(err)
	}
}

func signal(t testing.TB, f *Flow, b *brand, r *Run, sig Signal) bool {
	t.Helper()
	woke, err := f.Signal(b, r, sig)
	if err != nil {
		t.Fatal(err)
	}
	return woke
}

// noted checks the history since the last call.
func (b *brand) noted(t testing.TB, want ...string) {
	t.Helper()
	if !slices.Equal(b.notes, want) {
		t.Fatalf("noted %q\nwant  %q", b.notes, want)
	}
	b.notes = nil
}

func props(t testing.TB, object string) []event.Prop {
	t.Helper()
	if !json.Valid([]byte(object)) {
		t.Fatal(object)
	}
	return event.Scalars(nil, []byte(object))
}
