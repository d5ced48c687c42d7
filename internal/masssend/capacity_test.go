package masssend_test

import (
	"context"
	"testing"
	"time"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/masssend"
	"yutang/internal/outreach"
)

// covers: C4, C5
func TestCapacity_StaffConfirmOnlySoManyMessagesADay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d, 3, 12)
		p := r.ledger.Policy()
		p.StaffPerDay, p.Cap = 1, outreach.Cap{}
		r.ok(r.ledger.SetPolicy(ctx, p))
		first := r.wish()
		first.Deadline = r.clock.Now().Add(72 * time.Hour)
		x := r.sent(first)
		second, hurried := first, first
		second.Name, second.Content.Text = "Second", "Summer is here"
		hurried.Name, hurried.Content.Text, hurried.Deadline = "Hurried", "Only today", r.clock.Now().Add(6*time.Hour)
		keys := []string{}
		for _, w := range []masssend.Wish{second, hurried} {
			y, err := r.Create(ctx, w)
			r.ok(err)
			_, err = r.Schedule(ctx, y.ID)
			r.ok(err)
			keys = append(keys, y.ID)
		}
		r.pass(time.Minute)
		r.pass(time.Minute)
		if got := r.calls(x.ID); len(got) == 0 || got[0].State != masssend.CallHanded {
			t.Fatalf("the first: %+v", got)
		}
		for _, key := range keys {
			for _, c := range r.calls(key) {
				if c.State != masssend.CallPlanned || c.Reason != string(outreach.StaffFull) {
					t.Fatalf("%s today: %+v", key, c)
				}
			}
		}
		seen := 0
		r.ok(r.Upcoming(ctx, r.clock.Now().Add(time.Hour), func(masssend.Send, masssend.Candidate) error { seen++; return nil }))
		if seen != 0 {
			t.Fatalf("%d customers of sends that are not scheduled any more", seen)
		}
		r.pass(23 * time.Hour) // 09:00 and later of the next day
		y := r.until(keys[0], 20*time.Minute, func(x masssend.Send, open int) bool { return x.State == masssend.Waiting && open == 0 })
		if got := r.tally(y.ID); got["handed "] != len(r.names)-1 {
			t.Fatalf("the next day: %v", got)
		}
		if got := r.tally(keys[1]); got["expired staff_full"] != len(r.names)-1 {
			t.Fatalf("hurried: %v", got)
		}
	})
}

// covers: C5
func TestUpcoming_TellsWhomScheduledSendsWillReach(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRig(t, dbtest.SQLite(t), 3, 12)
	w := r.wish()
	w.ScheduledAt, w.Deadline = r.clock.Now().Add(24*time.Hour), r.clock.Now().Add(30*time.Hour)
	w.Priority = 3
	x, err := r.Create(ctx, w)
	r.ok(err)
	count := func(until time.Duration) (n int) {
		r.ok(r.Upcoming(ctx, r.clock.Now().Add(until), func(s masssend.Send, c masssend.Candidate) error {
			if s.ID != x.ID || s.Rank() != 65 || c.Staff == "" {
				t.Fatalf("%+v %+v", s, c)
			}
			n++
			return nil
		}))
		return n
	}
	if n := count(48 * time.Hour); n != 0 {
		t.Fatalf("%d of a draft", n)
	}
	_, err = r.Schedule(ctx, x.ID)
	r.ok(err)
	if a, b := count(48*time.Hour), count(time.Hour); a != len(r.names)-1 || b != 0 {
		t.Fatalf("%d within two days, %d within an hour", a, b)
	}
	rule, limit, from, to, err := r.Quota(ctx, corpID, r.clock.Now())
	if err != nil || rule != "month" || limit != 31 || !from.Before(r.clock.Now()) || !to.After(r.clock.Now()) {
		t.Fatalf("%s %d %v %v: %v", rule, limit, from, to, err)
	}
}
