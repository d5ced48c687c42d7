package outreach_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/outreach"
)

// picky refuses the touches of one step.
type picky struct {
	words
	step string
}

func (p picky) Compose(ctx context.Context, d outreach.Delivery) (outreach.Draft, error) {
	draft, err := p.words.Compose(ctx, d)
	if d.Step == p.step {
		draft.Refuse = outreach.MissingValue
	}
	return draft, err
}

// pair is a touch that is due now and one of higher priority that is due in two hours.
func (r *rig) pair(ord uint32) (low, high outreach.Touch) {
	low, high = r.touch(ord), r.touch(ord)
	high.Priority, high.Due, high.Step = 90, r.clock.Now().Add(2*time.Hour), "better"
	return low, high
}

// step is the state of the only delivery of a step.
func step(all []outreach.Delivery, name string) (text string) {
	for _, d := range all {
		if d.Step == name {
			text += fmt.Sprint(d.State, " ", d.Reason)
		}
	}
	return strings.TrimSpace(text)
}

// covers: C5
func TestOutranked_WaitsForTheBetterTouchAndIsDroppedOnceThatWent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.set(func(p *outreach.Policy) { p.Cap.PerDay = 1 })
		r.merge(1, 2) // one person, two records
		low, high := r.pair(1)
		high.Ord = 2
		r.plan(low, high)
		all := r.settled()
		if step(all, "send") != "planned outranked" || step(all, "better") != "planned" {
			t.Fatalf("%+v", all)
		}
		if d := all[1]; !d.Due.Equal(high.Due) || d.Detail != "1 per day: 0 sent, 1 planned rank higher" {
			t.Fatalf("%+v", d)
		}
		r.clock.Set(high.Due)
		r.boot()
		all = r.settled()
		if step(all, "send") != "suppressed outranked" || step(all, "better") != "accepted" {
			t.Fatalf("%+v", all)
		}
		if total, _ := r.receiver.requests(); total != 1 {
			t.Fatalf("%d sent", total)
		}
	})
}

// covers: C5
func TestOutranked_GoesAfterAllWhenTheBetterTouchFallsAway(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.words = picky{step: "better"}
	r.boot()
	r.set(func(p *outreach.Policy) { p.Cap.PerDay = 1 })
	low, high := r.pair(1)
	r.plan(low, high)
	if all := r.settled(); step(all, "send") != "planned outranked" {
		t.Fatalf("%+v", all)
	}
	r.clock.Set(high.Due)
	r.boot()
	if all := r.settled(); step(all, "send") != "accepted" || step(all, "better") != "suppressed missing_value" {
		t.Fatalf("%+v", all)
	}
}

// covers: C5
func TestOutranked_WithoutTimeToWaitIsDroppedAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.set(func(p *outreach.Policy) { p.Cap.PerWeek = 2 })
	r.refuseSMS(t, 2)
	for ord := uint32(1); ord <= 3; ord++ {
		low, high := r.pair(ord)
		low.ExpiresAt = high.Due
		second := high
		second.Step, second.Due = "second", high.Due.Add(24*time.Hour)
		second.ExpiresAt = second.Due.Add(time.Hour)
		switch ord {
		case 2:
			high.Channel = "sms" // not allowed there: it takes no place
		case 3:
			second.Due = high.Due.Add(7 * 24 * time.Hour) // another week
			second.ExpiresAt = second.Due.Add(time.Hour)
		}
		r.plan(low, high, second)
	}
	got := map[uint32]string{}
	for _, d := range r.settled() {
		if d.Step == "send" {
			got[d.Ord] = fmt.Sprint(d.State, " ", d.Reason)
		}
	}
	if got[1] != "suppressed outranked" || got[2] != "accepted " || got[3] != "accepted " {
		t.Fatalf("%v", got)
	}
}

// refuseSMS withdraws the consent of a customer for SMS.
func (r *rig) refuseSMS(t *testing.T, ord uint32) {
	t.Helper()
	r.consent(ord, event.ConsentWithdrawn, "sms", noon)
}

// covers: C5
func TestCap_WeekAndMonthOfTheCustomersCalendar(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.set(func(p *outreach.Policy) {
			p.Cap.PerWeek, p.Cap.ChannelsPerMonth = 2, map[string]int{"webhook": 5}
		})
		sent := func() (n int) { // noon is Monday, 2 March
			r.boot()
			r.plan(r.touch(1))
			for _, d := range r.settled() {
				if d.State == outreach.StateAccepted {
					n++
				}
			}
			return n
		}
		for day, want := range []int{1, 2, 2, 2, 2, 2, 2, 3, 4, 4, 4, 4, 4, 4, 5, 5} { // the month's cap stops the third week
			if got := sent(); got != want {
				t.Fatalf("by day %d: %d sent, want %d", day, got, want)
			}
			r.clock.Advance(24 * time.Hour)
		}
	})
}

