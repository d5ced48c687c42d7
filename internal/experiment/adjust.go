package experiment

import "yutang/internal/experiment/stat"

// adjust applies Holm's method over the arms, for each question by itself.
func (e *evaluation) adjust() {
	if len(e.result.Comparisons) < 2 {
		return
	}
	questions := []func(c *Comparison) *Metric{
		func(c *Comparison) *Metric { return &c.Conversion },
		func(c *Comparison) *Metric { return &c.Revenue },
		func(c *Comparison) *Metric { return c.Adjusted },
		func(c *Comparison) *Metric { return c.Capped },
		func(c *Comparison) *Metric { return c.OrderValue },
	}
	for k := range e.x.Settings.Guardrails {
		questions = append(questions, func(c *Comparison) *Metric { return &c.Guardrails[k].Metric })
	}
	for _, ask := range questions {
		e.holm(func(c *Comparison) *Inference {
			if m := ask(c); m != nil {
				return m.Always
			}
			return nil
		})
		e.holm(func(c *Comparison) *Inference {
			if m := ask(c); m != nil {
				return m.Fixed
			}
			return nil
		})
	}
	for _, ask := range []func(c *ClusterResult) *ClusterTest{
		func(c *ClusterResult) *ClusterTest { return c.Conversion },
		func(c *ClusterResult) *ClusterTest { return c.Revenue },
	} {
		e.holm(func(c *Comparison) *Inference {
			if c.Clusters == nil || ask(c.Clusters) == nil {
				return nil
			}
			return &ask(c.Clusters).Inference
		})
	}
}

// holm adjusts the p-values of one question over the comparisons that answer it.
func (e *evaluation) holm(of func(c *Comparison) *Inference) {
	var found []*Inference
	var ps []float64
	for i := range e.result.Comparisons {
		if x := of(&e.result.Comparisons[i]); x != nil {
			found, ps = append(found, x), append(ps, x.P)
		}
	}
	for i, p := range stat.Holm(ps) {
		found[i].Holm = p
	}
}

// clusters is the comparison by clusters: at the planned moment once that is reached.
func (p pair) clusters() *ClusterResult {
	t, c, reached := p.t, p.c, false
	if p.thenT != nil {
		t, c, reached = p.thenT, p.thenC, true
	}
	of := func(a *armMoments, pick func(*clusterMoments) stat.Moments) (out []stat.Moments) {
		for _, m := range a.byCluster {
			out = append(out, pick(m))
		}
		return out
	}
	test := func(pick func(*clusterMoments) stat.Moments) *ClusterTest {
		compared, ok := stat.Clusters(of(t, pick), of(c, pick), p.e.level)
		return clusterTest(compared, ok, p.e.level)
	}
	out := &ClusterResult{Treated: len(t.byCluster), Control: len(c.byCluster), Reached: reached}
	out.Few = stat.Few(out.Treated, out.Control)
	out.Conversion = test(func(m *clusterMoments) stat.Moments { return m.conversion })
	out.Revenue = test(func(m *clusterMoments) stat.Moments { return m.revenue })
	return out
}

// clusterTest shows a comparison, nil if there was none.
func clusterTest(c stat.Clustered, ok bool, alpha float64) *ClusterTest {
	if !ok {
		return nil
	}
	return &ClusterTest{
		Diff: c.Diff, SE: c.SE, NaiveSE: c.NaiveSE, ICC: c.ICC, DesignEffect: c.DesignEffect,
		Inference: Inference{Low: c.CI.Low, High: c.CI.High, P: c.P, Holm: c.P, Level: 1 - alpha, Stat: c.Stat, DF: c.DF},
	}
}
