package trends

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/pipeline/roadtest"
)

var day0 = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t *testing.T) (*roadtest.Road, *Report) {
	t.Helper()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(day0.AddDate(0, 0, 9)), roadtest.Options{})
	t.Cleanup(r.Close)
	return r, &Report{Base: r.Reports()}
}

// numbers are the values of a line, -1 for what is not known.
func numbers(l Line) (out []float64) {
	for _, v := range append(append([]*float64{}, l.Values...), l.Total) {
		if v == nil {
			out = append(out, -1)
		} else {
			out = append(out, *v)
		}
	}
	return out
}

func percent(a, b float64) float64 { return a / b * 100 }

// covers: I1
func TestTrends_EqualWhatWasCountedByHand(t *testing.T) {
	t.Parallel()
	r, report := open(t)
	for _, e := range []struct {
		user, name string
		day        int
		props      string
	}{
		{"ann", "Seen", 0, `{"city":"Wuhan"}`},
		{"ann", "Seen", 0, `{"city":"Wuhan"}`},
		{"bob", "Seen", 0, `{"city":"Xian"}`},
		{"ann", "Seen", 2, `{"city":"Xian"}`},
		{"cid", "Seen", 2, ""},
		{"ann", "Bought", 0, `{"price":10.5}`},
		{"ann", "Bought", 2, `{"price":"free"}`},
		{"bob", "Bought", 2, `{"price":4.5}`},
		{"bob", "Bought", 3, `{"price":99}`},
		{"bob", "Seen", -1, ""},
	} {
		r.MustSubmit(t, r.Track(e.user, e.name, day0.AddDate(0, 0, e.day), e.props))
	}
	query := json.RawMessage(`{"from":"2026-03-02","to":"2026-03-04","series":[{"event":"Seen"},{"event":"Seen","measure":"customers"},
		{"event":"Bought","measure":"sum","of":"price"},{"event":"Bought","measure":"avg","of":"price"},{"event":"Seen","measure":"per_customer"},
		{"event":"Bought","where":[{"prop":"price","op":"gt","value":5}]}],
		"formula":"(F / A) * 100","breakdown":{"prop":"city","top":1}}`)
	got, err := report.Trends(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range [][]float64{
		{3, 0, 2, 5}, {2, 0, 2, 3}, {10.5, 0, 4.5, 15}, {10.5, -1, 4.5, 7.5}, {1.5, -1, 1, 5.0 / 3}, {1, 0, 0, 1},
	} {
		if diff := cmp.Diff(want, numbers(got.Series[k])); diff != "" {
			t.Errorf("series %d: %s", k, diff)
		}
	}
	if diff := cmp.Diff([]float64{percent(1, 3), -1, 0, percent(1, 5)}, numbers(*got.Formula)); diff != "" {
		t.Error("formula", diff)
	}
	// Bought has no city, so "(none)" has most events of all series together.
	by := map[string][]float64{}
	for _, l := range got.Series[0].By {
		by[l.Value] = numbers(l)
	}
	if diff := cmp.Diff(map[string][]float64{"(none)": {0, 0, 1, 1}, "(other)": {3, 0, 1, 4}}, by); diff != "" || got.OtherValues != 2 {
		t.Errorf("%d others: %s", got.OtherValues, diff)
	}
	for cell, users := range map[string][]string{
		`{"series":0}`: {"ann", "bob", "cid"}, `{"series":0,"period":0}`: {"ann", "bob"}, `{"series":0,"period":1}`: {},
		`{"series":0,"value":"(none)"}`: {"cid"}, `{"series":0,"value":"(other)"}`: {"ann", "bob"}, `{"series":0,"value":"Xian","period":2}`: {"ann"},
		`{"series":5}`: {"ann"},
	} {
		people, err := report.People(context.Background(), query, json.RawMessage(cell))
		if err != nil || int(people.GetCardinality()) != len(users) {
			t.Errorf("%s: %v, %v", cell, people, err)
			continue
		}
		for _, u := range users {
			if !people.Contains(r.Root(t, u)) {
				t.Errorf("%s: not %s", cell, u)
			}
		}
	}
}

// covers: I1
func TestTrends_TooWideABreakdownIsTopAndOther(t *testing.T) {
	t.Parallel()
	r, report := open(t)
	var evs []*event.Event
	for i := range 1200 {
		evs = append(evs, r.Track("ann", "Seen", day0, fmt.Sprintf(`{"id":"v%d"}`, i)))
	}
	evs = append(evs, r.Track("ann", "Seen", day0, `{"id":"v7"}`))
	r.MustSubmit(t, evs...)
	got, err := report.Trends(context.Background(), json.RawMessage(
		`{"from":"2026-03-02","to":"2026-03-02","series":[{"event":"Seen"}],"breakdown":{"prop":"id","top":1000}}`))
	if err != nil {
		t.Fatal(err)
	}
	by := got.Series[0].By
	last := by[len(by)-1]
	if len(by) != 1001 || by[0].Value != "v7" || *by[0].Total != 2 || last.Value != "(other)" || *last.Total != 200 || got.OtherValues != 200 {
		t.Errorf("%d values, first %+v, last %+v, %d others", len(by), by[0], last, got.OtherValues)
	}
}

func TestTrends_PeriodsFollowTheClockOfTheZone(t *testing.T) {
	t.Parallel()
	r, report := open(t)
	r.Clock.Set(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
	// Berlin's 29 March 2026 has 23 hours.
	for _, at := range []string{"2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		r.MustSubmit(t, r.Track("ann", "Seen", when, ""))
	}
	got, err := report.Trends(context.Background(), json.RawMessage(
		`{"from":"2026-03-28","to":"2026-03-30","timezone":"Europe/Berlin","series":[{"event":"Seen"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{1, 2, 1, 4}, numbers(got.Series[0])); diff != "" {
		t.Error(diff)
	}
}

func TestTrends_BadQueriesAreToldByField(t *testing.T) {
	t.Parallel()
	_, report := open(t)
	for query, pointer := range map[string]string{
		`{"series":[]}`: "/series", `{"series":[{"event":"A","measure":"x"}]}`: "/series/0/measure", `{"series":[{"event":"A","measure":"sum"}]}`: "/series/0/of",
		`{"series":[{"event":"A","of":"b"}]}`: "/series/0/of", `{"series":[{"event":"A","measure":"sum","of":"phone"}]}`: "/series/0/of",
		`{"series":[{"event":"A"}],"period":"x"}`: "/period", `{"series":[{"event":"A"}],"period":"hour","from":"2000-01-01"}`: "/period",
		`{"series":[{"event":"A"}],"breakdown":{}}`: "/breakdown", `{"series":[{"event":"A"}],"breakdown":{"trait":"email"}}`: "/breakdown/trait",
		`{"series":[{"event":"A"}],"formula":"A+B"}`: "/formula", `{"series":[{"event":"A"}],"formula":"(A"}`: "/formula",
		`{"series":[{"event":"A"}],"from":"2026-02-02","to":"2026-02-01"}`: "/to",
	} {
		_, err := report.Trends(context.Background(), json.RawMessage(query))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", query, err, pointer)
		}
	}
}

func FuzzFormula(f *testing.F) {
	for _, seed := range []string{"A/B*100", "-(A+2.5)*-B", "((A", "1..2", "A B", "", "Z", "/", "A/0"} {
		f.Add(seed)
	}
	one := 1.0
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := parseFormula(text, 2)
		if err != nil {
			var known *fault.Error
			if !errors.As(err, &known) || known.Kind != fault.Invalid {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		parsed.eval(func(k int) *float64 {
			if k < 0 || k > 1 {
				t.Fatalf("%q asks for series %d", text, k)
			}
			return &one
		})
	})
}

func TestFormula_BindsAsArithmeticDoes(t *testing.T) {
	t.Parallel()
	values := []float64{6, 3}
	for text, want := range map[string]float64{"A-B-1": 2, "A+B*2": 12, "(A+B)*2": 18, "A/B/2": 1, "-A+1": -5, "2*-B": -6} {
		f, err := parseFormula(text, 2)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.eval(func(k int) *float64 { return &values[k] }); got == nil || *got != want {
			t.Errorf("%s = %v, want %v", text, got, want)
		}
	}
}
