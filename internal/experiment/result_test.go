package experiment_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/experiment"
	"yutang/internal/outreach"
)

const day = 24.0

// covers: C8
func TestResults_CountByFirstExposureAndReconcileToTheCent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, 12)
		r.road([]*event.Event{
			bought(1, -10*day, "before", 5000),
			bought(1, 1, "a", 1234),
			bought(1, 2, "b", 1001),
			happened(1, 30*day, event.OrderRefunded, map[string]any{"order_id": "b", "refund_amount": "0.51"}),
			bought(1, 14*day+1, "late", 9900),
			bought(2, 3, "c", 777),
			happened(2, 4, event.OrderCancelled, map[string]any{"order_id": "c"}),
			bought(3, 1, "same moment", 100), // the exposure is at this moment: it was caused by the order
			happened(4, 5, event.ContactLost, nil),
			bought(5, 5, "two arms", 4000),
			bought(7, 2, "erased", 4000), happened(7, 3, event.ProfileErased, nil),
			bought(8, 2, "other record", 333),
			bought(10, 20*day, "not over", 888),
		},
			exposed("treatment", 1, 0), exposed("treatment", 2, 0), exposed("control", 3, 1), exposed("control", 4, 0),
			exposed("treatment", 5, 0), exposed("control", 6, 0), exposed("control", 7, 0),
			exposed("control", 8, 5), exposed("control", 9, 1), exposed("control", 10, 19*day),
		)
		r.merge(5, 5, 6)
		r.merge(8, 8, 9) // the earlier exposure is of record 9
		r.clk.Advance(31 * 24 * time.Hour)
		got := r.results("pb/step")

		treated, control := arm(t, got, "treatment"), arm(t, got, "control")
		if treated.Exposed != 2 || treated.Mature != 2 || treated.Converted != 2 || treated.Orders != 3 || treated.Revenue != 1234+1001-51 {
			t.Errorf("treatment: %+v", treated)
		}
		if control.Exposed != 4 || control.Mature != 3 || control.Converted != 1 || control.Revenue != 333 || control.Early.Customers != 1 || control.Early.Revenue != 888 {
			t.Errorf("control: %+v", control)
		}
		if control.Guardrails[0] != (experiment.GuardResult{Event: event.ContactLost, Customers: 1, Rate: 1.0 / 3}) {
			t.Errorf("guardrails: %+v", control.Guardrails)
		}
		if got.Left != (experiment.Left{Merged: 1, Erased: 1}) {
			t.Errorf("left out: %+v", got.Left)
		}
		inc := got.Comparisons[0].Incremental
		if want := (2184.0/2 - 333.0/3) * 2; inc == nil || math.Abs(inc.Amount-want) > 1e-9 {
			t.Errorf("incremental revenue %+v, want %v", inc, want)
		}
		if got.Split == nil || got.Split.Verdict != "ok" || len(got.Series) == 0 {
			t.Errorf("split %+v, series %+v", got.Split, got.Series)
		}
		yes := true
		people, err := r.People(t.Context(), experiment.ID("pb/step"), experiment.PeopleFilter{Arm: "treatment", Converted: &yes, Limit: 1})
		if err != nil || len(people.Items) != 1 || people.Items[0].Root != 1 || people.Items[0].Revenue != 2184 || people.Next == "" {
			t.Fatalf("%+v, %v", people, err)
		}
	})
}

// sheet is what a naive recount of an experiment says of one arm.
type sheet struct{ Exposed, Mature, Converted, Orders, Revenue int }

