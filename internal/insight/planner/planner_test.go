package planner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/pipeline/roadtest"
)

// The plans of these tests are for May 2026, learned from April and the days before.
var now = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)

// fixed are costs of any time.
type fixed map[string]int64

func (f fixed) ByChannel(context.Context, time.Time, time.Time) (map[string]int64, error) {
	return f, nil
}

type bench struct {
	*testing.T
	road  *roadtest.Road
	plans *Service
	jobs  *job.Queue
	told  *heard
}

// heard keeps what the people of two corps are told. The first call of all gets no answer.
type heard struct {
	mu    sync.Mutex
	calls int
	texts map[string][]string
}

func (h *heard) Corps(context.Context) ([]string, error) { return []string{"ww1", "ww2"}, nil }

func (h *heard) Tell(_ context.Context, corp, text string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.calls++; h.calls == 1 {
		return errors.New("no answer")
	}
	if h.texts == nil {
		h.texts = map[string][]string{}
	}
	h.texts[corp] = append(h.texts[corp], text)
	return nil
}

func (h *heard) of(corp string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.texts[corp])
}

func open(t *testing.T, d *db.DB, costs Costs) *bench {
	t.Helper()
	r := roadtest.Open(t, d, clock.NewManual(now), roadtest.Options{})
	t.Cleanup(r.Close)
	q := job.New(d, r.Clock)
	told := &heard{}
	return &bench{t, r, New(Config{DB: d, Base: r.Reports(), Costs: costs, Jobs: q, Tell: told, Clock: r.Clock}), q, told}
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func april(day int) time.Time { return time.Date(2026, 4, day, 9, 0, 0, 0, time.UTC) }

func march(day int) time.Time { return time.Date(2026, 3, day, 9, 0, 0, 0, time.UTC) }

func (b *bench) order(user string, at time.Time, id string, revenue float64) *event.Event {
	return b.road.Track(user, event.OrderCompleted, at, fmt.Sprintf(`{"order_id":%q,"revenue":%.2f}`, id, revenue))
}

// spring fills March and April. The store adds eight in the first half of March, of whom
// two buy within 30 days (s0 twice) and one later; the ad adds four, none buys. Two
// customers come by themselves in March and one of them buys in April.
func (b *bench) spring() {
	b.Helper()
	var evs []*event.Event
	for i := range 8 {
		evs = append(evs, b.road.Track(fmt.Sprint("s", i), event.ContactAdded, march(1+i), `{"channel":"store","staff":"li"}`))
	}
	for i := range 4 {
		evs = append(evs, b.road.Track(fmt.Sprint("a", i), event.ContactAdded, march(12), `{"channel":"ad","staff":"wang"}`))
	}
	evs = append(evs,
		b.order("s0", march(5), "1", 100), b.order("s0", april(10), "2", 50), b.order("s1", march(20), "3", 150),
		b.order("s2", april(29), "4", 100),
		b.road.Track("w1", "Page Viewed", march(10), ""), b.road.Track("w2", "Page Viewed", march(10), ""), b.order("w1", april(20), "5", 200),
		b.order("w2", april(21), "6", 70), b.road.Track("w2", event.OrderCancelled, april(22), `{"order_id":"6"}`),
		b.road.Track("s0", event.MessageDelivered, april(9), `{"channel":"wecom"}`), b.road.Track("s5", event.MessageDelivered, april(9), `{"channel":"wecom"}`),
		b.road.Track("s0", event.ReferralCompleted, april(12), ""),
	)
	b.road.MustSubmit(b, evs...)
}

func may(target float64) Scenario {
	return Scenario{Target: target, From: "2026-05-01", To: "2026-05-30", HistoryFrom: "2026-03-02"}
}

func (b *bench) simulate(sc Scenario) Answer {
	b.Helper()
	a, err := b.plans.Simulate(context.Background(), sc)
	b.must(err)
	return a
}

// The history has two stretches of 30 days, from 2 March and from 1 April.
//
// covers: I4
func TestSimulate_RatesAreTheBrandsOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, fixed{"store": 70_00, "tv": 1_00})
		b.spring()
		a := b.simulate(may(100_000))
		if a.Windows != 2 || a.Horizon != 30 || a.Days != 30 || a.HistoryTo != "2026-04-30" {
			t.Fatalf("%d stretches of %d days for %d, to %s", a.Windows, a.Horizon, a.Days, a.HistoryTo)
		}
		type base struct{ events, of float64 }
		want := map[string]base{
			AverageOrder:                   {600, 5}, // the cancelled one aside
			OrdersPerBuyer:                 {5, 5},   // s0, s1 | s0, s2, w1
			RepeatRate:                     {1, 2},   // of s0 and s1, s0 in April
			KnownToPurchase:                {3, 13},  // before 2 March s0, who bought; before April s2 to s7, a0 to a3, w1, w2, of whom s2 and w1
			AwareToInterest:                {11, 13}, // s0 came before the history; w1 bought too late, w2 never
			PerReferrer:                    {1, 1},
			TouchesPerBuyer:                {2, 5},
			ContactsPerDay:                 {11, 8}, // li on 7 days, wang on one
			lever("store", "conversion"):   {1, 7},  // s0 added before the history; of s1 to s7, s1
			lever("store", "cost_per_add"): {70, 7},
			lever("ad", "conversion"):      {0, 4},
		}
		for _, r := range a.Rates {
			if w, ok := want[r.Name]; ok {
				if diff := cmp.Diff(w, base{r.Events, r.Base}, cmp.AllowUnexported(base{})); diff != "" {
					t.Errorf("%s (%s): %s", r.Name, r.Definition, diff)
				}
				delete(want, r.Name)
			}
			if r.Point != nil && (*r.P10 > *r.P50 || *r.P50 > *r.P90 || *r.P10 < 0) {
				t.Errorf("%s: %v %v %v", r.Name, *r.P10, *r.P50, *r.P90)
			}
		}
		if len(want) > 0 {
			t.Errorf("not told: %v", want)
		}
		if s := a.Stock; s.Customers != 14 || s.Buyers != 4 || s.Prospects != 10 {
			t.Errorf("stock %+v", s)
		}
	})
}

