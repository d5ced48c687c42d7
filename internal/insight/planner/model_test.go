package planner

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// hand is a world of round numbers.
func hand() (world, levers) {
	w := world{
		days:       30,
		stock:      Stock{Buyers: 1000, Prospects: 2000, Loyal: 50, Stages: map[string]int{"aware": 100, "interest": 300}},
		channels:   []channelFacts{{"store", 300, 200}, {"ad", 100, 1000}},
		allocation: Cheapest,
	}
	r := levers{
		aov: 100, orders: 1.25, repeat: 0.2, known: 0.05, interest: 0.5, purchase: 0.25, loyal: 0.3, referred: 0.1, perReferrer: 2,
		touches: 6, tasks: 0.5, contactsDay: 10, tasksDay: 5, conversion: []float64{0.4, 0.1}, cost: []float64{8, 4},
	}
	w.rank(&r)
	return w, r
}

// 60,000 of revenue: 600 orders, 480 buyers. 200 of the 1,000 earlier ones return, 280 buy
// for the first time: 100 of the 2,000 known, 180 new. 50 loyal refer 50*0.1*2 = 10, who
// buy at (300*0.4+100*0.1)/400 = 0.325: 3.25. Channels bring 176.75: a buyer costs 20 at the
// store and 40 by the ad, so 200 store adds bring 80 and the ad 96.75, that is 967.5 adds.
//
// covers: I4
func TestSolve_AHandComputedPlan(t *testing.T) {
	t.Parallel()
	w, r := hand()
	f := w.solve(60_000, &r)
	for what, c := range map[string][2]float64{
		"orders": {f.orders, 600}, "buyers": {f.buyers, 480}, "returning": {f.returning, 200}, "first-time": {f.firstTime, 280},
		"known": {f.fromKnown, 100}, "new": {f.newBuyers, 180}, "referral adds": {f.referralAdds, 10}, "by referral": {f.fromReferral, 3.25},
		"by channels": {f.fromChannels, 176.75}, "store adds": {f.channelAdds[0], 200}, "ad adds": {f.channelAdds[1], 967.5},
		"adds": {f.adds, 1167.5}, "beyond": {f.beyond, 0}, "budget": {f.budget, 200*8 + 967.5*4}, "interest": {f.interest, 1120},
		"aware": {f.aware, 2240}, "new interest": {f.newInterest, 820}, "new aware": {f.newAware, 1840}, "loyal": {f.loyal, 144},
		"referred": {f.referred, 19.4}, "touches": {f.touches, 2880}, "tasks": {f.tasks, 240}, "for adds": {f.staffForAdds, 1167.5 / 300},
		"for tasks": {f.staffForTasks, 1.6}, "staff": {f.staff, 1167.5 / 300},
	} {
		if math.Abs(c[0]-c[1]) > 1e-9 {
			t.Errorf("%s: %v, want %v", what, c[0], c[1])
		}
	}
	// Half as much again needs 900 orders, 720 buyers, 520 first-time, 416.75 by channels:
	// the ad brings its 100, and 236.75 are beyond: at 0.325 these are 728.46 adds.
	if f := w.solve(90_000, &r); math.Abs(f.beyond-236.75/0.325) > 1e-9 || math.Abs(f.adds-(1200+236.75/0.325)) > 1e-9 {
		t.Errorf("beyond capacity: %v of %v adds", f.beyond, f.adds)
	}
	w.allocation = History
	if f := w.solve(60_000, &r); math.Abs(f.adds-176.75/0.325) > 1e-9 || math.Abs(f.channelAdds[0]-3*f.channelAdds[1]) > 1e-9 {
		t.Errorf("as before: %v adds, %v", f.adds, f.channelAdds)
	}
}

// covers: I4
func TestSolve_UnknownRatesLeaveTheRestKnown(t *testing.T) {
	t.Parallel()
	w, r := hand()
	r.touches, r.cost[0], r.tasksDay, r.perReferrer = math.NaN(), math.NaN(), math.NaN(), math.NaN()
	w.rank(&r)
	f := w.solve(60_000, &r)
	if !math.IsNaN(f.touches) || f.fromReferral != 0 || math.IsNaN(f.adds) || f.staff != f.staffForAdds {
		t.Errorf("touches %v, by referral %v, adds %v, staff %v", f.touches, f.fromReferral, f.adds, f.staff)
	}
	if w.order[0] != 1 || math.IsNaN(f.budget) || f.budget != f.channelBudget[1] {
		t.Errorf("the channel without costs comes last and is not in the budget: %v, %v", w.order, f.budget)
	}
	r.cost[1] = math.NaN()
	if f := w.solve(60_000, &r); !math.IsNaN(f.budget) {
		t.Errorf("no cost is known, the budget is %v", f.budget)
	}
	w.channels, w.order = nil, nil
	if f := w.solve(60_000, &r); !math.IsNaN(f.adds) {
		t.Errorf("no channel is known, adds are %v", f.adds)
	}
}

