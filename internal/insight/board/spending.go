package board

import (
	"context"
	"time"

	"yutang/internal/insight/cost"
)

// Spending reads Costs from package cost. Costs are kept by day: a window shorter than a
// day has the costs of the whole day that it lies in.
type Spending struct {
	Service *cost.Service
	Zone    func() *time.Location
}

// Spent sums costs.
func (s Spending) Spent(ctx context.Context, by string, from, to time.Time) (map[string]int64, bool, error) {
	some, err := s.Service.List(ctx, cost.Filter{}, "", 1)
	if err != nil || len(some.Items) == 0 {
		return nil, false, err
	}
	dimension := cost.Dimension(by)
	if by == "" {
		dimension = cost.ByMonth
	}
	zone := s.Zone()
	days := cost.Filter{From: cost.DayOf(from.In(zone)), To: cost.DayOf(to.Add(-time.Millisecond).In(zone))}
	summary, err := s.Service.Sum(ctx, days, dimension)
	if err != nil {
		return nil, true, err
	}
	if by == "" {
		return map[string]int64{"": summary.Total}, true, nil
	}
	out := map[string]int64{}
	for _, x := range summary.Sums {
		if x.Value == cost.Unknown {
			x.Value = None
		}
		out[x.Value] += x.Amount
	}
	return out, true, nil
}
