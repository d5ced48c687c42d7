package livecode

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
)

// maxStatDays is the longest range of a statistic.
const maxStatDays = 400

// Stays are how many of the contacts added at least so many days ago were kept so long.
type Stays struct {
	Days int `json:"days"`
	Of   int `json:"of" doc:"added at least so many days ago"`
	Kept int `json:"kept" doc:"of these, still in contact so many days after"`
}

// Tally counts arrivals.
type Tally struct {
	Added int `json:"added"`
	Lost  int `json:"lost" doc:"of these, no longer in contact"`
}

// DayTally is the arrivals of one date in the brand's zone.
type DayTally struct {
	Day string `json:"day"`
	Tally
}

// StaffTally is the arrivals at one member.
type StaffTally struct {
	User string `json:"staff"`
	Tally
	Today int `json:"today"`
}

// Stats are the figures of a code. How often it was scanned is not among them: the
// platform does not tell.
type Stats struct {
	Tally
	Customers int          `json:"customers" doc:"distinct people among the added"`
	Buyers    int          `json:"buyers" doc:"of these, with an order since they were added"`
	Revenue   int64        `json:"-"` // what these orders brought less refunds, minor units of the brand's currency
	Stays     []Stays      `json:"stays"`
	ByDay     []DayTally   `json:"by_day"`
	ByStaff   []StaffTally `json:"by_staff"`
}

// Range is the dates a statistic looks at, both inclusive, in the brand's zone. Empty ones
// are the last 30 days.
type Range struct{ From, To string }

// bounds are the dates, checked.
func (r Range) bounds(now time.Time, zone *time.Location) (from, to string, err error) {
	today := dayOf(now, zone)
	from, to = today.add(-29).String(), today.String()
	if r.To != "" {
		to = r.To
	}
	last, err := time.Parse(dateForm, to)
	if err != nil {
		return "", "", fault.BadField("/to", "must be a date YYYY-MM-DD")
	}
	if r.To != "" {
		from = last.AddDate(0, 0, -29).Format(dateForm)
	}
	if r.From != "" {
		from = r.From
	}
	first, err := time.Parse(dateForm, from)
	if err != nil || first.After(last) || last.Sub(first) > maxStatDays*24*time.Hour {
		return "", "", fault.BadField("/from", "must be a date YYYY-MM-DD at or before to, and at most %d days earlier", maxStatDays)
	}
	return from, to, nil
}

// Sales tells what customers bought.
type Sales interface {
	// Since sums the completed orders of each customer record from a moment on. Records of
	// one person count as one, from the earliest moment.
	Since(ctx context.Context, from map[uint32]time.Time) (buyers int, net int64, err error)
}

// Stats are the figures of a code for contacts added in a range of dates.
func (s *Service) Stats(ctx context.Context, codeID string, r Range) (Stats, error) {
	code, err := s.byID(ctx, codeID)
	if err != nil {
		return Stats{}, err
	}
	now := s.Clock.Now()
	from, to, err := r.bounds(now, s.Zone())
	if err != nil {
		return Stats{}, err
	}
	out, first, err := s.tallies(ctx, code.Number, from, to, now)
	if err != nil {
		return Stats{}, fmt.Errorf("statistics of live code %s: %w", codeID, err)
	}
	out.Customers = len(first)
	if s.Sales != nil {
		out.Buyers, out.Revenue, err = s.Sales.Since(ctx, first)
	}
	return out, err
}

// Arrival is one contact that came through a code.
type Arrival struct {
	Leaf     uint32 // customer record
	User     string
	External string
	Addition int
	AddedAt  time.Time
	EndedAt  time.Time // zero: still in contact
}

// arrivalKey is the place of an arrival in a list, newest first.
type arrivalKey struct {
	At       int64
	User     string
	External string
	Addition int
}

// Arrivals lists the contacts that came through a code, newest first.
func (s *Service) Arrivals(ctx context.Context, codeID, cursor string, limit int) (page.Page[Arrival], error) {
	code, err := s.byID(ctx, codeID)
	if err != nil {
		return page.Page[Arrival]{}, err
	}
	before := arrivalKey{At: 1 << 62}
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Arrival]{}, err
	}
	limit = page.Limit(limit)
	all, err := s.arrivals(ctx, code.Number, before, limit+1)
	if err != nil {
		return page.Page[Arrival]{}, fmt.Errorf("contacts of live code %s: %w", codeID, err)
	}
	return page.Cut(all, limit, func(a Arrival) arrivalKey {
		return arrivalKey{ms(a.AddedAt), a.User, a.External, a.Addition}
	}), nil
}