// covers: I4
func TestSimulate_PointsAgreeAndOverridesDecide(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), fixed{"store": 70_00})
	b.spring()
	sc := may(60_000)
	sc.Overrides = map[string]float64{
		AverageOrder: 100, OrdersPerBuyer: 1.25, RepeatRate: 0, KnownToPurchase: 0, PerReferrer: 0, LoyalToReferred: 0.1, AwareToInterest: 0.5, InterestToPurchase: 0.25,
		lever("store", "conversion"): 0.4, lever("store", "capacity"): 200, lever("store", "cost_per_add"): 8,
		lever("ad", "conversion"): 0.1, lever("ad", "cost_per_add"): 5, lever("ad", "capacity"): 4500, TouchesPerBuyer: 6, ContactsPerDay: 10,
	}
	a := b.simulate(sc)
	want := map[string]float64{
		NodeOrders: 600, NodeBuyers: 480, NodeReturning: 0, NodeFirstTime: 480, "new_buyers": 480, "from_channels": 480, NodeAdds: 4200,
		NodeBudget: 1600 + 20_000, "interest": 1920, "aware": 3840, NodeTouches: 2880, "staff_for_adds": 14, "adds_beyond_capacity": 0,
	}
	for name, w := range want {
		n := a.node(name)
		if n.Point == nil || math.Abs(*n.Point-w) > 1e-6 || math.Abs(*n.P10-w) > 1e-6 || math.Abs(*n.P90-w) > 1e-6 {
			t.Errorf("%s: %+v, want %v without a range", name, n, w)
		}
	}
	for _, view := range [][]Layer{a.Hourglass, a.Diamond} {
		for _, l := range view {
			if l.Need == nil {
				t.Errorf("layer %s is not known", l.Name)
			}
		}
	}
	if s := a.Sensitivity; len(s) == 0 || s[0].Measure != "budget" {
		t.Errorf("sensitivity %+v", s)
	}
	for _, s := range a.Sensitivity {
		if s.Rate == AverageOrder && (s.Elasticity == nil || *s.Elasticity > -0.9) {
			t.Errorf("a dearer order needs fewer adds: elasticity %v", s.Elasticity)
		}
	}
	sc.Overrides["channel:fair: spring:conversion"], sc.Overrides["channel:fair: spring:cost_per_add"] = 0.5, 1
	a = b.simulate(sc) // a channel of one's own, without bound
	if got := a.node(NodeAdds); math.Abs(*got.Point-960) > 1e-6 || a.node(NodeBudget).P50 == nil {
		t.Errorf("all come by the new channel: %v", *got.Point)
	}
}

