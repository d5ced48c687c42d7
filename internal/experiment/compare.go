package experiment

import (
	"yutang/internal/experiment/stat"
)

// armMoments is one arm as the statistics need it.
type armMoments struct {
	rate       stat.Rate
	conversion stat.Moments // 0 or 1
	revenue    stat.Moments // with the revenue before
	capped     stat.Moments
	perOrder   stat.Moments // revenue over orders
	guards     []stat.Rate
	guardSums  []stat.Moments
	byCluster  map[uint32]*clusterMoments
}

type clusterMoments struct{ conversion, revenue stat.Moments }

// gather sums the arms over those mature by a moment.
func (e *evaluation) gather(by int64) ([]armMoments, float64) {
	limit := e.limit(by)
	out := make([]armMoments, len(e.m.arms))
	for i := range out {
		n := len(e.x.Settings.Guardrails)
		out[i] = armMoments{guards: make([]stat.Rate, n), guardSums: make([]stat.Moments, n), byCluster: map[uint32]*clusterMoments{}}
	}
	for i := range e.m.subjects {
		if sub := &e.m.subjects[i]; sub.matureAt(e.x.Settings) <= by {
			out[sub.arm].add(sub, limit)
		}
	}
	return out, limit
}

func (e *evaluation) limit(by int64) float64 {
	var values []float64
	for i := range e.m.subjects {
		if sub := &e.m.subjects[i]; sub.matureAt(e.x.Settings) <= by {
			values = append(values, float64(sub.revenue))
		}
	}
	return stat.Winsorise(values, e.x.Settings.Winsorise)
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func (a *armMoments) add(sub *subject, limit float64) {
	revenue := float64(sub.revenue)
	a.rate.N++
	if sub.converted {
		a.rate.Hits++
	}
	a.conversion.Add(one(sub.converted), 0)
	a.revenue.Add(revenue, float64(sub.before))
	a.capped.Add(min(revenue, limit), 0)
	a.perOrder.Add(revenue, float64(sub.orders))
	for k := range a.guards {
		hit := sub.guards&(1<<k) != 0
		a.guards[k].N++
		if hit {
			a.guards[k].Hits++
		}
		a.guardSums[k].Add(one(hit), 0)
	}
	if sub.cluster == 0 {
		return
	}
	c := a.byCluster[sub.cluster]
	if c == nil {
		c = &clusterMoments{}
		a.byCluster[sub.cluster] = c
	}
	c.conversion.Add(one(sub.converted), 0)
	c.revenue.Add(revenue, 0)
}

// compare fills in each arm against the control.
func (e *evaluation) compare() {
	if e.control < 0 || len(e.m.arms) < 2 {
		return
	}
	now, limit := e.gather(e.now)
	var then []armMoments
	thenLimit := limit
	if e.result.Planned {
		then, thenLimit = e.gather(e.fixed)
	}
	for i, name := range e.m.arms {
		if i == e.control {
			continue
		}
		c := Comparison{Arm: name, Control: e.m.arms[e.control]}
		p := pair{e: e, t: &now[i], c: &now[e.control]}
		if then != nil {
			p.thenT, p.thenC = &then[i], &then[e.control]
		}
		p.fill(&c, limit, thenLimit)
		e.result.Comparisons = append(e.result.Comparisons, c)
	}
	e.adjust()
}

// pair is a treatment and the control, now and at the planned moment (nil: not reached).
type pair struct {
	e            *evaluation
	t, c         *armMoments
	thenT, thenC *armMoments
}

// plan is for how many customers of a pair of arms the always-valid tests are tuned.
func (e *evaluation) plan() int {
	return e.x.Settings.PlannedCustomers * 2 / max(2, len(e.m.arms))
}

func (p pair) fill(out *Comparison, limit, thenLimit float64) {
	plan, level := p.e.plan(), p.e.level
	clustered := p.e.x.Kind == Cluster
	always := func(t, c stat.Moments) *Inference {
		if clustered {
			return nil
		}
		q, ok := stat.Sequential(t, c, plan, level)
		return sequence(q, ok, level)
	}
	rates := func(t, c stat.Rate) (stat.Effect, bool) { return stat.Proportions(t, c, level) }
	means := func(t, c stat.Moments) (stat.Effect, bool) { return stat.Welch(t, c, level) }
	reached := p.thenT != nil && !clustered

	out.Conversion = metric(rates(p.t.rate, p.c.rate))
	out.Conversion.Always = always(p.t.conversion, p.c.conversion)
	out.Revenue = metric(means(p.t.revenue, p.c.revenue))
	out.Revenue.Diff = p.t.revenue.Y - p.c.revenue.Y
	out.Revenue.Always = always(p.t.revenue, p.c.revenue)
	capped := metric(means(p.t.capped, p.c.capped))
	capped.Limit, capped.Always = &limit, always(p.t.capped, p.c.capped)
	out.Capped = &capped
	if reached {
		out.Conversion.fix(level)(rates(p.thenT.rate, p.thenC.rate))
		out.Revenue.fix(level)(means(p.thenT.revenue, p.thenC.revenue))
		capped.fix(level)(means(p.thenT.capped, p.thenC.capped))
		capped.Limit = &thenLimit
	}
	p.adjusted(out, reached)
	p.orderValue(out, reached)
	p.guardrails(out, reached)
	if clustered {
		out.Clusters = p.clusters()
	}
	out.Incremental = p.incremental(out)
}

func (p pair) adjusted(out *Comparison, reached bool) {
	a, ok := stat.CUPED(p.t.revenue, p.c.revenue, p.e.level)
	if !ok || p.e.x.Kind == Cluster {
		return
	}
	m := metric(a.Effect, true)
	m.Lift, m.LiftLow, m.LiftHigh = nil, nil, nil
	m.Reduction, m.Theta = &a.Reduction, &a.Theta
	q, ok := stat.SequentialCUPED(p.t.revenue, p.c.revenue, p.e.plan(), p.e.level)
	m.Always = sequence(q, ok, p.e.level)
	if reached {
		then, ok := stat.CUPED(p.thenT.revenue, p.thenC.revenue, p.e.level)
		m.fix(p.e.level)(then.Effect, ok)
	}
	out.Adjusted = &m
}

func (p pair) orderValue(out *Comparison, reached bool) {
	effect, ok := stat.Ratio(p.t.perOrder, p.c.perOrder, p.e.level)
	if !ok || p.e.x.Kind == Cluster {
		return
	}
	m := metric(effect, true)
	if reached {
		m.fix(p.e.level)(stat.Ratio(p.thenT.perOrder, p.thenC.perOrder, p.e.level))
	}
	out.OrderValue = &m
}

func (p pair) guardrails(out *Comparison, reached bool) {
	out.Guardrails = []GuardMetric{}
	for k, event := range p.e.x.Settings.Guardrails {
		g := GuardMetric{Event: event, Metric: metric(stat.Proportions(p.t.guards[k], p.c.guards[k], p.e.level))}
		if p.e.x.Kind != Cluster {
			q, ok := stat.Sequential(p.t.guardSums[k], p.c.guardSums[k], p.e.plan(), p.e.level)
			g.Always = sequence(q, ok, p.e.level)
		}
		if reached {
			g.fix(p.e.level)(stat.Proportions(p.thenT.guards[k], p.thenC.guards[k], p.e.level))
		}
		g.Harmed = g.Always != nil && g.Always.Low > 0 || g.Fixed != nil && g.Fixed.Low > 0
		out.Guardrails = append(out.Guardrails, g)
	}
}

// incremental is the difference of the means times the treated.
func (p pair) incremental(out *Comparison) *Incremental {
	n := p.t.revenue.N
	if n == 0 || p.c.revenue.N == 0 {
		return nil
	}
	inc := &Incremental{Amount: out.Revenue.Diff * float64(n), Treated: n}
	from := func(i *Inference, valid string) {
		low, high := i.Low*float64(n), i.High*float64(n)
		inc.Low, inc.High, inc.Valid = &low, &high, valid
	}
	clusters := out.Clusters
	switch {
	case clusters != nil && clusters.Revenue == nil:
	case clusters != nil && clusters.Reached && p.same():
		from(&clusters.Revenue.Inference, "fixed")
	case clusters != nil && !clusters.Reached:
		from(&clusters.Revenue.Inference, "one_look")
	case out.Revenue.Always != nil:
		from(out.Revenue.Always, "always")
	case out.Revenue.Fixed != nil && p.same():
		from(out.Revenue.Fixed, "fixed")
	}
	return inc
}

// same says whether nobody has become mature since the planned moment.
func (p pair) same() bool {
	return p.thenT != nil && p.thenT.rate.N == p.t.rate.N && p.thenC.rate.N == p.c.rate.N
}

// metric is what one look tells of a difference, without how sure it is.
func metric(effect stat.Effect, ok bool) (m Metric) {
	if !ok {
		return m
	}
	m.Diff = effect.Diff
	if effect.Lifted {
		m.Lift, m.LiftLow, m.LiftHigh = &effect.Lift, &effect.LiftCI.Low, &effect.LiftCI.High
	}
	return m
}

// fix takes a fixed-horizon effect in.
func (m *Metric) fix(alpha float64) func(stat.Effect, bool) {
	return func(effect stat.Effect, ok bool) {
		if ok {
			m.Fixed = &Inference{Low: effect.CI.Low, High: effect.CI.High, P: effect.P, Holm: effect.P, Level: 1 - alpha, Stat: effect.Stat, DF: effect.DF}
		}
	}
}

func sequence(q stat.Sequence, ok bool, alpha float64) *Inference {
	if !ok {
		return nil
	}
	return &Inference{Low: q.CI.Low, High: q.CI.High, P: q.P, Holm: q.P, Level: 1 - alpha, Tau: q.Tau}
}
