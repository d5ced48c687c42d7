package budget

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/outreach"
)

// plan makes a plan from what is foreseen.
func (r *rig) plan(days int, all ...Touch) *Plan {
	r.t.Helper()
	r.Forecasts["runs"] = touches(all)
	p, err := r.Plan(context.Background(), days, true)
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// verdicts tells what becomes of each touch.
func (r *rig) verdicts(f PlanFilter) map[string]string {
	r.t.Helper()
	out := map[string]string{}
	for f.Limit = 2; ; { // small pages, to turn some
		page, err := r.Touches(context.Background(), f)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, x := range page.Items {
			out[x.ID] = x.Verdict
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return out
		}
	}
}

// covers: C5
func TestPlan_SaysOfEachTouchWhatWillBecomeOfItAndWhy(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, 30)
		r.policy(func(p *outreach.Policy) {
			p.Cap.PerDay, p.Quiet = 1, &outreach.Quiet{From: "22:00", To: "08:00"}
		})
		r.ledger.OnEvent(&event.Event{Name: event.ConsentWithdrawn, At: noon}, 4)
		if err := r.db.InTx(context.Background(), r.ledger.Flush); err != nil {
			t.Fatal(err)
		}
		r.sent("pb_0", "x", 1, outreach.StateAccepted)
		low, high := touch("low", 2, "sms", time.Hour), touch("high", 2, "mail", 5*time.Hour)
		high.Priority = 90
		night, short := touch("night", 3, "sms", 11*time.Hour), touch("short", 5, "sms", 11*time.Hour)
		short.Expires = noon.Add(12 * time.Hour)
		receipt := touch("receipt", 1, "sms", time.Hour)
		receipt.Transactional = true
		gone := touch("gone", 6, "sms", time.Hour)
		gone.Refuse, gone.Name, gone.Step = outreach.NoAddress, "", "gone"
		r.Named = func(_ context.Context, playbook string, _ int) (string, error) { return "Book " + playbook, nil }
		p := r.plan(2, touch("capped", 1, "sms", time.Hour), low, high, touch("withdrawn", 4, "sms", time.Hour), night, short, receipt, gone,
			touch("next week", 7, "sms", 7*24*time.Hour))
		want := map[string]string{
			"capped": "capped", "low": "outranked", "high": "send", "withdrawn": "no_consent", "night": "send", "short": "quiet", "receipt": "send", "gone": "no_address",
		}
		if diff := cmp.Diff(want, r.verdicts(PlanFilter{})); diff != "" {
			t.Fatal(diff)
		}
		if got := r.verdicts(PlanFilter{Shifted: true, Day: "2026-03-03", Verdict: Send}); len(got) != 1 || got["night"] == "" {
			t.Fatalf("shifted: %v", got)
		}
		lines := map[string]int{}
		if !slices.ContainsFunc(p.Lines, func(l Line) bool { return l.Step == "gone" }) {
			t.Error("no line of the step without a name")
		}
		for _, l := range p.Lines {
			if want := map[string]string{"gone": "Book pb_1"}[l.Step]; want != "" && l.Name != want {
				t.Errorf("%s is called %q", l.Playbook, l.Name)
			}
			lines[fmt.Sprint(l.Day, " ", l.Channel, " ", l.Verdict)] += l.Count
		}
		if lines["2026-03-02 sms send"] != 1 || lines["2026-03-03 sms send"] != 1 || lines["2026-03-02 mail send"] != 1 || p.Touches != 8 || p.Customers != 6 {
			t.Fatalf("%d touches of %d customers: %v", p.Touches, p.Customers, lines)
		}
		of, err := r.OfCustomer(context.Background(), 2)
		if err != nil || len(of) != 2 || of[0].ID != "low" || of[0].Detail != "1 per day: 0 sent, 1 planned rank higher" {
			t.Fatalf("%+v: %v", of, err)
		}
	})
}

// covers: C5
func TestPlan_WhatRaisingACapWouldGive(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 30)
	r.policy(func(p *outreach.Policy) {
		p.Cap = outreach.Cap{PerDay: 1, PerWeek: 3, ChannelsPerMonth: map[string]int{"mail": 1}}
		p.Quiet = &outreach.Quiet{From: "22:00", To: "08:00"}
	})
	var all []Touch
	for ord := uint32(1); ord <= 10; ord++ { // two a day; the day's cap takes one
		a, b := touch(fmt.Sprint("a", ord), ord, "sms", time.Hour), touch(fmt.Sprint("b", ord), ord, "sms", 2*time.Hour)
		a.Value, b.Value = 100, 30
		all = append(all, a, b)
	}
	early := touch("early", 20, "sms", 19*time.Hour+30*time.Minute) // at 07:30
	early.Value, early.Expires = 500, noon.Add(19*time.Hour+45*time.Minute)
	p := r.plan(3, append(all, early)...)
	got := map[string]string{}
	for _, x := range p.Raises {
		got[x.Limit] = fmt.Sprintf("%s to %s: %d touches, %d", x.From, x.To, x.Touches, x.Value)
	}
	want := map[string]string{
		"quiet_hours/to":              "08:00 to 07:00: 1 touches, 500",
		"quiet_hours/from":            "22:00 to 23:00: 0 touches, 0",
		"cap/per_day":                 "1 to 2: 10 touches, 300",
		"cap/per_week":                "3 to 4: 0 touches, 0",
		"cap/channels_per_month/mail": "1 to 2: 0 touches, 0",
	}
	if diff := cmp.Diff(want, got); diff != "" || p.Raises[0].Limit != "quiet_hours/to" {
		t.Fatalf("%s\n%+v", diff, p.Raises)
	}
	if r.verdicts(PlanFilter{})["early"] != "quiet" {
		t.Fatal("a variant has changed the plan")
	}
}

