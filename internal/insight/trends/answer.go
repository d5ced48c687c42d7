package trends

import (
	"slices"
	"time"

	"yutang/internal/insight"
)

func (s *scan) answer(shown []string, others int) (out Answer) {
	for _, at := range s.p.bounds[:len(s.p.bounds)-1] {
		out.Periods = append(out.Periods, time.UnixMilli(at).In(s.p.zone))
	}
	all, by := s.grid(), map[string][][]tally{}
	for i := range s.workers {
		join(all, s.workers[i].all)
		for v, g := range s.workers[i].by {
			if by[v] == nil {
				by[v] = s.grid()
			}
			join(by[v], g)
		}
	}
	if others > 0 {
		shown = append(slices.Clone(shown), insight.Other)
	}
	for k := range s.p.lines {
		line := s.line(k, all[k])
		line.Name = s.p.lines[k].Name
		for _, v := range shown {
			if g := by[v]; g != nil {
				part := s.line(k, g[k])
				part.Value = v
				line.By = append(line.By, part)
			}
		}
		out.Series = append(out.Series, line)
	}
	if s.p.formula != nil {
		out.Formula = combine(s.p.formula, out.Series)
	}
	return out
}

func join(to, from [][]tally) {
	for k := range from {
		for i, t := range from[k] {
			u := &to[k][i]
			u.count += t.count
			u.people += t.people
			u.valued += t.valued
			u.sum += t.sum
		}
	}
}

func (s *scan) line(k int, tallies []tally) Line {
	m := s.p.lines[k].Measure
	last := len(tallies) - 1
	l := Line{Measure: m, Total: tallies[last].value(m), Values: make([]*float64, last)}
	for i := range last {
		l.Values[i] = tallies[i].value(m)
	}
	return l
}

func (t *tally) value(m Measure) *float64 {
	var v float64
	switch m {
	case Count:
		v = float64(t.count)
	case Customers:
		v = float64(t.people)
	case Sum:
		v = t.sum.Float()
	case Average:
		if t.valued == 0 {
			return nil
		}
		v = t.sum.Float() / float64(t.valued)
	case PerCustomer:
		if t.people == 0 {
			return nil
		}
		v = float64(t.count) / float64(t.people)
	}
	return &v
}

// combine works the formula out for each period, for the total and for each value.
func combine(f *formula, lines []Line) *Line {
	out := &Line{Total: f.eval(func(k int) *float64 { return lines[k].Total })}
	for i := range lines[0].Values {
		out.Values = append(out.Values, f.eval(func(k int) *float64 { return lines[k].Values[i] }))
	}
	for b, part := range lines[0].By {
		parts := make([]Line, len(lines))
		for k := range lines {
			parts[k] = lines[k].By[b]
			parts[k].By = nil
		}
		line := combine(f, parts)
		line.Value = part.Value
		out.By = append(out.By, *line)
	}
	return out
}
