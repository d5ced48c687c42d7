package attribution

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/pipeline/roadtest"
)

var now = time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)

func open(t *testing.T, d *db.DB) *roadtest.Road {
	t.Helper()
	r := roadtest.Open(t, d, clock.NewManual(now), roadtest.Options{})
	t.Cleanup(r.Close)
	return r
}

// desk is the report over a real road.
func desk(r *roadtest.Road) *Report {
	return &Report{Base: r.Reports()}
}

func on(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }

// ways is three customers with touches and orders, one without touches, one lost, and an
// order of nobody.
func ways(t *testing.T, r *roadtest.Road) {
	t.Helper()
	order := func(user string, at time.Time, id, revenue string) *event.Event {
		return r.Track(user, event.OrderCompleted, at, fmt.Sprintf(`{"order_id":%q,"revenue":%s}`, id, revenue))
	}
	nobody := r.Track("", event.OrderCompleted, on(20, 9), `{"order_id":"n","revenue":11.01}`)
	nobody.Identities = nil
	r.MustSubmit(t,
		// a: ad, store code, message; then an order at the moment of a click.
		r.Track("a", event.PageViewed, on(1, 9), `{"utm_source":"ad"}`),
		r.Track("a", event.ContactAdded, on(2, 9), `{"channel":"store","staff":"li"}`),
		r.Track("a", event.MessageDelivered, on(3, 9), `{"channel":"wecom","playbook":"p1"}`),
		r.Track("a", event.MessageDelivered, on(4, 9), `{"channel":"wecom","playbook":"p1"}`),
		r.Track("a", event.LinkClicked, on(5, 9), `{"playbook":"p1"}`),
		order("a", on(5, 9), "a1", "100"),
		r.Track("a", event.OrderRefunded, on(9, 9), `{"order_id":"a1","revenue":0.03}`),
		// b: a touch too old, one that counts, and one after.
		r.Track("b", event.ContactAdded, time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC), `{"channel":"store"}`),
		r.Track("b", event.GroupJoined, on(8, 9), ``),
		order("b", on(9, 9), "b1", "50"),
		r.Track("b", event.MaterialOpened, on(9, 10), ``),
		// c: no touch; one order taken back.
		order("c", on(10, 9), "c1", "20.5"),
		order("c", on(11, 9), "c2", "70"),
		r.Track("c", event.OrderCancelled, on(12, 9), `{"order_id":"c2"}`),
		// d: lost.
		r.Track("d", event.PageViewed, on(1, 9), `{"utm_source":"ad"}`),
		r.Track("d", event.PageViewed, on(1, 10), `{"path":"/"}`),
		r.Track("d", event.ContactAdded, on(2, 9), `{"channel":"store"}`),
		nobody,
	)
}

const march = `"from":"2026-03-01","to":"2026-03-30"`

func run(t *testing.T, r *roadtest.Road, query string) Answer {
	t.Helper()
	got, err := desk(r).Attribution(context.Background(), json.RawMessage(query))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func owed(a Answer, m Model) map[string]float64 {
	out := map[string]float64{}
	for _, res := range a.Models {
		for _, c := range res.Credits {
			if res.Model == m {
				out[c.Value] = c.Revenue
			}
		}
	}
	return out
}

// covers: I3
func TestAttribution_CreditsAreThoseOfTheLedgerToTheCent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := open(t, d)
		ways(t, r)
		got := run(t, r, `{`+march+`}`)
		want := Reconciliation{
			Ledger: Sum{5, 181.48}, Touched: Sum{2, 149.97}, Direct: Sum{1, 20.5}, Nobody: Sum{1, 11.01}, Void: Sum{1, 0},
		}
		if diff := cmp.Diff(want, got.Reconciliation); diff != "" {
			t.Error(diff)
		}
		for model, want := range map[Model]map[string]float64{
			First:  {"ad": 99.97, "group": 50, Direct: 20.5, Nobody: 11.01, "store": 0, "message:wecom": 0, "link": 0},
			Last:   {"link": 99.97, "group": 50, Direct: 20.5, Nobody: 11.01, "store": 0, "message:wecom": 0, "ad": 0},
			Linear: {"ad": 20, "store": 20, "message:wecom": 39.98, "link": 19.99, "group": 50, Direct: 20.5, Nobody: 11.01},
		} {
			if diff := cmp.Diff(want, owed(got, model)); diff != "" {
				t.Errorf("%s: %s", model, diff)
			}
		}
		for _, res := range got.Models {
			if res.Difference != 0 || math.Abs(res.Orders-4) > 1e-9 || res.Revenue != 181.48 {
				t.Errorf("%s credits %v orders and %v, %v short", res.Model, res.Orders, res.Revenue, res.Difference)
			}
		}
		paths := []PathRow{
			{Path: []string{"group"}, Orders: 1, Conversion: 1, Revenue: 50},
			{Path: []string{"ad", "store", "message:wecom", "link"}, Orders: 1, Conversion: 1, Revenue: 99.97},
			{Path: []string{"ad", "store"}, Lost: 1},
			{Path: []string{"material"}, Lost: 1},
		}
		byText := cmp.Transformer("set", func(list []PathRow) map[string]PathRow {
			out := map[string]PathRow{}
			for _, p := range list {
				out[fmt.Sprint(p.Path)] = p
			}
			return out
		})
		if diff := cmp.Diff(paths, got.Paths, byText); diff != "" {
			t.Error(diff)
		}
		if j := got.Journey; *j.MeanTouches != 3 || *j.MedianDays != 2.5 || j.Cut != 0 {
			t.Errorf("journey %+v", j)
		}
	})
}

