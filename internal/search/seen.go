package search

import (
	"strings"
	"time"
)

// times are the terms about when a customer was seen. The first and last moment are those
// of any event, as a list shows them.
func (f Filter) times(add func(field string, rules ...any), refuse func(field, text string, args ...any)) {
	if f.LastSeen != "" {
		low, high := dates(f.LastSeen)
		if low != "" {
			add("last_seen", did(low, forever))
		} else {
			add("last_seen", object{"did": object{"event": "*"}})
		}
		if after, ok := beside(high, 1); ok {
			add("last_seen", object{"not": did(after, forever)})
		} else if high != "" {
			refuse("last_seen", seenWants)
		}
	}
	if f.FirstSeen != "" {
		low, high := dates(f.FirstSeen)
		if high != "" {
			add("first_seen", did(epoch, high))
		} else {
			add("first_seen", object{"did": object{"event": "*"}})
		}
		if before, ok := beside(low, -1); ok {
			add("first_seen", object{"not": did(epoch, before)})
		} else if low != "" {
			refuse("first_seen", seenWants)
		}
	}
	if f.Active != "" {
		add("active", object{"did": object{"event": "*", "within": f.Active}})
	}
	if f.Idle != "" {
		add("idle", object{"not": object{"did": object{"event": "*", "within": f.Idle}}})
	}
}

const seenWants = "wants a range of dates or times such as 2026-01-01..2026-01-31"

func did(from, to string) object {
	return object{"did": object{"event": "*", "between": []string{from, to}}}
}

func dates(text string) (low, high string) {
	low, high, ok := strings.Cut(text, "..")
	if !ok {
		high = low
	}
	return strings.TrimSpace(low), strings.TrimSpace(high)
}

// beside is the day, or the millisecond, before (-1) or after (1) a date or time.
func beside(text string, step int) (string, bool) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, step).Format(time.DateOnly), true
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return "", false
	}
	return at.Add(time.Duration(step) * time.Millisecond).UTC().Format(time.RFC3339Nano), true
}
