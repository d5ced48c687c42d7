package board

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yutang/internal/audience"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
)

// covers: I5
func TestBoards_CountOnePersonOfManyRecordsOnce(t *testing.T) {
	t.Parallel()
	r, report := open(t, dbtest.SQLite(t))
	on := func(name string, hour int, props string, who ...event.Identity) {
		ev := r.Track("", name, day1.Add(time.Duration(hour)*time.Hour), props)
		ev.Identities = who
		r.MustSubmit(t, ev)
	}
	visitor, user := event.Identity{Type: "anonymous_id", Value: "v"}, event.Identity{Type: "user_id", Value: "u"}
	on("Contact Added", 1, `{"staff":"li","channel":"store"}`, visitor)
	on("Order Completed", 2, `{"order_id":"1","revenue":10}`, user)
	_, before := ask(t, report, `{"board":"aarrr",`+april+`}`)
	on("Seen", 3, "", visitor, user)
	_, after := ask(t, report, `{"board":"aarrr",`+april+`}`)
	if before["new_customers"] != "2" || after["new_customers"] != "1" || after["net_revenue"] != "10" || after["buyers"] != "1" {
		t.Errorf("before the merge %v, after it %v", before, after)
	}
	rows, _ := ask(t, report, `{"board":"channel",`+april+`}`)
	if len(rows.Rows) != 1 || rows.Rows[0].Row != "store" || shown(rows.Rows[0].Values["net_revenue"]) != "10" {
		t.Errorf("rows %+v", rows.Rows)
	}
}

// covers: I5
func TestBoards_OfAnAudienceCountItsMembersOnly(t *testing.T) {
	t.Parallel()
	r, report := open(t, dbtest.SQLite(t))
	live(t, r)
	a, err := r.Audiences.Create(context.Background(), audience.Input{
		Name: "bought again", Rule: json.RawMessage(`{"did":{"event":"Order Completed","count":{"gte":2}}}`), By: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Audiences.Settled(context.Background(), a.ID); err != nil {
		t.Fatal(err)
	}
	_, got := ask(t, report, fmt.Sprintf(`{"board":"aarrr",%s,"audience":%q}`, april, a.ID))
	if got["buyers"] != "2" || got["net_revenue"] != "159.99" || got["new_contacts"] != "1" {
		t.Errorf("ann and dan: %v", got)
	}
}

// covers: I5
func TestBoards_PeriodsAndRowsAddUp(t *testing.T) {
	t.Parallel()
	r, report := open(t, dbtest.SQLite(t))
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		start := day1.AddDate(0, 0, -400*round).Truncate(24 * time.Hour) // each round has a month of its own
		var want int64
		n := rapid.IntRange(0, 25).Draw(t, "events")
		for i := range n {
			user := fmt.Sprint("u", round, rapid.IntRange(0, 4).Draw(t, "user"))
			at := start.Add(time.Duration(rapid.IntRange(0, 30*24*60-1).Draw(t, "minute")) * time.Minute)
			name, props := event.ContactAdded, fmt.Sprintf(`{"staff":"s%d","channel":"c%d"}`, rapid.IntRange(0, 2).Draw(t, "staff"), rapid.IntRange(0, 2).Draw(t, "channel"))
			if rapid.Bool().Draw(t, "order") {
				cents := rapid.Int64Range(1, 100_000).Draw(t, "cents")
				want += cents
				name, props = event.OrderCompleted, fmt.Sprintf(`{"order_id":"o%d-%d","revenue":%d.%02d}`, round, i, cents/100, cents%100)
			}
			r.MustSubmit(t, r.Track(user, name, at, props))
		}
		got, err := report.Board(context.Background(), json.RawMessage(fmt.Sprintf(`{"board":%q,"from":%q,"to":%q,"period":%q,"top":2}`,
			rapid.SampledFrom([]string{"channel", "staff"}).Draw(t, "board"), start.Format(time.DateOnly), start.AddDate(0, 0, 29).Format(time.DateOnly),
			rapid.SampledFrom([]string{"day", "week", "month"}).Draw(t, "period"))))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range got.Numbers {
			if v.ID != "adds" && v.ID != "orders" && v.ID != "net_revenue" && v.ID != "first_buyers" {
				continue
			}
			series, rows := 0.0, 0.0
			for _, x := range v.Series {
				series += *x
			}
			for _, row := range got.Rows {
				rows += *row.Values[v.ID]
			}
			if math.Abs(series-*v.Value) > 1e-6 || math.Abs(rows-*v.Value) > 1e-6 {
				t.Fatalf("%s is %v, its periods %v, its rows %v", v.ID, *v.Value, series, rows)
			}
			if v.ID == "net_revenue" && int64(math.Round(*v.Value*100)) != want {
				t.Fatalf("net revenue %v, the orders %d cents", *v.Value, want)
			}
		}
	})
}
