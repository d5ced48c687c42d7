package outreach_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/outreach"
)

// set changes the policy from one that allows everything.
func (r *rig) set(change func(p *outreach.Policy)) {
	r.t.Helper()
	p := outreach.Policy{Consent: map[string]outreach.ConsentNeed{"webhook": outreach.ConsentNotWithdrawn}}
	change(&p)
	if err := r.SetPolicy(context.Background(), p); err != nil {
		r.t.Fatal(err)
	}
}

// merge makes the first record the root of the others.
func (r *rig) merge(root uint32, others ...uint32) {
	r.timeline.Lock()
	defer r.timeline.Unlock()
	r.timeline.SetGroup(root, append([]uint32{root}, others...))
}

// covers: C5
func TestCap_CountsDispatchesOfThePersonsDayAndSuppressesTheRest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.words = words{zone: time.FixedZone("Kiribati", 14*3600)} // its day ends at 10:00 UTC
		r.boot()
		r.set(func(p *outreach.Policy) { p.Cap.PerDay = 2 })
		r.merge(1, 2)
		transactional := r.touch(1)
		transactional.Transactional = true
		r.plan(r.touch(1), r.touch(2), r.touch(1), r.touch(3), transactional)
		count := func() (sent, capped int) {
			for _, d := range r.settled() {
				switch {
				case d.State == outreach.StateAccepted:
					sent++
				case d.State == outreach.Suppressed && d.Reason == outreach.Capped:
					capped++
				}
			}
			return sent, capped
		}
		if sent, capped := count(); sent != 4 || capped != 1 {
			t.Fatalf("sent %d, capped %d; want 4 and 1", sent, capped)
		}
		r.clock.Set(time.Date(2026, 3, 3, 9, 59, 0, 0, time.UTC)) // still the same day there
		r.boot()
		r.plan(r.touch(2))
		if sent, capped := count(); sent != 4 || capped != 2 {
			t.Fatalf("later that day: sent %d, capped %d", sent, capped)
		}
		r.clock.Advance(time.Minute)
		r.boot()
		r.plan(r.touch(2))
		if sent, capped := count(); sent != 5 || capped != 2 {
			t.Fatalf("the next day: sent %d, capped %d", sent, capped)
		}
	})
}

// covers: C5
func TestConsent_NewestWordByEventTimeDecides(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.set(func(p *outreach.Policy) { p.Consent = nil }) // unknown is no
		r.consent(1, event.ConsentGiven, "webhook", noon)
		r.consent(2, event.ConsentGiven, "webhook", noon)
		r.consent(2, event.ConsentWithdrawn, "webhook", noon.Add(time.Minute))
		r.consent(3, event.ConsentWithdrawn, "webhook", noon.Add(time.Minute))
		r.consent(3, event.ConsentGiven, "webhook", noon) // late: it was said before
		r.consent(4, event.ConsentGiven, "sms", noon)
		r.consent(5, event.ConsentGiven, "", noon)
		r.consent(6, event.ConsentGiven, "webhook", noon)
		r.consent(9, event.ConsentGiven, `web\u0000hook`, noon) // of a channel nobody can read
		r.consent(10, event.ConsentGiven, "webhook", noon)
		r.consent(10, event.ConsentWithdrawn, `\u0007`, noon.Add(time.Minute))
		r.consent(7, event.ConsentWithdrawn, "", noon.Add(time.Minute))
		r.merge(6, 7) // one person: the newer word counts
		exempt := r.touch(8)
		exempt.Transactional = true
		r.plan(r.touch(1), r.touch(2), r.touch(3), r.touch(4), r.touch(5), r.touch(6), r.touch(9), r.touch(10), exempt)
		want := map[uint32]outreach.State{
			9: outreach.Suppressed, 10: outreach.Suppressed,
			1: outreach.StateAccepted, 2: outreach.Suppressed, 3: outreach.Suppressed, 4: outreach.Suppressed,
			5: outreach.StateAccepted, 6: outreach.Suppressed, 8: outreach.StateAccepted,
		}
		for _, d := range r.settled() {
			if d.State != want[d.Ord] || (d.State == outreach.Suppressed && d.Reason != outreach.NoConsent) {
				t.Errorf("customer %d: %s %s, want %s", d.Ord, d.State, d.Reason, want[d.Ord])
			}
		}
	})
}

