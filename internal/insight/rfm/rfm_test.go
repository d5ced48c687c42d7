package rfm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/demo/retail"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight/retention"
	"yutang/internal/pipeline/roadtest"
)

type summaryCase struct {
	ID           string
	Transactions [][2]any
	End          string `json:"observation_end"`
	Calibration  string `json:"calibration_end"`
	Freq         string
	Expected     map[string][]float64
}

// covers: I1
func TestSummary_CountsAsThePublishedCases(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/rfm_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []summaryCase }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, c := range file.Cases {
		if c.Expected == nil {
			continue // of another package
		}
		unit := "day"
		if strings.HasPrefix(c.Freq, "W") {
			unit = "week"
		}
		r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC)), roadtest.Options{})
		defer r.Close()
		for _, tr := range c.Transactions {
			at, err := time.Parse(time.DateOnly, tr[1].(string))
			if err != nil {
				t.Fatal(err)
			}
			r.MustSubmit(t, r.Track(fmt.Sprint("user ", tr[0]), event.OrderCompleted, at, ""))
		}
		query := fmt.Sprintf(`{"at":%q,"unit":%q,"calibration_end":%q}`, c.End, unit, c.Calibration)
		got, err := (&Report{Base: r.Reports()}).Scores(context.Background(), json.RawMessage(query))
		if err != nil {
			t.Fatal(err)
		}
		rows := map[uint32][]float64{}
		for _, row := range got.Customers {
			values := []float64{float64(row.Frequency), float64(row.Recency), float64(row.T)}
			if row.Holdout != nil {
				values = append(values, float64(row.Holdout.Frequency), float64(row.Holdout.Duration))
			}
			rows[row.Root] = values
		}
		if len(rows) != len(c.Expected) {
			t.Errorf("%s: %d customers, published %d", c.ID, len(rows), len(c.Expected))
		}
		for user, want := range c.Expected {
			checked++
			if diff := cmp.Diff(want, rows[r.Root(t, "user "+user)]); diff != "" {
				t.Errorf("%s, customer %s: %s", c.ID, user, diff)
			}
		}
	}
	if checked < 14 {
		t.Fatalf("only %d customers were checked", checked)
	}
}

// invoice is an order of the retail history, cleaned as the published analysis did.
type invoice struct {
	customer string
	at       time.Time
	lines    int
	total    float64
}