// drawWorld makes any world.
func drawWorld(t *rapid.T) (world, levers) {
	part := rapid.Float64Range(0.001, 1)
	many := rapid.IntRange(0, 5000)
	w := world{
		days:       float64(rapid.IntRange(1, 400).Draw(t, "days")),
		stock:      Stock{Buyers: many.Draw(t, "buyers"), Prospects: many.Draw(t, "prospects"), Loyal: many.Draw(t, "loyal"), Stages: map[string]int{"aware": many.Draw(t, "aware"), "interest": many.Draw(t, "interested")}},
		allocation: rapid.SampledFrom([]string{Cheapest, History}).Draw(t, "allocation"),
	}
	r := levers{
		aov: rapid.Float64Range(1, 2000).Draw(t, "aov"), orders: rapid.Float64Range(1, 4).Draw(t, "orders"), repeat: part.Draw(t, "repeat"),
		known: part.Draw(t, "known"), interest: part.Draw(t, "ai"), purchase: part.Draw(t, "ip"), loyal: part.Draw(t, "pl"), referred: part.Draw(t, "lr"),
		perReferrer: rapid.Float64Range(0, 5).Draw(t, "referrals"), touches: 3, tasks: 0.5, contactsDay: 9, tasksDay: 4,
	}
	for i := range rapid.IntRange(1, 6).Draw(t, "channels") {
		w.channels = append(w.channels, channelFacts{fmt.Sprint("c", i), many.Draw(t, "adds"), rapid.Float64Range(0, 3000).Draw(t, "capacity")})
		r.conversion = append(r.conversion, part.Draw(t, "conversion"))
		r.cost = append(r.cost, rapid.Float64Range(0, 50).Draw(t, "cost"))
	}
	w.rank(&r)
	return w, r
}

func equal(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

// covers: I4
func TestSolve_NodesAgreeWithEachOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, r := drawWorld(t)
		f := w.solve(rapid.Float64Range(1, 1e7).Draw(t, "revenue"), &r)
		bought, added, spent := 0.0, 0.0, 0.0
		for i := range w.channels {
			bought, added, spent = bought+f.channelBuyers[i], added+f.channelAdds[i], spent+f.channelBudget[i]
			if !equal(f.channelBuyers[i], f.channelAdds[i]*r.conversion[i]) {
				t.Fatalf("channel %d: %v adds bring %v", i, f.channelAdds[i], f.channelBuyers[i])
			}
		}
		for what, c := range map[string][2]float64{
			"revenue": {f.orders * r.aov, f.revenue}, "orders": {f.buyers * r.orders, f.orders}, "buyers": {f.returning + f.firstTime, f.buyers},
			"first-time": {f.fromKnown + f.fromReferral + f.fromChannels, f.firstTime}, "from channels": {bought, f.fromChannels},
			"adds": {added, f.adds}, "budget": {spent, f.budget}, "interest": {f.interest * r.purchase, f.firstTime}, "aware": {f.aware * r.interest, f.interest},
		} {
			if !equal(c[0], c[1]) {
				t.Fatalf("%s: %v, want %v", what, c[0], c[1])
			}
		}
	})
}

// covers: I4
func TestSolve_MoreRevenueNeverNeedsLess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, r := drawWorld(t)
		low := rapid.Float64Range(1, 1e7).Draw(t, "revenue")
		a, b := w.solve(low, &r), w.solve(low*rapid.Float64Range(1, 10).Draw(t, "factor"), &r)
		for _, d := range nodeDefs {
			if x, y := d.of(&a), d.of(&b); y < x-1e-9*max(1, x) {
				t.Fatalf("%s falls from %v to %v", d.name, x, y)
			}
		}
	})
}

// 3 of 10 make Beta(3.5, 7.5).
//
// covers: I4
func TestRates_DrawTheirPosteriors(t *testing.T) {
	t.Parallel()
	r := share("x", "", 3, 10)
	if got := r.middle(); math.Abs(got-3.5/11) > 1e-12 {
		t.Errorf("the mean of 3 in 10 is %v", got)
	}
	p10, p50, p90 := percentiles(r.draws(draws, 1))
	posterior := distuv.Beta{Alpha: 3.5, Beta: 7.5}
	for q, got := range map[float64]float64{0.1: *p10, 0.5: *p50, 0.9: *p90} {
		if want := posterior.Quantile(q); math.Abs(got-want) > 0.015 {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	for _, c := range []struct {
		rate Rate
		mean float64
	}{
		{mean("touches", "", 60, 20), 60.5 / 20},
		{mean(OrdersPerBuyer, "", 30, 20), 1 + 10.5/20},
		{average(AverageOrder, "", 50, 120, 6), 120},
	} {
		sum := 0.0
		list := c.rate.draws(draws, 7)
		for _, x := range list {
			sum += x
		}
		if got := sum / draws; math.Abs(got-c.mean) > 0.02*c.mean || math.Abs(c.rate.middle()-c.mean) > 1e-9 {
			t.Errorf("%s: the draws have the mean %v, the point is %v, want %v", c.rate.Name, got, c.rate.middle(), c.mean)
		}
		if !slices.Equal(list, c.rate.draws(draws, 7)) || slices.Equal(list, c.rate.draws(draws, 8)) {
			t.Errorf("%s: the seed decides", c.rate.Name)
		}
	}
	if r := share("x", "", 0, 0); r.Method != methodUnknown || r.Learned != nil || !math.IsNaN(r.middle()) {
		t.Errorf("of nothing comes %+v", r)
	}
}
