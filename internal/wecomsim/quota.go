package wecomsim

import "time"

// The corp's rule for how many mass messages one customer or group may receive. Messages
// made by the corp and by members count together.
const (
	QuotaMonth = "month" // as many as the month has days
	QuotaWeek  = "week"  // seven in a week, Monday to Sunday
	QuotaDay   = "day"   // one a day
)

// chinaTime is the zone in which the platform's days, weeks and months turn.
var chinaTime = time.FixedZone("UTC+8", 8*60*60)

// received counts what one customer or group got in its latest day, week and month, so that
// the corp may change its rule at any time. The zero value is nothing received.
type received struct {
	day, week, month int32
	inDay, inWeek    uint8
	inMonth          uint8
}

// periods numbers the day, week and month that hold t.
func periods(t time.Time) (day, week, month int32) {
	t = t.In(chinaTime)
	_, offset := t.Zone()
	day = int32((t.Unix() + int64(offset)) / 86400)
	return day, (day + 3) / 7, int32(t.Year())*12 + int32(t.Month())
}

// quotaLimit is what rule allows in the period that holds t.
func quotaLimit(rule string, t time.Time) int {
	switch rule {
	case QuotaDay:
		return 1
	case QuotaWeek:
		return 7
	}
	t = t.In(chinaTime)
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, chinaTime).Day()
}

// roll forgets the periods that are over at t.
func (r *received) roll(t time.Time) {
	day, week, month := periods(t)
	if r.day != day {
		r.day, r.inDay = day, 0
	}
	if r.week != week {
		r.week, r.inWeek = week, 0
	}
	if r.month != month {
		r.month, r.inMonth = month, 0
	}
}

// left is how many more messages rule allows at t.
func (r received) left(rule string, t time.Time) int {
	r.roll(t)
	got := r.inMonth
	switch rule {
	case QuotaDay:
		got = r.inDay
	case QuotaWeek:
		got = r.inWeek
	}
	return max(0, quotaLimit(rule, t)-int(got))
}

// take counts one message at t. False: the receiver is full and nothing is counted.
func (r *received) take(rule string, t time.Time) bool {
	if r.left(rule, t) == 0 {
		return false
	}
	r.roll(t)
	r.inDay++
	r.inWeek++
	r.inMonth++
	return true
}
