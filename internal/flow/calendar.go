package flow

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// localMinute is a moment on the brand's clock.
const localMinute = "2006-01-02T15:04"

// scheduleDays is how far ahead the next day of a schedule can be: from 31 January to the
// 29th of February eight years later, and more.
const scheduleDays = 9 * 366

// Next is the schedule's first moment after a time, in ms. ok is false if there is none.
// The schedule is that of a parsed flow. On days without such a time of day the moment
// after the gap counts; on days with two, the first.
func (s *Schedule) Next(after int64, zone *time.Location) (at int64, ok bool) {
	if s.At != "" {
		if at, ok = s.once(zone); at <= after {
			return 0, false
		}
		return at, ok
	}
	first := day(time.UnixMilli(after).In(zone))
	if from, err := time.Parse(time.DateOnly, s.From); err == nil && from.After(first) {
		first = from
	}
	until, err := time.Parse(time.DateOnly, s.Until)
	ends := err == nil
	for i := range scheduleDays {
		d := first.AddDate(0, 0, i)
		if ends && d.After(until) {
			return 0, false
		}
		if !s.on(d) {
			continue
		}
		if at, ok := firstOn(d, minuteOf(s.Time), zone, after+1); ok && s.isFirst(d, at, zone) {
			return at, true
		}
	}
	return 0, false
}

func (s *Schedule) isFirst(d time.Time, at int64, zone *time.Location) bool {
	first, _ := firstOn(d, minuteOf(s.Time), zone, 0)
	return first == at
}

func (s *Schedule) once(zone *time.Location) (int64, bool) {
	if t, err := time.Parse(time.RFC3339, s.At); err == nil {
		return t.UnixMilli(), true
	}
	t, err := time.Parse(localMinute, s.At)
	if err != nil {
		return 0, false
	}
	return firstOn(day(t), t.Hour()*60+t.Minute(), zone, 0)
}

// on says whether the calendar day belongs to the schedule.
func (s *Schedule) on(d time.Time) bool {
	switch s.Every {
	case "week":
		return slices.Contains(s.Weekdays, weekdayNames[d.Weekday()])
	case "month":
		last := d.AddDate(0, 0, 1).Day() == 1
		return slices.Contains(s.Days, d.Day()) || last && slices.Contains(s.Days, -1)
	}
	return true
}

func minuteOf(text string) int {
	t, _ := time.Parse("15:04", text) // checked
	return t.Hour()*60 + t.Minute()
}

// Next is the first moment after a time at which a customer whose trait has this value
// starts, in ms. ok is false if there is none, or the value is no date. Who was born on 29
// February has their day on the 28th in other years.
func (d *Date) Next(value string, after int64, zone *time.Location) (at int64, ok bool) {
	origin, ok := dateOf(value, zone)
	if !ok {
		return 0, false
	}
	offset, _ := strconv.Atoi(strings.TrimSuffix(d.Offset, "d")) // checked
	if d.Repeat == "once" {
		at, ok = firstOn(d.in(origin, origin.Year()).AddDate(0, 0, offset), minuteOf(d.At), zone, 0)
		if at <= after {
			return 0, false
		}
		return at, ok
	}
	year := time.UnixMilli(after).In(zone).Year()
	for y := year - 2; y <= year+3; y++ { // an offset moves it by a year at most
		if y < origin.Year() {
			continue
		}
		at, ok = firstOn(d.in(origin, y).AddDate(0, 0, offset), minuteOf(d.At), zone, 0)
		if ok && at > after {
			return at, true
		}
	}
	return 0, false
}

// in is the day that the date falls on in a year.
func (d *Date) in(origin time.Time, year int) time.Time {
	_, m, dom := origin.Date()
	if d.Match == "month" {
		dom = 1
	}
	t := time.Date(year, m, dom, 0, 0, 0, 0, time.UTC)
	if t.Month() != m {
		t = t.AddDate(0, 0, -1)
	}
	return t
}

func dateOf(value string, zone *time.Location) (time.Time, bool) {
	if t, err := time.Parse(time.DateOnly, value); err == nil {
		return t, true
	}
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return time.Time{}, false
	}
	return day(t.In(zone)), true
}
