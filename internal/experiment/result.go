package experiment

import "time"

// Result is what came of an experiment as of one moment. Amounts are minor units of
// Currency.
type Result struct {
	Experiment  Info         `json:"experiment"`
	AsOf        time.Time    `json:"as_of"`
	Seq         uint64       `json:"seq" doc:"the last event of the log that is counted"`
	Currency    string       `json:"currency"`
	Arms        []ArmResult  `json:"arms"`
	Left        Left         `json:"left_out"`
	Split       *SplitResult `json:"split,omitempty" doc:"whether customers were split as planned; absent when the plan is not known"`
	Comparisons []Comparison `json:"comparisons" doc:"each arm with the control"`
	Planned     bool         `json:"planned_reached" doc:"the planned horizon is reached: fixed-horizon results are shown"`
	Series      []Day        `json:"series" doc:"how the always-valid result developed"`
	Warnings    []Warning    `json:"warnings"`
	Definitions []Definition `json:"definitions"`
}

// Left is who is not counted.
type Left struct {
	Merged    int `json:"merged" doc:"customers whom a merge of records puts into two arms"`
	Erased    int `json:"erased" doc:"customers exposed only before their profile was erased"`
	NoCluster int `json:"no_cluster,omitempty" doc:"customers of a cluster experiment who belong to no cluster"`
}

// ArmResult is one arm. Rates and means are over Mature.
type ArmResult struct {
	Arm        string        `json:"arm"`
	Control    bool          `json:"control,omitempty"`
	Share      float64       `json:"share_percent,omitempty" doc:"planned"`
	Exposed    int           `json:"exposed" doc:"customers"`
	Mature     int           `json:"mature" doc:"of them, those whose horizon is over"`
	Converted  int           `json:"converted" doc:"of the mature"`
	Rate       float64       `json:"conversion_rate"`
	RateLow    float64       `json:"conversion_low" doc:"95 % score interval"`
	RateHigh   float64       `json:"conversion_high"`
	Orders     int           `json:"orders"`
	Revenue    int64         `json:"revenue" doc:"of the mature, net of refunds"`
	PerHead    float64       `json:"revenue_per_customer"`
	Early      EarlyResult   `json:"not_mature" doc:"what those did so far whose horizon is not over; no part of any comparison"`
	Clusters   int           `json:"clusters,omitempty"`
	Guardrails []GuardResult `json:"guardrails"`
}

// EarlyResult is what came so far of those whose horizon is not over.
type EarlyResult struct {
	Customers int   `json:"customers"`
	Converted int   `json:"converted"`
	Orders    int   `json:"orders"`
	Revenue   int64 `json:"revenue"`
}

// GuardResult is how many had an event that must not become more frequent.
type GuardResult struct {
	Event     string  `json:"event"`
	Customers int     `json:"customers"`
	Rate      float64 `json:"rate"`
}

// SplitResult is the sample-ratio check.
type SplitResult struct {
	Unit     string             `json:"unit" enum:"customer,cluster"`
	Expected map[string]float64 `json:"expected"`
	Chi2     float64            `json:"chi_square"`
	DF       int                `json:"degrees_of_freedom"`
	P        float64            `json:"p"`
	Anytime  float64            `json:"p_always_valid"`
	Verdict  string             `json:"verdict" enum:"ok,warning,mismatch" doc:"warning below p 0.01, mismatch below p 0.001"`
}

// Comparison is an arm with the control.
type Comparison struct {
	Arm         string         `json:"arm"`
	Control     string         `json:"control"`
	Conversion  Metric         `json:"conversion"`
	Revenue     Metric         `json:"revenue"`
	Adjusted    *Metric        `json:"revenue_adjusted,omitempty" doc:"CUPED: freed from what the revenue before the exposure foretold"`
	Capped      *Metric        `json:"revenue_capped,omitempty" doc:"the largest amounts cut off"`
	OrderValue  *Metric        `json:"order_value,omitempty" doc:"revenue per order"`
	Incremental *Incremental   `json:"incremental_revenue,omitempty"`
	Guardrails  []GuardMetric  `json:"guardrails"`
	Clusters    *ClusterResult `json:"clusters,omitempty"`
}

