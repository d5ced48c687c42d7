package cac

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight/cost"
	"yutang/internal/pipeline/roadtest"
	"yutang/internal/seal"
)

var day0 = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

type rig struct {
	*roadtest.Road
	report *Report
}

// desk is the report over a real road, as of 120 days after day0.
func desk(t *testing.T, d *db.DB) *rig {
	t.Helper()
	r := roadtest.Open(t, d, clock.NewManual(day0.AddDate(0, 0, 120)), roadtest.Options{})
	t.Cleanup(r.Close)
	box, err := seal.New(bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	base := r.Reports()
	costs := cost.New(cost.Config{DB: d, Box: box, Clock: r.Clock, Currency: r.Customers.Currency})
	return &rig{r, &Report{Base: base, Costs: costs}}
}

// on is an event of a user some days after day0.
func (r *rig) on(user, name string, days float64, props string) *event.Event {
	return r.Track(user, name, day0.Add(time.Duration(days*24*float64(time.Hour))), props)
}

func (r *rig) order(user, order string, days, revenue float64) *event.Event {
	return r.on(user, event.OrderCompleted, days, fmt.Sprintf(`{"order_id":%q,"revenue":%v}`, order, revenue))
}

func (r *rig) spend(t *testing.T, row cost.Row) {
	t.Helper()
	if _, err := r.report.Costs.Create(context.Background(), row, "ann"); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) ask(t roadtest.TB, query string) Answer {
	t.Helper()
	a, err := r.report.Cost(context.Background(), json.RawMessage(query))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (a Answer) row(by cost.Dimension, value string) Row {
	for _, g := range a.Groups {
		for _, r := range g.Rows {
			if g.By == by && r.Value == value {
				return r
			}
		}
	}
	return Row{}
}

const added = `{"corp":"ww1","staff":"ann","channel":"douyin","campaign":"spring","first":true}`

// worked is four customers: ann's three of douyin, of whom one leaves and one buys, and one
// from a shop of whom nothing is known; two more were asked.
func (r *rig) worked(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	r.MustSubmit(t,
		r.order("a", "a0", -5, 10), r.on("a", event.ContactAdded, 0, added), r.order("a", "a1", 3, 50),
		r.on("b", event.ContactAdded, 1, added), r.order("b", "b1", 2, 40), r.order("b", "b2", 30, 60.25),
		r.on("b", event.OrderRefunded, 31, `{"order_id":"b2","revenue":10.25}`),
		r.on("c", event.ContactAdded, 2, added), r.on("c", event.ContactLost, 4, `{"corp":"ww1","staff":"ann"}`),
		r.on("d", event.ContactAdded, 40, `{"corp":"ww1","staff":"bob"}`),
		r.on("e", event.ContactHalfAdded, 1, `{"corp":"ww1","staff":"ann","channel":"douyin"}`),
		r.on("f", event.ContactHalfAdded, 119, `{"corp":"ww1","staff":"ann","channel":"douyin"}`),
		r.order("g", "g1", 1, 7.77), r.Track("h", event.PageViewed, day0, ""),
	)
	nobody := r.order("x", "x1", 1, 3)
	nobody.Identities = nil
	r.MustSubmit(t, nobody)
	first := cost.DayOf(day0)
	r.spend(t, cost.Row{First: first, Last: first + 2, Channel: "douyin", Campaign: "spring", Staff: "ann", Amount: 9000})
	r.spend(t, cost.Row{First: first + 40, Channel: "shop", Amount: 1001})
	if err := r.report.Costs.SetPhases(ctx, nil); err != nil {
		t.Fatal(err)
	}
}

func value(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// covers: I2
func TestCost_WorkedExample(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := desk(t, d)
		r.worked(t)
		got := r.ask(t, `{"retained_days":7,"step":"day","horizon_days":60}`)
		x := got.row(cost.ByChannel, "douyin")
		if x.Cost != 90 || x.Connected != 3 || x.HalfAdded != 1 || x.Pending != 1 || x.Asks != 4 || x.FirstOrders != 1 || x.Buyers != 2 {
			t.Errorf("douyin: %+v", x)
		}
		if x.Retained != 2 || x.Lost != 1 || x.Mature != 3 || x.Revenue != 140 || x.Before != 10 {
			t.Errorf("douyin: %+v", x)
		}
		for name, pair := range map[string][2]float64{
			"add rate": {value(x.AddRate), 0.75}, "CAC": {value(x.CAC), 30}, "first order": {value(x.CACOrder), 90},
			"LTV": {value(x.LTV), 140.0 / 3}, "LTV:CAC": {value(x.LTVToCAC), 140.0 / 90},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-9 {
				t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
			}
		}
		// 40 of b within a day and a half, 50 of a after three days: 90 of three customers.
		if x.Payback == nil || *x.Payback != 4 || math.Abs(x.Curve[3].Value-30) > 1e-9 || x.Curve[2].Crossed || !x.Curve[3].Crossed {
			t.Errorf("payback %v, curve %+v", x.Payback, x.Curve[:5])
		}
		if unknown := got.row(cost.ByChannel, cost.Unknown); unknown.Connected != 1 || unknown.Cost != 0 || unknown.CAC == nil || *unknown.CAC != 0 {
			t.Errorf("unknown channel: %+v", unknown)
		}
		if shop := got.row(cost.ByChannel, "shop"); shop.Cost != 10.01 || shop.CAC != nil {
			t.Errorf("a cost without customers: %+v", shop)
		}
		if got.row(cost.ByMonth, "2026-01").Connected != 3 || got.row(cost.ByStaff, "bob").Connected != 1 || got.row(cost.ByCampaign, "spring").Cost != 90 {
			t.Errorf("groups: %+v", got.Groups)
		}
		want := Reconciled{Ledger: 160.77, CohortAfter: 140, CohortBefore: 10, Others: 7.77, Nobody: 3}
		if diff := cmp.Diff(want, got.Reconciled); diff != "" {
			t.Error(diff)
		}
		if got.Total.LTVAhead != nil || len(got.Notes) != 1 {
			t.Errorf("nothing can be predicted: %+v", got.Notes)
		}
	})
}

// covers: I2
func TestCost_PhasesAgainstPlan(t *testing.T) {
	t.Parallel()
	r := desk(t, dbtest.SQLite(t))
	r.worked(t)
	usual := r.ask(t, `{}`)
	if len(usual.Phases) != 3 || usual.Planned || usual.Phases[0].From != "2026-01-01" || usual.Phases[1].Elapsed <= 0 || usual.Phases[2].Elapsed != 0 {
		t.Errorf("usual phases: %+v", usual.Phases)
	}
	first, goal, fans := cost.DayOf(day0), int64(40000), int64(8)
	err := r.report.Costs.SetPhases(context.Background(), []cost.Phase{
		{Name: "launch", First: first, Last: first + 29, Plan: cost.Plan{Cost: &goal, Connected: &fans}}, {Name: "growth", First: first + 30, Last: first + 329},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := r.ask(t, `{"from":"2026-04-01"}`) // the span does not matter
	lines := map[string]Line{}
	for _, p := range got.Phases {
		for _, l := range p.Lines {
			lines[p.Name+" "+l.Name] = l
		}
	}
	for name, want := range map[string]float64{
		"launch cost": 90, "launch connected": 3, "launch first_orders": 1, "launch revenue": 90, "launch cac": 30, "growth revenue": 50, "growth connected": 1,
	} {
		if got := value(lines[name].Actual); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if l := lines["launch connected"]; value(l.Plan) != 8 || value(l.Percent) != 0.375 {
		t.Errorf("connected: %+v", l)
	}
	for number, want := range map[string]uint64{"connected": 3, "first_orders": 1} {
		people, err := r.report.People(context.Background(), json.RawMessage(`{}`), json.RawMessage(`{"by":"phase","value":"launch","number":"`+number+`"}`))
		if err != nil || people.GetCardinality() != want {
			t.Errorf("%s: %v, %v", number, people, err)
		}
	}
}

// covers: I2
func TestCost_EveryDimensionAddsUpToTheLedgerAndCellsHoldThePeople(t *testing.T) {
	t.Parallel()
	r := desk(t, dbtest.SQLite(t))
	rapid.Check(t, func(t *rapid.T) {
		r.draw(t)
		query := `{"by":["channel","month","staff","campaign","phase"],"predict":false,"horizon_days":30}`
		got := r.ask(t, query)
		cents := func(v float64) int64 { return int64(math.Round(v * 100)) }
		for _, g := range got.Groups {
			var sum Row
			var spent, after, before int64
			for _, x := range g.Rows {
				sum.Connected, sum.FirstOrders, sum.Asks = sum.Connected+x.Connected, sum.FirstOrders+x.FirstOrders, sum.Asks+x.Asks
				spent, after, before = spent+cents(x.Cost), after+cents(x.Revenue), before+cents(x.Before)
			}
			if len(g.Rows) > 0 {
				r.samePeople(t, query, g.By, rapid.SampledFrom(g.Rows).Draw(t, "row"))
			}
			if sum.Connected != got.Total.Connected || sum.FirstOrders != got.Total.FirstOrders || sum.Asks != got.Total.Asks ||
				spent != cents(got.Total.Cost) || after != cents(got.Total.Revenue) || before != cents(got.Total.Before) {
				t.Fatalf("by %s the rows do not add up to %+v", g.By, got.Total)
			}
		}
		k := got.Reconciled
		if cents(k.CohortAfter)+cents(k.CohortBefore)+cents(k.Others)+cents(k.Nobody) != cents(k.Ledger) {
			t.Fatalf("the parts do not add up: %+v", k)
		}
	})
}

// draw adds some customers, orders and costs.
func (r *rig) draw(t *rapid.T) {
	var evs []*event.Event
	for range rapid.IntRange(1, 12).Draw(t, "events") {
		user := fmt.Sprint("u", rapid.IntRange(0, 30).Draw(t, "user"))
		at := rapid.Float64Range(0, 119).Draw(t, "day")
		props := fmt.Sprintf(`{"corp":"ww1","staff":%q,"channel":%q}`, rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "staff"),
			rapid.SampledFrom([]string{"", "shop", "douyin"}).Draw(t, "channel"))
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			evs = append(evs, r.on(user, event.ContactAdded, at, props))
		case 1:
			evs = append(evs, r.on(user, event.ContactHalfAdded, at, props))
		case 2:
			evs = append(evs, r.on(user, event.ContactLost, at, props))
		default:
			evs = append(evs, r.order(user, fmt.Sprint("o", r.Serial), at, float64(rapid.IntRange(1, 99999).Draw(t, "cents"))/100))
		}
	}
	r.MustSubmit(t, evs...)
	row := cost.Row{First: cost.DayOf(day0) + cost.Day(rapid.IntRange(-9, 99).Draw(t, "first")), Channel: "shop", Amount: rapid.Int64Range(1, 9999).Draw(t, "amount")}
	row.Last = row.First + cost.Day(rapid.IntRange(0, 99).Draw(t, "days"))
	if _, err := r.report.Costs.Create(context.Background(), row, ""); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) samePeople(t *rapid.T, query string, by cost.Dimension, x Row) {
	counted := map[Number]int{Connected: x.Connected, HalfAdded: x.HalfAdded, FirstOrders: x.FirstOrders, Lost: x.Lost, Retained: x.Retained, Buyers: x.Buyers}
	c := cell{by, x.Value, rapid.SampledFrom([]Number{Connected, HalfAdded, FirstOrders, Lost, Retained, Buyers}).Draw(t, "number")}
	raw, _ := json.Marshal(c)
	people, err := r.report.People(context.Background(), json.RawMessage(query), raw)
	if err != nil || people.GetCardinality() != uint64(counted[c.Number]) {
		t.Fatalf("%s: %v people, %v; counted %d", raw, people, err, counted[c.Number])
	}
}

// The curve divides by those who were seen that long: a young customer without orders yet
// does not pull down what older ones brought on later days.
func TestPayback_YoungCustomersDoNotDistortTheCurve(t *testing.T) {
	t.Parallel()
	r := desk(t, dbtest.SQLite(t))
	r.MustSubmit(t, r.on("old", event.ContactAdded, 0, added), r.order("old", "1", 50.5, 100),
		r.on("young", event.ContactAdded, 100, added), r.order("young", "2", 100.5, 20))
	got := r.ask(t, `{"step":"day"}`).Total.Curve
	if got[0].Value != 10 || got[19].AtRisk != 2 || got[20].AtRisk != 1 || got[49].Value != 10 || got[50].Value != 110 || len(got) != 120 {
		t.Errorf("%d points; %+v %+v %+v", len(got), got[0], got[19], got[50])
	}
}

func TestCost_TheTraitDecidesTheChannel(t *testing.T) {
	t.Parallel()
	r := desk(t, dbtest.SQLite(t))
	known := r.Track("a", event.Identified, day0, "")
	known.Traits = []event.TraitOp{{Action: event.TraitSetOnce, Name: "channel", Value: json.RawMessage(`"friend"`)}}
	r.MustSubmit(t, known, r.on("a", event.ContactAdded, 1, added), r.on("a", event.PageViewed, 0.5, ""))
	got := r.ask(t, `{"exposure":{"event":"Page Viewed"},"failed":["Ask Failed"]}`)
	x := got.row(cost.ByChannel, "friend")
	if x.Connected != 1 || x.Exposed == nil || *x.Exposed != 1 {
		t.Errorf("%+v", got.Groups)
	}
	if diff := cmp.Diff([]string{"Ask Failed"}, got.UnknownEvents); diff != "" {
		t.Error(diff)
	}
}

func TestCost_TooManyValuesAreToldTogether(t *testing.T) {
	t.Parallel()
	r := desk(t, dbtest.SQLite(t))
	var evs []*event.Event
	for i := range maxValues + 5 {
		evs = append(evs, r.on(fmt.Sprint("u", i), event.ContactAdded, 1, fmt.Sprintf(`{"staff":"s%d"}`, i)))
	}
	r.MustSubmit(t, evs...)
	query := `{"by":["staff"],"horizon_days":7}`
	got := r.ask(t, query)
	if n := len(got.Groups[0].Rows); n != maxValues+1 || got.row(cost.ByStaff, Other).Connected != 5 {
		t.Errorf("%d rows, other %+v", n, got.row(cost.ByStaff, Other))
	}
	people, err := r.report.People(context.Background(), json.RawMessage(query), json.RawMessage(`{"by":"staff","value":"(other)","number":"connected"}`))
	if err != nil || people.GetCardinality() != 5 {
		t.Errorf("%v, %v", people, err)
	}
}

func TestCost_BadQueriesAreToldByField(t *testing.T) {
	t.Parallel()
	r := desk(t, dbtest.SQLite(t))
	for query, pointer := range map[string]string{
		`{"by":["moon"]}`: "/by", `{"by":["channel","channel"]}`: "/by", `{"margin":2}`: "/margin", `{"step":"month"}`: "/step",
		`{"horizon_days":9999}`: "/horizon_days", `{"from":"2026-02-01","to":"2026-01-01"}`: "/to", `{"exposure":{}}`: "/exposure",
		`{"pending_days":-1}`: "/pending_days", `{"predict_weeks":-1}`: "/predict_weeks", `{"audience":"none"}`: "/audience", `{"surprise":1}`: "",
	} {
		_, err := r.report.Cost(context.Background(), json.RawMessage(query))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 || !strings.HasPrefix(f.Fields[0].Pointer, pointer) {
			t.Errorf("%s: %v, want a fault at %s", query, err, pointer)
		}
	}
	for _, c := range []string{`{"number":"hats"}`, `{"by":"day","number":"connected"}`, `{"by":"phase","value":"launch","number":"lost"}`} {
		if _, err := r.report.People(context.Background(), json.RawMessage(`{}`), json.RawMessage(c)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", c, err)
		}
	}
	if got := r.ask(t, `{"from":"1990-01-01","to":"1990-02-01"}`); got.Total.Connected != 0 || got.Total.CAC != nil {
		t.Errorf("an empty span: %+v", got.Total)
	}
}
