package rehearse_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/rehearse"
)

const day = 24 * time.Hour

// unpaid waits for an order to be paid, and reminds.
const unpaid = `{"name":"Unpaid","trigger":{"event":"Checkout Started","where":[{"prop":"total","op":"gte","value":10}]},"key":"order_id",
	"goal":{"event":"Order Completed","same_key":true},
	"steps":[
		{"id":"rest","wait":{"for":"30m"}},
		{"id":"remind","send":{"channel":"webhook","endpoint":"e","content":{"text":"Hello"},"expires_in":"2h"}},
		{"id":"paid","wait_for":{"event":"Coupon Redeemed","timeout":"1d","steps":[{"id":"thank","send":{"channel":"webhook","endpoint":"e","content":{"text":"Thanks"}}}],
			"else":[{"id":"call","task":{"title":"Call"}}]}}
	]}`

// covers: C1, C5
func TestReplay_SaysWhatWouldHaveHappened(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := begin(t, d, func(c *rehearse.Config) {
			c.Owners = func(_ context.Context, visit func(uint32, rehearse.Owner) error) error {
				return visit(1, rehearse.Owner{Corp: "ww1", User: "lin"})
			}
		})
		// ann: reminded, redeems; her second order is paid before the reminder.
		r.at("ann", "Checkout Started", -5*day, `{"order_id":"1","total":20}`)
		r.at("ann", "Coupon Redeemed", -5*day+2*time.Hour, `{}`)
		r.at("ann", "Checkout Started", -4*day, `{"order_id":"2","total":20}`)
		r.at("ann", "Order Completed", -4*day+10*time.Minute, `{"order_id":"2","revenue":20}`)
		// bob: at 23:00 the reminder would come at night and expire; cid: too small.
		r.at("bob", "Checkout Started", -3*day+11*time.Hour, `{"order_id":"3","total":50}`)
		r.at("cid", "Checkout Started", -3*day, `{"order_id":"4","total":5}`)
		// dan is within the last half hour; eve does not want messages, and has no key first.
		r.at("dan", "Checkout Started", -10*time.Minute, `{"order_id":"5","total":50}`)
		r.at("eve", event.ConsentWithdrawn, -9*day, `{}`)
		r.at("eve", "Checkout Started", -3*day, `{"total":50}`)
		r.at("eve", "Checkout Started", -3*day, `{"order_id":"6","total":50}`)
		// fay: before the days replayed.
		r.at("fay", "Checkout Started", -8*day, `{"order_id":"7","total":50}`)

		got := r.replay(7, unpaid)
		if got.Entries != 5 || got.Unique != 4 || got.Customers != 6 || got.Refused["no_key"] != 1 {
			t.Fatalf("entries %d, unique %d, customers %d, refused %v", got.Entries, got.Unique, got.Customers, got.Refused)
		}
		want := map[string]int{"goal": 1, "done": 3, "open": 1}
		if diff := cmp.Diff(want, got.Ended); diff != "" {
			t.Fatalf("ended (-want +got):\n%s", diff)
		}
		steps := map[string]rehearse.StepTally{}
		for _, s := range got.Steps {
			steps[s.Step] = s
		}
		if s := steps["rest"]; s.Entered != 5 || s.Waiting != 1 || s.Outcomes["done"] != 3 || s.Outcomes["goal"] != 1 {
			t.Errorf("rest: %+v", s)
		}
		if s := steps["remind"]; s.Entered != 3 || s.Sent != 1 || s.Unsent["expired"] != 1 || s.Unsent["no_consent"] != 1 {
			t.Errorf("remind: %+v", s)
		}
		if s := steps["paid"]; s.Outcomes["met"] != 1 || s.Outcomes["timed_out"] != 2 {
			t.Errorf("paid: %+v", s)
		}
		if len(got.Staff) != 1 || got.Staff[0].Member != "" || got.Staff[0].Tasks != 2 { // ann is owned, and needs no call
			t.Errorf("staff: %+v", got.Staff)
		}
		if got.Goal == nil || got.Goal.Reached != 1 || got.Goal.MedianHours < 0.16 || got.Goal.MedianHours > 0.17 {
			t.Errorf("goal: %+v", got.Goal)
		}
		if got.Revenue.Orders != 1 || got.Revenue.Net != 20 || got.Revenue.Meaning != "correlation" {
			t.Errorf("revenue: %+v", got.Revenue)
		}
		if n := touches(got); n != 2 || got.PeakRuns != 2 {
			t.Errorf("touches %d, peak %d: %+v", n, got.PeakRuns, got.Days)
		}
	})
}

func touches(r *rehearse.Result) (n int) {
	for _, d := range r.Days {
		for _, k := range d.Touches {
			n += k
		}
	}
	return n
}