// The chain of the same ways: ad 2/4 of the starts, group and material 1/4 each; ad to
// store always; store to a message in 1/2, else nothing; message to message in 1/2, else to
// the link, which orders; group orders. All: 1/2 of 1/2 + 1/4 = 1/2. Without ad, store,
// message or link half of that is lost, without group the other half.
//
// covers: I3
func TestAttribution_RemovalEffectsCountWhoNeverOrdered(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	ways(t, r)
	got := run(t, r, `{`+march+`,"models":["markov"]}`)
	want := map[string]float64{"ad": 0.5, "store": 0.5, "message:wecom": 0.5, "link": 0.5, "group": 0.5, "material": 0}
	for _, v := range got.Values {
		if math.Abs(*v.Removal-want[v.Value]) > 1e-12 {
			t.Errorf("without %s %v is lost, want %v", v.Value, *v.Removal, want[v.Value])
		}
		delete(want, v.Value)
	}
	if len(want) > 0 {
		t.Errorf("not told: %v", want)
	}
	credits := map[string]float64{"ad": 25, "store": 24.99, "message:wecom": 24.99, "link": 24.99, "group": 50, Direct: 20.5, Nobody: 11.01}
	if diff := cmp.Diff(credits, owed(got, Markov)); diff != "" {
		t.Error(diff)
	}
}

// covers: I3
func TestAttribution_PeopleBehindCreditsAndPaths(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	ways(t, r)
	for cell, users := range map[string][]string{
		`{"value":"ad"}`:                          {"a"},
		`{"value":"ad","model":"first"}`:          {"a"},
		`{"value":"ad","model":"last"}`:           {},
		`{"value":"group","model":"markov"}`:      {"b"},
		`{"value":"(direct)"}`:                    {"c"},
		`{"value":"(nobody)"}`:                    {},
		`{"path":["ad","store"]}`:                 {"d"},
		`{"path":["ad","store"],"ordered":true}`:  {},
		`{"path":["group"]}`:                      {"b"},
		`{"path":["material"],"ordered":false}`:   {"b"},
		`{"path":["ad","store","message:wecom"]}`: {},
	} {
		got, err := desk(r).People(context.Background(), json.RawMessage(`{`+march+`}`), json.RawMessage(cell))
		if err != nil {
			t.Fatalf("%s: %v", cell, err)
		}
		for _, user := range users {
			if !got.Contains(r.Root(t, user)) {
				t.Errorf("%s: %s is missing", cell, user)
			}
		}
		if got.GetCardinality() != uint64(len(users)) {
			t.Errorf("%s: %d people, want %v", cell, got.GetCardinality(), users)
		}
	}
}

