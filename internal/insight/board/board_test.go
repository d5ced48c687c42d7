package board

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/insight/cost"
	"yutang/internal/pipeline/roadtest"
	"yutang/internal/seal"
)

// day1 is the first day of the tests' month; the clock stands at its 30th.
var day1 = time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)

func open(t *testing.T, d *db.DB) (*roadtest.Road, *Report) {
	t.Helper()
	r := roadtest.Open(t, d, clock.NewManual(day1.AddDate(0, 0, 29).Add(12*time.Hour)), roadtest.Options{})
	t.Cleanup(r.Close)
	return r, &Report{Base: r.Reports()}
}

// happened is one event of the month: user, name, hours after the first day's morning.
type happened struct {
	user, name string
	hour       int
	props      string
}

// month is a small brand's April, with a little of March.
//
//	ann  added by li (store) on day 1, greeted, wrote, answered after 10 min; bought 100 on day 2 and 50 on day 10
//	bob  half added by wu (ad) on day 1, added on day 2; left on day 5; bought 80 on day 3, gave back 30
//	cid  half added by wu (ad) on day 4, never confirmed; nothing else
//	dan  added by li (store) in March, bought 200.01 then; bought 9.99 on day 20; referred once
//	eve  never added; bought 40 on day 6, all of it cancelled
var month = []happened{
	{"dan", "Contact Added", -480, `{"staff":"li","channel":"store"}`},
	{"dan", "Order Completed", -400, `{"order_id":"d1","revenue":200.01}`},
	{"ann", "Contact Added", 1, `{"staff":"li","channel":"store"}`},
	{"ann", "Message Delivered", 1, `{"channel":"welcome"}`},
	{"ann", "Message Replied", 5, `{"staff":"li"}`},
	{"ann", "Message Replied", 5, `{"staff":"li"}`},
	{"ann", "Order Completed", 24, `{"order_id":"a1","revenue":100}`},
	{"ann", "Order Completed", 216, `{"order_id":"a2","revenue":50}`},
	{"bob", "Contact Half Added", 2, `{"staff":"wu","channel":"ad"}`},
	{"bob", "Contact Added", 24, `{"staff":"wu","channel":"ad"}`},
	{"bob", "Order Completed", 48, `{"order_id":"b1","revenue":80}`},
	{"bob", "Order Refunded", 50, `{"order_id":"b1","refund_amount":30}`},
	{"bob", "Contact Lost", 96, `{"staff":"wu","channel":"ad"}`},
	{"cid", "Contact Half Added", 72, `{"staff":"wu","channel":"ad"}`},
	{"dan", "Order Completed", 456, `{"order_id":"d2","revenue":9.99}`},
	{"dan", "Referral Completed", 460, ""},
	{"eve", "Order Completed", 120, `{"order_id":"e1","revenue":40}`},
	{"eve", "Order Cancelled", 121, `{"order_id":"e1"}`},
}

func live(t *testing.T, r *roadtest.Road) {
	t.Helper()
	for _, h := range month {
		r.MustSubmit(t, r.Track(h.user, h.name, day1.Add(time.Duration(h.hour)*time.Hour), h.props))
	}
	r.MustSubmit(t, r.Track("ann", "Message Sent", day1.Add(5*time.Hour+10*time.Minute), `{"staff":"li"}`))
}

// ask answers a board, and checks that as many people stand behind each number of people.
func ask(t *testing.T, report *Report, query string) (Answer, map[string]string) {
	t.Helper()
	got, err := report.Board(context.Background(), json.RawMessage(query))
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	values := map[string]string{}
	for _, v := range got.Numbers {
		if v.DefinitionZ == "" || v.Definition == "" || v.Value == nil && v.Reason == "" {
			t.Errorf("%s is not explained: %+v", v.ID, v)
		}
		values[v.ID] = shown(v.Value)
		x := find(got.Board).number(v.ID)
		for part, of := range map[string]*term{"numerator": x.num, "denominator": x.den} {
			if of == nil || of.special != plain {
				continue
			}
			cell := json.RawMessage(fmt.Sprintf(`{"number":%q,"part":%q}`, v.ID, part))
			people, err := report.People(context.Background(), json.RawMessage(query), cell)
			if err != nil {
				t.Fatalf("%s: %v", cell, err)
			}
			want := v.Value
			if x.den != nil && part == "numerator" {
				want = v.Numerator
			} else if x.den != nil {
				want = v.Denominator
			}
			if n := float64(people.GetCardinality()); of.of == 0 && (want == nil || *want != n) || of.of == often && *want < n {
				t.Errorf("%s: %v people, counted %s", cell, n, shown(want))
			}
		}
	}
	return got, values
}

