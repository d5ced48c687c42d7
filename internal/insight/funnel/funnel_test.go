package funnel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/pipeline/roadtest"
)

var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func open(t *testing.T) *roadtest.Road {
	t.Helper()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(now), roadtest.Options{})
	t.Cleanup(r.Close)
	return r
}

// desk is the report over a real road.
func desk(r *roadtest.Road) *Report {
	return &Report{Base: r.Reports()}
}

type published struct {
	ID, Mode string
	Also     []string `json:"also_modes"`
	Steps    []any
	Window   int64 `json:"window_seconds"`
	Modes    []string
	Events   []struct {
		User  string
		Event any
		At    time.Time `json:"ts"`
		Unix  *int64    `json:"ts_unix"`
	}
	Persons    map[string][]string
	Exclusions []json.RawMessage
	Expected   struct {
		Counts  []int               `json:"step_counts"`
		Average []*float64          `json:"average_conversion_time"`
		Median  []*float64          `json:"median_conversion_time"`
		Users   map[string][]string `json:"users_at_step"`
		Levels  map[string]int      `json:"max_level"`
	}
}

func (c published) query(mode string) json.RawMessage {
	q := map[string]any{"window_seconds": c.Window, "mode": mode, "exclude": c.Exclusions, "modes": c.Modes}
	var steps []any
	for _, s := range c.Steps {
		steps = append(steps, map[string]any{"event": fmt.Sprint(s)})
	}
	q["steps"] = steps
	raw, _ := json.Marshal(q) // plain data
	return raw
}

// submit sends a case's events; who maps its users to ours.
func (c published) submit(t *testing.T, r *roadtest.Road) (who func(string) string) {
	t.Helper()
	person := map[string]string{}
	for name, ids := range c.Persons {
		for _, id := range ids {
			person[id] = name
		}
	}
	who = func(user string) string {
		if p := person[user]; p != "" {
			user = p
		}
		return "user " + user
	}
	for _, e := range c.Events {
		at := e.At
		if e.Unix != nil {
			at = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(*e.Unix) * time.Second)
		}
		r.MustSubmit(t, r.Track(who(e.User), fmt.Sprint(e.Event), at, ""))
	}
	return who
}

// covers: I1
func TestFunnel_AnswersAsThePublishedCases(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/funnel_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []published }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		for _, mode := range append([]string{c.Mode}, c.Also...) {
			t.Run(c.ID+" "+mode, func(t *testing.T) {
				t.Parallel()
				r := open(t)
				who := c.submit(t, r)
				got, err := desk(r).Funnel(context.Background(), c.query(mode))
				if err != nil {
					t.Fatal(err)
				}
				c.check(t, r, got, who, mode)
			})
		}
	}
}

func (c published) check(t *testing.T, r *roadtest.Road, got Answer, who func(string) string, mode string) {
	t.Helper()
	counts, averages, medians := []int{}, []*float64{}, []*float64{}
	for _, s := range got.Steps {
		counts, averages, medians = append(counts, s.Count), append(averages, s.Average), append(medians, s.Median)
	}
	if c.Expected.Counts != nil {
		if diff := cmp.Diff(c.Expected.Counts, counts); diff != "" {
			t.Error("counts", diff)
		}
	}
	if c.Expected.Average != nil {
		if diff := cmp.Diff(c.Expected.Average, averages); diff != "" {
			t.Error("average", diff)
		}
	}
	if c.Expected.Median != nil {
		if diff := cmp.Diff(c.Expected.Median, medians); diff != "" {
			t.Error("median", diff)
		}
	}
	for step, users := range c.Expected.Users {
		var k int
		fmt.Sscan(step, &k)
		people, err := desk(r).People(context.Background(), c.query(mode), json.RawMessage(fmt.Sprintf(`{"step":%d}`, k-1)))
		if err != nil {
			t.Fatal(err)
		}
		var want []uint32
		for _, u := range users {
			want = append(want, r.Root(t, who(u)))
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, people.ToArray()); diff != "" {
			t.Errorf("people at step %s: %s", step, diff)
		}
	}
	if c.Expected.Levels != nil {
		want := make([]int, len(c.Steps)+1)
		for _, level := range c.Expected.Levels {
			want[level]++
		}
		if diff := cmp.Diff(want, got.Levels); diff != "" {
			t.Error("levels", diff)
		}
	}
}