// covers: I3
func TestAttribution_ByStaffPlaybookAndOwnTouches(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	ways(t, r)
	for query, want := range map[string]map[string]float64{
		`{` + march + `,"by":"staff"}`:    {"li": 99.97, Direct: 70.5, Nobody: 11.01},
		`{` + march + `,"by":"playbook"}`: {"p1": 99.97, Direct: 70.5, Nobody: 11.01},
		`{` + march + `,"touches":[{"event":"Page Viewed","prop":"utm_source","label":"page"},{"event":"Nothing"}]}`:                       {"ad": 99.97, Direct: 70.5, Nobody: 11.01},
		`{` + march + `,"lookback_days":120,"touches":[{"event":"Contact Added","where":[{"prop":"channel","op":"eq","value":"store"}]}]}`: {"Contact Added": 149.97, Direct: 20.5, Nobody: 11.01},
		`{"from":"2026-03-06","to":"2026-03-09"}`: {"group": 50},
		`{"from":"2026-04-06","to":"2026-04-09"}`: {},
		`{` + march + `,"values":1,"touches":[{"event":["Page Viewed","Contact Added","Link Clicked"],"prop":"utm_source","label":"rest"}]}`: {Other: 0, "rest": 99.97, Direct: 70.5, Nobody: 11.01},
	} {
		got := run(t, r, query)
		if diff := cmp.Diff(want, owed(got, Last)); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	if got := run(t, r, `{`+march+`,"touches":[{"event":"Nothing"}]}`); len(got.UnknownEvents) != 1 {
		t.Errorf("unknown: %v", got.UnknownEvents)
	}
}

// covers: I3
func TestAttribution_OfAnAudienceLeavesTheOthersOut(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	ways(t, r)
	a, err := r.Audiences.Create(context.Background(), audience.Input{Name: "groups", Rule: json.RawMessage(`{"did":{"event":"Group Joined"}}`), By: "t"})
	if err != nil {
		t.Fatal(err)
	}
	r.Audiences.Build(a)
	if err := r.Audiences.Settled(context.Background(), a.ID); err != nil {
		t.Fatal(err)
	}
	got := run(t, r, `{`+march+`,"audience":"`+a.ID+`"}`)
	want := Reconciliation{Ledger: Sum{5, 181.48}, Touched: Sum{1, 50}, Outside: Sum{2, 120.47}, Nobody: Sum{1, 11.01}, Void: Sum{1, 0}}
	if diff := cmp.Diff(want, got.Reconciliation); diff != "" {
		t.Error(diff)
	}
	for _, res := range got.Models {
		if res.Difference != 0 || res.Revenue != 50 {
			t.Errorf("%s credits %v, %v short", res.Model, res.Revenue, res.Difference)
		}
	}
}

// A customer of two records is one: the order of one record is owed to the touch of the
// other.
//
// covers: I3
func TestAttribution_MergedRecordsAreOnePerson(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	link := r.Track("shop", "Linked", on(4, 9), "")
	link.Identities = append(link.Identities, event.Identity{Type: "anonymous_id", Value: "x"})
	touched := r.Track("shop", event.PageViewed, on(1, 9), `{"utm_source":"ad"}`)
	touched.Identities = []event.Identity{{Type: "anonymous_id", Value: "x"}}
	r.MustSubmit(t, r.Track("shop", event.OrderCompleted, on(3, 9), `{"order_id":"o","revenue":8}`), touched)
	if got := owed(run(t, r, `{`+march+`}`), Last); got[Direct] != 8 {
		t.Fatalf("before: %v", got)
	}
	r.MustSubmit(t, link)
	if got := owed(run(t, r, `{`+march+`}`), Last); got["ad"] != 8 {
		t.Errorf("after: %v", got)
	}
}

func TestAttribution_LongWaysAndManyValuesAreBounded(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	var evs []*event.Event
	for i := range 120 {
		evs = append(evs, r.Track("a", event.PageViewed, on(1, 0).Add(time.Duration(i)*time.Minute), fmt.Sprintf(`{"utm_source":"s%03d"}`, i)))
	}
	r.MustSubmit(t, append(evs, r.Track("a", event.OrderCompleted, on(2, 0), `{"order_id":"o","revenue":8}`))...)
	got := run(t, r, `{`+march+`,"values":10}`)
	if got.Journey.Cut != 1 || *got.Journey.MeanTouches != 50 || got.OtherValues != 40 || len(got.Values) != 11 || len(got.Notes) != 4 {
		t.Errorf("cut %d, touches %v, others %d, values %d, notes %q", got.Journey.Cut, *got.Journey.MeanTouches, got.OtherValues, len(got.Values), got.Notes)
	}
	people, err := desk(r).People(context.Background(), json.RawMessage(`{`+march+`,"values":10}`), json.RawMessage(`{"value":"(other)","model":"last"}`))
	if err != nil || people.GetCardinality() != 1 {
		t.Errorf("people of the rest: %v, %v", people, err)
	}
}

func TestAttribution_BadQueriesNameTheirFault(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	for query, pointer := range map[string]string{
		`{"models":["first","best"]}`: "/models/1", `{"lookback_days":-1}`: "/lookback_days", `{"half_life_days":-3}`: "/half_life_days",
		`{"by":"moon"}`: "/by", `{"values":1001}`: "/values", `{"paths":-1}`: "/paths", `{"from":"2026-02-01","to":"2026-01-01"}`: "/to",
		`{"timezone":"Mars"}`: "/timezone", `{"touches":[{"event":"X","prop":"phone"}]}`: "/touches/0/prop", `{"touches":[{"event":7}]}`: "/touches/0/event",
		`{"nonsense":1}`: "/nonsense", `{"audience":"aud_none"}`: "/audience",
	} {
		_, err := desk(r).Attribution(context.Background(), json.RawMessage(query))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", query, err, pointer)
		}
	}
	for cell, pointer := range map[string]string{
		`{}`: "/cell", `{"value":"a","path":["a"]}`: "/cell", `{"value":"a","model":"x"}`: "/cell/model", `{"path":["a"],"model":"last"}`: "/cell/model",
		`{"value":"a","ordered":true}`: "/cell/ordered",
	} {
		_, err := desk(r).People(context.Background(), json.RawMessage(`{}`), json.RawMessage(cell))
		var f *fault.Error
		if !errors.As(err, &f) || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", cell, err, pointer)
		}
	}
}

