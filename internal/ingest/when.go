package ingest

import (
	"strconv"
	"time"

	"yutang/internal/fault"
)

// A sender's time is believed within these bounds around the time of receipt.
const (
	trustYears  = 10
	trustFuture = time.Hour
)

func believable(t, received time.Time) bool {
	return !t.After(received.Add(trustFuture)) && !t.Before(received.AddDate(-trustYears, 0, 0))
}

// Moment decides when an event happened. given is the sender's time of the event, sent its
// time of sending by the same clock; either is zero if unknown. A believable given is taken
// as it is. Otherwise, if sent is known, the distance between the two is taken back from
// received: that heals a wrong clock. What is still not believable becomes received, and
// clamped is true.
func Moment(received, given, sent time.Time) (at time.Time, clamped bool) {
	switch {
	case given.IsZero():
		return received, false
	case believable(given, received):
		return given, false
	case !sent.IsZero():
		return Skewed(received, given, sent)
	}
	return received, true
}

// Skewed is when a time of the sender's clock was by ours, given its time of sending.
func Skewed(received, given, sent time.Time) (at time.Time, clamped bool) {
	at = received.Add(given.Sub(sent))
	if !believable(at, received) {
		return received, true
	}
	return at.Truncate(time.Millisecond), false
}

var layouts = [...]string{
	time.RFC3339, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999", "2006-01-02T15:04Z07:00", time.DateOnly,
}

// Time reads an ISO 8601 time (UTC if it names no zone) or a Unix time in milliseconds, or
// in seconds below 1e11. Absent, null and "" are zero. Milliseconds are kept, the rest is cut.
func Time(field string, r []byte) (time.Time, error) {
	text, ok := Text(r)
	if ok && text == "" {
		return time.Time{}, nil
	}
	if ok && r[0] == '"' {
		for _, layout := range layouts {
			if t, err := time.Parse(layout, text); err == nil {
				return t.UTC().Truncate(time.Millisecond), nil
			}
		}
	}
	if n, err := strconv.ParseFloat(text, 64); ok && err == nil && n > -1e15 && n < 1e15 {
		if n < 1e11 && n > -1e11 {
			n *= 1000
		}
		return time.UnixMilli(int64(n)).UTC(), nil
	}
	return time.Time{}, fault.BadField("/"+field, "%s is not a time: send it like 2006-01-02T15:04:05.000Z", field)
}
