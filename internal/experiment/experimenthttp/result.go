package experimenthttp

import (
	"time"

	"yutang/internal/experiment"
	"yutang/internal/money"
)

// Outcome is what came of an experiment as of one moment. Amounts are major units of
// Currency.
type Outcome struct {
	Experiment  experiment.Info         `json:"experiment"`
	AsOf        time.Time               `json:"as_of"`
	Seq         uint64                  `json:"seq" doc:"the last event of the log that is counted"`
	Currency    string                  `json:"currency"`
	Arms        []ArmOutcome            `json:"arms"`
	Left        experiment.Left         `json:"left_out"`
	Split       *experiment.SplitResult `json:"split,omitempty" doc:"whether customers were split as planned; absent when the plan is not known"`
	Comparisons []experiment.Comparison `json:"comparisons" doc:"each arm with the control"`
	Planned     bool                    `json:"planned_reached" doc:"the planned horizon is reached: fixed-horizon results are shown"`
	Series      []OutcomeDay            `json:"series" doc:"how the always-valid result developed"`
	Warnings    []experiment.Warning    `json:"warnings"`
	Definitions []experiment.Definition `json:"definitions"`
}

// ArmOutcome is one arm's own numbers.
type ArmOutcome struct {
	Arm        string                   `json:"arm"`
	Control    bool                     `json:"control,omitempty"`
	Share      float64                  `json:"share_percent,omitempty" doc:"planned"`
	Exposed    int                      `json:"exposed" doc:"customers"`
	Mature     int                      `json:"mature" doc:"of them, those whose horizon is over"`
	Converted  int                      `json:"converted" doc:"of the mature"`
	Rate       float64                  `json:"conversion_rate"`
	RateLow    float64                  `json:"conversion_low" doc:"95 % score interval"`
	RateHigh   float64                  `json:"conversion_high"`
	Orders     int                      `json:"orders"`
	Revenue    float64                  `json:"revenue" doc:"of the mature, net of refunds"`
	PerHead    float64                  `json:"revenue_per_customer"`
	Early      EarlyOutcome             `json:"not_mature" doc:"what those did so far whose horizon is not over; no part of any comparison"`
	Clusters   int                      `json:"clusters,omitempty"`
	Guardrails []experiment.GuardResult `json:"guardrails"`
}

// EarlyOutcome is what customers did whose horizon is not over.
type EarlyOutcome struct {
	Customers int     `json:"customers"`
	Converted int     `json:"converted"`
	Orders    int     `json:"orders"`
	Revenue   float64 `json:"revenue"`
}

// OutcomeDay is a point of the chart: as of the end of a day of the brand.
type OutcomeDay struct {
	Day    string             `json:"day"`
	Mature []OutcomeCount     `json:"mature"`
	Points []experiment.Point `json:"comparisons"`
}

// OutcomeCount counts the customers of an arm.
type OutcomeCount struct {
	Arm       string  `json:"arm"`
	Customers int     `json:"customers"`
	Converted int     `json:"converted"`
	Revenue   float64 `json:"revenue"`
}

func wireResult(r experiment.Result) Outcome {
	unit := 1 / float64(money.Scale(r.Currency))
	out := Outcome{
		Experiment: r.Experiment, AsOf: r.AsOf, Seq: r.Seq, Currency: r.Currency, Left: r.Left, Split: r.Split, Planned: r.Planned,
		Warnings: r.Warnings, Definitions: r.Definitions, Arms: []ArmOutcome{}, Comparisons: []experiment.Comparison{}, Series: []OutcomeDay{},
	}
	for _, a := range r.Arms {
		out.Arms = append(out.Arms, wireArm(a, r.Currency))
	}
	for i := range r.Comparisons {
		out.Comparisons = append(out.Comparisons, r.Comparisons[i].In(unit))
	}
	for _, d := range r.Series {
		day := OutcomeDay{Day: d.Day, Mature: []OutcomeCount{}, Points: []experiment.Point{}}
		for _, c := range d.Mature {
			day.Mature = append(day.Mature, OutcomeCount{c.Arm, c.Customers, c.Converted, money.Major(c.Revenue, r.Currency)})
		}
		for _, p := range d.Points {
			day.Points = append(day.Points, p.In(unit))
		}
		out.Series = append(out.Series, day)
	}
	return out
}

func wireArm(a experiment.ArmResult, currency string) ArmOutcome {
	return ArmOutcome{
		Arm: a.Arm, Control: a.Control, Share: a.Share, Exposed: a.Exposed, Mature: a.Mature, Converted: a.Converted, Rate: a.Rate,
		RateLow: a.RateLow, RateHigh: a.RateHigh, Orders: a.Orders, Revenue: money.Major(a.Revenue, currency),
		PerHead: a.PerHead / float64(money.Scale(currency)), Clusters: a.Clusters, Guardrails: a.Guardrails,
		Early: EarlyOutcome{a.Early.Customers, a.Early.Converted, a.Early.Orders, money.Major(a.Early.Revenue, currency)},
	}
}