// covers: C1
func TestReplay_AudiencesAsOfEachMoment(t *testing.T) {
	t.Parallel()
	r := begin(t, dbtest.SQLite(t))
	for i := range 4 { // active on four days in a row, then silent
		r.at("ann", "Page Viewed", -20*day+time.Duration(i)*day, "")
	}
	r.at("ann", "Page Viewed", -5*day, "") // and back
	const definition = `{"name":"Lapsed","audiences":{"quiet":{"name":"Quiet","rule":{"all":[{"did":{"event":"Page Viewed"}},{"not":{"did":{"event":"Page Viewed","within":"7d"}}}]}}},
		"trigger":{"audience":"quiet"},"reentry":"always","exit":[{"audience":"quiet","on":"left"}],
		"steps":[{"id":"w","wait":{"for":"2d"}},{"id":"b","branch":{"cases":[{"name":"four","rule":{"all":[{"audience":"quiet"},{"did":{"event":"Page Viewed","count":{"eq":4}}}]},
			"steps":[{"id":"say","send":{"channel":"webhook","endpoint":"e","content":{"text":"x"}}}]}]}},{"id":"w2","wait":{"for":"30d"}}]}`
	got := r.replay(30, definition)
	// She falls silent 7 days after the fourth day, at -10 d, and is back at -5 d.
	if got.Entries != 1 || got.Ended["exited"] != 1 || touches(got) != 1 || got.Days[0].Day != noon.Add(-10*day).Format(time.DateOnly) {
		t.Fatalf("%+v", got)
	}
	if got = r.replay(9, definition); got.Entries != 0 {
		t.Fatalf("entered %d times after she was silent already", got.Entries)
	}
}

// covers: C1
func TestReplay_LiveAudienceByItsLog(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := begin(t, dbtest.SQLite(t))
	r.at("ann", "Page Viewed", 0, "")
	r.clock.Advance(time.Hour)
	a := r.audience(`{"did":{"event":"Order Completed","within":"2d"}}`)
	definition := `{"name":"Bought","trigger":{"audience":"` + a + `"},"steps":[{"id":"w","wait":{"for":"1h"}}]}`
	r.clock.Advance(time.Hour)
	r.at("ann", "Order Completed", 2*time.Hour, `{"order_id":"1","revenue":3}`)
	r.at("bob", "Order Completed", 2*time.Hour, `{"order_id":"2","revenue":3}`)
	r.clock.Advance(5 * day)
	r.must(r.Do(ctx, func(context.Context) error { return nil }))
	if got := r.replay(5, definition); got.Entries != 2 || got.Ended["done"] != 2 {
		t.Fatalf("by the log: %+v", got)
	}
	got := r.replay(30, definition) // it was not live all the time: by its rule
	if got.Entries != 2 || !noted(got, "audience_younger") {
		t.Fatalf("by the rule: %+v", got)
	}
}

func noted(r *rehearse.Result, code string) bool {
	for _, n := range r.Notes {
		if n.Code == code {
			return true
		}
	}
	return false
}

// covers: C5
func TestReplay_CapsCountWhatWasSentInTruth(t *testing.T) {
	t.Parallel()
	r := begin(t, dbtest.SQLite(t))
	p := r.outreach.Policy()
	p.Cap.PerDay, p.Cap.PerWeek = 2, 4
	r.must(r.outreach.SetPolicy(context.Background(), p))
	for d := range 3 {
		for h := range 3 { // 09:00, 10:00, 11:00
			r.at("ann", "Page Viewed", -3*day+time.Duration(d)*day+time.Duration(h-3)*time.Hour, "")
		}
	}
	got := r.replay(7, `{"name":"x","trigger":{"event":"Page Viewed"},"reentry":"always","steps":[{"id":"s","send":{"channel":"webhook","endpoint":"e","content":{"text":"x"}}}]}`)
	if s := got.Steps[0]; s.Sent != 4 || s.Unsent["capped"] != 5 { // Friday 2, Saturday 2, Sunday none
		t.Fatalf("%+v", s)
	}
	if diff := cmp.Diff([]rehearse.Bucket{{Touches: 4, Customers: 1}}, got.PerCustomer); diff != "" {
		t.Fatal(diff)
	}
}

// covers: C1
func TestReplay_IsKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := begin(t, d)
		r.at("ann", "Checkout Started", -5*day, `{"order_id":"1","total":20}`)
		a, err := r.rehearse.Order(ctx, rehearse.Spec{Definition: json.RawMessage(unpaid), Days: 7, Sample: 100}, "usr_1")
		r.must(err)
		if a.State != rehearse.Waiting || a.ID == "" {
			t.Fatalf("ordered %+v", a)
		}
		r.must(r.jobs.Idle(ctx))
		got, err := r.rehearse.Find(ctx, a.ID)
		r.must(err)
		if got.State != rehearse.Done || got.Progress != 1 || got.Result.Entries != 1 || got.CreatedBy != "usr_1" {
			t.Fatalf("found %+v", got)
		}
		page, err := r.rehearse.Replays(ctx, "", "", 10)
		r.must(err)
		if len(page.Items) != 1 || page.Items[0].ID != a.ID || page.Items[0].Result != nil {
			t.Fatalf("listed %+v", page)
		}
		if _, err := r.rehearse.Order(ctx, rehearse.Spec{Definition: json.RawMessage(unpaid), Days: 366}, ""); err == nil {
			t.Fatal("366 days were accepted")
		}
	})
}
