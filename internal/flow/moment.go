package flow

import (
	"slices"
	"time"
)

// until is a checked wait_until.
type until struct {
	minute int // of the day, -1 any
	end    int // of the window that begins at minute, -1 none
	days   [7]bool
	date   time.Time // midnight UTC of the day, zero without
	brand  bool
}

// searchDays is how far a fitting day can be: a week, and days that a zone skipped.
const searchDays = 16

// next is the first moment, at or after the minute that holds since, which fits. On a day
// whose clocks skip the time of day, the moment after the gap fits; on one whose clocks
// show it twice, either does.
func (u *until) next(since int64, zone *time.Location) int64 {
	if u.end > 0 {
		return u.inside(since, zone)
	}
	if !u.date.IsZero() {
		at, ok := firstOn(u.date, max(u.minute, 0), zone, 0)
		if !ok || at < since {
			return since
		}
		return at
	}
	today := day(time.UnixMilli(since).In(zone))
	if u.minute < 0 && u.days[today.Weekday()] {
		return since
	}
	floor := since - mod(since, time.Minute.Milliseconds())
	for i := range searchDays {
		d := today.AddDate(0, 0, i)
		if !u.days[d.Weekday()] {
			continue
		}
		if at, ok := firstOn(d, max(u.minute, 0), zone, floor); ok {
			return max(at, since)
		}
	}
	return since
}

// inside is the first moment, not before since, at which clocks in zone show a time in the
// window on a fitting day. Between two changes of a zone's clocks they run evenly, so it
// looks at one such span after the other.
func (u *until) inside(since int64, zone *time.Location) int64 {
	last := time.UnixMilli(since).AddDate(0, 0, searchDays)
	for t := time.UnixMilli(since).In(zone); t.Before(last); {
		_, offset := t.Zone()
		wall := u.fits(t.UnixMilli() + int64(offset)*1000)
		_, end := t.ZoneBounds()
		at := wall - int64(offset)*1000
		if end.IsZero() || at < end.UnixMilli() {
			return at
		}
		t = end
	}
	return since
}

// fits is the first reading of a clock in the window, not before one; both in ms as if in
// UTC.
func (u *until) fits(wall int64) int64 {
	today := day(time.UnixMilli(wall).UTC())
	for i := range 8 {
		d := today.AddDate(0, 0, i)
		opens := d.Add(time.Duration(u.minute) * time.Minute).UnixMilli()
		if u.days[d.Weekday()] && wall < d.Add(time.Duration(u.end)*time.Minute).UnixMilli() {
			return max(wall, opens)
		}
	}
	return wall
}

func mod(a, b int64) int64 { return ((a % b) + b) % b }

// day is the calendar day of t, as midnight UTC.
func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// firstOn is the first moment of a calendar day, not before from, at which clocks in zone
// show the minute, or have just skipped it. ok is false if there is none.
func firstOn(d time.Time, minute int, zone *time.Location, from int64) (at int64, ok bool) {
	wall := d.Add(time.Duration(minute) * time.Minute) // as if in UTC
	var found []int64
	for _, near := range []time.Duration{-15 * time.Hour, 15 * time.Hour} {
		_, offset := wall.Add(near).In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if t.Hour()*60+t.Minute() == minute && day(t).Equal(d) && t.Second() == 0 {
			found = append(found, t.UnixMilli())
		}
	}
	if len(found) == 0 {
		if t, skipped := afterGap(wall, zone); skipped && day(t).Equal(d) {
			found = append(found, t.UnixMilli())
		}
	}
	slices.Sort(found)
	for _, t := range found {
		if t >= from {
			return t, true
		}
	}
	return 0, false
}

// afterGap is the moment at which clocks in zone jumped over the wall time.
func afterGap(wall time.Time, zone *time.Location) (time.Time, bool) {
	_, before := wall.Add(-15 * time.Hour).In(zone).Zone()
	_, after := wall.Add(15 * time.Hour).In(zone).Zone()
	if after <= before {
		return time.Time{}, false
	}
	lo := wall.Add(-time.Duration(after) * time.Second) // still on the old offset
	hi := wall.Add(-time.Duration(before) * time.Second)
	for hi.Sub(lo) > time.Second {
		mid := lo.Add(hi.Sub(lo) / 2).Truncate(time.Second)
		if _, o := mid.In(zone).Zone(); o == before {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi.In(zone), true
}
