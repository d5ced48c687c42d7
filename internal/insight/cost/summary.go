package cost

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yutang/internal/fault"
)

// Dimension is what costs are summed by.
type Dimension string

// The dimensions.
const (
	ByDay      Dimension = "day"
	ByMonth    Dimension = "month" // "2026-01"
	ByChannel  Dimension = "channel"
	ByStaff    Dimension = "staff"
	ByCampaign Dimension = "campaign"
	ByPhase    Dimension = "phase"
)

// Unknown is the value of rows and customers of which a dimension says nothing.
const Unknown = "(unknown)"

// Sum is the cost of one value.
type Sum struct {
	Value  string
	Amount int64 // minor units
}

// Summary is costs of some days by a dimension, and their total.
type Summary struct {
	By    Dimension
	Sums  []Sum // by value
	Total int64
}

// maxSummaryDays bounds how far back and ahead a summary goes.
const maxSummaryDays = 3660

// Sum sums the costs of a span of days. The sums add up to the total.
func (s *Service) Sum(ctx context.Context, f Filter, by Dimension) (Summary, error) {
	if f.From > 0 && f.To > 0 && f.From > f.To {
		return Summary{}, fault.BadField("/to", "is before from")
	}
	rows, err := s.Rows(ctx, f)
	if err != nil {
		return Summary{}, err
	}
	phases, err := s.Phases(ctx)
	if err != nil {
		return Summary{}, err
	}
	sums := map[string]int64{}
	out := Summary{By: by, Sums: []Sum{}}
	for _, r := range rows {
		first, last := max(f.From, r.First), r.Last
		if f.To > 0 {
			last = min(last, f.To)
		}
		out.Total += r.Share(first, last)
		if !Divide(r, first, last, by, phases, func(value string, amount int64) { sums[value] += amount }) {
			return Summary{}, fault.BadField("/by", `must be "day", "month", "channel", "staff", "campaign" or "phase"`)
		}
	}
	if by == ByDay && len(sums) > maxSummaryDays {
		return Summary{}, fault.BadField("/by", "%d days are too many; ask for months", len(sums))
	}
	for value, amount := range sums {
		out.Sums = append(out.Sums, Sum{value, amount})
	}
	slices.SortFunc(out.Sums, func(a, b Sum) int { return cmp.Compare(a.Value, b.Value) })
	return out, nil
}

// Divide gives the parts of a row from first to last by value of a dimension. It returns
// false for what is no dimension.
func Divide(r Row, first, last Day, by Dimension, phases []Phase, part func(value string, amount int64)) bool {
	switch by {
	case ByDay:
		for d := first; d <= last; d++ {
			part(d.String(), r.Share(d, d))
		}
	case ByMonth:
		for d := first; d <= last; {
			y, m, _ := d.utc().Date()
			next := DayOf(time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC))
			part(d.utc().Format("2006-01"), r.Share(d, min(last, next-1)))
			d = next
		}
	case ByChannel:
		part(known(r.Channel), r.Share(first, last))
	case ByStaff:
		part(known(r.Staff), r.Share(first, last))
	case ByCampaign:
		part(known(r.Campaign), r.Share(first, last))
	case ByPhase:
		divideByPhase(r, first, last, phases, part)
	default:
		return false
	}
	return true
}

// divideByPhase follows the phase that a row names, or else its days.
func divideByPhase(r Row, first, last Day, phases []Phase, part func(string, int64)) {
	rest := r.Share(first, last)
	if r.Phase != "" {
		part(r.Phase, rest)
		return
	}
	for _, p := range phases {
		if share := r.Share(max(first, p.First), min(last, p.Last)); share != 0 {
			part(p.Name, share)
			rest -= share
		}
	}
	if rest != 0 {
		part(Unknown, rest)
	}
}

func known(value string) string { return cmp.Or(value, Unknown) }
