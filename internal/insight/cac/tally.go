package cac

import (
	"cmp"
	"slices"
	"strings"

	"yutang/internal/insight/cost"
)

// tally is the sums of some customers and costs.
type tally struct {
	value   string
	cost    int64 // minor units
	counts  [9]int
	mature  int
	after   int64   // net revenue since the connection
	before  int64   // and before it
	ahead   float64 // predicted, major units
	days    []int64 // net revenue by full day since the connection
	leaving []int   // customers by their last full day
}

func place(n Number) int { return slices.Index(numbers, n) }

func (t *tally) count(n Number) int { return t.counts[place(n)] }

// facts is what one customer adds to tallies.
type facts struct {
	is     [9]bool
	mature bool
	after  int64
	before int64
	ahead  float64
}

// weigh finds what is true of a customer.
func (s *study) weigh(x *person) (f facts) {
	f.is[place(HalfAdded)], f.is[place(Pending)], f.is[place(AskFailed)], f.is[place(Exposed)] = x.half, x.pending, x.failed, x.exposed
	if !s.within(x) {
		return f
	}
	f.is[place(Connected)], f.mature = true, x.mature
	f.is[place(Retained)], f.is[place(Lost)] = x.mature && x.retained, x.mature && !x.retained
	bought := false // before the connection
	for _, o := range s.book.Of(x.root) {
		if o.At < x.at {
			f.before += o.Net
			bought = bought || !o.Void
			continue
		}
		f.after += o.Net
		f.is[place(Buyers)] = f.is[place(Buyers)] || !o.Void
	}
	f.is[place(FirstOrders)] = f.is[place(Buyers)] && !bought
	f.ahead = s.forecast[x.root]
	return f
}

func (t *tally) add(s *study, x *person, f *facts) {
	for i, yes := range f.is {
		if yes {
			t.counts[i]++
		}
	}
	if !f.is[place(Connected)] {
		return
	}
	if f.mature {
		t.mature++
	}
	t.after += f.after
	t.before += f.before
	t.ahead += f.ahead
	full := int((s.now - x.at) / dayMS) // days that are over
	if t.leaving[min(full, s.p.HorizonDays)]++; full == 0 {
		return
	}
	for _, o := range s.book.Of(x.root) {
		if o.At < x.at {
			continue
		}
		if d := int((o.At - x.at) / dayMS); d < min(full, s.p.HorizonDays) {
			t.days[d] += o.Net
		}
	}
}

func (s *study) tally(value string) *tally {
	return &tally{value: value, days: make([]int64, s.p.HorizonDays), leaving: make([]int, s.p.HorizonDays+1)}
}

// groups is the tallies of a dimension by value.
type groups struct {
	by    cost.Dimension
	kept  map[string]bool // nil: all
	tally map[string]*tally
}

// Other is the value of all values beyond the thousand largest.
const Other = "(other)"

// groups decides which values of a dimension are told apart.
func (s *study) groups(by cost.Dimension) *groups {
	g := &groups{by: by, tally: map[string]*tally{}}
	sizes := map[string]int{}
	for i := range s.people {
		if x := &s.people[i]; x.at > 0 {
			sizes[s.value(x, by)]++
		}
	}
	for _, r := range s.rows {
		s.divide(r, by, func(value string, _ int64) { sizes[value] += 0 })
	}
	if len(sizes) <= maxValues {
		return g
	}
	values := make([]string, 0, len(sizes))
	for v := range sizes {
		values = append(values, v)
	}
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(cmp.Compare(sizes[b], sizes[a]), strings.Compare(a, b)) })
	g.kept = map[string]bool{}
	for _, v := range values[:maxValues] {
		g.kept[v] = true
	}
	return g
}

func (g *groups) fold(value string) string {
	if g.kept == nil || g.kept[value] {
		return value
	}
	return Other
}

func (g *groups) of(s *study, value string) *tally {
	value = g.fold(value)
	t := g.tally[value]
	if t == nil {
		t = s.tally(value)
		g.tally[value] = t
	}
	return t
}

// divide gives the parts of a row that fall into the span of the query.
func (s *study) divide(r cost.Row, by cost.Dimension, part func(value string, amount int64)) {
	first, last := max(r.First, s.p.first), min(r.Last, s.p.last)
	if first <= last {
		cost.Divide(r, first, last, by, s.phases, part)
	}
}

// sum makes all tallies: the total, and one list for each dimension.
func (s *study) sum() (*tally, []*groups) {
	total := s.tally("")
	all := make([]*groups, len(s.p.By))
	for i, by := range s.p.By {
		all[i] = s.groups(by)
		for _, r := range s.rows {
			s.divide(r, by, func(value string, amount int64) { all[i].of(s, value).cost += amount })
		}
	}
	for _, r := range s.rows {
		total.cost += r.Share(s.p.first, s.p.last)
	}
	for i := range s.people {
		x := &s.people[i]
		f := s.weigh(x)
		if f.is == [9]bool{} {
			continue
		}
		total.add(s, x, &f)
		for _, g := range all {
			g.of(s, s.value(x, g.by)).add(s, x, &f)
		}
	}
	return total, all
}
