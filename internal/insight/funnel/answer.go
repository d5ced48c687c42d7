package funnel

import (
	"cmp"
	"maps"
	"slices"
	"sync"
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

// manySeconds are worth a goroutine to find their median.
const manySeconds = 50_000

// steps turns a tally into the steps of an answer.
func (s *scan) steps(t *tally) []Step {
	out := make([]Step, s.p.steps())
	var large sync.WaitGroup
	defer large.Wait()
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
		if k >= len(t.seconds) {
			continue
		}
		seconds, sum, step := t.seconds[k], t.sums[k], &out[k]
		if len(seconds) < manySeconds {
			step.Average, step.Median = spread(seconds, sum)
			continue
		}
		large.Go(func() { step.Average, step.Median = spread(seconds, sum) })
	}
	return out
}

// spread is the mean and the median, nil of nothing. sum is in ms.
func spread(seconds []float32, sum int64) (average, median *float64) {
	n := len(seconds)
	if n == 0 {
		return nil, nil
	}
	mean := float64(sum) / 1000 / float64(n)
	low := nth(seconds, (n-1)/2)
	middle := float64(low)
	if n%2 == 0 {
		middle = (middle + float64(slices.Min(seconds[n/2:]))) / 2
	}
	return &mean, &middle
}

// nth is the element that would be at place k if list were sorted. It moves elements so
// that none before k is greater and none after it smaller. C. A. R. Hoare, "Algorithm 65:
// Find", Communications of the ACM 4 (1961).
func nth(list []float32, k int) float32 {
	for lo, hi := 0, len(list)-1; lo < hi; {
		pivot := list[lo+(hi-lo)/2]
		i, j := lo, hi
		for i <= j {
			for list[i] < pivot {
				i++
			}
			for pivot < list[j] {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return list[k]
		}
	}
	return list[k]
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
