package funnel

import (
	"cmp"
	"maps"
	"slices"
)

// answer joins what the workers gathered.
func (s *scan) answer() (out Answer) {
	var all tally
	values := map[string]*tally{}
	for i := range s.workers {
		w := &s.workers[i]
		all.join(&w.all)
		for v, t := range w.values {
			if values[v] == nil {
				values[v] = &tally{}
			}
			values[v].join(t)
		}
	}
	out.Steps = s.steps(&all)
	if s.p.Mode == WindowFunnel {
		for k := range s.p.steps() + 1 {
			out.Levels = append(out.Levels, all.at(k))
		}
	}
	if s.p.Breakdown != nil {
		out.ByBreakdown, out.OtherValues = s.byValue(values)
	}
	return out
}

// steps turns a tally into the steps of an answer.
func (s *scan) steps(t *tally) []Step {
	out := make([]Step, s.p.steps())
	came := 0
	for k := len(out) - 1; k >= 0; k-- {
		came += t.at(k + 1)
		out[k] = Step{Name: s.p.labels[k], Count: came}
	}
	for k := range out {
		if first := out[0].Count; first > 0 {
			out[k].Conversion = float64(out[k].Count) / float64(first)
		}
		if k == 0 {
			out[k].FromBefore = out[k].Conversion
			continue
		}
		if before := out[k-1].Count; before > 0 {
			out[k].FromBefore = float64(out[k].Count) / float64(before)
		}
		if k < len(t.seconds) {
			out[k].Average, out[k].Median = t.seconds[k].spread()
		}
	}
	return out
}

// byValue shows the values that most customers began with, and joins the rest.
func (s *scan) byValue(values map[string]*tally) (out []Value, others int) {
	began := func(t *tally) (n int32) {
		for _, stopped := range t.levels[1:] {
			n += stopped
		}
		return n
	}
	names := slices.SortedFunc(maps.Keys(values), func(a, b string) int {
		if c := cmp.Compare(began(values[b]), began(values[a])); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	var rest tally
	for i, name := range names {
		if i < s.p.Breakdown.Top {
			out = append(out, Value{Value: name, Steps: s.steps(values[name])})
			continue
		}
		rest.join(values[name])
		others++
	}
	if others > 0 {
		out = append(out, Value{Value: Other, Steps: s.steps(&rest)})
	}
	return out, others
}