// covers: C5
func TestPlan_WhoHasNoAddressOnAnyRecord(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 30)
	r.tl.Lock()
	r.tl.SetGroup(1, []uint32{1, 9})
	r.tl.Unlock()
	r.Service.Address = func(_ context.Context, channel, endpoint string) (string, error) {
		if endpoint == "gone" {
			return "", fault.New(fault.NotFound, "endpoint_not_found", "it is gone")
		}
		return map[string]string{"sms": "phone"}[channel], nil
	}
	r.Service.Having = func(_ context.Context, _ string, records []uint32) (map[uint32]bool, error) {
		out := map[uint32]bool{}
		for _, ord := range records {
			out[ord] = ord == 9
		}
		return out, nil
	}
	away := touch("away", 1, "sms", time.Hour)
	away.Endpoint = "gone"
	pool := touch("stranger", 3, outreach.WeComMass, time.Hour)
	pool.Endpoint = "ww1"
	r.plan(1, touch("merged", 1, "sms", time.Hour), touch("without", 2, "sms", time.Hour), touch("else", 2, "mail", time.Hour), away, pool)
	want := map[string]string{"merged": "send", "without": "no_address", "else": "send", "away": "no_endpoint", "stranger": "no_contact"}
	if diff := cmp.Diff(want, r.verdicts(PlanFilter{})); diff != "" {
		t.Fatal(diff)
	}
}

// covers: C5
func TestPlan_QuotaAndStaffAreSuppliesToo(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 30)
	r.policy(func(p *outreach.Policy) { p.StaffPerDay = 1 })
	r.Service.Quota = func(_ context.Context, _, endpoint string, at time.Time) (Quota, error) {
		start := at.Truncate(24 * time.Hour)
		return Quota{Account: endpoint, Limit: 1, Start: start, End: start.Add(24 * time.Hour)}, nil
	}
	mass := func(name, send string, ord uint32, priority int) Touch {
		x := touch(name, ord, outreach.WeComMass, time.Hour)
		x.Playbook, x.Endpoint, x.Priority = send, "ww1/ann", priority
		return x
	}
	long := mass("tomorrow", "ms_2", 2, 10)
	long.Expires = noon.Add(48 * time.Hour)
	pool := touch("pool", 1, outreach.WeComMass, 2*time.Hour)
	pool.Endpoint = "ww1" // whoever has the customer
	p := r.plan(2, mass("first", "ms_1", 1, 60), mass("too much", "ms_3", 3, 5), long, pool)
	want := map[string]string{"first": "send", "too much": "staff_full", "tomorrow": "send", "pool": "quota"}
	if diff := cmp.Diff(want, r.verdicts(PlanFilter{})); diff != "" {
		t.Fatal(diff)
	}
	if got := r.verdicts(PlanFilter{Day: "2026-03-03"}); got["tomorrow"] != Send {
		t.Fatalf("the next day: %v", got)
	}
	for _, x := range p.Raises {
		if x.Touches != 1 { // the pool's; or ms_2 today and so ms_3 tomorrow
			t.Fatalf("%+v", x)
		}
	}
}

func TestPlan_OldPagesAreNotMixedWithNewOnes(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 5)
	if none, err := r.Touches(context.Background(), PlanFilter{}); err != nil || len(none.Items) != 0 {
		t.Fatalf("the first plan is made when it is asked for: %+v: %v", none, err)
	}
	all := []Touch{touch("a", 1, "sms", time.Hour), touch("b", 2, "sms", time.Hour)}
	r.plan(1, all...)
	first, err := r.Touches(context.Background(), PlanFilter{Limit: 1})
	if err != nil || first.Next == "" {
		t.Fatalf("%+v: %v", first, err)
	}
	r.clock.Advance(time.Minute)
	r.plan(1, all...)
	if _, err := r.Touches(context.Background(), PlanFilter{Cursor: first.Next}); !fault.Is(err, fault.Precondition) {
		t.Fatalf("%v", err)
	}
}

// BenchmarkPlan makes a plan of a million touches to 100,000 customers with all its variants.
func BenchmarkPlan(b *testing.B) {
	r := newRig(b, dbtest.SQLite(b), 100_000)
	r.policy(func(p *outreach.Policy) {
		p.Quiet = &outreach.Quiet{From: "22:00", To: "08:00"}
		p.Cap = outreach.Cap{PerDay: 1, PerWeek: 3, PerMonth: 8, Channels: map[string]int{"sms": 1}}
	})
	all := make(touches, 1_000_000)
	for i := range all {
		all[i] = touch(fmt.Sprintf("t%07d", i), uint32(i%100_000+1), []string{"sms", "mail"}[i/100_000%2], time.Duration(i%(7*24*60))*time.Minute)
		all[i].Priority, all[i].Value = 40+i%20, int64(i%997)
	}
	r.Forecasts["runs"] = all
	var p *Plan
	for b.Loop() {
		var err error
		if p, err = r.Plan(context.Background(), 7, true); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(p.Touches)*float64(b.N)/b.Elapsed().Seconds(), "touches/s")
	b.ReportMetric(float64(len(p.Raises)), "variants")
}
