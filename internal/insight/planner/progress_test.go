package planner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
)

func mayDay(day int) time.Time { return time.Date(2026, 5, day, 9, 0, 0, 0, time.UTC) }

// keep makes a plan of May in which all of April's levers are set by hand: 300 orders of
// 100 by 300 buyers, none of whom return.
func (b *bench) keep() Plan {
	b.Helper()
	sc := may(30_000)
	sc.Overrides = map[string]float64{
		AverageOrder: 100, OrdersPerBuyer: 1, RepeatRate: 0, KnownToPurchase: 0, PerReferrer: 0, lever("store", "conversion"): 0.5,
		lever("store", "cost_per_add"): 2, lever("store", "capacity"): 10_000, TouchesPerBuyer: 1,
	}
	d, err := b.plans.Draft(context.Background(), Input{Name: " May ", Scenario: sc}, "u1")
	b.must(err)
	p, err := b.plans.Create(context.Background(), d)
	b.must(err)
	return p
}

func (b *bench) progress(id string) map[string]NodeProgress {
	b.Helper()
	p, err := b.plans.Progress(context.Background(), id, 0)
	b.must(err)
	out := map[string]NodeProgress{}
	for _, n := range p.Nodes {
		out[nodeKey(n.Name, n.Channel)] = n
	}
	return out
}

// covers: I4
func TestPlans_AreKeptInVersions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, fixed{})
		b.spring()
		ctx := context.Background()
		p := b.keep()
		if p.Name != "May" || p.Version != 1 || *p.Revision.Answer.node(NodeAdds).Point != 600 {
			t.Fatalf("kept %+v", p)
		}
		sc := p.Revision.Scenario
		sc.Target = 60_000
		draft, err := b.plans.Draft(ctx, Input{Note: "twice", Scenario: sc}, "u2")
		b.must(err)
		second, err := b.plans.Update(ctx, p.ID, draft)
		b.must(err)
		got, err := b.plans.Get(ctx, p.ID, 0)
		b.must(err)
		if diff := cmp.Diff(second, got); diff != "" {
			t.Error(diff)
		}
		old, err := b.plans.Get(ctx, p.ID, 1)
		b.must(err)
		if diff := cmp.Diff(p.Revision, old.Revision); diff != "" {
			t.Error(diff)
		}
		versions, err := b.plans.Versions(ctx, p.ID)
		b.must(err)
		if len(versions) != 2 || versions[0].Note != "twice" || versions[0].CreatedBy != "u2" || versions[1].Scenario.Target != 30_000 {
			t.Errorf("versions %+v", versions)
		}
		other := b.keep()
		page, err := b.plans.List(ctx, "", 1)
		b.must(err)
		rest, err := b.plans.List(ctx, page.Next, 1)
		b.must(err)
		if len(page.Items) != 1 || page.Items[0].ID != other.ID || len(rest.Items) != 1 || rest.Items[0].ID != p.ID || rest.Next != "" {
			t.Errorf("pages %+v and %+v", page, rest)
		}
		b.must(b.plans.Delete(ctx, p.ID))
		_, missing := b.plans.Get(ctx, p.ID, 0)
		if err := b.plans.Delete(ctx, p.ID); !fault.Is(err, fault.NotFound) || !fault.Is(missing, fault.NotFound) {
			t.Errorf("a deleted plan: %v, %v", err, missing)
		}
		if _, err := b.plans.Update(ctx, p.ID, draft); !fault.Is(err, fault.NotFound) {
			t.Errorf("an edit of a deleted plan: %v", err)
		}
		if _, err := b.plans.Get(ctx, other.ID, 9); !fault.Is(err, fault.NotFound) {
			t.Errorf("a version that is none: %v", err)
		}
	})
}

