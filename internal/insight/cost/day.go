package cost

import (
	"time"

	"yutang/internal/fault"
)

// Day is a day of the calendar, whatever the zone: days since the first of January of the
// year 1, from 1. The zero value is none.
type Day int32

const daySeconds = 24 * 60 * 60

var dayOne = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// DayOf is the day of a moment in its zone.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day((time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()-dayOne)/daySeconds) + 1
}

// ParseDay reads 2026-01-31, "" as none.
func ParseDay(text, ptr string) (Day, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fault.BadField(ptr, "%q is no day; write 2026-01-31", text)
	}
	return DayOf(t), nil
}

// In is the beginning of the day in a zone.
func (d Day) In(zone *time.Location) time.Time {
	y, m, n := d.utc().Date()
	return time.Date(y, m, n, 0, 0, 0, 0, zone)
}

func (d Day) utc() time.Time { return time.Unix(dayOne+int64(d-1)*daySeconds, 0).UTC() }

// String writes 2026-01-31, "" for none.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return d.utc().Format(time.DateOnly)
}

// Share is the part of the amount that falls on the days from first to last, in minor
// units. The shares of days side by side add up to the share of all of them.
func (r Row) Share(first, last Day) int64 {
	first, last = max(first, r.First), min(last, r.Last)
	if first > last {
		return 0
	}
	return r.until(last) - r.until(first-1)
}

// until is what is spent from the first day to d.
func (r Row) until(d Day) int64 {
	return r.Amount * int64(d-r.First+1) / int64(r.Last-r.First+1)
}
