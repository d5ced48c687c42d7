package sop

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/rule"
)

// world runs a flow for one subject. Chance decides what the customer does.
type world struct {
	t      *testing.T
	flow   *flow.Flow
	lang   string
	now    int64
	zone   *time.Location
	chance *rand.Rand
	acts   []string
	texts  func(where, text string)
	happy  bool // the rule of the wait under way holds
	ways   map[string]bool
}

func (w *world) Now() int64 { return w.now }

func (w *world) Zone(*flow.Run, bool) *time.Location { return w.zone }

// Match lets no goal and no exit hold, so that runs get to the end; ways are a matter of
// chance.
func (w *world) Match(_ *flow.Run, i int) (bool, int64, error) {
	switch at := w.flow.Rules[i].Pointer; {
	case strings.HasPrefix(at, "/exit"), strings.HasPrefix(at, "/goal"):
		return false, rule.Never, nil
	case strings.Contains(at, "/wait_for/"):
		return w.happy, rule.Never, nil
	}
	return w.chance.IntN(2) == 0, rule.Never, nil
}

func (w *world) Member(*flow.Run, string) bool            { return false }
func (w *world) Trigger(*flow.Run) ([]event.Prop, error)  { return nil, nil }
func (w *world) Cluster(*flow.Run, string) string         { return "" }
func (w *world) Assigned(*flow.Run, string) string        { return "" }
func (w *world) Expose(*flow.Run, string, string, string) {}
func (w *world) Note(r *flow.Run, e flow.Entry) {
	if e.Step >= 0 {
		w.ways[fmt.Sprintf("%d %s", e.Step, map[flow.Outcome]string{flow.Met: "met", flow.TimedOut: "timed_out", flow.Took: e.Detail}[e.Outcome])] = true
	}
}

// Perform renders what the step says, for a customer who has a name or none.
func (w *world) Perform(r *flow.Run, i int, variant string) (flow.Result, error) {
	op := w.flow.Steps[i]
	w.acts = append(w.acts, op.Step.ID)
	bind := w.bindings()
	say := func(raw json.RawMessage, err error) {
		if err != nil {
			w.t.Errorf("%s: %v", op.Pointer, err)
		}
		w.texts(op.Step.ID, string(raw))
	}
	switch {
	case op.Step.Send != nil:
		at := time.UnixMilli(w.now).In(w.zone)
		if clock := at.Format("15:04"); clock < "08:30" || clock > "21:00" {
			w.t.Errorf("%s %s: reaches customers at %s", w.flow.Definition.Name, op.Step.ID, clock)
		}
		c := op.Content
		if v := op.Variant(variant); v >= 0 {
			c = op.Contents[v]
		}
		say(c.Render(bind))
	case op.Step.Post != nil:
		say(op.Content.Render(bind))
	case op.Step.Task != nil:
		title, err := op.Title.Render(bind)
		if err != nil || strings.TrimSpace(title) == "" {
			w.t.Errorf("%s: title %q, %v", op.Pointer, title, err)
		}
		w.texts(op.Step.ID, title)
		script, err := op.Script.Render(bind)
		say(json.RawMessage(script), err)
	}
	return flow.Result{Outcome: flow.Planned, Detail: variant}, nil
}

func (w *world) bindings() map[string]any {
	p := customer.Profile{ID: "c7", Traits: map[string]json.RawMessage{}}
	if w.chance.IntN(2) == 0 {
		name := map[string]string{Chinese: `"王芳"`, English: `"Ann"`}[w.lang]
		p.Traits["name"] = json.RawMessage(name)
	}
	return flow.Bindings(p, nil, nil)
}

// walk takes a run to its end and gives how long that took.
func (w *world) walk(f *flow.Flow, seed uint64) time.Duration {
	w.chance = rand.New(rand.NewPCG(seed, 7))
	began := w.now
	r := &flow.Run{ID: "r", Playbook: "p", Version: 1, Subject: flow.Subject{Kind: f.Definition.Subject, Ord: uint32(seed), Name: "ww1/lin"}, Started: began}
	w.happy = w.chance.IntN(2) == 0
	if err := f.Start(w, r); err != nil {
		w.t.Fatal(err)
	}
	for n := 0; r.End == ""; n++ {
		if n > 400 {
			w.t.Fatalf("%s does not end", f.Definition.Name)
		}
		w.happy = w.chance.IntN(2) == 0
		if sig, ok := w.answer(f.Steps[r.Step]); ok {
			if _, err := f.Signal(w, r, sig); err != nil {
				w.t.Fatal(err)
			}
			continue
		}
		w.now = max(r.Due, w.now)
		if _, err := f.Recheck(w, r); err != nil {
			w.t.Fatal(err)
		}
	}
	return time.Duration(w.now-began) * time.Millisecond
}

// answer is what happens while the run waits, by chance.
func (w *world) answer(op *flow.Op) (flow.Signal, bool) {
	if w.chance.IntN(3) == 0 {
		return flow.Signal{}, false
	}
	switch {
	case op.Step.Task != nil:
		some := slices.DeleteFunc(slices.Clone(op.Step.Task.Results), func(s string) bool { return s == "不希望被打扰" || s == "prefers no messages" })
		return flow.Signal{Task: op.Step.ID, Result: some[w.chance.IntN(len(some))]}, true
	case op.Step.WaitFor != nil && op.Step.WaitFor.Event != "":
		return flow.Signal{Event: op.Step.WaitFor.Event}, true
	}
	return flow.Signal{}, false
}

