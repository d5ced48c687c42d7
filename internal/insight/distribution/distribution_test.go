package distribution

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/pipeline/roadtest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t *testing.T) (*roadtest.Road, *Report) {
	t.Helper()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(noon), roadtest.Options{})
	t.Cleanup(r.Close)
	return r, &Report{Base: r.Reports()}
}

// bars are what an answer shows: label, customers, events.
func bars(a Answer) (out []string) {
	for _, b := range a.Bins {
		label := ""
		switch {
		case b.Value != nil:
			label = *b.Value
		case b.From == nil:
			label = fmt.Sprint("<", *b.To)
		case b.To == nil:
			label = fmt.Sprint(">=", *b.From)
		default:
			label = fmt.Sprint(*b.From, "..", *b.To)
		}
		out = append(out, fmt.Sprint(label, ": ", b.Customers, "/", b.Events))
	}
	return out
}

// covers: I1
func TestDistribution_EqualsWhatWasCountedByHand(t *testing.T) {
	t.Parallel()
	r, report := open(t)
	n := 0
	for user, revenues := range map[string][]float64{"ann": {10, 20}, "bob": {30}, "cid": {10, 10, 500}, "dan": nil} {
		r.MustSubmit(t, r.Track(user, "Seen", noon, ""))
		for _, v := range revenues {
			n++
			r.MustSubmit(t, r.Track(user, event.OrderCompleted, noon.Add(-time.Hour), fmt.Sprintf(`{"order_id":"o%d","revenue":%v,"way":"w%d"}`, n, v, int(v)%4)))
		}
	}
	for query, want := range map[string][]string{
		`{"of":{"event":"Order Completed","count":true}}`:                                {"1: 1/0", "2: 1/0", "3: 1/0"},
		`{"of":{"event":"Order Completed","sum":"revenue"},"bins":[30,31,500]}`:          {"<30: 0/0", "30..31: 2/0", "31..500: 0/0", ">=500: 1/0"},
		`{"of":{"event":"Order Completed","prop":"revenue"}}`:                            {"10: 2/3", "20: 1/1", "30: 1/1", "500: 1/1"},
		`{"of":{"event":"Order Completed","prop":"way"},"top":1}`:                        {"w2: 3/4", "(other): 2/2"},
		`{"of":{"level":"tier"}}`:                                                        {"V1: 2/0", "V2: 1/0"},
		`{"of":{"trait":"net_revenue"}}`:                                                 {"0: 1/0", "30: 2/0", "520: 1/0"},
		`{"of":{"event":"Never Seen","count":true}}`:                                     nil,
		`{"of":{"event":"Order Completed","count":true},"to":"2020-01-01"}`:              nil,
		`{"of":{"event":"Order Completed","prop":"revenue"},"bins":[10,11,400,1000000]}`: {"<10: 0/0", "10..11: 2/3", "11..400: 2/2", "400..1e+06: 1/1", ">=1e+06: 0/0"},
	} {
		got, err := report.Distribution(context.Background(), json.RawMessage(query))
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if diff := cmp.Diff(want, bars(got)); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
		for i, b := range got.Bins {
			people, err := report.People(context.Background(), json.RawMessage(query), json.RawMessage(fmt.Sprintf(`{"bin":%d}`, i)))
			if err != nil || int(people.GetCardinality()) != b.Customers {
				t.Errorf("%s, bin %d: %v, %v", query, i, people, err)
			}
		}
		missing, err := report.People(context.Background(), json.RawMessage(query), json.RawMessage(`{"missing":true}`))
		if err != nil || int(missing.GetCardinality()) != got.Missing || got.Customers+got.Missing != 4 {
			t.Errorf("%s: %d with and %d without a value: %v, %v", query, got.Customers, got.Missing, missing, err)
		}
	}
	got, err := report.Distribution(context.Background(), json.RawMessage(`{"of":{"event":"Order Completed","prop":"revenue"}}`))
	if err != nil {
		t.Fatal(err)
	}
	// 10 10 10 20 30 500
	want := Summary{Count: 6, Sum: 580, Mean: 580.0 / 6, Min: 10, P25: 10, Median: 10, P75: 30, P90: 500, Max: 500}
	for _, v := range []float64{10, 10, 10, 20, 30, 500} {
		want.SD += (v - want.Mean) * (v - want.Mean) / 5
	}
	want.SD = math.Sqrt(want.SD)
	if math.Abs(got.Summary.SD-want.SD) > 1e-9 {
		t.Errorf("sd %v, want %v", got.Summary.SD, want.SD)
	}
	got.Summary.SD = want.SD
	if diff := cmp.Diff(want, *got.Summary); diff != "" {
		t.Error(diff)
	}
}

