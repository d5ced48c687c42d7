package experiment

// In is the comparison with its amounts times unit: 0.01 gives yuan of fen. Shares, p-values
// and guardrails stay.
func (c Comparison) In(unit float64) Comparison {
	c.Revenue = *c.Revenue.in(unit)
	c.Adjusted, c.Capped, c.OrderValue = c.Adjusted.in(unit), c.Capped.in(unit), c.OrderValue.in(unit)
	c.Incremental = c.Incremental.in(unit)
	if c.Clusters != nil && c.Clusters.Revenue != nil {
		all, revenue := *c.Clusters, *c.Clusters.Revenue
		revenue.Diff, revenue.SE, revenue.NaiveSE = revenue.Diff*unit, revenue.SE*unit, revenue.NaiveSE*unit
		revenue.Inference = *revenue.in(unit)
		all.Revenue = &revenue
		c.Clusters = &all
	}
	return c
}

// In is the lift with its amounts times unit.
func (l Lift) In(unit float64) Lift {
	l.Incremental, l.Difference = l.Incremental.in(unit), times(l.Difference, unit)
	return l
}

func (i *Incremental) in(unit float64) *Incremental {
	if i == nil {
		return nil
	}
	out := *i
	out.Amount, out.Low, out.High = i.Amount*unit, times(i.Low, unit), times(i.High, unit)
	return &out
}

// In is the point with its amounts times unit.
func (p Point) In(unit float64) Point {
	if r := p.Revenue; r != nil {
		p.Revenue = &SeriesStep{Diff: r.Diff * unit, Low: r.Low * unit, High: r.High * unit, P: r.P}
	}
	return p
}

func (m *Metric) in(unit float64) *Metric {
	if m == nil {
		return nil
	}
	out := *m
	out.Diff, out.Limit, out.Always, out.Fixed = m.Diff*unit, times(m.Limit, unit), m.Always.in(unit), m.Fixed.in(unit)
	return &out
}

func (i *Inference) in(unit float64) *Inference {
	if i == nil {
		return nil
	}
	out := *i
	out.Low, out.High, out.Tau = i.Low*unit, i.High*unit, i.Tau*unit
	return &out
}

func times(v *float64, unit float64) *float64 {
	if v == nil {
		return nil
	}
	out := *v * unit
	return &out
}