// covers: C5, C8
func TestGlobalHoldout_KeepsTheSameCustomersFromSingleAndGroupedTouches(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d)
		var mu sync.Mutex
		exposed := map[uint32]outreach.Exposed{}
		note := func(_ context.Context, all []outreach.Exposed) error {
			mu.Lock()
			defer mu.Unlock()
			for _, x := range all {
				if was, ok := exposed[x.Ord]; ok && was.Held != x.Held {
					t.Errorf("customer %d changed arms", x.Ord)
				}
				exposed[x.Ord] = x
			}
			return nil
		}
		r.massPolicy(func(p *outreach.Policy) { p.Holdout = 40 })
		r.UseExposures(note)
		r.consent(50, event.ConsentWithdrawn, "", noon)
		var all []outreach.Touch
		for ord := uint32(1); ord <= 50; ord++ {
			all = append(all, r.touch(ord))
		}
		receipt := r.touch(1)
		receipt.Transactional, receipt.Step = true, "receipt"
		r.plan(append(all, receipt)...)
		held := map[uint32]bool{}
		for _, d := range r.settled() {
			switch {
			case d.Transactional && d.State != outreach.StateAccepted:
				t.Fatalf("a transactional touch was kept back: %+v", d)
			case d.Reason == outreach.Holdout:
				held[d.Ord] = true
			}
		}
		verdicts, err := r.Screen(ctx, r.screen(), people(50))
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range verdicts {
			if ord := uint32(i + 1); ord < 50 && (v.Refuse == outreach.Holdout) != held[ord] {
				t.Errorf("customer %d: alone held out %t, in a group %q", ord, held[ord], v.Refuse)
			}
		}
		if len(held) < 10 || len(held) > 30 || len(exposed) != 49 {
			t.Fatalf("%d of 50 held out, %d exposed", len(held), len(exposed))
		}
		for ord, x := range exposed {
			if x.Held != held[ord] || x.Share != 40 {
				t.Errorf("customer %d: %+v", ord, x)
			}
		}
		p := r.Policy()
		p.HoldoutSalt = "2026"
		moved := 0
		for ord := uint32(1); ord < 50; ord++ {
			if p.HeldOut(ord) != held[ord] {
				moved++
			}
		}
		if moved == 0 {
			t.Error("another salt draws the same customers")
		}
	})
}

func people(n uint32) (out []outreach.Person) {
	for _, ord := range customers(1, n) {
		out = append(out, outreach.Person{Ord: ord})
	}
	return out
}

// covers: C5
func TestScreen_GroupedTouchesAreOutrankedToo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.massPolicy(func(p *outreach.Policy) { p.Cap.PerDay = 1 })
		better := r.touch(1)
		better.Priority, better.Due = 60, r.clock.Now().Add(time.Hour)
		worse := r.touch(2)
		worse.Priority, worse.Due = 40, r.clock.Now().Add(time.Hour)
		same := r.touch(3)
		same.Value, same.Due = 10, r.clock.Now().Add(time.Hour)
		r.plan(better, worse, same)
		ask := func(value int64) (out []string) {
			q := r.screen()
			q.Value = value
			verdicts, err := r.Screen(context.Background(), q, people(3))
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range verdicts {
				out = append(out, string(v.Refuse))
			}
			return out
		}
		if got := fmt.Sprintf("%q", ask(0)); got != `["outranked" "" "outranked"]` {
			t.Fatal(got)
		}
		if got := fmt.Sprintf("%q", ask(11)); got != `["outranked" "" ""]` {
			t.Fatal(got)
		}
	})
}

// covers: C5
func TestRate_AnEndpointGetsNoMoreCallsAMinuteThanItTakes(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.set(func(p *outreach.Policy) {
		p.Rates = map[string]int{"webhook": 100, "webhook/" + r.endpoint: 3}
	})
	for ord := uint32(1); ord <= 8; ord++ {
		r.plan(r.touch(ord))
	}
	r.run()
	had := 0
	for _, want := range []int{3, 6, 8} {
		for ; had < want; had++ {
			<-r.road.got
		}
		for range 3 { // it may look, and calls nobody
			r.jobs.Wake()
		}
		if n, at := r.Limit("webhook/"+r.endpoint, r.clock.Now()); want < 8 && (n != 0 || !at.Equal(r.clock.Now().Add(time.Minute))) {
			t.Fatalf("after %d calls: %d more, again at %v", want, n, at)
		}
		if total, _ := r.receiver.requests(); total != want {
			t.Fatalf("%d calls, want %d", total, want)
		}
		r.clock.Advance(time.Minute)
		r.jobs.Wake()
	}
}
