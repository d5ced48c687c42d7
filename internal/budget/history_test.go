package budget

import (
	"context"
	"testing"
	"time"

	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/outreach"
)

// covers: C5
func TestValues_AnOrderCountsOnceForTheLastTouchBeforeIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d, 20)
		r.level(customer.Tier, "V1", 1)
		r.sent("pb_1", "hello", 1, outreach.StateAccepted)
		r.sent("pb_1", "hello", 2, outreach.StateAccepted)
		r.sent("ms_a", "send", 3, outreach.StateAccepted)
		r.sent("ms_b", "send", 4, outreach.StateAccepted)
		r.clock.Advance(24 * time.Hour)
		r.sent("pb_1", "again", 1, outreach.StateAccepted)
		r.sent("pb_1", "again", 2, outreach.StateRejected) // reached nobody
		r.clock.Advance(24 * time.Hour)
		r.level(customer.Tier, "V3", 1) // too late: the touch met a V1
		r.order(1, event.OrderCompleted, "o1", `"revenue":100`)
		r.order(2, event.OrderCompleted, "o2", `"revenue":60`)
		r.order(2, event.OrderRefunded, "o2", `"refund_amount":20`)
		r.order(3, event.OrderCompleted, "o3", `"revenue":50`)
		r.order(3, event.OrderRefunded, "o3", `"refund_amount":50`) // all of it: no conversion
		r.order(9, event.OrderCompleted, "o9", `"revenue":70`)      // was not touched
		r.clock.Advance(6 * 24 * time.Hour)
		r.order(4, event.OrderCompleted, "o4", `"revenue":90`) // a day too late
		r.sent("pb_1", "young", 5, outreach.StateAccepted)
		r.order(5, event.OrderCompleted, "o5", `"revenue":90`) // its window is not over

		if err := r.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		m, _, _ := r.Values()
		for c, want := range map[Cell]Sum{
			{}:                         {Touches: 5, Conversions: 2, Revenue: 14_000},
			{Level: 1, Playbook: "ms"}: {Touches: 2},
			{Level: 2, Playbook: "pb_1", Step: "hello"}:             {Touches: 2, Conversions: 1, Revenue: 4_000},
			{Level: 2, Playbook: "pb_1", Step: "again"}:             {Touches: 1, Conversions: 1, Revenue: 10_000},
			{Level: 3, Playbook: "pb_1", Step: "again", Tier: "V1"}: {Touches: 1, Conversions: 1, Revenue: 10_000},
		} {
			got := m.Cells[c].Sum
			if got.Squares = 0; got != want {
				t.Errorf("%+v: %+v, want %+v", c, got, want)
			}
		}
		if _, there := m.Cells[Cell{Level: 2, Playbook: "pb_1", Step: "young"}]; there {
			t.Error("a touch counted before its window was over")
		}
		r.tl.RLock()
		v1, mass := r.Value("pb_1", "again", 1), r.Value("ms_new", "send", 7)
		r.tl.RUnlock()
		if v1 <= mass || mass <= 0 {
			t.Fatalf("a touch that sold is worth %d, one that did not %d", v1, mass)
		}
		other := New(r.Service.Config)
		if err := other.Start(ctx); err != nil {
			t.Fatal(err)
		}
		r.tl.RLock()
		defer r.tl.RUnlock()
		if a, b := other.Value("pb_1", "again", 1), other.Value("ms_new", "send", 7); a != v1 || b != mass {
			t.Fatalf("after a restart %d and %d, before %d and %d", a, b, v1, mass)
		}
	})
}

func TestValues_AreFoundAnewEachHour(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRig(t, dbtest.SQLite(t), 3)
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if err := r.jobs.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.jobs.Stop(ctx) })
	idle := func() time.Time {
		t.Helper()
		if err := r.jobs.Idle(ctx); err != nil {
			t.Fatal(err)
		}
		_, _, at := r.Values()
		return at
	}
	if got := idle(); !got.Equal(noon) {
		t.Fatalf("first at %v", got)
	}
	r.clock.Advance(61 * time.Minute)
	r.jobs.Wake()
	if got := idle(); !got.Equal(noon.Add(61 * time.Minute)) {
		t.Fatalf("then at %v", got)
	}
}
