package rule

import (
	"strconv"
	"strings"
	"time"
)

// duration is a length of time in ms with the text it was written as. A day is 24 hours.
type duration struct {
	ms   int64
	text string
}

// maxDuration is 100 years: nothing a customer did is older.
const maxDuration = 36525 * 24 * time.Hour

var units = map[byte]time.Duration{
	's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour,
}

// parseDuration reads "30s", "15m", "12h", "30d" or "8w".
func parseDuration(s string) (duration, bool) {
	if len(s) < 2 || len(s) > 11 || s[0] < '1' || s[0] > '9' {
		return duration{}, false
	}
	unit, ok := units[s[len(s)-1]]
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 63)
	if !ok || err != nil || n > uint64(maxDuration/unit) {
		return duration{}, false
	}
	return duration{ms: int64(n) * unit.Milliseconds(), text: s}, true
}

// span is the moments a date stands for, in ms, both ends included: a whole day for a
// plain date, else one moment.
type span struct {
	lo, hi int64
	text   string
}

// parseDate reads RFC 3339 or YYYY-MM-DD, the latter as that day in zone.
func parseDate(s string, zone *time.Location) (span, bool) {
	if len(s) == len(time.DateOnly) {
		t, err := time.ParseInLocation(time.DateOnly, s, time.UTC)
		if err != nil {
			return span{}, false
		}
		y, m, d := t.Date()
		return span{startOfDay(y, m, d, zone), startOfDay(y, m, d+1, zone) - 1, s}, true
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return span{}, false
	}
	return span{t.UnixMilli(), t.UnixMilli(), s}, true
}

var zoneless = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"}

// moment reads an observed date: as parseDate, or a date and time without a zone, in zone.
// A plain date is the start of its day.
func moment(s string, zone *time.Location) (int64, bool) {
	if len(s) < len(time.DateOnly) || s[4] != '-' {
		return 0, false
	}
	if d, ok := parseDate(s, zone); ok {
		return d.lo, true
	}
	if t, err := time.Parse("2006-01-02 15:04:05Z07:00", s); err == nil {
		return t.UnixMilli(), true
	}
	for _, layout := range zoneless {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UnixMilli(), true
		}
	}
	return 0, false
}

// startOfDay is the first moment of a day, also where the clock skips midnight.
func startOfDay(y int, m time.Month, d int, zone *time.Location) int64 {
	t := time.Date(y, m, d, 0, 0, 0, 0, zone)
	if h, mi, s := t.Clock(); h != 0 || mi != 0 || s != 0 {
		begin, end := t.ZoneBounds()
		if t.Day() == time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Day() {
			t = begin
		} else {
			t = end
		}
	}
	return t.UnixMilli()
}

// tierShape says whether name could be a tier: V and one or two digits.
func tierShape(name string) bool {
	digits, ok := strings.CutPrefix(name, "V")
	n, err := strconv.Atoi(digits)
	return ok && err == nil && n > 0 && n < 100 && digits[0] != '0' && digits[0] != '+'
}
