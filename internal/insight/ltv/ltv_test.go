package ltv

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/pipeline/roadtest"
)

// desk is the report over a real road.
func desk(r *roadtest.Road) *Report {
	return &Report{Base: r.Reports()}
}

// cdnow is a road with the CDNOW sample; see ../btyd/testdata.
func cdnow(t *testing.T) *roadtest.Road {
	t.Helper()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)), roadtest.Options{})
	t.Cleanup(r.Close)
	f, err := os.Open("../btyd/testdata/cdnow.txt.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var evs []*event.Event
	for s := bufio.NewScanner(z); s.Scan(); {
		cols := strings.Fields(s.Text())
		at, err := time.Parse("20060102", cols[2])
		if err != nil {
			t.Fatal(err)
		}
		evs = append(evs, r.Track("user "+cols[1], event.OrderCompleted, at.Add(12*time.Hour), fmt.Sprintf(`{"order_id":"%d","revenue":%s}`, len(evs), cols[4])))
	}
	for part := range slices.Chunk(evs, 2000) {
		r.MustSubmit(t, part...)
	}
	return r
}

func near(t *testing.T, what string, got, want, share float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > share*math.Abs(want) {
		t.Errorf("%s = %.8g, published %.8g", what, got, want)
	}
}

// covers: I2
func TestPredict_ReproducesThePublishedFiguresOfCDNOW(t *testing.T) {
	t.Parallel()
	r := cdnow(t)
	got, err := desk(r).Predict(context.Background(), json.RawMessage(
		`{"calibration_end":"1997-09-30","at":"1998-06-30","unit":"week","horizon":39,"model":"bgnbd+gg","limit":10000}`))
	if err != nil {
		t.Fatal(err)
	}
	if got.Count != 2357 || len(got.Customers) != 2357 {
		t.Fatalf("%d customers", got.Count)
	}
	for name, want := range map[string]float64{"r": 0.2425945, "alpha": 4.4136019, "a": 0.7929199, "b": 2.4258881, "p": 6.25, "q": 3.74, "gamma": 15.44} {
		near(t, name, got.Parameters[name], want, 0.01)
	}
	if math.Abs(got.LogLike - -9582.429) > 0.01 {
		t.Errorf("log-likelihood %v", got.LogLike)
	}
	expected := []float64{0.2250893, 0.5231364, 1.044126, 1.520256, 2.163824, 2.653789, 3.503957, 6.157036}
	actual := []float64{0.2367116, 0.6970387, 1.392523, 1.56, 2.532258, 2.947368, 3.862069, 6.359375}
	for i, b := range got.Calibration {
		near(t, "expected of "+b.Frequency, b.Expected, expected[i], 0.005)
		near(t, "actual of "+b.Frequency, b.Actual, actual[i], 1e-6)
	}
	// BTYD vignette: weeks 20 to 25.
	for i, want := range []float64{1312.458, 1387.346, 1460.392, 1531.713, 1601.418, 1669.6} {
		track := got.Tracking[19+i]
		near(t, "tracked expectation", track.CumExpect, want, 0.005)
		near(t, "tracked purchases", float64(track.Cumulative), []float64{1359, 1414, 1484, 1517, 1573, 1672}[i], 0)
	}
	total := 0.0
	for _, d := range got.Deciles {
		total += d.Value
		if d.Count < 235 || d.Count > 236 {
			t.Errorf("decile %d has %d customers", d.Decile, d.Count)
		}
	}
	near(t, "total value", total, got.Total, 1e-9)
}

