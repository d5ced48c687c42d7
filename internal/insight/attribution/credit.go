// Package attribution owns which touches an order is owed to: first, last, linear,
// position-based, time-decay and Markov.
//
// A path is the touches of one customer before one order, within a look-back window,
// oldest first. A model divides the order's net revenue among them to the last minor unit,
// so that what channels are credited with adds up to the order ledger. Orders without a
// touch are credited to Direct.
//
// Not claimed: cause. A model tells where touched orders came through; lift is what
// experiments measure.
package attribution

import (
	"cmp"
	"math"
	"slices"
)

// Direct is credited with orders that no touch came before.
const Direct = "(direct)"

// Touch is one contact on the way to an order.
type Touch struct {
	Channel string
	At      int64 // ms
}

// Path is the way to one order, or of one customer who never ordered.
type Path struct {
	Touches []Touch // oldest first
	At      int64   // of the order, ms
	Revenue int64   // net, minor units; may be 0 or less after refunds
	Ordered bool
}

// Model is a way to give credit.
type Model string

// The models.
const (
	First    Model = "first"
	Last     Model = "last"
	Linear   Model = "linear"
	Position Model = "position"   // 40 % first, 40 % last, the rest between
	Decay    Model = "time_decay" // halved for each half-life before the order
	Markov   Model = "markov"     // by removal effects over all paths
)

// Models lists them in the order they are shown.
func Models() []Model { return []Model{First, Last, Linear, Position, Decay, Markov} }

// Credit is what a channel is owed.
type Credit struct {
	Channel string
	Orders  float64 // shares of orders
	Revenue int64   // minor units
}

// shares is how one path's order is divided among its touches under a model that looks at
// one path only. They sum to 1.
func shares(m Model, p Path, halfLife float64) []float64 {
	n := len(p.Touches)
	out := make([]float64, n)
	switch m {
	case First:
		out[0] = 1
	case Last:
		out[n-1] = 1
	case Position:
		switch n {
		case 1:
			out[0] = 1
		case 2:
			out[0], out[1] = 0.5, 0.5
		default:
			for i := range out {
				out[i] = 0.2 / float64(n-2)
			}
			out[0], out[n-1] = 0.4, 0.4
		}
	case Decay:
		sum := 0.0
		for i, t := range p.Touches {
			out[i] = math.Exp2(-float64(p.Touches[n-1].At-t.At) / halfLife)
			sum += out[i]
		}
		for i := range out {
			out[i] /= sum
		}
	default:
		for i := range out {
			out[i] = 1 / float64(n)
		}
	}
	return out
}

// Split divides an amount by weights to the last unit: the largest remainders get what
// rounding leaves, earlier ones first. Weights are not negative and not all zero.
func Split(amount int64, weights []float64) []int64 {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	out := make([]int64, len(weights))
	rest := make([]float64, len(weights))
	left := amount
	for i, w := range weights {
		exact := float64(amount) * (w / total)
		out[i] = int64(math.Floor(exact))
		rest[i] = exact - math.Floor(exact)
		left -= out[i]
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case rest[a] > rest[b]:
			return -1
		case rest[a] < rest[b]:
			return 1
		}
		return 0
	})
	for k := 0; left != 0; k++ {
		step := int64(1)
		if left < 0 {
			step = -1
		}
		out[order[k%len(order)]] += step
		left -= step
	}
	return out
}

// ledger sums what channels are owed under one model.
type ledger struct {
	model    Model
	halfLife float64
	weights  map[string]float64 // of Markov
	sum      map[string]*Credit
}

func newLedger(m Model, halfLife float64, weights map[string]float64) *ledger {
	return &ledger{m, halfLife, weights, map[string]*Credit{}}
}

func (l *ledger) add(channel string, orders float64, revenue int64) {
	c := l.sum[channel]
	if c == nil {
		c = &Credit{Channel: channel}
		l.sum[channel] = c
	}
	c.Orders += orders
	c.Revenue += revenue
}

// enter divides one order. It does not keep p.
func (l *ledger) enter(p Path) {
	switch {
	case len(p.Touches) == 0:
		l.add(Direct, 1, p.Revenue)
	case l.model == Markov && pathWeight(p, l.weights) > 0:
		names, ws := channelsOf(p, l.weights)
		divide(l.add, names, ws, p.Revenue)
	default:
		names := make([]string, len(p.Touches))
		for i, t := range p.Touches {
			names[i] = t.Channel
		}
		model := l.model
		if model == Markov { // no channel of the path matters to any conversion
			model = Linear
		}
		divide(l.add, names, shares(model, p, l.halfLife), p.Revenue)
	}
}

func (l *ledger) credits() []Credit {
	out := make([]Credit, 0, len(l.sum))
	for _, c := range l.sum {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Credit) int {
		return cmp.Or(cmp.Compare(b.Revenue, a.Revenue), cmp.Compare(a.Channel, b.Channel))
	})
	return out
}

func divide(add func(string, float64, int64), names []string, weights []float64, revenue int64) {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	parts := Split(revenue, weights)
	for i, name := range names {
		add(name, weights[i]/total, parts[i])
	}
}