// covers: I1
func TestBreakdown_DividesCustomersByWhatTheyDid(t *testing.T) {
	t.Parallel()
	r := open(t)
	at := func(m int) time.Time { return now.Add(time.Duration(m-1000) * time.Minute) }
	r.MustSubmit(t,
		r.Track("ann", "View", at(1), `{"browser":"A"}`), r.Track("ann", "Buy", at(2), `{"browser":"B"}`),
		r.Track("bob", "View", at(1), `{"browser":"A"}`),
		r.Track("cid", "View", at(1), `{"browser":"C"}`), r.Track("cid", "Buy", at(9), `{"browser":"C"}`),
		r.Track("dan", "View", at(1), ``),
	)
	for attribution, want := range map[string]map[string][]int{
		"first":      {"A": {2, 1}, "C": {1, 1}, None: {1, 0}},
		"last":       {"A": {1, 0}, "B": {1, 1}, "C": {1, 1}, None: {1, 0}},
		"step":       {"B": {1, 1}, "C": {1, 1}, None: {2, 0}},
		"all_events": {"A": {2, 0}, "C": {1, 1}, None: {1, 0}},
	} {
		query := fmt.Sprintf(`{"steps":[{"event":"View"},{"event":"Buy"}],"window_seconds":86400,"breakdown":{"prop":"browser","attribution":%q,"step":1}}`, attribution)
		got, err := desk(r).Funnel(context.Background(), json.RawMessage(query))
		if err != nil {
			t.Fatal(err)
		}
		counts := map[string][]int{}
		for _, v := range got.ByBreakdown {
			for k, s := range v.Steps {
				counts[v.Value] = append(counts[v.Value], s.Count)
				people, err := desk(r).People(context.Background(), json.RawMessage(query), json.RawMessage(fmt.Sprintf(`{"step":%d,"value":%q}`, k, v.Value)))
				if err != nil || int(people.GetCardinality()) != s.Count {
					t.Errorf("%s %s step %d: people %v, %v, counted %d", attribution, v.Value, k, people, err, s.Count)
				}
			}
		}
		if diff := cmp.Diff(want, counts); diff != "" {
			t.Errorf("%s: %s", attribution, diff)
		}
	}
}

// covers: I1
func TestBreakdown_JoinsWhatIsTooMuchToShow(t *testing.T) {
	t.Parallel()
	r := open(t)
	for i := range 10 {
		r.MustSubmit(t, r.Track(fmt.Sprint("user ", i), "View", now.Add(-time.Hour), fmt.Sprintf(`{"page":"p%d"}`, min(i, 6))))
	}
	query := json.RawMessage(`{"steps":[{"event":"View"}],"window_seconds":60,"breakdown":{"prop":"page","top":2}}`)
	got, err := desk(r).Funnel(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, v := range got.ByBreakdown {
		values = append(values, fmt.Sprint(v.Value, " ", v.Steps[0].Count))
	}
	if diff := cmp.Diff([]string{"p6 4", "p0 1", "(other) 5"}, values); diff != "" || got.OtherValues != 5 {
		t.Errorf("%s; %d other values", diff, got.OtherValues)
	}
	people, err := desk(r).People(context.Background(), query, json.RawMessage(`{"step":0,"value":"(other)"}`))
	if err != nil || people.GetCardinality() != 5 {
		t.Errorf("others: %v, %v", people, err)
	}
}

func TestFunnel_BadQueriesAreToldByField(t *testing.T) {
	t.Parallel()
	r := open(t)
	for query, pointer := range map[string]string{
		`{"steps":[],"window_seconds":60}`:                                                                                "/steps",
		`{"steps":[{"event":"A"}],"window_seconds":0}`:                                                                    "/window_seconds",
		`{"steps":[{"event":"A"}],"window_seconds":60,"mode":"x"}`:                                                        "/mode",
		`{"steps":[{"event":"A"}],"window_seconds":60,"modes":["strict_once"]}`:                                           "/modes",
		`{"steps":[{"event":"A"},{}],"window_seconds":60}`:                                                                "/steps/1",
		`{"steps":[{"event":"A"}],"window_seconds":60,"from":"2026-02-01","to":"2026-01-01"}`:                             "/to",
		`{"steps":[{"event":"A"},{"event":"B"}],"window_seconds":60,"exclude":[{"event":"X","from_step":1,"to_step":1}]}`: "/exclude/0",
		`{"steps":[{"event":"A"}],"window_seconds":60,"breakdown":{"prop":"a","trait":"b"}}`:                              "/breakdown",
		`{"steps":[{"event":"A"}],"window_seconds":60,"breakdown":{"prop":"phone"}}`:                                      "/breakdown/prop",
		`{"steps":[{"event":"A"}],"window_seconds":60,"audience":"none"}`:                                                 "/audience",
		`{"steps":[{"event":"A"}],"window_seconds":60,"nonsense":1}`:                                                      "/nonsense",
	} {
		_, err := desk(r).Funnel(context.Background(), json.RawMessage(query))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %q", query, err, pointer)
		}
	}
}

// A tier that the step itself moves is nothing between two steps.
func TestStrict_InternalEventsAreNotBetweenSteps(t *testing.T) {
	t.Parallel()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(now), roadtest.Options{Levels: true})
	t.Cleanup(r.Close)
	r.MustSubmit(t,
		r.Track("ann", "Order Completed", now.Add(-2*time.Hour), `{"order_id":"1","revenue":100}`), r.Track("ann", "Rated", now.Add(-time.Hour), ""),
		r.Track("bob", "Order Completed", now.Add(-2*time.Hour), `{"order_id":"2","revenue":100}`), r.Track("bob", "Seen", now.Add(-90*time.Minute), ""),
		r.Track("bob", "Rated", now.Add(-time.Hour), ""))
	for mode, want := range map[string]int{"strict": 1, "ordered": 2} {
		query := fmt.Sprintf(`{"steps":[{"event":"Order Completed"},{"event":"Rated"}],"window_seconds":86400,"mode":%q}`, mode)
		got, err := desk(r).Run(t.Context(), json.RawMessage(query))
		if err != nil {
			t.Fatal(err)
		}
		if steps := got.(Answer).Steps; steps[1].Count != want {
			t.Errorf("%s: %d rated, want %d", mode, steps[1].Count, want)
		}
	}
}
