package distribution

import (
	"cmp"
	"maps"
	"slices"

	"yutang/internal/audience"
	"yutang/internal/insight"
)

// part is what one goroutine counts of one value of the breakdown.
type part struct {
	valued, missing int
	bins            []int
}

func newParts(n, bins int) []part {
	out := make([]part, n)
	for i := range out {
		out[i].bins = make([]int, bins)
	}
	return out
}

// traits are those that are read: what is spread first, then the breakdown.
func (p *plan) traits() (out []string) {
	if p.Of.Trait != "" {
		out = append(out, p.Of.Trait)
	}
	if p.Breakdown != nil && p.Breakdown.Trait != "" {
		out = append(out, p.Breakdown.Trait)
	}
	return out
}

// value is the customer's value of the breakdown.
func (p *plan) value(person *audience.Person) string {
	if p.Breakdown.Trait != "" {
		return insight.Text(person.Trait(len(p.traits()) - 1))
	}
	return p.Breakdown.Of(person, 0, 0)
}

// enter notes the part of the customer at hand. While values are gathered, it notes the value.
func (s *scan) enter(w *worker, p *audience.Person) error {
	switch {
	case s.p.Breakdown == nil:
		w.part = 0
	case s.bins == nil:
		if w.values.parts[s.p.value(p)]++; len(w.values.parts) > insight.MaxValues {
			return insight.TooWide("/breakdown", "values", len(w.values.parts), insight.MaxValues)
		}
	default:
		if w.part = slices.Index(s.shown, s.p.value(p)); w.part < 0 {
			w.part = len(s.shown)
		}
	}
	return nil
}

// wants says whether the customer at hand is of the part that the cell names.
func (s *scan) wants(w *worker) bool {
	v := s.cell.Value
	return v == nil || w.part < len(s.shown) && s.shown[w.part] == *v || w.part == len(s.shown) && *v == insight.Other
}

// top are the values of the breakdown that most customers have.
func (f *found) top(p *plan) []string {
	if p.Breakdown == nil {
		return nil
	}
	names := slices.SortedFunc(maps.Keys(f.parts), func(a, b string) int {
		return cmp.Or(cmp.Compare(f.parts[b], f.parts[a]), cmp.Compare(a, b))
	})
	return names[:min(len(names), p.Breakdown.Top)]
}

// parts are the counts of the values shown, the most frequent first, the others last.
func (s *scan) parts() (out []Part) {
	if s.p.Breakdown == nil {
		return nil
	}
	for k := range len(s.shown) + 1 {
		x := Part{Value: insight.Other, Bins: make([]int, len(s.bins.list))}
		if k < len(s.shown) {
			x.Value = s.shown[k]
		}
		for i := range s.workers {
			w := &s.workers[i].parts[k]
			x.Customers, x.Missing = x.Customers+w.valued, x.Missing+w.missing
			for b, n := range w.bins {
				x.Bins[b] += n
			}
		}
		if k < len(s.shown) || x.Customers+x.Missing > 0 {
			out = append(out, x)
		}
	}
	return out
}
