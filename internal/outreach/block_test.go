package outreach_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/outreach"
)

const massRun = "ms_1"

// massTouches plans one grouped touch for each customer.
func (r *rig) massTouches(ords ...uint32) outreach.Block {
	r.t.Helper()
	var b outreach.Block
	err := r.db.InTx(context.Background(), func(ctx context.Context) (err error) {
		b, err = r.PlanMany(ctx, r.grouped(ords...))
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

func (r *rig) grouped(ords ...uint32) (out []outreach.Touch) {
	for _, ord := range ords {
		out = append(out, outreach.Touch{
			Playbook: massRun, Version: 1, Run: massRun, Step: "send", Occurrence: 1, Ord: ord, Channel: outreach.WeComMass, Endpoint: "ww1/ann",
			TriggerAt: r.clock.Now(), Due: r.clock.Now(), ExpiresAt: r.clock.Now().Add(time.Hour),
		})
	}
	return out
}

func (r *rig) screen() outreach.Screen {
	return outreach.Screen{Channel: outreach.WeComMass, Playbook: massRun, Run: massRun, At: r.clock.Now()}
}

// tally counts the grouped touches by state and reason.
func (r *rig) tally() map[string]int {
	out := map[string]int{}
	for _, d := range r.deliveries(outreach.Filter{Playbook: massRun}) {
		out[string(d.State)+" "+string(d.Reason)]++
	}
	return out
}

func (r *rig) massPolicy(change func(p *outreach.Policy)) {
	r.set(func(p *outreach.Policy) {
		p.Consent[outreach.WeComMass] = outreach.ConsentNotWithdrawn
		change(p)
	})
}

func customers(from, to uint32) (out []uint32) {
	for ord := from; ord <= to; ord++ {
		out = append(out, ord)
	}
	return out
}

// covers: C4, C7
func TestBlock_IsAttemptedHandedAndSettledTogether(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d)
		r.massPolicy(func(p *outreach.Policy) { p.Cap.PerDay = 1 })
		r.consent(3, event.ConsentWithdrawn, outreach.WeComMass, r.clock.Now())
		capped := r.touch(4) // it had its touch today
		capped.Transactional = false
		r.plan(capped)
		r.run()
		r.idle()
		<-r.road.got
		b := r.massTouches(customers(1, 40)...)
		var admitted []outreach.Row
		later, err := r.Attempt(ctx, b, r.screen(), func(_ context.Context, rows []outreach.Row) error { admitted = rows; return nil })
		if err != nil || !later.IsZero() || len(admitted) != 38 {
			t.Fatalf("%d admitted, later %v: %v", len(admitted), later, err)
		}
		if err := r.Hand(ctx, b, "msg1"); err != nil {
			t.Fatal(err)
		}
		if got := r.tally(); got["handed "] != 38 || got["suppressed no_consent"] != 1 || got["suppressed capped"] != 1 {
			t.Fatalf("handed: %v", got)
		}
		var ends []outreach.Settlement
		for i, row := range admitted {
			e := outreach.Settlement{ID: row.ID, State: outreach.StateAccepted}
			switch i % 3 {
			case 1:
				e.State, e.Reason = outreach.StateRejected, outreach.Quota
			case 2:
				e.State, e.Reason = outreach.Expired, outreach.Unconfirmed
			}
			ends = append(ends, e)
		}
		broken := errors.New("the disk is gone")
		if err := r.SettleMany(ctx, ends, func(context.Context) error { return broken }); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		for range 2 { // after the failure, and once more for nothing
			if err := r.SettleMany(ctx, ends, nil); err != nil {
				t.Fatal(err)
			}
		}
		if got := r.tally(); got["accepted "] != 13 || got["rejected quota"] != 13 || got["expired unconfirmed"] != 12 {
			t.Fatalf("settled: %v", got)
		}
		if n := len(r.road.got); n != 26 {
			t.Fatalf("%d receipts, want 26: one each for accepted and rejected", n)
		}
	})
}