// covers: I2
func TestPredict_TheLikelierModelIsTaken(t *testing.T) {
	t.Parallel()
	r := cdnow(t)
	query := json.RawMessage(`{"calibration_end":"1997-09-30","model":"auto","limit":3}`)
	got, err := desk(r).Predict(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	if got.Model != BGNBD || len(got.Models) != 3 || got.Next == "" { // -9582 against -9595
		t.Errorf("%s is taken of %d; next %q", got.Model, len(got.Models), got.Next)
	}
	for _, m := range got.Models {
		for _, p := range m.Parameters {
			if p.SE == nil || *p.SE <= 0 || *p.SE > p.Value {
				t.Errorf("%s: standard error of %s is %v", m.Name, p.Name, p.SE)
			}
		}
	}
	plain, err := desk(r).Predict(context.Background(), json.RawMessage(`{"calibration_end":"1997-09-30"}`))
	if err != nil {
		t.Fatal(err)
	}
	cheap, err := desk(r).Predict(context.Background(), json.RawMessage(`{"calibration_end":"1997-09-30","discount":0.2}`))
	if err != nil {
		t.Fatal(err)
	}
	if ratio := cheap.Total / plain.Total; ratio > 1/1.05 || ratio < 1/1.2 {
		t.Errorf("a year at 20 %% a year is worth %v of it", ratio)
	}
	people, err := desk(r).People(context.Background(), query, json.RawMessage(`{"decile":1}`))
	if err != nil || people.GetCardinality() != uint64(got.Deciles[0].Count) {
		t.Errorf("people of the first decile: %v, %v", people, err)
	}
	for i, b := range got.Calibration {
		for _, cell := range []string{fmt.Sprintf(`{"frequency":%q}`, b.Frequency), fmt.Sprintf(`{"frequency":%d}`, i)} {
			if people, err := desk(r).People(context.Background(), query, json.RawMessage(cell)); err != nil || people.GetCardinality() != uint64(b.Count) {
				t.Errorf("%s: %v, %v, want %d", cell, people, err, b.Count)
			}
		}
	}
	for _, cell := range []string{`{"frequency":8}`, `{"frequency":-1}`, `{"frequency":"many"}`} {
		var f *fault.Error
		if _, err := desk(r).People(context.Background(), query, json.RawMessage(cell)); !errors.As(err, &f) || f.Fields[0].Pointer != "/cell/frequency" {
			t.Errorf("%s: %v", cell, err)
		}
	}
}

func TestPredict_TooLittleIsSaid(t *testing.T) {
	t.Parallel()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), roadtest.Options{})
	defer r.Close()
	_, err := desk(r).Predict(context.Background(), json.RawMessage(`{}`))
	if !fault.Is(err, fault.Precondition) {
		t.Errorf("without orders: %v", err)
	}
	for query, pointer := range map[string]string{
		`{"at":"2026-01-03"}`: "/at", `{"unit":"month"}`: "/unit", `{"horizon":-1}`: "/horizon", `{"model":"x"}`: "/model", `{"discount":-1}`: "/discount",
		`{"calibration_end":"2027-01-01"}`: "/calibration_end", `{"value":"phone"}`: "/value", `{"limit":20000}`: "/limit",
	} {
		_, err := desk(r).Predict(context.Background(), json.RawMessage(query))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", query, err, pointer)
		}
	}
}

// covers: I2
func TestForecasts_SayOfOneWhatTheReportSaysOfAll(t *testing.T) {
	t.Parallel()
	r := cdnow(t)
	f := &Forecasts{Report: desk(r)}
	all, err := f.Report.Predict(context.Background(), json.RawMessage(`{"horizon":52,"limit":10000}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all.Customers[:50] {
		got, fit, err := f.Of(context.Background(), c.Root)
		if err != nil || fit.Model != all.Model || fit.Buyers != all.Count {
			t.Fatal(fit, err)
		}
		if want := (Forecast{Frequency: c.Frequency, Alive: c.Alive, Purchases: c.Purchases, Value: c.Value, Decile: c.Decile}); got != want {
			t.Fatalf("%s: %+v, the report says %+v", c.ID, got, want)
		}
	}
	late := all.Customers[len(all.Customers)-1].Root + 1
	r.MustSubmit(t, r.Track("new", event.OrderCompleted, r.Clock.Now(), `{"order_id":"late","revenue":5}`))
	if _, _, err := f.Of(context.Background(), late); !fault.Is(err, fault.NotFound) {
		t.Fatalf("somebody who bought after the fit: %v", err)
	}
	r.Clock.Advance(time.Hour)
	if got, _, err := f.Of(context.Background(), late); err != nil || got.Alive <= 0 {
		t.Fatalf("after the next fit: %+v, %v", got, err)
	}
}

func TestForecasts_SayThatThereIsTooLittleToLearnFrom(t *testing.T) {
	t.Parallel()
	r := roadtest.Open(t, dbtest.SQLite(t), clock.NewManual(time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)), roadtest.Options{})
	t.Cleanup(r.Close)
	r.MustSubmit(t, r.Track("ann", event.OrderCompleted, r.Clock.Now(), `{"order_id":"1","revenue":5}`))
	f := &Forecasts{Report: desk(r)}
	for range 2 {
		var told *fault.Error
		if _, fit, err := f.Of(context.Background(), 1); !errors.As(err, &told) || told.Code != "too_few_purchases" || fit.AsOf.IsZero() {
			t.Fatal(fit, err)
		}
	}
}
