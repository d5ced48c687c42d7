package ltvtree

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/pipeline/roadtest"
	"yutang/internal/seal"
)

var day0 = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

type rig struct {
	*roadtest.Road
	report *Report
}

func desk(t *testing.T, d *db.DB) *rig {
	t.Helper()
	r := roadtest.Open(t, d, clock.NewManual(day0.AddDate(0, 0, 120)), roadtest.Options{})
	t.Cleanup(r.Close)
	return &rig{r, &Report{Base: r.Reports()}}
}

func (r *rig) on(user, name string, days float64) *event.Event {
	return r.Track(user, name, day0.Add(time.Duration(days*24*float64(time.Hour))), `{"channel":"wecom_mass"}`)
}

func (r *rig) order(user string, days, revenue float64) *event.Event {
	return r.Track(user, event.OrderCompleted, day0.Add(time.Duration(days*24*float64(time.Hour))), fmt.Sprintf(`{"order_id":"o%d","revenue":%v}`, r.Serial, revenue))
}

func (r *rig) ask(t roadtest.TB, query string) Answer {
	t.Helper()
	a, err := r.report.Tree(context.Background(), json.RawMessage(query))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (a Answer) leaf(n Name) Leaf {
	for _, l := range a.Leaves {
		if l.Name == n {
			return l
		}
	}
	return Leaf{}
}

func value(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// worked is four customers with five touches, four of which arrive; two are converted.
func (r *rig) worked(t *testing.T) {
	t.Helper()
	r.MustSubmit(t,
		r.on("a", event.ContactAdded, 0), r.on("a", event.MessageDelivered, 10), r.order("a", 12, 100), r.order("a", 15, 20), r.order("a", 60, 30),
		r.on("b", event.ContactAdded, 1), r.on("b", event.MessageDelivered, 11), r.order("b", 19, 500), // after the window
		r.on("c", event.MessageDelivered, 40), r.order("c", 5, 50), r.order("c", 41, 60), r.on("c", event.MessageFailed, 42),
		r.on("d", event.ContactAdded, 3), r.on("d", event.MessageDelivered, 50), r.on("d", event.ReferralCompleted, 51),
		r.order("e", 1, 9),
	)
}

// covers: I2
func TestTree_WorkedExample(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := desk(t, d)
		r.worked(t)
		got := r.ask(t, `{"from":"2026-01-01"}`)
		for n, want := range map[Name]float64{Frequency: 5.0 / 4, Delivery: 4.0 / 5, Conversion: 2.0 / 4, Spend: (150.0 + 110) / 2, Referral: 1.0 / 4} {
			if l := got.leaf(n); math.Abs(value(l.Value)-want) > 1e-9 || l.Definition.ZH == "" || l.Definition.EN == "" {
				t.Errorf("%s is %v, want %v", n, value(l.Value), want)
			}
		}
		if want := 260.0 / 4 * 1.25; math.Abs(value(got.LTV)-want) > 1e-9 {
			t.Errorf("LTV %v, want %v", value(got.LTV), want)
		}
		if e := got.leaf(Referral).Elasticity; value(e) != 0.2 || value(got.leaf(Spend).Elasticity) != 1 {
			t.Errorf("elasticity of referral %v", value(e))
		}
		january, february := got.leaf(Conversion).Trend[0], got.leaf(Conversion).Trend[1]
		if january.Month != "2026-01" || value(january.Value) != 0.5 || value(february.Value) != 0.5 || got.leaf(Frequency).Trend[0].Denominator != 3 {
			t.Errorf("trend: %+v", got.leaf(Conversion).Trend)
		}
		for c, want := range map[string]string{
			`{"leaf":"frequency","side":"denominator"}`: "abcd", `{"leaf":"frequency"}`: "abcd", `{"leaf":"conversion"}`: "ac", `{"leaf":"referral"}`: "d",
			`{"leaf":"conversion","month":"2026-01"}`: "a", `{"leaf":"delivery","month":"2026-02"}`: "cd", `{"leaf":"spend","side":"denominator"}`: "ac",
		} {
			people, err := r.report.People(context.Background(), json.RawMessage(`{"from":"2026-01-01"}`), json.RawMessage(c))
			if err != nil {
				t.Fatal(err)
			}
			names := ""
			for _, user := range []string{"a", "b", "c", "d", "e"} {
				if people.Contains(r.Root(t, user)) {
					names += user
				}
			}
			if names != want {
				t.Errorf("%s is %s, want %s", c, names, want)
			}
		}
	})
}

// covers: I2
func TestTree_TheProductIsTheRevenueOfTheConvertedPerCustomer(t *testing.T) {
	t.Parallel()
	r := desk(t, dbtest.SQLite(t))
	rapid.Check(t, func(t *rapid.T) {
		var evs []*event.Event
		for range rapid.IntRange(1, 15).Draw(t, "events") {
			user, at := fmt.Sprint("u", rapid.IntRange(0, 20).Draw(t, "user")), rapid.Float64Range(0, 119).Draw(t, "day")
			name := rapid.SampledFrom([]string{event.MessageDelivered, event.MessageFailed, event.ContactAdded, event.ReferralCompleted, ""}).Draw(t, "event")
			if name == "" {
				evs = append(evs, r.order(user, at, float64(rapid.IntRange(1, 9999).Draw(t, "cents"))/100))
			} else {
				evs = append(evs, r.on(user, name, at))
			}
		}
		r.MustSubmit(t, evs...)
		got := r.ask(t, `{"from":"2026-01-01","min_count":1}`)
		spend, referral := got.leaf(Spend), got.leaf(Referral)
		if got.LTV == nil {
			if got.Reason == nil {
				t.Fatal("no LTV and no reason")
			}
			return
		}
		want := spend.Numerator / float64(got.Customers)
		if referral.Value != nil {
			want *= 1 + *referral.Value
		}
		if math.Abs(*got.LTV-want) > 1e-9*want {
			t.Fatalf("LTV %v, want %v", *got.LTV, want)
		}
		for i, x := range got.Levers {
			if x.GainP75 < -1e-9 || x.GainBest < -1e-9 || i > 0 && x.GainP75 > got.Levers[i-1].GainP75 {
				t.Fatalf("levers: %+v", got.Levers)
			}
		}
	})
}