func shown(v *float64) string {
	if v == nil {
		return "?"
	}
	return fmt.Sprintf("%.6g", *v)
}

const april = `"from":"2026-04-01","to":"2026-04-30"`

// covers: I5, I6
func TestBoards_EqualWhatWasCountedByHand(t *testing.T) {
	t.Parallel()
	r, report := open(t, dbtest.SQLite(t))
	live(t, r)
	for name, want := range map[string]map[string]string{
		"aarrr": {
			"new_customers": "4", "new_contacts": "2", "activated": "3", "activation_rate": "1", "active": "4", "retention_rate": "1",
			"buyers": "3", "net_revenue": "209.99", "average_order": "52.4975", "referrals": "1", "referrers": "1", "referral_share": "0.5",
		},
		"five_stage": {
			"scans": "0", "attempts": "3", "adds": "2", "add_success": "0.666667", "new_contacts": "2", "welcome_rate": "0.5", "reply_rate": "0.5",
			"stay_7d": "0.5", "stay_30d": "?", "group_joins": "0", "tagged": "0", "first_buyers": "2", "contact_to_buyer": "1",
			"repurchase_rate": "0.666667", "net_revenue": "209.99", "service_sessions": "0", "answer_rate": "1", "answer_seconds": "600",
			"losses": "1", "deletions": "0",
		},
	} {
		_, got := ask(t, report, fmt.Sprintf(`{"board":%q,%s,"compare":"previous","period":"week"}`, name, april))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	got, _ := ask(t, report, `{"board":"aarrr",`+april+`,"compare":"previous","period":"month"}`)
	for _, v := range got.Numbers {
		if shown(v.Series[0]) != shown(v.Value) {
			t.Errorf("%s: the only month is %s of %s", v.ID, shown(v.Series[0]), shown(v.Value))
		}
		if v.ID == "net_revenue" && shown(v.Before) != "200.01" {
			t.Errorf("net revenue of March: %s", shown(v.Before))
		}
	}
	if !got.Compare.From.Equal(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) || got.Seq != r.Log.Last() || got.Timezone != "UTC" {
		t.Errorf("compared with %+v, as of %d", got.Compare, got.Seq)
	}
}

// ledgerCost is a real book of costs.
func ledgerCost(t *testing.T, r *roadtest.Road) *cost.Service {
	t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return cost.New(cost.Config{DB: r.DB, Box: box, Clock: r.Clock, Currency: r.Customers.Currency})
}

// covers: I5, I6
func TestEfficiencyAndUnit_AreComputedFromCostsMarginAndTeam(t *testing.T) {
	t.Parallel()
	r, report := open(t, dbtest.SQLite(t))
	live(t, r)
	costs := ledgerCost(t, r)
	report.Costs = Spending{Service: costs, Zone: report.Base.Zone}
	_, got := ask(t, report, `{"board":"efficiency",`+april+`}`)
	if want := map[string]string{
		"contact_to_buyer": "1", "active_to_buyer": "0.75", "add_success": "0.666667", "cost_per_fan": "?", "gross_profit": "?", "profit_per_team_cost": "?", "profit": "?",
	}; cmp.Diff(want, got) != "" {
		t.Error("without costs", cmp.Diff(want, got))
	}
	for channel, amount := range map[string]int64{"ad": 3000, "store": 1000} {
		row := cost.Row{First: cost.DayOf(day1), Last: cost.DayOf(day1.AddDate(0, 0, 1)), Channel: channel, Amount: amount, Currency: "CNY"}
		if _, err := costs.Create(context.Background(), row, "test"); err != nil {
			t.Fatal(err)
		}
	}
	settings := `"settings":{"gross_margin":0.5,"team_cost_per_month":50}`
	_, got = ask(t, report, `{"board":"efficiency",`+april+`,`+settings+`}`)
	// 209.99 x 0.5 = 104.995; spent 40; team 50 for the whole of April
	if want := map[string]string{
		"contact_to_buyer": "1", "active_to_buyer": "0.75", "add_success": "0.666667", "cost_per_fan": "20", "gross_profit": "104.995",
		"profit_per_team_cost": "2.0999", "profit": "14.995",
	}; cmp.Diff(want, got) != "" {
		t.Error(cmp.Diff(want, got))
	}
	_, got = ask(t, report, `{"board":"unit",`+april+`,`+settings+`}`)
	// new buyers ann and bob: 200 to date x 0.5 / 40; 40/2 = 20 a buyer, 104.995/3 a buyer and month of 30 days
	if want := map[string]string{
		"repurchase_rate": "0.666667", "referral_rate": "0.25", "cost_per_fan": "20", "cac": "20", "profit_per_head": "34.9983", "profit_to_cac": "2.5",
		"payback_months": fmt.Sprintf("%.6g", 20/(104.995/3)),
	}; cmp.Diff(want, got) != "" {
		t.Error(cmp.Diff(want, got))
	}
}

// covers: I5
func TestRows_AddUpToTheLedgerToTheCent(t *testing.T) {
	t.Parallel()
	r, report := open(t, dbtest.SQLite(t))
	live(t, r)
	nobody := r.Track("", event.OrderCompleted, day1.Add(time.Hour), `{"order_id":"n1","revenue":0.07}`)
	nobody.Identities = nil
	r.MustSubmit(t, nobody)
	for board, want := range map[string]map[string]string{
		"channel": {"store": "159.99", "ad": "50", None: "0.07"},
		"staff":   {"li": "159.99", "wu": "50", None: "0.07"},
	} {
		got, values := ask(t, report, fmt.Sprintf(`{"board":%q,%s}`, board, april))
		rows, sum := map[string]string{}, 0.0
		for _, row := range got.Rows {
			rows[row.Row] = shown(row.Values["net_revenue"])
			sum += *row.Values["net_revenue"]
		}
		if diff := cmp.Diff(want, rows); diff != "" || math.Abs(sum-210.06) > 1e-9 || values["net_revenue"] != "210.06" {
			t.Errorf("%s: %v of %s: %s", board, sum, values["net_revenue"], diff)
		}
	}
	query := `{"board":"channel",` + april + `,"top":1}`
	got, _ := ask(t, report, query)
	if len(got.Rows) != 2 || got.Rows[1].Row != Other || shown(got.Rows[1].Values["net_revenue"]) != "50.07" || got.OtherRows != 2 {
		t.Errorf("rows %+v", got.Rows)
	}
	for cell, users := range map[string][]string{
		`{"number":"adds","row":"store"}`: {"ann"}, `{"number":"losses","row":"(other)"}`: {"bob"}, `{"number":"buyers","row":"store"}`: {"ann", "dan"},
		`{"number":"add_success","part":"denominator","row":"ad"}`: {"bob", "cid"},
	} {
		people, err := report.People(context.Background(), json.RawMessage(query), json.RawMessage(cell))
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

// covers: I5, B5, B7
func TestStages_TellWhereCustomersStandAndHowTheyMove(t *testing.T) {
	t.Parallel()
	r, report := open(t, dbtest.SQLite(t))
	begin := r.Clock.Now()
	at := func(days int, user, name, props string) {
		t.Helper()
		if want := begin.AddDate(0, 0, days); want.After(r.Clock.Now()) {
			r.Clock.Set(want)
		}
		r.MustSubmit(t, r.Track(user, name, r.Clock.Now(), props))
	}
	at(0, "ann", "Seen", "")
	at(0, "bob", "Product Viewed", "")
	at(2, "ann", "Product Viewed", "")
	at(4, "ann", "Order Completed", `{"order_id":"1","revenue":10}`)
	at(5, "cid", "Order Completed", `{"order_id":"2","revenue":600}`)
	at(6, "ann", "Order Completed", `{"order_id":"3","revenue":10}`)
	day := func(n int) string { return begin.AddDate(0, 0, n).Format(time.RFC3339) }
	query := fmt.Sprintf(`{"board":"aipl","from":%q,"to":%q}`, day(1), day(7))
	r.Clock.Set(begin.AddDate(0, 0, 8))
	got, err := report.Board(context.Background(), json.RawMessage(query))
	if err != nil {
		t.Fatal(err)
	}
	type standing struct {
		Start, End, Present, Rose int
		Days                      string
	}
	stages := map[string]standing{}
	for _, s := range got.Stages.Levels {
		stages[s.Stage] = standing{s.Start, s.End, s.Present, s.Rose, shown(s.Days)}
		if s.Series[len(s.Series)-1] != s.End {
			t.Errorf("%s: the last period ends with %d, the range with %d", s.Stage, s.Series[len(s.Series)-1], s.End)
		}
	}
	want := map[string]standing{
		"": {1, 0, 1, 1, "?"}, "aware": {1, 0, 1, 1, "2"}, "interest": {1, 1, 2, 1, "2"}, "purchase": {0, 1, 2, 1, "2"}, "loyal": {0, 1, 1, 0, "?"},
	}
	if diff := cmp.Diff(want, stages); diff != "" {
		t.Error(diff)
	}
	flows := []Flow{{"", "purchase", 1, 1}, {"aware", "interest", 1, 1}, {"interest", "purchase", 1, 1}, {"purchase", "loyal", 1, 1}}
	if diff := cmp.Diff(flows, got.Stages.Flows); diff != "" {
		t.Error(diff)
	}
	for cell, user := range map[string]string{
		`{"flow":["purchase","loyal"]}`: "ann", `{"flow":["","purchase"]}`: "cid", `{"stage":"aware","at":"start"}`: "ann", `{"stage":"interest"}`: "bob",
	} {
		people, err := report.People(context.Background(), json.RawMessage(query), json.RawMessage(cell))
		if err != nil || people.GetCardinality() != 1 || !people.Contains(r.Root(t, user)) {
			t.Errorf("%s: %v, %v", cell, people, err)
		}
	}
	tiers, err := report.Board(context.Background(), json.RawMessage(fmt.Sprintf(`{"board":"aipl","kind":"tier","from":%q,"to":%q}`, day(1), day(7))))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Flow{{"", "V1", 1, 1}, {"", "V2", 1, 1}}, tiers.Stages.Flows); diff != "" {
		t.Error(diff)
	}
}

func TestBoards_BadQueriesAreToldByField(t *testing.T) {
	t.Parallel()
	_, report := open(t, dbtest.SQLite(t))
	refused := func(err error, text, pointer string) {
		t.Helper()
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", text, err, pointer)
		}
	}
	for query, pointer := range map[string]string{
		`{"board":"none"}`: "/board", `{"board":"unit","compare":"x"}`: "/compare", `{"board":"unit","period":"x"}`: "/period",
		`{"board":"unit","from":"1990-01-01"}`: "/period", `{"board":"aipl","kind":"x"}`: "/kind", `{"board":"staff","top":1001}`: "/top",
		`{"board":"unit","settings":{"gross_margin":35}}`: "/settings/gross_margin", `{"board":"unit","settings":{"active":{}}}`: "/settings/active",
		`{"board":"unit","from":"2026-02-02","to":"2026-02-01"}`: "/to", `{"board":"unit","audience":"none"}`: "/audience",
	} {
		_, err := report.Board(context.Background(), json.RawMessage(query))
		refused(err, query, pointer)
	}
	for cell, pointer := range map[string]string{
		`{}`: "/cell/number", `{"number":"cac","part":"numerator"}`: "/cell/part", `{"number":"cac","period":99}`: "/cell/period",
		`{"number":"cac","row":"x"}`: "/cell/row", `{"number":"cac","compare":true}`: "/cell/compare",
	} {
		_, err := report.People(context.Background(), json.RawMessage(`{"board":"unit"}`), json.RawMessage(cell))
		refused(err, cell, pointer)
	}
}

// covers: I5
func TestSettings_HoldWhereAQueryNamesNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, report := open(t, d)
		ctx := context.Background()
		report.Store = &Store{DB: d, Base: report.Base}
		margin, team := 0.4, 3000.0
		if err := report.Store.SetSettings(ctx, Settings{GrossMargin: &margin, TeamPerMonth: &team, Active: json.RawMessage(`{"event":"Checked In"}`)}); err != nil {
			t.Fatal(err)
		}
		r.MustSubmit(t, r.Track("ann", event.OrderCompleted, day1, `{"order_id":"1","revenue":1000}`), r.Track("bob", "Checked In", day1, ""))
		number := func(name, query, id string) Value {
			t.Helper()
			a, err := report.Board(ctx, json.RawMessage(`{"board":"`+name+`",`+april+query+`}`))
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(a.Numbers, func(v Value) bool { return v.ID == id })
			return a.Numbers[i]
		}
		if v := number("efficiency", "", "gross_profit"); v.Value == nil || *v.Value != 400 {
			t.Errorf("gross profit by the brand's margin: %+v", v)
		}
		if v := number("efficiency", `,"settings":{"gross_margin":0.5}`, "gross_profit"); v.Value == nil || *v.Value != 500 {
			t.Errorf("gross profit by the query's margin: %+v", v)
		}
		if v := number("aarrr", "", "active"); v.Value == nil || *v.Value != 1 {
			t.Errorf("active is who checked in: %+v", v)
		}
		if got, err := report.Store.Margin(ctx); err != nil || got != margin {
			t.Errorf("the margin is %v, %v", got, err)
		}
		too := 40.0
		for pointer, bad := range map[string]Settings{"/gross_margin": {GrossMargin: &too}, "/active": {Active: json.RawMessage(`{}`)}} {
			var f *fault.Error
			if err := report.Store.SetSettings(ctx, bad); !errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields[0].Pointer != pointer {
				t.Errorf("settings %+v: %v, want a fault at %s", bad, err, pointer)
			}
		}
		if err := report.Store.SetSettings(ctx, Settings{}); err != nil {
			t.Fatal(err)
		}
		if v := number("efficiency", "", "gross_profit"); v.Value != nil || v.Reason == "" {
			t.Errorf("gross profit without a margin: %+v", v)
		}
	})
}
