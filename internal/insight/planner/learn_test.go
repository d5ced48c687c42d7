package planner

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/customer"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/insight"
)

// covers: I4
func TestStages_OwnHistoryDecidesWhereItReaches(t *testing.T) {
	t.Parallel()
	const d = dayMS
	orders := func(days ...int64) (out []insight.Purchase) {
		for _, at := range days {
			out = append(out, insight.Purchase{At: at * d})
		}
		return out
	}
	for name, c := range map[string]struct {
		journey journey
		moves   *stageTimes
		want    [stages]int64
	}{
		"nothing but a visit":       {journey{first: 3 * d}, nil, [stages]int64{3 * d, never, never, never, never}},
		"an order is interest too":  {journey{first: 3 * d, orders: orders(5)}, nil, [stages]int64{3 * d, 5 * d, 5 * d, never, never}},
		"a second within a year":    {journey{first: 0, orders: orders(5, 300)}, nil, [stages]int64{0, 5 * d, 5 * d, 300 * d, never}},
		"a second after a year":     {journey{first: 0, orders: orders(5, 400)}, nil, [stages]int64{0, 5 * d, 5 * d, never, never}},
		"a referral makes loyal":    {journey{first: 0, referrals: []int64{9 * d}}, nil, [stages]int64{0, 9 * d, 9 * d, 9 * d, 9 * d}},
		"the brand's rules":         {journey{first: 0, orders: orders(5, 300)}, &stageTimes{0, 2 * d, 6 * d, never, never}, [stages]int64{0, 2 * d, 6 * d, never, never}},
		"a referral beside them":    {journey{first: 0, referrals: []int64{9 * d}}, &stageTimes{0, 2 * d, never, never, never}, [stages]int64{0, 2 * d, never, never, 9 * d}},
		"a customer of an import":   {journey{first: 0, orders: orders(5)}, &stageTimes{50 * d, 50 * d, 50 * d, never, never}, [stages]int64{0, 5 * d, 5 * d, never, never}},
		"higher levels imply lower": {journey{first: 0}, &stageTimes{0, never, 7 * d, never, never}, [stages]int64{0, 7 * d, 7 * d, never, never}},
	} {
		j := c.journey
		j.stage = [stages]int64{j.first, never, never, never, never}
		j.stages(c.moves)
		if diff := cmp.Diff(c.want, j.stage); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The road notes stages as customers come; the planner reads them with merged records as
// one.
//
// covers: I4
func TestStageMoves_AreThoseTheRoadNoted(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), nil)
	later := now.Add(48 * time.Hour)
	b.road.MustSubmit(t, b.road.Track("x", "Page Viewed", now, ""))
	b.road.Clock.Set(later)
	b.road.MustSubmit(t, b.order("x", later, "1", 10))
	moves, err := b.plans.stageMoves(context.Background())
	b.must(err)
	got := moves[b.road.Root(t, "x")]
	if want := (&stageTimes{now.UnixMilli(), later.UnixMilli(), later.UnixMilli(), never, never}); got == nil || *got != *want {
		t.Errorf("%s moved at %v, want %v", customer.AIPL, got, want)
	}
}

// covers: I4
func TestSeasonality_IsTheBrandsOwnWhenThereIsEnough(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), nil)
	if s := b.simulate(may(1000)).Seasonality; s.Known || s.Reason == "" {
		t.Errorf("of nothing: %+v", s)
	}
	var evs []*event.Event
	for day := range 60 {
		at, n := march(2).AddDate(0, 0, day), 3
		if at.Weekday() == time.Saturday {
			n = 12
		}
		for i := range n {
			evs = append(evs, b.order(fmt.Sprint("u", day, i), at, fmt.Sprint(day, "-", i), 10))
		}
	}
	b.road.MustSubmit(t, evs...)
	b.road.Clock.Advance(factsLast) // facts of before are too old
	s := b.simulate(may(1000)).Seasonality
	if !s.Known || s.Orders[time.Saturday] < 2.5 || s.Orders[time.Saturday] > 3 || s.Orders[time.Monday] > 0.8 {
		t.Errorf("a shop of Saturdays: %+v", s)
	}
}

// BenchmarkSimulate is a slider: everybody is read once, then the facts are kept.
func BenchmarkSimulate(b *testing.B) {
	p := &span{Scenario: Scenario{Target: 1e6, Allocation: Cheapest, Seed: 1}, zone: time.UTC, days: 30}
	f := &facts{Horizon: 30, Windows: 12, Stock: Stock{Buyers: 90_000, Prospects: 400_000, Loyal: 9000, Stages: map[string]int{}}}
	f.Rates = []Rate{
		average(AverageOrder, "", 100_000, 120, 0.4), mean(OrdersPerBuyer, "", 60_000, 50_000), share(RepeatRate, "", 2000, 90_000),
		share(KnownToPurchase, "", 100, 400_000), share(AwareToInterest, "", 300, 900), share(InterestToPurchase, "", 100, 900),
	}
	for i := range shownChannels {
		name := fmt.Sprint("c", i)
		f.Channels = append(f.Channels, channelFacts{name, 100 * i, 500})
		f.Rates = append(f.Rates, channelRates(name, 30, 90*i+9, 9*i+1, 1000, 100*i+10, true)...)
	}
	for b.Loop() {
		newTerms(p, f).answer("CNY")
	}
}
