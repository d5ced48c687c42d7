package experiment

import (
	"math"
	"slices"

	"yutang/internal/experiment/stat"
)

// evaluation makes a result of measured people.
type evaluation struct {
	s       *Service
	x       Info
	m       *measured
	result  *Result
	control int // index in m.arms; -1 none
	fixed   int64
	level   float64 // alpha of one interval
	now     int64
}

// evaluate is the result of an experiment.
func (s *Service) evaluate(x Info, m *measured) *Result {
	e := &evaluation{s: s, x: x, m: m, control: slices.Index(m.arms, x.control()), now: m.asOf.UnixMilli()}
	e.level = x.Settings.Alpha / math.Max(1, float64(len(m.arms)-1))
	e.result = &Result{
		Experiment: x, AsOf: m.asOf, Seq: m.seq, Currency: s.Customers.Currency(), Warnings: []Warning{}, Comparisons: []Comparison{},
		Left: Left{Merged: m.merged, Erased: m.erased, NoCluster: m.homeless}, Definitions: definitions(x),
	}
	e.fixed, e.result.Planned = e.plannedMoment()
	e.arms()
	e.split()
	e.compare()
	e.series()
	e.warn()
	return e.result
}

// plannedMoment is when the planned horizon was reached, false if it is not.
func (e *evaluation) plannedMoment() (at int64, reached bool) {
	at = math.MaxInt64
	if until := e.x.Settings.PlannedUntil; !until.IsZero() {
		at = until.UnixMilli()
	}
	if n := e.x.Settings.PlannedCustomers; n > 0 && n <= len(e.m.subjects) {
		ends := make([]int64, len(e.m.subjects))
		for i := range e.m.subjects {
			ends[i] = e.m.subjects[i].matureAt(e.x.Settings)
		}
		slices.Sort(ends)
		at = min(at, ends[n-1])
	}
	return at, at <= e.now
}

// arms fills in what each arm did.
func (e *evaluation) arms() {
	out := make([]ArmResult, len(e.m.arms))
	clusters := make([]map[uint32]bool, len(out))
	for i, name := range e.m.arms {
		out[i] = ArmResult{Arm: name, Control: i == e.control, Guardrails: make([]GuardResult, len(e.x.Settings.Guardrails))}
		clusters[i] = map[uint32]bool{}
		for k, event := range e.x.Settings.Guardrails {
			out[i].Guardrails[k].Event = event
		}
		if j := slices.IndexFunc(e.x.Arms, func(a ArmInfo) bool { return a.Name == name }); j >= 0 {
			out[i].Share = e.x.Arms[j].Share
		}
	}
	for i := range e.m.subjects {
		sub := &e.m.subjects[i]
		a := &out[sub.arm]
		a.Exposed++
		if sub.cluster != 0 {
			clusters[sub.arm][sub.cluster] = true
		}
		a.add(sub, sub.matureAt(e.x.Settings) <= e.now)
	}
	for i := range out {
		out[i].Clusters = len(clusters[i])
		out[i].finish()
	}
	e.result.Arms = out
}

func (a *ArmResult) add(sub *subject, mature bool) {
	if !mature {
		a.Early.Customers++
		a.Early.Orders += int(sub.orders)
		a.Early.Revenue += sub.revenue
		if sub.converted {
			a.Early.Converted++
		}
		return
	}
	a.Mature++
	a.Orders += int(sub.orders)
	a.Revenue += sub.revenue
	if sub.converted {
		a.Converted++
	}
	for k := range a.Guardrails {
		if sub.guards&(1<<k) != 0 {
			a.Guardrails[k].Customers++
		}
	}
}

func (a *ArmResult) finish() {
	rate := stat.Rate{Hits: a.Converted, N: a.Mature}
	ci := rate.Wilson(0.05)
	a.Rate, a.RateLow, a.RateHigh = rate.Value(), ci.Low, ci.High
	if a.Mature > 0 {
		a.PerHead = float64(a.Revenue) / float64(a.Mature)
	}
	for k := range a.Guardrails {
		a.Guardrails[k].Rate = stat.Rate{Hits: a.Guardrails[k].Customers, N: a.Mature}.Value()
	}
}

// split checks whether the drawn units stand as planned: clusters if they were drawn.
func (e *evaluation) split() {
	r := &SplitResult{Unit: "customer", Expected: map[string]float64{}}
	if e.x.Kind == Cluster {
		r.Unit = "cluster"
	}
	var counts []int
	var shares []float64
	for _, a := range e.result.Arms {
		if a.Share <= 0 {
			return
		}
		n := a.Exposed
		if e.x.Kind == Cluster {
			n = a.Clusters
		}
		counts, shares = append(counts, n), append(shares, a.Share)
	}
	check, err := stat.SampleRatio(counts, shares)
	if err != nil {
		return
	}
	for i, a := range e.result.Arms {
		r.Expected[a.Arm] = check.Expected[i]
	}
	r.Chi2, r.DF, r.P, r.Anytime, r.Verdict = check.Chi2, check.DF, check.P, check.Anytime, Verdict(check)
	e.result.Split = r
}

// Verdict names what a sample-ratio check says: ok, warning or mismatch.
func Verdict(s stat.Split) string {
	switch {
	case s.Mismatched():
		return "mismatch"
	case s.Warned():
		return "warning"
	}
	return "ok"
}