// covers: I1
func TestBins_OfAnyNumbersHoldEachOnceAndAreFew(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := newFound()
		for _, v := range rapid.SliceOfN(rapid.Int64(), 1, 60).Draw(t, "values") {
			if err := f.add(event.Value{Kind: event.Number, Num: event.Decimal(v)}, false); err != nil {
				t.Fatal(err)
			}
		}
		b := (&plan{}).bins(&f)
		if len(b.list) > 2*autoBins+2 {
			t.Fatalf("%d bins", len(b.list))
		}
		f.weighted(func(v event.Decimal, _ int) {
			i := b.of(event.Value{Kind: event.Number, Num: v})
			if i < 0 {
				t.Fatalf("%d is in no bin of %d", v, b.edges)
			}
			if b.exact == nil && (v < b.edges[i] || v >= b.edges[i+1] && v != math.MaxInt64) {
				t.Fatalf("%d is in the bin %d to %d", v, b.edges[i], b.edges[i+1])
			}
		})
	})
}

func TestBins_HaveARoundWidth(t *testing.T) {
	t.Parallel()
	edges := round(3*event.DecimalScale, 98*event.DecimalScale)
	if len(edges) != 21 || edges[0] != 0 || edges[1] != 5*event.DecimalScale {
		t.Errorf("edges %v", edges)
	}
}

func TestDistribution_BadQueriesAreToldByField(t *testing.T) {
	t.Parallel()
	_, report := open(t)
	for query, pointer := range map[string]string{
		`{}`: "/of", `{"of":{"trait":"a","level":"tier"}}`: "/of", `{"of":{"count":true}}`: "/of/event", `{"of":{"trait":"phone"}}`: "/of",
		`{"of":{"level":"x"}}`: "/of/level", `{"of":{"trait":"a"},"bins":[3,2]}`: "/bins", `{"of":{"trait":"a"},"bins":"many"}`: "/bins",
		`{"of":{"trait":"a"},"top":1001}`: "/top", `{"of":{"event":"A","count":true},"from":"2026-02-02","to":"2026-02-01"}`: "/to",
		`{"of":{"event":"A","count":true,"where":3}}`: "/of/where",
	} {
		_, err := report.Distribution(context.Background(), json.RawMessage(query))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", query, err, pointer)
		}
	}
}

// covers: I1
func TestBreakdown_PartsAddUpAndLeadToTheirPeople(t *testing.T) {
	t.Parallel()
	r, report := open(t)
	for i, city := range []string{"Leeds", "Leeds", "Leeds", "Bath", "Bath", "York", ""} {
		user := fmt.Sprint("u", i)
		seen := r.Track(user, "Seen", noon, "")
		if city != "" {
			set := func(name, value string) event.TraitOp {
				return event.TraitOp{Action: event.TraitSet, Name: name, Value: json.RawMessage(value)}
			}
			seen.Traits = []event.TraitOp{set("city", strconv.Quote(city)), set("size", strconv.Itoa(i))}
		}
		r.MustSubmit(t, seen)
		if i%2 == 0 {
			r.MustSubmit(t, r.Track(user, event.OrderCompleted, noon, fmt.Sprintf(`{"order_id":"o%d","revenue":%d}`, i, 10*(i+1))))
		}
	}
	for _, of := range []string{`{"event":"Order Completed","sum":"revenue"}`, `{"trait":"size"}`, `{"level":"tier"}`} {
		query := json.RawMessage(`{"of":` + of + `,"breakdown":{"trait":"city","top":2}}`)
		a, err := report.Distribution(context.Background(), query)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Parts) != 3 || a.Parts[0].Value != "Leeds" || a.Parts[1].Value != "Bath" || a.Parts[2].Value != "(other)" || a.OtherParts != 2 {
			t.Fatalf("%s: %+v, %d", of, a.Parts, a.OtherParts)
		}
		people := func(cell string) int {
			t.Helper()
			m, err := report.People(context.Background(), query, json.RawMessage(cell))
			if err != nil {
				t.Fatal(err)
			}
			return int(m.GetCardinality())
		}
		bins, valued, missing := make([]int, len(a.Bins)), 0, 0
		for _, x := range a.Parts {
			valued, missing = valued+x.Customers, missing+x.Missing
			for i, n := range x.Bins {
				bins[i] += n
				if got := people(fmt.Sprintf(`{"bin":%d,"value":%q}`, i, x.Value)); got != n {
					t.Errorf("%s: %d people in bin %d of %s, want %d", of, got, i, x.Value, n)
				}
			}
			if got := people(fmt.Sprintf(`{"missing":true,"value":%q}`, x.Value)); got != x.Missing {
				t.Errorf("%s: %d without a value in %s, want %d", of, got, x.Value, x.Missing)
			}
		}
		if valued != a.Customers || missing != a.Missing {
			t.Errorf("%s: the parts have %d and %d, the whole %d and %d", of, valued, missing, a.Customers, a.Missing)
		}
		for i, n := range bins {
			if n != a.Bins[i].Customers {
				t.Errorf("%s: the parts have %d in bin %d, the whole %d", of, n, i, a.Bins[i].Customers)
			}
		}
	}
	for query, ptr := range map[string]string{
		`{"of":{"level":"tier"},"breakdown":{"prop":"city"}}`:   "/breakdown/prop",
		`{"of":{"level":"tier"},"breakdown":{"trait":"phone"}}`: "/breakdown/trait",
	} {
		var told *fault.Error
		if _, err := report.Distribution(context.Background(), json.RawMessage(query)); !errors.As(err, &told) || told.Fields[0].Pointer != ptr {
			t.Errorf("%s: %v", query, err)
		}
	}
}
