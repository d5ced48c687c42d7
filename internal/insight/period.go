package insight

import (
	"slices"
	"time"

	"yutang/internal/fault"
)

// Period is a stretch of the calendar.
type Period string

// The periods.
const (
	Hour    Period = "hour"
	Day     Period = "day"
	Week    Period = "week"
	Month   Period = "month"
	Quarter Period = "quarter"
	Year    Period = "year"
)

// Calendar cuts time into periods. The zero week start is Sunday, as in package time.
type Calendar struct {
	Period    Period
	Zone      *time.Location
	WeekStart time.Weekday
}

// NewCalendar checks what a query says. weekStart is "monday" (also "") or "sunday".
func NewCalendar(p Period, zone *time.Location, weekStart string) (Calendar, error) {
	c := Calendar{Period: p, Zone: zone, WeekStart: time.Monday}
	if !slices.Contains([]Period{Hour, Day, Week, Month, Quarter, Year}, p) {
		return c, fault.BadField("/period", `must be "hour", "day", "week", "month", "quarter" or "year"`)
	}
	switch weekStart {
	case "", "monday":
	case "sunday":
		c.WeekStart = time.Sunday
	default:
		return c, fault.BadField("/week_start", `must be "monday" or "sunday"`)
	}
	return c, nil
}

// Start is the beginning of the period that holds t.
func (c Calendar) Start(t time.Time) time.Time {
	t = t.In(c.Zone)
	y, m, d := t.Date()
	switch c.Period {
	case Hour: // by duration: a local hour that comes twice is two periods
		_, offset := t.Zone()
		local := t.Unix() + int64(offset)
		return time.Unix(t.Unix()-(local%3600+3600)%3600, 0).In(c.Zone)
	case Week:
		d -= (int(t.Weekday()) - int(c.WeekStart) + 7) % 7
	case Month:
		d = 1
	case Quarter:
		m, d = (m-1)/3*3+1, 1
	case Year:
		m, d = 1, 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, c.Zone)
}

// Move is the beginning of the period n after the one that begins at start.
func (c Calendar) Move(start time.Time, n int) time.Time {
	y, m, d := start.In(c.Zone).Date()
	switch c.Period {
	case Hour:
		return start.Add(time.Duration(n) * time.Hour)
	case Week:
		d += 7 * n
	case Month:
		m += time.Month(n)
	case Quarter:
		m += time.Month(3 * n)
	case Year:
		y += n
	default:
		d += n
	}
	return time.Date(y, m, d, 0, 0, 0, 0, c.Zone)
}

// Bounds are the beginnings of n periods in a row, the last of which holds last, and the
// end of it: n+1 moments in ms.
func (c Calendar) Bounds(n int, last time.Time) []int64 {
	end := c.Start(last)
	out := make([]int64, n+1)
	for i := range out {
		out[i] = c.Move(end, i-n+1).UnixMilli()
	}
	return out
}

// Between are the beginnings of all periods from the one that holds from to the one that
// holds to, and the end of that, in ms; nil if there would be more than limit periods.
func (c Calendar) Between(from, to time.Time, limit int) []int64 {
	start := c.Start(from)
	out := []int64{start.UnixMilli()}
	for at := start; !at.After(to); {
		at = c.Move(at, 1)
		out = append(out, at.UnixMilli())
		if len(out) > limit+1 {
			return nil
		}
	}
	return out
}

// Find is the place of the period that holds at among bounds, -1 if none does.
func Find(bounds []int64, at int64) int {
	i, exact := slices.BinarySearch(bounds, at)
	if !exact {
		i--
	}
	if i >= len(bounds)-1 {
		return -1
	}
	return i
}