// After ten of thirty days 80 of 100 first orders are there, one customer bought twice, one
// order is of nobody and one was cancelled.
//
// covers: I4
func TestProgress_ComparesTheActualWithThePlanToDate(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), fixed{"store": 350_00})
	b.spring()
	p := b.keep()
	if n := b.progress(p.ID)[NodeRevenue]; n.Actual != 0 || *n.PlannedNow != 0 || n.P50 != nil || n.Alarm {
		t.Errorf("at the start %+v", n)
	}
	b.road.Clock.Set(mayDay(11).Truncate(24 * time.Hour))
	var evs []*event.Event
	for i := range 80 {
		at := mayDay(1 + i%10)
		evs = append(evs, b.road.Track(fmt.Sprint("n", i), event.ContactAdded, at, `{"channel":"store","staff":"li"}`),
			b.order(fmt.Sprint("n", i), at.Add(time.Hour), fmt.Sprint("n", i), 100))
	}
	nobody := b.order("", mayDay(3), "nobody", 55.55)
	nobody.Identities = nil
	evs = append(evs, b.order("s0", mayDay(4), "s0", 70), b.order("n1", mayDay(9), "n1b", 30), nobody,
		b.order("n2", mayDay(9), "n2b", 500), b.road.Track("n2", event.OrderCancelled, mayDay(9), `{"order_id":"n2b"}`))
	b.road.MustSubmit(t, evs...)
	got := b.progress(p.ID)
	for name, want := range map[string]struct {
		planned, now, actual float64
		people               int
	}{
		NodeRevenue: {30_000, 10_000, 8155.55, 81}, NodeOrders: {300, 100, 83, 81}, NodeBuyers: {300, 100, 81, 81}, NodeReturning: {0, 0, 1, 1},
		NodeFirstTime: {300, 100, 80, 80}, NodeAdds: {600, 200, 80, 80}, nodeKey(NodeAdds, "store"): {600, 200, 80, 80}, NodeTouches: {300, 100, 0, 0},
		NodeBudget: {1200, 400, 350, 80},
	} {
		n := got[name]
		if n.Planned == nil || math.Abs(*n.Planned-want.planned) > 1e-6 || math.Abs(*n.PlannedNow-want.now) > 1e-6 || n.Actual != want.actual || n.People != want.people {
			t.Errorf("%s: %+v, want %+v", name, n, want)
			continue
		}
		if gap := want.actual - want.now; math.Abs(*n.Gap-gap) > 1e-6 {
			t.Errorf("%s: gap %v, want %v", name, *n.Gap, gap)
		}
	}
	// 81 buyers of 100: the rate is Gamma(81.5), below 90 with probability 0.828.
	if n := got[NodeBuyers]; math.Abs(*n.Probable-0.828) > 0.005 || !n.Alarm {
		t.Errorf("buyers are behind with %v", *n.Probable)
	}
	// 83 orders: below 90 with 0.767, which is no alarm.
	if n := got[NodeOrders]; math.Abs(*n.Probable-0.767) > 0.008 || n.Alarm {
		t.Errorf("orders are behind with %v", *n.Probable)
	}
	if n := got[NodeAdds]; !n.Alarm || *n.Probable < 0.999 {
		t.Errorf("adds %+v", n)
	}
	// Going on so 81 become 243, give or take.
	if n := got[NodeBuyers]; math.Abs(*n.P50-243) > 6 || *n.P10 > 225 || *n.P10 < 190 || *n.P90 < 261 || *n.P90 > 300 {
		t.Errorf("forecast %v %v %v", *n.P10, *n.P50, *n.P90)
	}
	if n := got[NodeRevenue]; *n.P50 < 23_000 || *n.P50 > 26_000 || *n.P10 < n.Actual {
		t.Errorf("forecast of revenue %v %v %v", *n.P10, *n.P50, *n.P90)
	}
}

// covers: I4
func TestProgress_EveryActualLeadsToPeople(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), nil)
	b.spring()
	p := b.keep()
	b.road.Clock.Set(mayDay(11))
	b.road.MustSubmit(t,
		b.road.Track("x", event.ContactAdded, mayDay(2), `{"channel":"ad"}`), b.order("x", mayDay(3), "x", 10), b.order("s0", mayDay(3), "s", 10),
		b.road.Track("y", event.MessageSent, mayDay(5), `{"staff":"li"}`), b.road.Track("y", event.TaskCompleted, mayDay(5), `{"staff":"li"}`),
		b.road.Track("z", event.ReferralCompleted, mayDay(6), ""),
	)
	query := json.RawMessage(`{"plan":"` + p.ID + `"}`)
	for cell, users := range map[string][]string{
		`{"node":"buyers"}`: {"x", "s0"}, `{"node":"revenue"}`: {"x", "s0"}, `{"node":"returning"}`: {"s0"}, `{"node":"first_time"}`: {"x"},
		`{"node":"adds"}`: {"x"}, `{"node":"adds","channel":"ad"}`: {"x"}, `{"node":"adds","channel":"store"}`: {}, `{"node":"touches"}`: {"y"},
		`{"node":"tasks"}`: {"y"}, `{"node":"referred"}`: {"z"},
	} {
		got, err := Report{b.plans}.People(context.Background(), query, json.RawMessage(cell))
		b.must(err)
		if got.GetCardinality() != uint64(len(users)) {
			t.Errorf("%s: %d people, want %v", cell, got.GetCardinality(), users)
		}
		for _, user := range users {
			if !got.Contains(b.road.Root(t, user)) {
				t.Errorf("%s: %s is missing", cell, user)
			}
		}
	}
	for cell, pointer := range map[string]string{`{"node":"luck"}`: "/cell/node", `{"node":"buyers","channel":"ad"}`: "/cell/channel"} {
		_, err := Report{b.plans}.People(context.Background(), query, json.RawMessage(cell))
		var f *fault.Error
		if !errors.As(err, &f) || f.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a fault at %s", cell, err, pointer)
		}
	}
	answer, err := Report{b.plans}.Run(context.Background(), query)
	b.must(err)
	if _, ok := answer.(Progress); !ok {
		t.Errorf("the report answers with %T", answer)
	}
	if _, err := (Report{b.plans}).Run(context.Background(), json.RawMessage(`{}`)); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a plan: %v", err)
	}
	if _, err := b.plans.Progress(context.Background(), p.ID, 100); !fault.Is(err, fault.Invalid) {
		t.Errorf("a gap of everything: %v", err)
	}
}

