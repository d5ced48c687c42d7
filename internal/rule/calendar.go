package rule

import "time"

// calendar numbers the days of a zone without package time's look-up per event.
type calendar struct {
	from   []int64 // ms from which the offset applies; the first applies before, too
	offset []int64 // ms east of UTC
}

// newCalendar reads the zone's transitions from 1970 to 2100.
func newCalendar(zone *time.Location) *calendar {
	c := &calendar{}
	for t := time.Unix(0, 0).In(zone); t.Year() < 2100; {
		_, seconds := t.Zone()
		if off := int64(seconds) * 1000; len(c.offset) == 0 || off != c.offset[len(c.offset)-1] {
			c.from = append(c.from, t.UnixMilli())
			c.offset = append(c.offset, off)
		}
		_, end := t.ZoneBounds()
		switch {
		case end.IsZero():
			return c
		case end.After(t):
			t = end
		default: // on the last day of some leap years ZoneBounds gives the moment itself
			t = t.Add(24 * time.Hour)
		}
	}
	return c
}

const dayMS = 24 * 60 * 60 * 1000

// day is the number of the calendar day of a moment, days since 1970-01-01.
func (c *calendar) day(at int64) int64 {
	i := max(upper(c.from, at)-1, 0)
	local := at + c.offset[i]
	day := local / dayMS
	if local%dayMS < 0 {
		day--
	}
	return day
}

// upper is the number of elements not above v in the ascending list.
func upper(list []int64, v int64) int {
	lo, hi := 0, len(list)
	if hi == 0 || list[hi-1] <= v {
		return hi
	}
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if list[mid] <= v {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