// Metric is one difference, treatment - control. Always holds at every look; Fixed at the
// planned moment only, and is absent before.
type Metric struct {
	Diff      float64    `json:"difference"`
	Lift      *float64   `json:"lift,omitempty" doc:"relative difference; absent if the control is too near to zero"`
	LiftLow   *float64   `json:"lift_low,omitempty" doc:"from the interval for one look"`
	LiftHigh  *float64   `json:"lift_high,omitempty"`
	Always    *Inference `json:"always_valid,omitempty" doc:"absent below 100 customers an arm, and for clusters"`
	Fixed     *Inference `json:"fixed_horizon,omitempty" doc:"on the customers of the planned moment"`
	Reduction *float64   `json:"variance_reduction,omitempty"`
	Theta     *float64   `json:"theta,omitempty"`
	Limit     *float64   `json:"limit,omitempty" doc:"what is above it counts as much as it"`
}

// Inference is how sure a difference is.
type Inference struct {
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	P     float64 `json:"p"`
	Holm  float64 `json:"p_adjusted" doc:"for the number of arms, by Holm"`
	Level float64 `json:"level" doc:"of the interval; higher with several arms"`
	Tau   float64 `json:"tau,omitempty" doc:"standard deviation of the mixture of effects"`
	Stat  float64 `json:"statistic,omitempty"`
	DF    float64 `json:"degrees_of_freedom,omitempty"`
}

// Incremental is what the treatment brought: the difference of the means times the
// treated customers.
type Incremental struct {
	Amount  float64  `json:"amount"`
	Low     *float64 `json:"low,omitempty"`
	High    *float64 `json:"high,omitempty"`
	Treated int      `json:"treated" doc:"mature customers of the arm"`
	Valid   string   `json:"valid,omitempty" enum:"always,fixed,one_look" doc:"where the interval comes from"`
}

// GuardMetric is the difference of a guardrail.
type GuardMetric struct {
	Event string `json:"event"`
	Metric
	Harmed bool `json:"harmed" doc:"it surely became more frequent"`
}

// ClusterResult is the difference of revenue and of conversion by clusters.
type ClusterResult struct {
	Treated    int          `json:"treated_clusters"`
	Control    int          `json:"control_clusters"`
	Few        bool         `json:"few" doc:"fewer than 10 in an arm"`
	Reached    bool         `json:"planned" doc:"read at the planned moment; otherwise it holds for a single look"`
	Conversion *ClusterTest `json:"conversion,omitempty"`
	Revenue    *ClusterTest `json:"revenue,omitempty"`
}

// ClusterTest is one difference with the variance between clusters.
type ClusterTest struct {
	Diff         float64 `json:"difference"`
	Inference    `json:"inference"`
	ICC          float64 `json:"intraclass_correlation"`
	DesignEffect float64 `json:"design_effect"`
	NaiveSE      float64 `json:"naive_standard_error"`
	SE           float64 `json:"standard_error"`
}

// Day is a point of the chart: as of the end of a day of the brand.
type Day struct {
	Day    string     `json:"day"`
	Mature []ArmCount `json:"mature"`
	Points []Point    `json:"comparisons"`
}

// ArmCount counts the customers of an arm.
type ArmCount struct {
	Arm       string `json:"arm"`
	Customers int    `json:"customers"`
	Converted int    `json:"converted"`
	Revenue   int64  `json:"revenue"`
}

// Point is a comparison on one day.
type Point struct {
	Arm        string      `json:"arm"`
	Conversion *SeriesStep `json:"conversion,omitempty"`
	Revenue    *SeriesStep `json:"revenue,omitempty"`
}

// SeriesStep is one always-valid interval of the chart.
type SeriesStep struct {
	Diff float64 `json:"difference"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	P    float64 `json:"p"`
}

// Warning is something to know before a decision.
type Warning struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Definition says what a number means.
type Definition struct {
	Term string `json:"term"`
	Text string `json:"text"`
}
