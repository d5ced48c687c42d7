package retention

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight"
	"yutang/internal/pipeline/roadtest"
)

// desk is the report over a real road.
func desk(r *roadtest.Road) *Report {
	return &Report{Base: r.Reports()}
}

type retentionCase struct {
	ID        string
	Period    string
	WeekStart string `json:"week_start"`
	Total     int    `json:"total_intervals"`
	To        string `json:"date_to"`
	First     string `json:"first_interval"`
	Persons   map[string][]string
	Type      string `json:"retention_type"`
	Events    []struct {
		User, Event string
		At          time.Time `json:"ts"`
	}
	Expected [][]int
	Row      []int `json:"expected_row"`
}

// covers: I1
func TestMatrix_AnswersAsThePublishedCases(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/retention_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []retentionCase }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), roadtest.Options{})
			defer r.Close()
			person := map[string]string{}
			for name, ids := range c.Persons {
				for _, id := range ids {
					person[id] = name
				}
			}
			for _, e := range c.Events {
				name := e.User
				if p := person[e.User]; p != "" {
					name = p
				}
				r.MustSubmit(t, r.Track("user "+name, e.Event, e.At, ""))
			}
			if c.To == "" {
				first, _ := time.Parse(time.DateOnly, c.First)
				c.To = first.AddDate(0, 0, c.Total-1).Format(time.RFC3339)
			}
			query := fmt.Sprintf(`{"period":%q,"total_intervals":%d,"to":%q,"type":%q,"target":{"event":%q},"week_start":%q}`,
				c.Period, c.Total, c.To, c.Type, c.Events[0].Event, c.WeekStart)
			got, err := desk(r).Matrix(context.Background(), json.RawMessage(query))
			if err != nil {
				t.Fatal(err)
			}
			want := c.Expected
			if c.Row != nil {
				want = [][]int{c.Row}
			}
			var counts [][]int
			for _, row := range got.Cohorts {
				counts = append(counts, row.Counts)
			}
			if diff := cmp.Diff(want, counts); diff != "" {
				t.Error(diff)
			}
			if first := got.Cohorts[0].Start.Format(time.RFC3339); !strings.HasPrefix(first, c.First) {
				t.Errorf("the first interval begins %s, published %s", first, c.First)
			}
		})
	}
}

// recount is a matrix the slow way: days only.
func recount(kind Type, targets, returns map[string][]int, n int) (sizes []int, counts [][]int) {
	for i := range n {
		row := make([]int, n-i)
		size := 0
		for user, days := range targets {
			in := false
			for _, d := range days {
				in = in || d == i
			}
			for _, d := range days {
				if kind == FirstTime && d < i {
					in = false
				}
			}
			if !in {
				continue
			}
			size++
			for k := range row {
				back := false
				for _, d := range returns[user] {
					back = back || d == i+k || kind == Rolling && d > i+k && d < n
				}
				if back {
					row[k]++
				}
			}
		}
		sizes, counts = append(sizes, size), append(counts, row)
	}
	return sizes, counts
}

// covers: I1
func TestMatrix_EqualsARecountAndItsPeople(t *testing.T) {
	t.Parallel()
	const n = 5
	day0 := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(day0.AddDate(0, 0, 30)), roadtest.Options{})
	defer r.Close()
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++ // each round has events and people of its own
		in, back := fmt.Sprint("In ", round), fmt.Sprint("Back ", round)
		targets, returns := map[string][]int{}, map[string][]int{}
		var evs []*event.Event
		for range rapid.IntRange(0, 25).Draw(t, "events") {
			user := rapid.SampledFrom([]string{"ann", "bob", "cid", "dan"}).Draw(t, "user")
			day := rapid.IntRange(-2, n).Draw(t, "day")
			name := in
			if rapid.Bool().Draw(t, "back") {
				name = back
				returns[user] = append(returns[user], day)
			} else {
				targets[user] = append(targets[user], day)
			}
			evs = append(evs, r.Track(fmt.Sprint(user, round), name, day0.AddDate(0, 0, day).Add(5*time.Hour), ""))
		}
		r.MustSubmit(t, evs...)
		kind := rapid.SampledFrom([]Type{Recurring, FirstTime, Rolling}).Draw(t, "type")
		measure := rapid.SampledFrom([]string{`"count"`, `{"sum":"revenue"}`}).Draw(t, "measure") // which are counted in two ways
		query := json.RawMessage(fmt.Sprintf(`{"period":"day","total_intervals":%d,"to":"2026-03-06","type":%q,"target":{"event":%q},"returning":{"event":%q},"measure":%s}`, n, kind, in, back, measure))
		got, err := desk(r).Matrix(context.Background(), query)
		if err != nil {
			t.Fatal(err)
		}
		sizes, counts := recount(kind, targets, returns, n)
		for i, row := range got.Cohorts {
			if row.Size != sizes[i] || cmp.Diff(counts[i], row.Counts) != "" {
				t.Fatalf("%s, cohort %d: %d %v, recounted %d %v", kind, i, row.Size, row.Counts, sizes[i], counts[i])
			}
			for k := range row.Counts {
				cell := func(lost bool) uint64 {
					raw := fmt.Sprintf(`{"cohort":%d,"interval":%d,"lost":%v}`, i, k, lost)
					people, err := desk(r).People(context.Background(), query, json.RawMessage(raw))
					if err != nil {
						t.Fatal(err)
					}
					return people.GetCardinality()
				}
				if back, lost := cell(false), cell(true); back != uint64(row.Counts[k]) || back+lost != uint64(row.Size) {
					t.Fatalf("cell %d, %d: %d people and %d lost of %d, counted %d", i, k, back, lost, row.Size, row.Counts[k])
				}
			}
		}
	})
}

