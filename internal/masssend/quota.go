package masssend

import (
	"time"

	"yutang/internal/corp"
)

// china is the zone in which the platform's days, weeks and months turn.
var china = time.FixedZone("UTC+8", 8*60*60)

// period is the span of a quota that holds t, and how many messages a customer may get in it.
func period(rule corp.Quota, t time.Time) (start, end time.Time, limit int) {
	y, m, d := t.In(china).Date()
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, china).UTC() }
	switch rule {
	case corp.QuotaDay:
		return day(y, m, d), day(y, m, d+1), 1
	case corp.QuotaWeek:
		monday := d - (int(t.In(china).Weekday())+6)%7
		return day(y, m, monday), day(y, m, monday+7), 7
	}
	start, end = day(y, m, 1), day(y, m+1, 1)
	return start, end, int(end.Sub(start) / (24 * time.Hour))
}
