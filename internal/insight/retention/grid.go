package retention

import (
	"time"

	"yutang/internal/event"
)

// grid is one matrix as it is counted.
type grid struct {
	sizes  []int
	counts []int           // row by row, total intervals wide
	sums   []event.Decimal // likewise, with a sum as measure
}

func (s *scan) grid() *grid {
	n := s.p.TotalIntervals
	g := &grid{sizes: make([]int, n), counts: make([]int, n*n)}
	if s.p.sum != "" {
		g.sums = make([]event.Decimal, n*n)
	}
	return g
}

// mark counts the customer at hand in the cohort of interval i.
func (s *scan) mark(g *grid, w *worker, i int) {
	n := s.p.TotalIntervals
	g.sizes[i]++
	for k := i; k < n; k++ {
		if !w.active[k] {
			continue
		}
		g.counts[i*n+k-i]++
		if g.sums != nil {
			g.sums[i*n+k-i] += w.spent[k]
		}
	}
}

func (g *grid) join(from *grid) {
	for i, n := range from.sizes {
		g.sizes[i] += n
	}
	for i, n := range from.counts {
		g.counts[i] += n
	}
	for i, v := range from.sums {
		g.sums[i] += v
	}
}

func (s *scan) cohorts(g *grid) (out []Cohort) {
	n := s.p.TotalIntervals
	rows := n
	if s.p.Type == Anchored {
		rows = 1
	}
	for i := range rows {
		row := Cohort{Start: time.UnixMilli(s.p.bounds[i]).In(s.p.zone), Size: g.sizes[i], Counts: g.counts[i*n : i*n+n-i]}
		if g.sums != nil {
			for _, v := range g.sums[i*n : i*n+n-i] {
				row.Sums = append(row.Sums, v.Float())
			}
		}
		out = append(out, row)
	}
	return out
}
