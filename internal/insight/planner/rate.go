package planner

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// The rates of every plan. Those of channels are called "channel:NAME:conversion",
// "channel:NAME:cost_per_add" and "channel:NAME:capacity".
const (
	AverageOrder       = "average_order"
	OrdersPerBuyer     = "orders_per_buyer"
	RepeatRate         = "repeat_rate"
	KnownToPurchase    = "known_to_purchase"
	AwareToInterest    = "aware_to_interest"
	InterestToPurchase = "interest_to_purchase"
	PurchaseToLoyal    = "purchase_to_loyal"
	LoyalToReferred    = "loyal_to_referred"
	PerReferrer        = "referrals_per_referrer"
	TouchesPerBuyer    = "touches_per_buyer"
	TasksPerBuyer      = "tasks_per_buyer"
	ContactsPerDay     = "contacts_per_member_day"
	TasksPerDay        = "tasks_per_member_day"
)

// Rate is one lever of a plan: what the data say of it and how sure they are.
type Rate struct {
	Name       string   `json:"name"`
	Channel    string   `json:"channel,omitempty"`
	Definition string   `json:"definition"`
	Method     string   `json:"method"`          // "beta", "gamma", "fixed" or "unknown"
	Events     float64  `json:"events"`          // successes, or the sum that the mean is of
	Base       float64  `json:"base"`            // trials, or what the mean is over
	Error      float64  `json:"error,omitempty"` // standard error of the average order
	Learned    *float64 `json:"learned"`         // what the data alone say, null if nothing
	Point      *float64 `json:"point"`           // what the plan uses in the middle
	P10        *float64 `json:"p10"`
	P50        *float64 `json:"p50"`
	P90        *float64 `json:"p90"`
	Overridden bool     `json:"overridden,omitempty"`
}

// The methods of a rate.
const (
	methodBeta    = "beta"
	methodGamma   = "gamma"
	methodFixed   = "fixed"
	methodUnknown = "unknown"
)

// share is a rate of successes among trials.
func share(name, definition string, successes, trials int) Rate {
	r := Rate{Name: name, Definition: definition, Method: methodBeta, Events: float64(successes), Base: float64(trials)}
	return r.settle()
}

// mean is a rate of a count over a base.
func mean(name, definition string, count, base float64) Rate {
	r := Rate{Name: name, Definition: definition, Method: methodGamma, Events: count, Base: base}
	return r.settle()
}

// average is a mean of amounts with its standard error.
func average(name, definition string, n int, value, se float64) Rate {
	r := Rate{Name: name, Definition: definition, Method: methodGamma, Events: value * float64(n), Base: float64(n), Error: max(se, value*1e-6)}
	if n == 1 {
		r.Error = value // one order tells little
	}
	if n > 0 && value <= 0 {
		r.Base = 0
	}
	return r.settle()
}

func (r Rate) settle() Rate {
	if r.Base <= 0 {
		r.Method = methodUnknown
		return r
	}
	at := r.middle()
	r.Learned = &at
	return r
}

// middle is the posterior mean.
func (r Rate) middle() float64 {
	switch {
	case r.Method == methodBeta:
		return (r.Events + 0.5) / (r.Base + 1)
	case r.Method == methodGamma && r.Error > 0:
		return r.Events / r.Base
	case r.Method == methodGamma && r.Name == OrdersPerBuyer:
		return 1 + (r.Events-r.Base+0.5)/r.Base
	case r.Method == methodGamma && isCost(r.Name):
		return r.Events / r.Base
	case r.Method == methodGamma:
		return (r.Events + 0.5) / r.Base
	case r.Method == methodFixed && r.Point != nil:
		return *r.Point
	}
	return math.NaN()
}

// draws are n values of the posterior. Each rate has randomness of its own, so that a fixed
// one leaves the others as they were.
func (r Rate) draws(n int, seed uint64) []float64 {
	out := make([]float64, n)
	h := fnv.New64a()
	h.Write([]byte(r.Name))
	src := rand.NewPCG(seed, h.Sum64())
	for i := range out {
		out[i] = r.draw(src)
	}
	return out
}

func (r Rate) draw(src rand.Source) float64 {
	switch {
	case r.Method == methodBeta:
		return distuv.Beta{Alpha: r.Events + 0.5, Beta: r.Base - r.Events + 0.5, Src: src}.Rand()
	case r.Method == methodGamma && r.Error > 0: // by moments
		m := r.Events / r.Base
		shape := m * m / (r.Error * r.Error)
		return distuv.Gamma{Alpha: shape, Beta: shape / m, Src: src}.Rand()
	case r.Method == methodGamma && r.Name == OrdersPerBuyer: // at least one each
		return 1 + distuv.Gamma{Alpha: r.Events - r.Base + 0.5, Beta: r.Base, Src: src}.Rand()
	case r.Method == methodGamma && isCost(r.Name): // a known sum over a count that chance has a part in
		return r.Events / distuv.Gamma{Alpha: r.Base + 0.5, Beta: 1, Src: src}.Rand()
	case r.Method == methodGamma:
		return distuv.Gamma{Alpha: r.Events + 0.5, Beta: r.Base, Src: src}.Rand()
	}
	return r.middle()
}

// fix sets a rate by hand.
func (r Rate) fix(value float64) Rate {
	r.Method, r.Point, r.Overridden = methodFixed, &value, true
	return r
}

// quantile of sorted values, linear between them.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// percentiles are the 10th, 50th and 90th, nil if a value is not known.
func percentiles(values []float64) (p10, p50, p90 *float64) {
	sorted := slices.Clone(values)
	slices.Sort(sorted) // not-a-number comes first
	if len(sorted) == 0 || math.IsNaN(sorted[0]) {
		return nil, nil, nil
	}
	return finite(quantile(sorted, 0.1)), finite(quantile(sorted, 0.5)), finite(quantile(sorted, 0.9))
}
