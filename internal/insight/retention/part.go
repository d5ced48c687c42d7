package retention

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"yutang/internal/insight"
)

// top finds the values that most members of cohorts have, and how many others there are.
func (r *Report) top(ctx context.Context, p *plan) (shown []string, others int, err error) {
	if p.Breakdown == nil {
		return nil, 0, nil
	}
	s, err := r.scan(ctx, p, pass{values: true})
	if err != nil {
		return nil, 0, err
	}
	all := map[string]int{}
	for i := range s.workers {
		for v, n := range s.workers[i].values {
			all[v] += n
		}
	}
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(cmp.Compare(all[b], all[a]), cmp.Compare(a, b)) })
	n := min(len(names), p.Breakdown.Top)
	return names[:n], len(names) - n, nil
}

// countPart counts the customer at hand among those with the same value.
func (s *scan) countPart(w *worker, i int) error {
	if s.values {
		if w.values[w.value[i]]++; len(w.values) > insight.MaxValues {
			return insight.TooWide("/breakdown", "values", len(w.values), insight.MaxValues)
		}
		return nil
	}
	value := w.value[i]
	if !s.known[value] {
		value = insight.Other
	}
	g := w.by[value]
	if g == nil {
		g = s.grid()
		w.by[value] = g
	}
	s.mark(g, w, i)
	return nil
}

// parts are the matrices of the values shown, the most frequent first.
func (s *scan) parts(shown []string, others int) (out []Part) {
	if others > 0 {
		shown = append(slices.Clone(shown), insight.Other)
	}
	for _, v := range shown {
		g := s.grid()
		for i := range s.workers {
			if from := s.workers[i].by[v]; from != nil {
				g.join(from)
			}
		}
		cohorts := s.cohorts(g)
		out = append(out, Part{Value: v, Cohorts: cohorts, Mean: means(cohorts, s.p.TotalIntervals)})
	}
	return out
}
