package ltv

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"yutang/internal/fault"
)

// ForecastWeeks is how far a Forecast looks ahead: twelve months.
const ForecastWeeks = 52

// Forecast is what the models expect of one customer within ForecastWeeks from AsOf on.
type Forecast struct {
	Frequency float64 `json:"repeat_days" doc:"days bought on again"`
	Alive     float64 `json:"p_alive" doc:"probability that the customer still buys"`
	Purchases float64 `json:"expected_purchases"`
	Value     float64 `json:"expected_value" doc:"major units, not discounted; refunds are not taken off"`
	Decile    int     `json:"decile" doc:"1 the most valuable tenth of the buyers"`
}

// Fit is when and by what a Forecast was made.
type Fit struct {
	AsOf   time.Time `json:"as_of"`
	Model  string    `json:"model" enum:"bgnbd+gg,pareto+gg"`
	Buyers int       `json:"buyers" doc:"customers who bought until then"`
}

// Forecasts keeps what the last fit says of everybody, so that one customer is looked up
// without reading all. The zero value with a Report works.
type Forecasts struct {
	Report *Report

	mu    sync.Mutex // held while models are fitted
	until time.Time  // the fit is used until then
	fit   Fit
	err   error // why there is no fit
	by    []kept
}

// kept is a forecast beside its customer.
type kept struct {
	Forecast
	root uint32
}

// forecastRest is how long a fit is used: it reads every purchase.
const forecastRest = time.Hour

// Of is the forecast of a root. Errors: precondition too_few_purchases or no_model when no
// models can be fitted, not_found when the customer had not bought when they were.
func (f *Forecasts) Of(ctx context.Context, root uint32) (Forecast, Fit, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.Report.Base.Clock.Now().Before(f.until) {
		if err := f.learn(ctx); err != nil {
			return Forecast{}, Fit{}, err
		}
	}
	if f.err != nil {
		return Forecast{}, f.fit, f.err
	}
	i, ok := slices.BinarySearchFunc(f.by, root, func(k kept, root uint32) int { return cmp.Compare(k.root, root) })
	if !ok {
		return Forecast{}, f.fit, fault.New(fault.NotFound, "no_forecast", "the customer had bought nothing when the models were fitted")
	}
	return f.by[i].Forecast, f.fit, nil
}

// learn fits the models anew. That they do not fit is remembered as long as a fit.
func (f *Forecasts) learn(ctx context.Context) error {
	query, err := json.Marshal(Query{Horizon: ForecastWeeks, Model: Auto})
	if err != nil {
		return err
	}
	p, err := parse(query, f.Report.Base)
	if err != nil {
		return err
	}
	s, err := f.Report.learn(ctx, p)
	var told *fault.Error
	if err != nil && (!errors.As(err, &told) || told.Kind != fault.Precondition) {
		return err
	}
	f.err, f.until = err, f.Report.Base.Clock.Now().Add(forecastRest)
	f.fit, f.by = Fit{AsOf: f.Report.Base.Clock.Now()}, nil
	if err != nil {
		return nil
	}
	f.fit = Fit{AsOf: s.meta.AsOf, Model: s.used, Buyers: len(s.people)}
	f.by = make([]kept, len(s.people))
	for i, c := range s.people {
		f.by[i] = kept{Forecast{Frequency: c.Frequency, Alive: c.Alive, Purchases: c.Purchases, Value: c.Value, Decile: c.Decile}, c.Root}
	}
	return nil
}