// covers: I4
func TestAlarms_AreWrittenOnceADayUntilThePlanIsOver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, fixed{"store": 9000_00})
		b.spring()
		p := b.keep()
		ctx := context.Background()
		b.must(b.jobs.Start(ctx))
		t.Cleanup(func() { b.jobs.Stop(context.Background()) })
		at := func(day, hour int) {
			b.road.Clock.Set(time.Date(2026, 5, day, hour, 30, 0, 0, time.UTC))
			b.must(b.jobs.Idle(ctx))
		}
		at(2, 7) // the job is due at eight each day; the first, of 1 May, is late
		list, err := b.plans.Alarms(ctx, p.ID, "", 0)
		b.must(err)
		days := map[string]int{}
		for _, a := range list.Items {
			days[a.Day]++
			if a.Node == NodeBudget != (a.Kind == "over") || a.Version != 1 || a.Planned <= 0 || a.Plan != p.ID || a.Name != "May" {
				t.Errorf("alarm %+v", a)
			}
		}
		if days["2026-05-02"] == 0 || len(days) != 1 {
			t.Fatalf("alarms %v", days)
		}
		again, err := b.plans.Look(ctx, p.ID)
		b.must(err)
		if len(again) != days["2026-05-02"] {
			t.Errorf("today's gaps are %d, the rows %d", len(again), days["2026-05-02"])
		}
		at(2, 23) // the message that got no answer goes again
		for _, corp := range []string{"ww1", "ww2"} {
			texts := b.told.of(corp)
			if len(texts) != 1 || !strings.HasPrefix(texts[0], fmt.Sprintf("增长规划「May」2026-05-02 有 %d 项偏离计划：\n· ", len(again))) {
				t.Errorf("%s is told %q", corp, texts)
			}
		}
		at(3, 9)
		every, err := b.plans.Alarms(ctx, "", "", 0)
		b.must(err)
		if len(every.Items) != 2*len(again) || len(b.told.of("ww1")) != 2 {
			t.Errorf("%d alarms of all plans, told %q", len(every.Items), b.told.of("ww1"))
		}
		first, err := b.plans.Alarms(ctx, p.ID, "", 2)
		b.must(err)
		if first.Next == "" || first.Items[0].Day != "2026-05-03" {
			t.Errorf("the newest day comes first: %+v", first)
		}
		seen := map[string]bool{}
		for page := first; ; {
			for _, a := range page.Items {
				key := a.Day + nodeKey(a.Node, a.Channel)
				if seen[key] {
					t.Errorf("%s comes twice", key)
				}
				seen[key] = true
			}
			if page.Next == "" {
				break
			}
			page, err = b.plans.Alarms(ctx, p.ID, page.Next, 2)
			b.must(err)
		}
		if want := 2 * len(again); len(seen) != want {
			t.Errorf("%d alarms of two days, want %d", len(seen), want)
		}
		at(31, 9)
		if _, ok, err := b.jobs.Find(ctx, alarmKind, p.ID); ok || err != nil {
			t.Errorf("the plan is over, its job is still there: %v, %v", ok, err)
		}
		other := b.keep()
		b.must(b.plans.Delete(ctx, other.ID))
		if _, ok, err := b.jobs.Find(ctx, alarmKind, other.ID); ok || err != nil {
			t.Errorf("the plan is deleted, its job is still there: %v, %v", ok, err)
		}
	})
}

// covers: I4
func TestElapsed_WeighsTheBrandsOwnDays(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	p := &span{zone: shanghai, from: time.Date(2026, 5, 4, 0, 0, 0, 0, shanghai), to: time.Date(2026, 5, 10, 23, 59, 59, 0, shanghai)} // Monday to Sunday
	at := time.Date(2026, 5, 9, 12, 0, 0, 0, shanghai)                                                                                 // noon of Saturday
	if got := p.elapsed(at, nil); math.Abs(got-5.5/7) > 1e-9 {
		t.Errorf("all days alike: %v", got)
	}
	if got := p.elapsed(at, []float64{2, 0.5, 0.5, 0.5, 0.5, 1, 2}); math.Abs(got-4./7) > 1e-9 {
		t.Errorf("a shop of weekends: %v", got)
	}
	if before, after := p.elapsed(p.from.Add(-time.Hour), nil), p.elapsed(p.to.AddDate(0, 1, 0), nil); before != 0 || after != 1 {
		t.Errorf("before and after: %v, %v", before, after)
	}
}