// covers: I3
func TestEffects_AreThoseOfTheChainWithoutEachChannel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var paths []Path
		for range rapid.IntRange(1, 30).Draw(t, "paths") {
			names := rapid.SliceOfN(rapid.SampledFrom([]string{"ad", "code", "group", "moment", "link"}), 0, 6).Draw(t, "touches")
			paths = append(paths, path(1, rapid.Bool().Draw(t, "ordered"), names...))
		}
		c := build(paths)
		all, effects := c.converts(-1), c.effects()
		for i, name := range c.names {
			if all == 0 {
				continue
			}
			if want := max(0, 1-c.converts(i)/all); math.Abs(effects[name]-want) > 1e-9 {
				t.Fatalf("effect of %s is %v, solved without it %v", name, effects[name], want)
			}
		}
	})
}

// covers: I3
func TestAttribution_AnyRoadReconcilesWithTheLedger(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	names := []string{event.ContactAdded, event.GroupJoined, event.LinkClicked, event.OrderCompleted, event.OrderRefunded, event.OrderCancelled}
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 12).Draw(rt, "events") {
			user := fmt.Sprint("u", rapid.IntRange(1, 9).Draw(rt, "user"))
			ev := r.Track(user, rapid.SampledFrom(names).Draw(rt, "name"), on(rapid.IntRange(1, 28).Draw(rt, "day"), rapid.IntRange(0, 23).Draw(rt, "hour")),
				fmt.Sprintf(`{"order_id":"o%d","revenue":%d.%02d,"channel":"c%d"}`, rapid.IntRange(1, 40).Draw(rt, "order"), rapid.IntRange(0, 900).Draw(rt, "yuan"), rapid.IntRange(0, 99).Draw(rt, "cents"), rapid.IntRange(1, 4).Draw(rt, "channel")))
			r.MustSubmit(rt, ev)
		}
		from := rapid.IntRange(1, 28).Draw(rt, "from")
		query := fmt.Sprintf(`{"from":"2026-03-%02d","to":"2026-03-28","lookback_days":%d}`, from, rapid.IntRange(1, 40).Draw(rt, "lookback"))
		got, err := desk(r).Attribution(context.Background(), json.RawMessage(query))
		if err != nil {
			rt.Fatal(err)
		}
		sum := int64(0)
		if err := r.Customers.Ledger(context.Background(), func(o customer.Order) error {
			if !o.At.Before(on(from, 0)) && o.At.Before(on(29, 0)) {
				sum += o.Net
			}
			return nil
		}); err != nil {
			rt.Fatal(err)
		}
		for _, res := range got.Models {
			if int64(math.Round(res.Revenue*100)) != sum || res.Difference != 0 {
				rt.Fatalf("%s credits %v, the ledger has %d cents", res.Model, res.Revenue, sum)
			}
		}
		if got.Reconciliation.Difference != 0 {
			rt.Fatalf("%+v", got.Reconciliation)
		}
	})
}