// covers: I2
func TestTree_LeversAreTheBrandsOwnMonths(t *testing.T) {
	t.Parallel()
	r := desk(t, dbtest.SQLite(t))
	var evs []*event.Event
	for i := range 40 { // each gets one touch a month; 40 arrive in January, 20 in February, 20 in March
		user := fmt.Sprint("u", i)
		evs = append(evs, r.on(user, event.ContactAdded, 0), r.order(user, 6, 10))
		for month, arrive := range []int{40, 20, 20} {
			name := event.MessageFailed
			if i < arrive {
				name = event.MessageDelivered
			}
			evs = append(evs, r.on(user, name, float64(month*30+5)))
		}
	}
	r.MustSubmit(t, evs...)
	got := r.ask(t, `{"from":"2026-01-01","to":"2026-03-31"}`)
	if ltv := value(got.LTV); ltv != 10 {
		t.Fatalf("LTV %v", ltv)
	}
	x := got.Levers[0]
	want := Lever{Leaf: Delivery, Present: 80.0 / 120, Best: 1, BestMonth: "2026-01", P75: 0.75, GainBest: 5, GainP75: 1.25, TotalBest: 200, TotalP75: 50, Months: 3}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
	if diff := cmp.Diff(want, x, near); diff != "" {
		t.Errorf("%+v\n%s", got.Levers, diff)
	}
}

func TestTree_WhatIsNotKnownIsSaid(t *testing.T) {
	t.Parallel()
	r := desk(t, dbtest.SQLite(t))
	if got := r.ask(t, `{}`); got.LTV != nil || got.Reason == nil || got.leaf(Frequency).Value != nil || got.leaf(Frequency).Reason == nil {
		t.Errorf("an empty brand: %+v", got)
	}
	r.MustSubmit(t, r.on("a", event.ContactAdded, 1), r.order("a", 2, 5))
	if got := r.ask(t, `{}`); got.Customers != 1 || got.leaf(Delivery).Reason == nil || got.leaf(Referral).Reason == nil || len(got.Levers) != 0 {
		t.Errorf("no touches: %+v", got.Leaves)
	}
	r.MustSubmit(t, r.on("a", event.MessageFailed, 3))
	if got := r.ask(t, `{}`); value(got.leaf(Delivery).Value) != 0 || got.leaf(Conversion).Value != nil {
		t.Errorf("nothing arrives: %+v", got.Leaves)
	}
	other := r.ask(t, `{"where":[{"prop":"channel","op":"eq","value":"sms"}]}`)
	if other.leaf(Frequency).Value != nil || other.Planned != nil {
		t.Errorf("no touch of that channel: %+v", other.Leaves)
	}
}

// A span longer than the ledger tells of at once is asked for piece by piece.
func TestTree_CountsEveryTouchThatWasPlannedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, ctx := desk(t, d), context.Background()
		r.MustSubmit(t, r.on("a", event.ContactAdded, 0))
		box, err := seal.New(bytes.Repeat([]byte{9}, 32))
		if err != nil {
			t.Fatal(err)
		}
		planning := clock.NewManual(day0)
		ledger := outreach.New(outreach.Config{
			DB: d, Box: box, Clock: planning, Jobs: job.New(d, planning), Timeline: r.Timeline, Zone: func() *time.Location { return time.UTC },
		})
		for day := range 120 {
			now := planning.Now()
			err := d.InTx(ctx, func(ctx context.Context) error {
				_, err := ledger.PlanMany(ctx, []outreach.Touch{{
					Playbook: "pb_1", Version: 1, Run: fmt.Sprint("run", day), Step: "hello", Occurrence: 1, Ord: r.Root(t, "a"),
					Channel: outreach.WeComMass, Endpoint: "ww1/ann", TriggerAt: now, Due: now, ExpiresAt: now.Add(time.Hour),
				}})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			planning.Advance(24 * time.Hour)
		}
		r.report.Ledger = ledger
		if got := r.ask(t, `{"from":"2026-01-01"}`); got.Planned == nil || got.Planned.Planned != 120 {
			t.Errorf("planned: %+v", got.Planned)
		}
	})
}

func TestTree_BadQueriesAreToldByField(t *testing.T) {
	t.Parallel()
	r := desk(t, dbtest.SQLite(t))
	for query, pointer := range map[string]string{
		`{"window_days":999}`: "/window_days", `{"min_count":-1}`: "/min_count", `{"from":"1990-01-01"}`: "/from", `{"where":[{"prop":"x","op":"is"}]}`: "/where/0/op",
		`{"timezone":"Mars"}`: "/timezone", `{"to":"x"}`: "/to",
	} {
		_, err := r.report.Tree(context.Background(), json.RawMessage(query))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", query, err, pointer)
		}
	}
	for _, c := range []string{`{"leaf":"root"}`, `{"leaf":"spend","side":"left"}`, `{"leaf":"spend","month":"1999-01"}`} {
		if _, err := r.report.People(context.Background(), json.RawMessage(`{}`), json.RawMessage(c)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", c, err)
		}
	}
}
