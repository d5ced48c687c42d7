package distribution

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"yutang/internal/event"
	"yutang/internal/insight"
)

// found is the values that there are.
type found struct {
	single  []event.Decimal       // one for each customer
	numbers map[event.Decimal]int // of events
	texts   map[string]int
	parts   map[string]int // customers by value of the breakdown
}

func newFound() found {
	return found{numbers: map[event.Decimal]int{}, texts: map[string]int{}, parts: map[string]int{}}
}

// add notes a value. Numbers of customers are listed: there may be as many as customers.
func (f *found) add(v event.Value, single bool) error {
	switch {
	case v.Kind != event.Number:
		f.texts[insight.Text(v)]++
	case single:
		f.single = append(f.single, v.Num)
	default:
		f.numbers[v.Num]++
	}
	if n := len(f.texts) + len(f.numbers); n > insight.MaxValues {
		return insight.TooWide("/of", "values", n, insight.MaxValues)
	}
	return nil
}

func (f *found) join(o *found) {
	f.single = append(f.single, o.single...)
	for v, n := range o.numbers {
		f.numbers[v] += n
	}
	for v, n := range o.texts {
		f.texts[v] += n
	}
	for v, n := range o.parts {
		f.parts[v] += n
	}
}

// weighted gives the numbers in order with how often each occurs.
func (f *found) weighted(visit func(v event.Decimal, n int)) {
	if len(f.numbers) > 0 {
		for _, v := range slices.Sorted(maps.Keys(f.numbers)) {
			visit(v, f.numbers[v])
		}
		return
	}
	for i := 0; i < len(f.single); {
		k := i
		for k < len(f.single) && f.single[k] == f.single[i] {
			k++
		}
		visit(f.single[i], k-i)
		i = k
	}
}

// Summary describes numbers: of customers, or of events if each has its own.
type Summary struct {
	Count  int     `json:"count"`
	Sum    float64 `json:"sum"`
	Mean   float64 `json:"mean"`
	SD     float64 `json:"sd"` // of the sample
	Min    float64 `json:"min"`
	P25    float64 `json:"p25"` // lower values at the nearest rank
	Median float64 `json:"median"`
	P75    float64 `json:"p75"`
	P90    float64 `json:"p90"`
	Max    float64 `json:"max"`
}

func (f *found) summary() *Summary {
	var s Summary
	var sum event.Decimal
	f.weighted(func(v event.Decimal, n int) {
		s.Count += n
		sum += v * event.Decimal(n)
	})
	if s.Count == 0 {
		return nil
	}
	s.Sum = sum.Float()
	s.Mean = s.Sum / float64(s.Count)
	seen, squares := 0, 0.0
	s.Min = math.Inf(1)
	f.weighted(func(v event.Decimal, n int) {
		x := v.Float()
		s.Min, s.Max = math.Min(s.Min, x), x
		squares += float64(n) * (x - s.Mean) * (x - s.Mean)
		for _, q := range []struct {
			share float64
			into  *float64
		}{{0.25, &s.P25}, {0.5, &s.Median}, {0.75, &s.P75}, {0.9, &s.P90}} {
			rank := int(math.Ceil(q.share * float64(s.Count)))
			if seen < rank && rank <= seen+n {
				*q.into = x
			}
		}
		seen += n
	})
	if s.Count > 1 {
		s.SD = math.Sqrt(squares / float64(s.Count-1))
	}
	return &s
}

// bins sorts values into bars: by text, by number, or between edges.
type bins struct {
	list   []Bin
	texts  map[string]int // nil: numbers
	other  int            // the bar of other texts, -1 none
	others int
	exact  map[event.Decimal]int // nil: edges
	edges  []event.Decimal
}

func (p *plan) bins(f *found) *bins {
	b := &bins{other: -1}
	switch {
	case p.edges != nil:
		b.between(p.edges, true)
	case len(f.texts) > 0:
		b.byText(p, f)
	default:
		b.byNumber(f)
	}
	return b
}

func (b *bins) byText(p *plan, f *found) {
	all := maps.Clone(f.texts)
	f.weighted(func(v event.Decimal, n int) { all[v.String()] += n })
	names := slices.SortedFunc(maps.Keys(all), func(x, y string) int { return cmp.Or(cmp.Compare(all[y], all[x]), cmp.Compare(x, y)) })
	b.texts = map[string]int{}
	for i, name := range names[:min(len(names), p.Top)] {
		b.texts[name] = i
		b.list = append(b.list, Bin{Value: &name})
	}
	if b.others = len(names) - len(b.list); b.others > 0 {
		b.other = len(b.list)
		name := insight.Other
		b.list = append(b.list, Bin{Value: &name})
	}
}

func (b *bins) byNumber(f *found) {
	var values []event.Decimal
	var low, high event.Decimal
	n := 0
	f.weighted(func(v event.Decimal, _ int) {
		if n == 0 {
			low = v
		}
		high = v
		if n++; n <= autoBins {
			values = append(values, v)
		}
	})
	if n > autoBins {
		b.between(round(low, high), false)
		return
	}
	b.exact = map[event.Decimal]int{}
	for i, v := range values {
		text := v.String()
		b.exact[v] = i
		b.list = append(b.list, Bin{Value: &text})
	}
}

// round is edges of a round width (1, 2 or 5 times a power of ten) around the values.
func round(low, high event.Decimal) (edges []event.Decimal) {
	span, width := uint64(high)-uint64(low), uint64(1)
	for _, m := range []uint64{2, 5, 10} {
		for step := m; step <= span/2; step *= 10 {
			if span/step < autoBins && (width == 1 || step < width) {
				width = step
			}
			if step > math.MaxUint64/20 {
				break
			}
		}
	}
	over := low % event.Decimal(width)
	if over < 0 {
		over += event.Decimal(width)
	}
	at := event.Decimal(math.MinInt64)
	if low >= math.MinInt64+over {
		at = low - over
	}
	for ; at <= high; at += event.Decimal(width) {
		edges = append(edges, at)
		if uint64(math.MaxInt64)-uint64(at) < width {
			return append(edges, math.MaxInt64)
		}
	}
	return append(edges, at)
}

// between makes bars between edges; open also those below and above them.
func (b *bins) between(edges []event.Decimal, open bool) {
	b.edges = edges
	if open {
		b.edges = append(append([]event.Decimal{math.MinInt64}, edges...), math.MaxInt64)
	}
	at := func(d event.Decimal) *float64 {
		if d == math.MinInt64 || d == math.MaxInt64 {
			return nil
		}
		v := d.Float()
		return &v
	}
	for i := range len(b.edges) - 1 {
		b.list = append(b.list, Bin{From: at(b.edges[i]), To: at(b.edges[i+1])})
	}
}

// of is the bar of a value, -1 none.
func (b *bins) of(v event.Value) int {
	switch {
	case b.texts != nil:
		if i, ok := b.texts[insight.Text(v)]; ok {
			return i
		}
		return b.other
	case v.Kind != event.Number:
		return -1
	case b.exact != nil:
		if i, ok := b.exact[v.Num]; ok {
			return i
		}
		return -1
	}
	i, exact := slices.BinarySearch(b.edges, v.Num)
	if !exact {
		i--
	}
	if i == len(b.list) && v.Num == math.MaxInt64 {
		i-- // numbers saturate there
	}
	if i < 0 || i >= len(b.list) {
		return -1
	}
	return i
}