// covers: I4
func TestSimulate_IsTheSameForTheSameSeedAndFollowsTheTarget(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), fixed{"store": 70_00})
	b.spring()
	first, again := b.simulate(may(50_000)), b.simulate(may(50_000))
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
	more := b.simulate(may(80_000))
	for i, n := range first.Nodes {
		m := more.Nodes[i]
		for _, c := range [][2]*float64{{n.P10, m.P10}, {n.P50, m.P50}, {n.P90, m.P90}, {n.Point, m.Point}} {
			if (c[0] == nil) != (c[1] == nil) || c[0] != nil && *c[1] < *c[0]-1e-9 {
				t.Errorf("%s falls with the target", n.Name)
			}
		}
		if n.P10 != nil && (*n.P10 > *n.P50 || *n.P50 > *n.P90) {
			t.Errorf("%s: %v %v %v", n.Name, *n.P10, *n.P50, *n.P90)
		}
	}
	if _, err := json.Marshal(more); err != nil {
		t.Error(err)
	}
}

// covers: I4
func TestSimulate_AYoungBrandIsToldWhatIsMissing(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), nil)
	a := b.simulate(may(1000))
	if a.node(NodeOrders).Point != nil || len(a.Notes) < 10 {
		t.Errorf("of nothing come %+v; notes %q", a.node(NodeOrders), a.Notes)
	}
	sc := may(1000)
	sc.Overrides = map[string]float64{AverageOrder: 100, OrdersPerBuyer: 1, lever("store", "conversion"): 0.5}
	if a := b.simulate(sc); *a.node(NodeAdds).Point != 20 || a.node(NodeBudget).Point != nil {
		t.Errorf("ten buyers of a rate of a half: %v", *a.node(NodeAdds).Point)
	}
	if _, err := json.Marshal(a); err != nil {
		t.Error(err)
	}
}

func TestSimulate_BadScenariosNameTheirFault(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), nil)
	for pointer, change := range map[string]func(*Scenario){
		"/target":                  func(s *Scenario) { s.Target = 0 },
		"/to":                      func(s *Scenario) { s.To = "2026-04-01" },
		"/from":                    func(s *Scenario) { s.From = "" },
		"/timezone":                func(s *Scenario) { s.Timezone = "Mars" },
		"/allocation":              func(s *Scenario) { s.Allocation = "best" },
		"/history_from":            func(s *Scenario) { s.HistoryFrom = "2026-06-01" },
		"/history_to":              func(s *Scenario) { s.HistoryTo = "soon" },
		"/overrides/luck":          func(s *Scenario) { s.Overrides = map[string]float64{"luck": 1} },
		"/overrides/repeat_rate":   func(s *Scenario) { s.Overrides = map[string]float64{RepeatRate: 1.1} },
		"/overrides/average_order": func(s *Scenario) { s.Overrides = map[string]float64{AverageOrder: 0} },
		"/overrides/channel:a~1b:conversion": func(s *Scenario) {
			s.Overrides = map[string]float64{"channel:a/b:conversion": 0}
		},
		"/overrides/orders_per_buyer": func(s *Scenario) { s.Overrides = map[string]float64{OrdersPerBuyer: 0.5} },
	} {
		sc := may(1000)
		change(&sc)
		_, err := b.plans.Simulate(context.Background(), sc)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields[0].Pointer != pointer {
			t.Errorf("%v, want a fault at %s", err, pointer)
		}
	}
}