// covers: C8
func TestResults_EqualARecount(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	rapid.Check(t, func(rt *rapid.T) {
		for _, table := range []string{"customer_order", "profile", "customer_level", "event", "event_name", "source", "exposure", "experiment", "experiment_arm"} {
			if _, err := d.Exec(t.Context(), "DELETE FROM "+table); err != nil {
				t.Fatal(err)
			}
		}
		const people = 8
		r := newRig(t, d, people)
		var evs []*event.Event
		type buy struct {
			ord   uint32
			hour  float64
			cents int
		}
		var buys []buy
		for i := range rapid.IntRange(0, 20).Draw(rt, "orders") {
			b := buy{rapid.Uint32Range(1, people).Draw(rt, "who"), float64(rapid.IntRange(-50, 40).Draw(rt, "day")) * 12, rapid.IntRange(0, 100_000).Draw(rt, "cents")}
			buys = append(buys, b)
			evs = append(evs, bought(b.ord, b.hour, string(rune('a'+i)), b.cents))
		}
		var exposures []experiment.Exposure
		for ord := uint32(1); ord <= people; ord++ {
			if name := rapid.SampledFrom([]string{"", "control", "treatment"}).Draw(rt, "arm"); name != "" {
				exposures = append(exposures, exposed(name, ord, float64(rapid.IntRange(0, 20).Draw(rt, "exposed"))*12))
			}
		}
		r.road(evs, exposures...)
		root := map[uint32]uint32{}
		for ord := uint32(1); ord <= people; ord++ {
			root[ord] = ord
		}
		if rapid.Bool().Draw(rt, "merge") {
			r.merge(2, 2, 5, 7)
			root[5], root[7] = 2, 2
		}
		r.clk.Advance(15 * 24 * time.Hour)
		first, twice := map[uint32]experiment.Exposure{}, map[uint32]bool{}
		for _, e := range exposures {
			was, ok := first[root[e.Ord]]
			twice[root[e.Ord]] = twice[root[e.Ord]] || ok && was.Arm != e.Arm
			if !ok || e.At.Before(was.At) {
				first[root[e.Ord]] = e
			}
		}
		want := map[string]sheet{}
		for who, e := range first {
			if twice[who] {
				continue
			}
			s := want[e.Arm]
			s.Exposed++
			converted := false
			if !e.At.Add(14 * 24 * time.Hour).After(r.clk.Now()) {
				s.Mature++
				for _, b := range buys {
					if at := hours(b.hour); root[b.ord] == who && at.After(e.At) && !at.After(e.At.Add(14*24*time.Hour)) {
						s.Orders, s.Revenue, converted = s.Orders+1, s.Revenue+b.cents, true
					}
				}
			}
			if converted {
				s.Converted++
			}
			want[e.Arm] = s
		}
		got := map[string]sheet{}
		if len(exposures) > 0 {
			for _, a := range r.results("pb/step").Arms {
				if a.Exposed > 0 {
					got[a.Arm] = sheet{a.Exposed, a.Mature, a.Converted, a.Orders, int(a.Revenue)}
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// crowd exposes n customers to arms in turn; every k-th of an arm buys for cents.
func crowd(r *rig, n int, arms []string, every map[string]int, cents int) {
	var evs []*event.Event
	var all []experiment.Exposure
	for i := range n {
		ord, name := uint32(i+1), arms[i%len(arms)]
		e := exposed(name, ord, float64(i)/float64(n)*10*day)
		e.Share = 100 / float64(len(arms))
		all = append(all, e)
		if k := every[name]; k > 0 && i/len(arms)%k == 0 {
			evs = append(evs, bought(ord, e.At.Sub(start).Hours()+1, "o"+string(rune(i+1000)), cents+i%97))
		}
	}
	r.road(evs, all...)
}

// covers: C8
func TestResults_ShowFixedHorizonOnlyWhenPlanned(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		r := newRig(t, d, 1000)
		crowd(r, 1000, []string{"control", "treatment"}, map[string]int{"control": 10, "treatment": 4}, 5000)
		r.clk.Advance(30 * 24 * time.Hour)
		got := r.results("pb/step")
		c := got.Comparisons[0]
		if got.Planned || c.Conversion.Fixed != nil || c.Revenue.Fixed != nil {
			t.Fatalf("a fixed-horizon result without a plan: %+v", c.Conversion)
		}
		if a := c.Conversion.Always; a == nil || a.Low <= 0 || a.P > 0.05 || math.Abs(c.Conversion.Diff-0.15) > 1e-9 {
			t.Fatalf("25 %% against 10 %% of 500 customers each: %+v", c.Conversion)
		}
		if c.Adjusted != nil {
			t.Errorf("nobody bought before, and yet revenue is adjusted: %+v", c.Adjusted)
		}
		if _, err := r.Put(ctx, "pb/step", experiment.Settings{PlannedCustomers: 400}); err != nil {
			t.Fatal(err)
		}
		got = r.results("pb/step")
		c = got.Comparisons[0]
		if !got.Planned || c.Conversion.Fixed == nil || c.Revenue.Fixed == nil || c.Incremental.Valid != "always" {
			t.Fatalf("the planned horizon is reached: %+v", c)
		}
		before := *c.Conversion.Fixed
		if before.P > 0.05 || before.Stat < 2.5 || before.Stat > 4 { // 50 and 20 of 200 each: z = 3.95
			t.Errorf("on the first 400 customers: %+v", before)
		}
		if _, err := r.Put(ctx, "pb/step", experiment.Settings{PlannedUntil: r.clk.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if got := r.results("pb/step"); got.Planned {
			t.Error("the planned moment is an hour away")
		}
		for _, s := range got.Series[1:] {
			if len(s.Points) != 1 {
				t.Fatalf("%+v", s)
			}
		}
	})
}

// covers: C8
func TestResults_OfSeveralArmsAreAdjusted(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 1200)
	crowd(r, 1200, []string{"control", "a", "b"}, map[string]int{"control": 10, "a": 7, "b": 4}, 5000)
	r.clk.Advance(30 * 24 * time.Hour)
	got := r.results("pb/step")
	if len(got.Comparisons) != 2 {
		t.Fatalf("%d comparisons", len(got.Comparisons))
	}
	a, b := got.Comparisons[0].Conversion.Always, got.Comparisons[1].Conversion.Always
	if b.Holm != math.Min(1, 2*b.P) || a.Holm != math.Max(a.P, b.Holm) || a.Level != 0.975 {
		t.Errorf("a %+v, b %+v", a, b)
	}
}

// covers: C8
func TestResults_OfClustersHaveTheVarianceBetweenThem(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 401)
	var evs []*event.Event
	all := []experiment.Exposure{{Experiment: "pb/team", Arm: "control", Ord: 401, At: start, Share: 50}}
	for i := range 400 {
		staff := i % 24
		e := experiment.Exposure{Experiment: "pb/team", Arm: []string{"control", "treatment"}[staff%2], Ord: uint32(i + 1), Cluster: "s" + string(rune('a'+staff)), At: start, Share: 50}
		all = append(all, e)
		if i/24 < 2+staff/3 { // the customers of a member buy alike
			evs = append(evs, bought(e.Ord, 1, "o"+string(rune(i+1000)), 10_000))
		}
	}
	r.road(evs, all...)
	r.clk.Advance(30 * 24 * time.Hour)
	if _, err := r.Put(t.Context(), "pb/team", experiment.Settings{Kind: experiment.Cluster}); err != nil {
		t.Fatal(err)
	}
	got := r.results("pb/team")
	c := got.Comparisons[0]
	if got.Left.NoCluster != 1 || c.Clusters == nil || c.Conversion.Always != nil {
		t.Fatalf("%+v", c)
	}
	if k := c.Clusters; k.Treated != 12 || k.Control != 12 || k.Few || k.Reached || k.Revenue.ICC < 0.02 || k.Revenue.DesignEffect <= 1 || k.Revenue.SE <= k.Revenue.NaiveSE || k.Revenue.DF != 22 {
		t.Errorf("%+v", k)
	}
	idle := experiment.Exposure{Experiment: "pb/idle", Ord: 1, At: start, Share: 50}
	for i := range uint32(8) {
		idle.Ord, idle.Arm, idle.Cluster = i+300, []string{"control", "treatment"}[i%2], string(rune('a'+i/2*2+i%2))
		r.road(nil, idle)
	}
	r.clk.Advance(30 * 24 * time.Hour)
	if c := r.results("pb/idle").Comparisons[0]; c.Clusters == nil || c.Clusters.Conversion != nil || c.Incremental == nil {
		t.Errorf("nobody bought, and yet there is a test: %+v", c.Clusters)
	}
	if got.Split == nil || got.Split.Unit != "cluster" || got.Split.Expected["control"] != 12 || c.Incremental.Valid != "one_look" {
		t.Errorf("%+v, %+v", got.Split, c.Incremental)
	}
	if len(got.Warnings) != 1 || got.Warnings[0].Code != "cluster_one_look" {
		t.Errorf("%+v", got.Warnings)
	}
}

// covers: C8
func TestSettings_DeclareStopAndDecide(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		r := newRig(t, d, 10)
		_, err := r.Put(ctx, "spring/test", experiment.Settings{Owner: "Li", Arms: []experiment.Arm{{Name: "control", Share: 90}, {Name: "x", Share: 10}}})
		if err != nil {
			t.Fatal(err)
		}
		for i := range uint32(4) {
			e := exposed("control", i+1, float64(i))
			e.Experiment = "spring/test"
			r.road(nil, e)
			if i == 1 {
				r.clk.Advance(90 * time.Minute) // between the second exposure and the third
				if _, err := r.Stop(ctx, "spring/test"); err != nil {
					t.Fatal(err)
				}
			}
		}
		got := r.results("spring/test")
		if a := arm(t, got, "control"); a.Exposed != 2 || a.Share != 90 {
			t.Errorf("%+v", a)
		}
		if a := arm(t, got, "x"); a.Exposed != 0 || a.Share != 10 {
			t.Errorf("%+v", a)
		}
		if _, err := r.Stop(ctx, "spring/test"); err == nil {
			t.Error("it stops twice")
		}
		if _, err := r.Decide(ctx, "spring/test", "Li", experiment.Decision{Arm: "y", Note: "why"}); err == nil {
			t.Error("an arm that is not there is kept")
		}
		x, err := r.Decide(ctx, "spring/test", "Li", experiment.Decision{Arm: "x", Note: "cheaper"})
		if err != nil || x.Decision.By != "Li" || !x.Decision.At.Equal(r.clk.Now()) {
			t.Errorf("%+v, %v", x, err)
		}
		if x, err = r.Resume(ctx, x.ID); err != nil || x.StoppedAt != nil || arm(t, r.results("spring/test"), "control").Exposed != 4 {
			t.Errorf("%+v, %v", x, err)
		}
		page, err := r.Exposures(ctx, "spring/test", "", 3)
		if err != nil || len(page.Items) != 3 || page.Next == "" {
			t.Errorf("%+v, %v", page, err)
		}
		list, err := r.List(ctx, "", 0)
		if err != nil || len(list.Items) != 1 || list.Items[0].Name != "spring/test" || list.Items[0].Arms[0].Records != 4 {
			t.Errorf("%+v, %v", list, err)
		}
		if _, err := r.Get(ctx, "nothing"); err == nil {
			t.Error("an experiment that is not there is shown")
		}
	})
}

// covers: C8
func TestGlobal_RecordsEachCustomerOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		r := newRig(t, d, 10)
		all := []outreach.Exposed{{Ord: 1, Held: true, Share: 10, At: start}, {Ord: 2, Share: 10, At: start}}
		broken := errors.New("the commit failed")
		if err := d.InTx(ctx, func(ctx context.Context) error { return errors.Join(r.Global(ctx, all), broken) }); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		for range 3 { // what was lost is written again, what stands stays
			if err := d.InTx(ctx, func(ctx context.Context) error { return r.Global(ctx, all) }); err != nil {
				t.Fatal(err)
			}
			all[0].At = all[0].At.Add(time.Hour)
		}
		page, err := r.Exposures(ctx, experiment.Global, "", 10)
		if err != nil || len(page.Items) != 2 || page.Items[0].Arm != experiment.ArmControl || !page.Items[0].At.Equal(start) {
			t.Fatalf("%+v, %v", page, err)
		}
		r.policy.HoldoutSalt = "2027"
		if err := r.Global(ctx, all); err != nil {
			t.Fatal(err)
		}
		if x, err := r.Get(ctx, "global/2027"); err != nil || x.Kind != experiment.Holdout || len(x.Arms) != 2 || x.Arms[1].Share != 90 {
			t.Fatalf("another salt is another experiment: %+v, %v", x, err)
		}
	})
}

// covers: C8
func TestResults_RevenueOfAllArmsIsTheOrderLedgers(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 300)
	crowd(r, 300, []string{"control", "treatment"}, map[string]int{"control": 2, "treatment": 3}, 1999)
	r.clk.Advance(60 * 24 * time.Hour)
	var ledger int64
	if err := r.customers.Ledger(t.Context(), func(o customer.Order) error { ledger += o.Net; return nil }); err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, a := range r.results("pb/step").Arms {
		sum += a.Revenue
	}
	if sum != ledger || ledger == 0 {
		t.Fatalf("arms brought %d, the ledger holds %d", sum, ledger)
	}
}