// covers: C7
func TestBlock_CrashDuringTheCallEndsUnknown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d)
		r.massPolicy(func(*outreach.Policy) {})
		b := r.massTouches(customers(1, 5)...)
		if _, err := r.Attempt(ctx, b, r.screen(), func(context.Context, []outreach.Row) error { return nil }); err != nil {
			t.Fatal(err)
		}
		r.boot()
		r.run()
		if got := r.tally(); got["unknown interrupted"] != 5 {
			t.Fatalf("after the crash: %v", got)
		}
		if err := r.Replan(ctx, b, "not in the list", r.clock.Now()); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Attempt(ctx, b, r.screen(), func(_ context.Context, rows []outreach.Row) error {
			if len(rows) != 5 {
				return fmt.Errorf("%d rows", len(rows))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, x := range r.deliveries(outreach.Filter{Playbook: massRun}) {
			if x.State != outreach.Attempting || x.Attempt != 2 {
				t.Fatalf("%+v", x)
			}
		}
	})
}

func TestBlock_PlannedTwiceIsOnceAndHeldSendsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d)
		r.massPolicy(func(*outreach.Policy) {})
		b := r.massTouches(1, 2, 3)
		r.massTouches(1, 2, 3)
		if got := r.tally(); got["planned "] != 3 {
			t.Fatalf("%v", got)
		}
		if err := r.Service.Hold(ctx, "stocktaking", "Ann"); err != nil {
			t.Fatal(err)
		}
		_, err := r.Attempt(ctx, b, r.screen(), func(context.Context, []outreach.Row) error { return errors.New("called") })
		if !fault.Is(err, fault.Precondition) {
			t.Fatalf("%v", err)
		}
	})
}

func TestBlock_QuietHoursPutItOff(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.massPolicy(func(p *outreach.Policy) { p.Quiet = &outreach.Quiet{From: "11:00", To: "13:30"} })
	b := r.massTouches(1, 2)
	later, err := r.Attempt(context.Background(), b, r.screen(), func(context.Context, []outreach.Row) error { return errors.New("called") })
	if err != nil || !later.Equal(noon.Add(90*time.Minute)) {
		t.Fatalf("later %v: %v", later, err)
	}
	if got := r.tally(); got["planned "] != 2 {
		t.Fatalf("%v", got)
	}
}

// covers: C4, C5
func TestScreen_QuotaCountsOpenAndAcceptedOfTheAccount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d)
		r.massPolicy(func(*outreach.Policy) {})
		r.merge(1, 2)
		b := r.massTouches(2, 3)
		if _, err := r.Attempt(ctx, b, r.screen(), func(context.Context, []outreach.Row) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := r.MarkFull(ctx, outreach.WeComMass, "ww1", 4, r.clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		ask := func(run, account string, at time.Time) string {
			q := r.screen()
			q.Run, q.At, q.Quota = run, at, outreach.QuotaRule{Account: account, Limit: 1, Since: noon}
			got, err := r.Screen(ctx, q, []outreach.Person{{Ord: 1}, {Ord: 3}, {Ord: 4}, {Ord: 5}})
			if err != nil {
				t.Fatal(err)
			}
			text := ""
			for _, v := range got {
				text += "[" + string(v.Refuse) + "]"
			}
			return text
		}
		if got := ask("ms_2", "ww1", noon); got != "[quota][quota][quota][]" {
			t.Errorf("another send: %s", got)
		}
		if got := ask(massRun, "ww1", noon); got != "[][][quota][]" {
			t.Errorf("the same send does not count against itself: %s", got)
		}
		if got := ask("ms_2", "ww2", noon); got != "[][][][]" {
			t.Errorf("another corp: %s", got)
		}
		if got := ask("ms_2", "ww1", noon.Add(2*time.Hour)); got != "[quota][quota][][]" {
			t.Errorf("after the full period: %s", got)
		}
	})
}

