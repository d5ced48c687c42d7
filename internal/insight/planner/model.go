package planner

import (
	"cmp"
	"math"
	"slices"
)

// Stock is what a brand has when the plan is made.
type Stock struct {
	Customers int            `json:"customers"`
	Buyers    int            `json:"buyers"`    // who ever bought
	Prospects int            `json:"prospects"` // known, never bought
	Stages    map[string]int `json:"stages"`    // customers at each AIPL stage
	Loyal     int            `json:"loyal"`
}

// channelFacts are a channel's fixed sides.
type channelFacts struct {
	Name     string
	Adds     int     // in the history
	Capacity float64 // adds in the time of the plan
}

// world is all that a draw is solved in.
type world struct {
	days       float64
	stock      Stock
	channels   []channelFacts
	order      []int // of channels as adds are taken from them
	allocation string
}

// levers is one value for each rate. Channels are in the world's order of channels.
type levers struct {
	aov, orders, repeat, known, interest, purchase, loyal, referred, perReferrer float64
	touches, tasks, contactsDay, tasksDay                                        float64
	conversion, cost                                                             []float64
}

// flow is what a target takes under one draw. Not-a-number is what nothing is known of.
type flow struct {
	revenue, orders, buyers, returning, firstTime            float64
	fromKnown, newBuyers, fromReferral, fromChannels         float64
	adds, beyond, budget, touches, tasks, staff              float64
	aware, interest, newAware, newInterest, loyal, referred  float64
	referralAdds, staffForAdds, staffForTasks, seedCustomers float64
	channelAdds, channelBuyers, channelBudget                []float64
}

// pool is a share of a stock. Of nobody it is nobody, whatever the rate.
func pool(n int, rate float64) float64 {
	if n == 0 {
		return 0
	}
	return float64(n) * rate
}

// solve turns a revenue into everything it takes. It rises in revenue in all its parts.
func (w *world) solve(revenue float64, r *levers) flow {
	f := flow{revenue: revenue}
	f.orders = revenue / r.aov
	f.buyers = f.orders / r.orders
	f.returning = min(f.buyers, pool(w.stock.Buyers, r.repeat))
	f.firstTime = f.buyers - f.returning
	f.fromKnown = min(f.firstTime, pool(w.stock.Prospects, r.known))
	f.newBuyers = f.firstTime - f.fromKnown
	f.referralAdds = pool(w.stock.Loyal, r.referred) * orZero(r.perReferrer)
	f.fromReferral = min(f.newBuyers, orZero(f.referralAdds*w.blended(r)))
	f.fromChannels = f.newBuyers - f.fromReferral
	w.acquire(&f, r)
	f.interest = f.firstTime / r.purchase
	f.aware = f.interest / r.interest
	f.newInterest = max(0, f.interest-float64(w.stock.Stages["interest"]))
	f.newAware = max(0, f.aware-float64(w.stock.Stages["aware"]+w.stock.Stages["interest"]))
	f.loyal = f.buyers * r.loyal
	f.referred = (f.loyal + float64(w.stock.Loyal)) * r.referred
	f.seedCustomers = float64(w.stock.Loyal)
	f.touches, f.tasks = f.buyers*r.touches, f.buyers*r.tasks
	f.staffForAdds = f.adds / (r.contactsDay * w.days)
	f.staffForTasks = f.tasks / (r.tasksDay * w.days)
	f.staff = larger(f.staffForAdds, f.staffForTasks)
	return f
}

func orZero(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// larger is the larger of two numbers of which one may not be known.
func larger(a, b float64) float64 {
	switch {
	case math.IsNaN(a):
		return b
	case math.IsNaN(b):
		return a
	}
	return max(a, b)
}

// blended is the conversion of all channels together, as adds were divided before.
func (w *world) blended(r *levers) float64 {
	sum, adds := 0.0, 0.0
	for i, c := range w.channels {
		weight := max(float64(c.Adds), 1e-9)
		sum += weight * r.conversion[i]
		adds += weight
	}
	return sum / adds
}

// acquire divides the buyers that channels must bring.
func (w *world) acquire(f *flow, r *levers) {
	n := len(w.channels)
	f.channelAdds, f.channelBuyers, f.channelBudget = make([]float64, n), make([]float64, n), make([]float64, n)
	if f.fromChannels == 0 {
		return
	}
	if n == 0 {
		f.adds, f.beyond, f.budget = math.NaN(), math.NaN(), math.NaN()
		return
	}
	if w.allocation == History {
		w.asBefore(f, r)
	} else {
		w.cheapest(f, r)
	}
	priced := false
	for i := range w.channels {
		f.adds += f.channelAdds[i]
		f.channelBudget[i] = f.channelAdds[i] * r.cost[i]
		priced = priced || !math.IsNaN(r.cost[i])
		f.budget += orZero(f.channelBudget[i])
	}
	if !priced {
		f.budget = math.NaN()
	}
}

// asBefore divides adds as they were divided in the history; capacity does not bind.
func (w *world) asBefore(f *flow, r *levers) {
	total, weight := f.fromChannels/w.blended(r), 0.0
	for _, c := range w.channels {
		weight += max(float64(c.Adds), 1e-9)
	}
	for i, c := range w.channels {
		adds := total * max(float64(c.Adds), 1e-9) / weight
		f.channelAdds[i], f.channelBuyers[i] = adds, adds*r.conversion[i]
		f.beyond += max(0, adds-c.Capacity)
	}
}

// cheapest takes adds from one channel after the other, each up to its capacity. What is
// beyond all capacities is divided as adds were before.
func (w *world) cheapest(f *flow, r *levers) {
	left := f.fromChannels
	for _, i := range w.order {
		adds := min(w.channels[i].Capacity, left/r.conversion[i])
		f.channelAdds[i], f.channelBuyers[i] = adds, adds*r.conversion[i]
		left = max(0, left-f.channelBuyers[i])
		if adds < w.channels[i].Capacity {
			return
		}
	}
	f.beyond = left / w.blended(r)
	weight := 0.0
	for _, c := range w.channels {
		weight += max(float64(c.Adds), 1e-9)
	}
	for i, c := range w.channels {
		adds := f.beyond * max(float64(c.Adds), 1e-9) / weight
		f.channelAdds[i] += adds
		f.channelBuyers[i] += adds * r.conversion[i]
	}
}

// rank orders channels by the cost of a buyer, those of unknown cost after the others, by
// conversion.
func (w *world) rank(r *levers) {
	w.order = make([]int, len(w.channels))
	for i := range w.order {
		w.order[i] = i
	}
	slices.SortStableFunc(w.order, func(a, b int) int {
		ca, cb := r.cost[a]/r.conversion[a], r.cost[b]/r.conversion[b]
		switch {
		case math.IsNaN(ca) && math.IsNaN(cb):
			return cmp.Compare(r.conversion[b], r.conversion[a])
		case math.IsNaN(ca):
			return 1
		case math.IsNaN(cb):
			return -1
		}
		return cmp.Compare(ca, cb)
	})
}
