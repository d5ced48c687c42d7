package experiment

import (
	"context"
	"time"

	"yutang/internal/fault"
)

// Why says why a lift has no amount.
type Why string

// The reasons. "" is none: there is an amount.
const (
	WhyNobody    Why = "nobody"     // nobody was exposed
	WhyNotMature Why = "not_mature" // in one of the arms nobody's horizon is over
	WhyPending   Why = "pending"    // it is not computed yet: ask again
)

// Lift is what a treatment brought, in short: the first comparison of a Result.
type Lift struct {
	ID          string       `json:"id" doc:"of the experiment"`
	Name        string       `json:"name"`
	Why         Why          `json:"why,omitempty" enum:"nobody,not_mature,pending" doc:"why there is no amount"`
	AsOf        time.Time    `json:"as_of,omitzero"`
	Horizon     int          `json:"horizon_days,omitempty"`
	Currency    string       `json:"currency,omitempty"`
	Control     int          `json:"control_customers" doc:"mature customers of the control"`
	Incremental *Incremental `json:"incremental_revenue,omitempty"`
	Difference  *float64     `json:"revenue_difference,omitempty" doc:"of the revenue per customer"`
	Conversion  *float64     `json:"conversion_difference,omitempty" doc:"treatment - control"`
	Warned      bool         `json:"warned,omitempty" doc:"the arms do not have the planned sizes"`
}

// kept is a lift that was computed, and until when it is told unchanged.
type kept struct {
	lift  Lift
	until time.Time
}

// liftRest is how long a lift is told at least before it is computed anew: a list of many is
// looked at often.
const liftRest = time.Minute

// Lifts tells the lifts of experiments in short, in the order of the names; those that
// nobody has declared are left out. It computes for at most about wait; what is not ready
// then is told as it was before, else as pending.
func (s *Service) Lifts(ctx context.Context, names []string, wait time.Duration) ([]Lift, error) {
	out, ends := []Lift{}, s.Clock.Now().Add(wait)
	for _, name := range names {
		now := s.Clock.Now()
		known, ok := s.keptLift(name)
		if (!ok || !now.Before(known.until)) && now.Before(ends) {
			r, _, err := s.current(ctx, name)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			known, ok = s.keepLift(r, s.Clock.Now().Add(max(liftRest, restRatio*s.Clock.Now().Sub(now)))), true
		}
		if !ok {
			known.lift = Lift{ID: ID(name), Name: name, Why: WhyPending}
		}
		out = append(out, known.lift)
	}
	return out, nil
}

func (s *Service) keptLift(name string) (kept, bool) {
	s.cacheMu.Lock()
	defer s.cacheMu.Unlock()
	k, ok := s.lifts[name]
	return k, ok
}

func (s *Service) keepLift(r *Result, until time.Time) kept {
	k := kept{liftOf(r), until}
	s.cacheMu.Lock()
	defer s.cacheMu.Unlock()
	s.lifts[k.lift.Name] = k
	return k
}

// liftOf is the first comparison of a result.
func liftOf(r *Result) Lift {
	out := Lift{
		ID: r.Experiment.ID, Name: r.Experiment.Name, AsOf: r.AsOf, Horizon: r.Experiment.Settings.Horizon, Currency: r.Currency,
		Warned: r.Split != nil && r.Split.Verdict != "ok",
	}
	exposed := 0
	for _, a := range r.Arms {
		exposed += a.Exposed
		if a.Control {
			out.Control = a.Mature
		}
	}
	switch {
	case exposed == 0:
		out.Why = WhyNobody
	case len(r.Comparisons) == 0 || r.Comparisons[0].Incremental == nil:
		out.Why = WhyNotMature
	default:
		c := r.Comparisons[0]
		out.Incremental, out.Difference, out.Conversion = c.Incremental, &c.Revenue.Diff, &c.Conversion.Diff
	}
	return out
}