// TestScreen_ManyAreJudgedAsOne holds the bulk look-ups against those for one person.
func TestScreen_ManyAreJudgedAsOne(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.massPolicy(func(p *outreach.Policy) { p.Cap.PerDay, p.Quiet = 2, &outreach.Quiet{From: "19:00", To: "21:00"} })
	zones := []*time.Location{time.UTC, shanghai, time.FixedZone("Kiribati", 14*3600)}
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		switch ord := uint32(rapid.IntRange(1, 50).Draw(rt, "customer")); rapid.IntRange(0, 2).Draw(rt, "step") {
		case 0:
			name := rapid.SampledFrom([]string{event.ConsentGiven, event.ConsentWithdrawn}).Draw(rt, "word")
			r.consent(ord, name, rapid.SampledFrom([]string{outreach.WeComMass, "", "webhook"}).Draw(rt, "channel"), noon.Add(time.Duration(n)*time.Second))
		case 1:
			touch := r.grouped(ord)[0]
			touch.Run = fmt.Sprint("ms_", n)
			var b outreach.Block
			if err := r.db.InTx(context.Background(), func(ctx context.Context) (err error) {
				b, err = r.PlanMany(ctx, []outreach.Touch{touch})
				return err
			}); err != nil {
				rt.Fatal(err)
			}
			if _, err := r.Attempt(context.Background(), b, r.screen(), func(context.Context, []outreach.Row) error { return nil }); err != nil {
				rt.Fatal(err)
			}
		case 2:
			r.merge(ord, uint32(rapid.IntRange(1, 50).Draw(rt, "other")))
		}
		q := r.screen()
		q.Run, q.Quota = "ms_other", outreach.QuotaRule{Account: "ww1", Limit: 3, Since: noon.Add(-time.Hour)}
		q.Holdout = float64(rapid.SampledFrom([]int{0, 30}).Draw(rt, "holdout"))
		var people []outreach.Person
		for _, ord := range rapid.SliceOfNDistinct(rapid.Uint32Range(1, 50), 1, 20, rapid.ID[uint32]).Draw(rt, "people") {
			people = append(people, outreach.Person{Ord: ord, Zone: rapid.SampledFrom(zones).Draw(rt, "zone")})
		}
		all, err := r.Screen(context.Background(), q, people)
		if err != nil {
			rt.Fatal(err)
		}
		for i, p := range people {
			one, err := r.Screen(context.Background(), q, []outreach.Person{{Ord: p.Ord, Zone: p.Zone}})
			if err != nil || one[0] != all[i] {
				rt.Fatalf("customer %d: alone %+v, with others %+v: %v", p.Ord, one[0], all[i], err)
			}
		}
	})
}

var shanghai = time.FixedZone("UTC+8", 8*3600)

// handler takes everything over and remembers nothing.
type handler struct{}

func (handler) Send(context.Context, outreach.Message) (outreach.Outcome, error) {
	return outreach.Outcome{Verdict: outreach.Handed, ProviderID: "pool"}, nil
}

// covers: C4, C7
func TestHanded_WaitsForAPersonAndIsSettledLater(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.massPolicy(func(*outreach.Policy) {})
		r.Register(outreach.WeComMass, handler{})
		touch := r.touch(1)
		touch.Channel = outreach.WeComMass
		r.plan(touch)
		got := r.settled()
		if len(got) != 1 || got[0].State != outreach.StateHanded || got[0].ProviderID != "pool" || len(r.road.got) != 0 {
			t.Fatalf("%+v", got)
		}
		r.boot()
		r.run()
		end := []outreach.Settlement{{ID: got[0].ID, State: outreach.StateAccepted}}
		if err := r.SettleMany(context.Background(), end, nil); err != nil {
			t.Fatal(err)
		}
		if ev := <-r.road.got; ev.Name != event.MessageDelivered || ev.MessageID != got[0].ID {
			t.Fatalf("%+v", ev)
		}
	})
}