// cleaned drops cancellations, repeated lines, lines of nobody and lines without a price.
func cleaned(t *testing.T) map[string]*invoice {
	t.Helper()
	seen := map[retail.Line]bool{}
	out := map[string]*invoice{}
	err := retail.Each(func(l retail.Line) error {
		price, err := strconv.ParseFloat(l.UnitPrice, 64)
		if err != nil {
			return err
		}
		if strings.HasPrefix(l.Invoice, "C") || l.CustomerID == "" || price == 0 || seen[l] {
			return nil
		}
		seen[l] = true
		// A few invoices change their minute between lines.
		key := l.Invoice + l.At.String()
		if out[key] == nil {
			out[key] = &invoice{customer: strings.TrimSuffix(l.CustomerID, ".0"), at: l.At}
		}
		out[key].lines++
		out[key].total += float64(l.Quantity) * price
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// retailRoad is a road with the cleaned retail history.
func retailRoad(t *testing.T) *roadtest.Road {
	t.Helper()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(time.Date(2011, 12, 10, 0, 0, 0, 0, time.UTC)), roadtest.Options{})
	t.Cleanup(r.Close)
	var evs []*event.Event
	for key, i := range cleaned(t) {
		evs = append(evs, r.Track("user "+i.customer, event.OrderCompleted, i.at,
			fmt.Sprintf(`{"order_id":%q,"revenue":%.3f,"lines":%d}`, key, i.total, i.lines)))
	}
	for part := range slices.Chunk(evs, 2000) {
		r.MustSubmit(t, part...)
	}
	return r
}

// Figures published by a third party over the Online Retail data set; the recipe is in
// cleaned.
//
// covers: I1, B7
func TestRetail_ReproducesThePublishedFigures(t *testing.T) {
	t.Parallel()
	r := retailRoad(t)
	t.Run("cohorts", func(t *testing.T) { checkCohorts(t, r) })
	t.Run("rfm", func(t *testing.T) { checkRFM(t, r) })
}

func checkCohorts(t *testing.T, r *roadtest.Road) {
	t.Helper()
	got, err := (&retention.Report{Base: r.Reports()}).Matrix(context.Background(), json.RawMessage(
		`{"period":"month","total_intervals":13,"to":"2011-12-09","type":"first_time","target":{"event":"Order Completed"}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]int{
		{885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235}, {417, 92, 111, 96, 134, 120, 103, 101, 125, 136, 152, 49},
		{380, 71, 71, 108, 103, 94, 96, 106, 94, 116, 26}, {452, 68, 114, 90, 101, 76, 121, 104, 126, 39},
		{300, 64, 61, 63, 59, 68, 65, 78, 22}, {284, 54, 49, 49, 59, 66, 75, 27}, {242, 42, 38, 64, 56, 81, 23},
		{188, 34, 39, 42, 51, 21}, {169, 35, 42, 41, 21}, {299, 70, 90, 34}, {358, 86, 41}, {323, 36}, {41},
	}
	for i, row := range got.Cohorts {
		if diff := cmp.Diff(want[i], row.Counts); diff != "" {
			t.Errorf("cohort of %s: %s", row.Start.Format("2006-01"), diff)
		}
	}
}

func checkRFM(t *testing.T, r *roadtest.Road) {
	t.Helper()
	// One day after the last invoice, as the publication counts recency.
	got, err := (&Report{Base: r.Reports()}).Scores(context.Background(), json.RawMessage(
		`{"at":"2011-12-10T12:50:00Z","scoring":{"buckets":4,"frequency":"sum","sum_of":"lines","monetary":"sum"},"limit":10000}`))
	if err != nil {
		t.Fatal(err)
	}
	if got.Count != 4338 {
		t.Errorf("%d customers, published 4338", got.Count)
	}
	rows := map[uint32]Row{}
	var days, often, money float64
	for _, row := range got.Customers {
		rows[row.Root] = row
		days, often, money = days+float64(row.DaysSince), often+row.Often, money+row.Money
	}
	for user, want := range map[string]struct {
		money   float64
		lines   float64
		days    int
		segment string
	}{
		"12346": {77183.6, 1, 326, "114"}, "12347": {4310, 182, 2, "444"}, "12348": {1797.24, 31, 75, "224"}, "12349": {1757.55, 73, 19, "334"},
		"12350": {334.4, 17, 310, "112"}, "18280": {180.6, 10, 278, "111"}, "18281": {80.82, 7, 181, "111"}, "18282": {178.05, 12, 8, "411"},
		"18283": {2045.53, 721, 4, "444"}, "18287": {1837.28, 70, 43, "334"},
	} {
		row := rows[r.Root(t, "user "+user)]
		if math.Abs(row.Money-want.money) > 0.005 || row.Often != want.lines || row.DaysSince != want.days || row.Segment != want.segment {
			t.Errorf("customer %s: %v lines, %v, %d days, %s; published %+v", user, row.Often, row.Money, row.DaysSince, row.Segment, want)
		}
	}
	n := float64(got.Count)
	for name, c := range map[string][2]float64{"M": {money / n, 2048.688081}, "F": {often / n, 90.523744}, "R": {days / n, 92.536422}} {
		if math.Abs(c[0]-c[1]) > 1e-4*c[1] {
			t.Errorf("mean of %s is %v, published %v", name, c[0], c[1])
		}
	}
	wantScores := map[string]int{"3": 381, "4": 388, "5": 518, "6": 457, "7": 463, "8": 454, "9": 414, "10": 426, "11": 387, "12": 450}
	gotScores := map[string]int{}
	for _, s := range got.Scores {
		gotScores[s.Name] = s.Count
	}
	if diff := cmp.Diff(wantScores, gotScores); diff != "" {
		t.Error("scores", diff)
	}
	for i, want := range []struct {
		n                  int
		money, lines, days float64
	}{{1287, 266.505704, 15.060606, 192.165501}, {920, 789.257001, 32.959783, 87.686957}, {1294, 1597.725141, 81.236476, 47.848532}, {837, 6870.541553, 284.188769, 13.761051}} {
		l := got.Levels[i]
		if l.Count != want.n || math.Abs(l.Money-want.money) > 0.01 || math.Abs(l.Often-want.lines) > 1e-4 || math.Abs(l.DaysSince-want.days) > 1e-4 {
			t.Errorf("level %s: %+v, published %+v", l.Name, l, want)
		}
		people, err := (&Report{Base: r.Reports()}).People(context.Background(), json.RawMessage(
			`{"at":"2011-12-10T12:50:00Z","scoring":{"buckets":4,"frequency":"sum","sum_of":"lines","monetary":"sum"}}`), json.RawMessage(`{"level":`+l.Name+`}`))
		if err != nil || int(people.GetCardinality()) != l.Count {
			t.Errorf("people of level %s: %v, %v", l.Name, people, err)
		}
	}
	first, second := got.Segments[0], got.Segments[1]
	either, err := (&Report{Base: r.Reports()}).People(context.Background(), json.RawMessage(
		`{"at":"2011-12-10T12:50:00Z","scoring":{"buckets":4,"frequency":"sum","sum_of":"lines","monetary":"sum"}}`),
		json.RawMessage(`{"segments":["`+first.Name+`","`+second.Name+`"]}`))
	if err != nil || int(either.GetCardinality()) != first.Count+second.Count {
		t.Errorf("people of %s or %s: %v, %v", first.Name, second.Name, either, err)
	}
}

func TestScores_PagesAndThresholds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(now), roadtest.Options{})
	defer r.Close()
	for i := range 5 {
		for k := range i + 1 {
			r.MustSubmit(t, r.Track(fmt.Sprint("user ", i), event.OrderCompleted, now.AddDate(0, 0, -k-1), `{"revenue":10}`))
		}
	}
	query := func(cursor string) json.RawMessage {
		return json.RawMessage(fmt.Sprintf(`{"limit":2,"cursor":%q,"scoring":{"buckets":2,"method":"threshold","frequency":"events","monetary":"sum",
			"thresholds":{"recency":[7],"frequency":[2],"monetary":[30]}}}`, cursor))
	}
	var segments []string
	cursor := ""
	for range 3 {
		got, err := (&Report{Base: r.Reports()}).Scores(context.Background(), query(cursor))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range got.Customers {
			segments = append(segments, row.Segment)
		}
		cursor = got.Next
	}
	if diff := cmp.Diff([]string{"211", "211", "221", "222", "222"}, segments); diff != "" || cursor != "" {
		t.Errorf("%s; next %q", diff, cursor)
	}
	for query, pointer := range map[string]string{
		`{"unit":"month"}`: "/unit", `{"scoring":{"buckets":11}}`: "/scoring/buckets", `{"scoring":{"method":"threshold"}}`: "*",
		`{"scoring":{"frequency":"sum"}}`: "/scoring/sum_of", `{"limit":100000}`: "/limit", `{"calibration_end":"2027-01-01"}`: "/calibration_end",
		`{"value":"phone"}`: "/value",
	} {
		_, err := (&Report{Base: r.Reports()}).Scores(context.Background(), json.RawMessage(query))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 || pointer != "*" && f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", query, err, pointer)
		}
	}
}

func TestScores_DaysAreThoseOfTheClocks(t *testing.T) {
	t.Parallel()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(time.Date(2026, 12, 10, 0, 0, 0, 0, time.UTC)), roadtest.Options{})
	defer r.Close()
	r.MustSubmit(t, r.Track("summer", event.OrderCompleted, time.Date(2026, 8, 1, 12, 30, 0, 0, time.UTC), `{"revenue":10}`)) // 13:30 in London
	for zone, want := range map[string]int{"Europe/London": 129, "UTC": 130} {
		got, err := (&Report{Base: r.Reports()}).Scores(context.Background(), json.RawMessage(fmt.Sprintf(`{"at":"2026-12-09T13:00:00Z","timezone":%q}`, zone)))
		if err != nil || len(got.Customers) != 1 || got.Customers[0].DaysSince != want {
			t.Errorf("%s: %+v, %v, want %d days", zone, got.Customers, err, want)
		}
	}
}