func TestMatrix_BadQueriesAreToldByField(t *testing.T) {
	t.Parallel()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), roadtest.Options{})
	defer r.Close()
	for query, pointer := range map[string]string{
		`{"period":"day","total_intervals":0,"target":{"event":"A"}}`:                        "/total_intervals",
		`{"period":"day","total_intervals":401,"target":{"event":"A"}}`:                      "/total_intervals",
		`{"period":"moon","total_intervals":3,"target":{"event":"A"}}`:                       "/period",
		`{"period":"day","total_intervals":3}`:                                               "/target",
		`{"period":"day","total_intervals":3,"target":{}}`:                                   "/target",
		`{"period":"day","total_intervals":3,"target":{"event":"A"},"type":"x"}`:             "/type",
		`{"period":"day","total_intervals":3,"target":{"event":"A"},"timezone":"Mars"}`:      "/timezone",
		`{"period":"day","total_intervals":3,"target":{"event":"A"},"audience":"none"}`:      "/audience",
		`{"period":"day","total_intervals":3,"target":{"event":"A"},"measure":{"sum":""}}`:   "/measure",
		`{"period":"day","total_intervals":3,"target":{"event":"A"},"to":"yesterday"}`:       "/to",
		`{"period":"week","total_intervals":3,"target":{"event":"A"},"week_start":"friday"}`: "/week_start",
	} {
		_, err := desk(r).Matrix(context.Background(), json.RawMessage(query))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", query, err, pointer)
		}
	}
	got, err := desk(r).Matrix(context.Background(), json.RawMessage(`{"period":"day","total_intervals":3,"target":{"event":"Never Seen"}}`))
	if err != nil || got.Cohorts[0].Size != 0 || cmp.Diff([]string{"Never Seen"}, got.UnknownEvents) != "" {
		t.Errorf("an unknown event: %+v, %v", got, err)
	}
}

// covers: I1
func TestRetention_PartsOfABreakdownAddUpAndHaveTheirPeople(t *testing.T) {
	t.Parallel()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)), roadtest.Options{})
	defer r.Close()
	rng := rand.New(rand.NewPCG(7, 7))
	var evs []*event.Event
	for u := range 60 {
		for range 1 + rng.IntN(8) {
			at := time.Date(2026, 3, 1+rng.IntN(28), rng.IntN(24), rng.IntN(60), 0, 0, time.UTC)
			evs = append(evs, r.Track(fmt.Sprint("u", u), "Visited", at, fmt.Sprintf(`{"city":%q,"spent":%d}`, []string{"杭州", "上海", "北京", "南京"}[rng.IntN(4)], rng.IntN(90))))
		}
	}
	r.MustSubmit(t, evs...)
	report := desk(r)
	for _, typ := range []Type{Recurring, FirstTime, Rolling, Anchored} {
		query := fmt.Sprintf(`{"period":"week","total_intervals":4,"to":"2026-03-28","type":%q,"target":{"event":"Visited"},"measure":{"sum":"spent"},"breakdown":{"prop":"city","top":3}}`, typ)
		got, err := report.Matrix(context.Background(), json.RawMessage(query))
		if err != nil || len(got.By) != 4 || got.By[3].Value != insight.Other || got.OtherValues != 1 {
			t.Fatalf("%s: %+v, %v", typ, got.By, err)
		}
		for i, c := range got.Cohorts {
			size, counts, sums := 0, make([]int, len(c.Counts)), make([]float64, len(c.Sums))
			for _, part := range got.By {
				size += part.Cohorts[i].Size
				for k := range counts {
					counts[k] += part.Cohorts[i].Counts[k]
					sums[k] += part.Cohorts[i].Sums[k]
				}
			}
			if diff := cmp.Diff(c, Cohort{c.Start, size, counts, sums}); diff != "" {
				t.Errorf("%s, cohort %d: %s", typ, i, diff)
			}
		}
		for _, part := range got.By {
			for i, c := range part.Cohorts {
				for k, n := range c.Counts {
					cell := fmt.Sprintf(`{"cohort":%d,"interval":%d,"value":%q}`, i, k, part.Value)
					if people, err := report.People(context.Background(), json.RawMessage(query), json.RawMessage(cell)); err != nil || people.GetCardinality() != uint64(n) {
						t.Errorf("%s %s: %v, %v, want %d", typ, cell, people, err, n)
					}
				}
			}
		}
	}
	for query, pointer := range map[string]string{
		`"total_intervals":400,"breakdown":{"level":"tier"}`:         "/breakdown/top",
		`"total_intervals":4,"breakdown":{}`:                         "/breakdown",
		`"total_intervals":4,"breakdown":{"prop":"phone"}`:           "/breakdown/prop",
		`"total_intervals":4,"breakdown":{"prop":"city","top":1001}`: "/breakdown/top",
	} {
		_, err := report.Matrix(context.Background(), json.RawMessage(`{"period":"day","target":{"event":"Visited"},`+query+`}`))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", query, err, pointer)
		}
	}
}