// covers: C5
func TestQuietHours_DelayAndDoNotDrop(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		shanghai := time.FixedZone("CST", 8*3600)
		r.words = words{zone: shanghai}
		r.boot()
		r.set(func(p *outreach.Policy) { p.Quiet = &outreach.Quiet{From: "20:00", To: "09:30"} })
		short := r.touch(2)
		short.ExpiresAt = noon.Add(time.Hour)
		r.plan(r.touch(1), short) // noon UTC is 20:00 there
		morning := time.Date(2026, 3, 3, 9, 30, 0, 0, shanghai)
		for _, d := range r.settled() {
			switch {
			case d.Ord == 2 && d.State == outreach.Expired && d.Reason == outreach.QuietHours:
			case d.Ord == 1 && d.State == outreach.Planned && d.Reason == outreach.QuietHours && d.Due.Equal(morning):
			default:
				t.Fatalf("%+v", d)
			}
		}
		r.clock.Set(morning)
		r.boot()
		if d := r.settled()[1]; d.State != outreach.StateAccepted {
			t.Fatalf("in the morning: %+v", d)
		}
	})
}

func TestQuiet_UntilOverMidnightAndDaylightSaving(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	night := outreach.Quiet{From: "22:00", To: "08:00"}
	for _, c := range []struct {
		q    outreach.Quiet
		at   time.Time
		want time.Time // zero: not quiet
	}{
		{night, time.Date(2026, 3, 28, 21, 59, 59, 0, berlin), time.Time{}},
		{night, time.Date(2026, 3, 28, 22, 0, 0, 0, berlin), time.Date(2026, 3, 29, 8, 0, 0, 0, berlin)}, // 9 hours: the clock jumps
		{night, time.Date(2026, 3, 29, 7, 59, 0, 0, berlin), time.Date(2026, 3, 29, 8, 0, 0, 0, berlin)},
		{night, time.Date(2026, 3, 29, 8, 0, 0, 0, berlin), time.Time{}},
		{outreach.Quiet{From: "12:00", To: "13:00"}, time.Date(2026, 5, 1, 12, 30, 0, 0, berlin), time.Date(2026, 5, 1, 13, 0, 0, 0, berlin)},
		{outreach.Quiet{From: "00:00", To: "00:00"}, time.Date(2026, 5, 1, 0, 0, 0, 0, berlin), time.Time{}},
	} {
		end, quiet := c.q.Until(c.at, berlin)
		if quiet == c.want.IsZero() || !end.Equal(c.want) {
			t.Errorf("%v at %v: %v, %v; want %v", c.q, c.at, end, quiet, c.want)
		}
	}
}

func TestPolicy_FaultsArePointedAt(t *testing.T) {
	t.Parallel()
	err := outreach.Policy{
		Quiet: &outreach.Quiet{From: "25:00", To: "08:00"}, Cap: outreach.Cap{PerDay: -1}, Consent: map[string]outreach.ConsentNeed{"sms": "maybe"},
	}.Validate()
	e, ok := err.(*fault.Error)
	if !ok || len(e.Fields) != 3 || e.Fields[0].Pointer != "/quiet_hours/from" {
		t.Fatalf("%v", err)
	}
}

func TestHold_RestoredOrClonedDatabaseSendsNothingUntilReleased(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d)
		home, elsewhere := t.TempDir(), t.TempDir()
		held := func(dir string) bool {
			t.Helper()
			r.boot()
			if err := r.Start(ctx); err != nil {
				t.Fatal(err)
			}
			defer r.Service.Stop()
			if err := r.CheckInstance(ctx, dir); err != nil {
				t.Fatal(err)
			}
			_, held := r.Held()
			return held
		}
		if held(home) || held(home) {
			t.Fatal("held at home")
		}
		if d.Dialect() == db.SQLite { // the whole directory was copied, its mark too
			mark, err := os.ReadFile(filepath.Join(home, "instance"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(elsewhere, "instance"), mark, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if !held(elsewhere) || !held(elsewhere) {
			t.Fatal("not held in a copy")
		}
		r.plan(r.touch(1))
		r.boot()
		r.run()
		r.jobs.Wake()
		if got := r.deliveries(outreach.Filter{})[0]; got.State != outreach.Planned {
			t.Fatalf("sent while held: %+v", got)
		}
		if err := r.Release(ctx); err != nil {
			t.Fatal(err)
		}
		<-r.road.got
		r.stop()
		if held(elsewhere) {
			t.Fatal("held again after the release")
		}
		if err := r.Release(ctx); !fault.Is(err, fault.Precondition) {
			t.Fatalf("released twice: %v", err)
		}
	})
}
