package experiment

import (
	"cmp"
	"slices"
	"time"

	"yutang/internal/experiment/stat"
)

// maxDays is how many points a chart has; a longer run has one for several days.
const maxDays = 370

// series shows how the always-valid result developed, one point at the end of each day on
// which somebody was mature.
func (e *evaluation) series() {
	e.result.Series = []Day{}
	order := e.byMaturity()
	if len(order) == 0 {
		return
	}
	zone := e.s.zone()
	first := midnight(time.UnixMilli(e.m.subjects[order[0]].matureAt(e.x.Settings)).In(zone))
	days := int(e.m.asOf.Sub(first).Hours()/24) + 1
	step := (days + maxDays - 1) / maxDays
	arms, counts := make([]armMoments, len(e.m.arms)), make([]ArmCount, len(e.m.arms))
	for i, name := range e.m.arms {
		counts[i].Arm = name
	}
	for day, next := first, 0; next < len(order); day = day.AddDate(0, 0, step) {
		end := day.AddDate(0, 0, step)
		for ; next < len(order); next++ {
			sub := &e.m.subjects[order[next]]
			if sub.matureAt(e.x.Settings) >= end.UnixMilli() {
				break
			}
			a := &arms[sub.arm]
			a.conversion.Add(one(sub.converted), 0)
			a.revenue.Add(float64(sub.revenue), 0)
			counts[sub.arm].add(sub)
		}
		e.result.Series = append(e.result.Series, Day{
			Day: end.AddDate(0, 0, -1).Format(time.DateOnly), Mature: slices.Clone(counts), Points: e.points(arms),
		})
	}
}

func (c *ArmCount) add(sub *subject) {
	c.Customers++
	c.Revenue += sub.revenue
	if sub.converted {
		c.Converted++
	}
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

func (s *Service) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone()
}

// byMaturity is the places of the mature subjects in the order in which they became so.
func (e *evaluation) byMaturity() (order []int) {
	for i := range e.m.subjects {
		if e.m.subjects[i].matureAt(e.x.Settings) <= e.now {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(e.m.subjects[a].at, e.m.subjects[b].at), cmp.Compare(a, b))
	})
	return order
}

func (e *evaluation) points(arms []armMoments) []Point {
	out := []Point{}
	if e.control < 0 || e.x.Kind == Cluster {
		return out
	}
	c := &arms[e.control]
	plan := e.plan()
	for i, name := range e.m.arms {
		if i == e.control {
			continue
		}
		out = append(out, Point{
			Arm:        name,
			Conversion: seriesStep(stat.Sequential(arms[i].conversion, c.conversion, plan, e.level)),
			Revenue:    seriesStep(stat.Sequential(arms[i].revenue, c.revenue, plan, e.level)),
		})
	}
	return out
}

func seriesStep(q stat.Sequence, ok bool) *SeriesStep {
	if !ok {
		return nil
	}
	return &SeriesStep{Diff: q.Diff, Low: q.CI.Low, High: q.CI.High, P: q.P}
}