// longest is how long a playbook may hold on to a customer.
const longest = 45 * 24 * time.Hour

// covers: C1, C3
func TestLibrary_EachPlaybookWalksEveryWayToItsEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, key, industry, lang string, doc json.RawMessage, f *flow.Flow) {
		zone, err := time.LoadLocation("Asia/Shanghai")
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, flow: f, lang: lang, zone: zone, ways: map[string]bool{}}
		w.texts = func(where, text string) {
			if strings.Contains(text, "{{") || strings.Contains(text, "{%") || leftover.MatchString(strings.ReplaceAll(text, "||", "")) || strings.TrimSpace(text) == "" {
				t.Errorf("%s %s %s %s: %q", key, industry, lang, where, text)
			}
		}
		acted := map[string]bool{}
		for seed := range uint64(80) {
			w.acts, w.now = nil, startOf(f, zone, seed)
			if took := w.walk(f, seed); took > longest {
				t.Errorf("%s %s %s: takes %s", key, industry, lang, took)
			}
			for _, id := range w.acts {
				acted[id] = true
			}
			if seed >= 4 && len(untaken(f, acted, w.ways)) == 0 {
				break
			}
		}
		for _, way := range untaken(f, acted, w.ways) {
			t.Errorf("%s %s %s: nobody ever came to %s", key, industry, lang, way)
		}
	})
}

// untaken lists the acts and ways that no run came to.
func untaken(f *flow.Flow, acted, ways map[string]bool) (out []string) {
	for _, op := range f.Steps {
		if op.Acts() && !acted[op.Step.ID] {
			out = append(out, op.Step.ID)
		}
		for _, way := range op.Ways {
			if !ways[fmt.Sprintf("%d %s", op.Index, way.Name)] {
				out = append(out, op.Step.ID+" "+way.Name)
			}
		}
	}
	return out
}

// startOf is when the trigger starts somebody: by the calendar, or at any hour of the day.
func startOf(f *flow.Flow, zone *time.Location, seed uint64) int64 {
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, zone) // a Monday
	at := "09:00"
	switch t := f.Definition.Trigger; {
	case t.Schedule != nil && t.Schedule.At != "":
		when, err := time.ParseInLocation("2006-01-02T15:04", t.Schedule.At, zone)
		if err == nil {
			return when.UnixMilli()
		}
	case t.Schedule != nil:
		at = t.Schedule.Time
		if from, err := time.ParseInLocation(time.DateOnly, t.Schedule.From, zone); err == nil {
			day = from
		}
	case t.Date != nil:
		at = t.Date.At
	default:
		return day.Add(time.Duration(seed) * 49 * time.Minute).UnixMilli()
	}
	clock, err := time.Parse("15:04", at)
	if err != nil {
		panic(err)
	}
	return day.Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute).UnixMilli()
}

// A held-out customer walks through and nothing is done.
func TestLibrary_HeldOutCustomersAreLeftAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, key, _, lang string, _ json.RawMessage, f *flow.Flow) {
		if f.Definition.Subject != flow.Customers {
			return
		}
		w := &world{t: t, flow: f, lang: lang, zone: time.UTC, ways: map[string]bool{}, chance: rand.New(rand.NewPCG(1, 1))}
		w.texts = func(where, _ string) { t.Errorf("%s: %s was done", key, where) }
		r := &flow.Run{ID: "r", Playbook: "p", Version: 1, Subject: flow.Subject{Ord: 7}, Holdout: true}
		if err := f.Start(w, r); err != nil {
			t.Fatal(err)
		}
		for n := 0; r.End == "" && n < 400; n++ {
			w.now = max(w.now, r.Due)
			if _, err := f.Recheck(w, r); err != nil {
				t.Fatal(err)
			}
		}
		if r.End == "" {
			t.Errorf("%s does not end", key)
		}
	})
}

// Somebody who leaves an order unpaid at night is not called before the shop opens; by day
// half an hour later.
//
// covers: C3
func TestUnpaidOrder_StaffAreAskedInOpeningHours(t *testing.T) {
	t.Parallel()
	asked := 0
	each(t, func(t *testing.T, key, _, lang string, _ json.RawMessage, f *flow.Flow) {
		if key != "unpaid-order" {
			return
		}
		for hour := range 24 {
			w := &world{t: t, flow: f, lang: lang, zone: time.UTC, ways: map[string]bool{}}
			began := time.Date(2026, 3, 2, hour, 10, 0, 0, time.UTC)
			w.now = began.UnixMilli()
			w.texts = func(where, _ string) {
				if where != "help" {
					return
				}
				asked++
				want := began.Add(30 * time.Minute)
				if hour := want.Hour(); hour < 9 || hour >= 21 {
					want = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
					if hour >= 21 {
						want = want.AddDate(0, 0, 1)
					}
				}
				if at := time.UnixMilli(w.now).UTC(); !at.Equal(want) {
					t.Fatalf("begun at %v, staff are asked at %v, want %v", began, at, want)
				}
			}
			w.walk(f, uint64(hour))
		}
	})
	if asked < 24 {
		t.Errorf("asked %d times", asked)
	}
}
