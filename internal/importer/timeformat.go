package importer

import (
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
)

// usualLayouts are tried in order when the mapping names no layout.
var usualLayouts = []string{
	"2006-01-02 15:04:05", time.RFC3339, "2006-01-02 15:04:05.999", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02",
	"2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2", "2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2", "20060102150405", "20060102",
	"2006年1月2日 15:04:05", "2006年1月2日 15:04", "2006年1月2日", "2006.1.2 15:04:05", "2006.1.2",
}

// timeReader reads the times of one file. It remembers the layout and text that came
// last: neighbouring rows are alike. Not safe for concurrent use.
type timeReader struct {
	layout string
	zone   *time.Location
	excel  bool // numbers are Excel's serial days
	text   string
	at     time.Time
	ok     bool
	found  string
}

// read gives the time in UTC to the millisecond.
func (t *timeReader) read(text string) (time.Time, bool) {
	if text == t.text {
		return t.at, t.ok
	}
	at, ok := t.parse(text)
	t.text, t.at, t.ok = text, at.UTC().Truncate(time.Millisecond), ok
	return t.at, t.ok
}

func (t *timeReader) parse(text string) (time.Time, bool) {
	if t.excel {
		if at, ok := t.serial(text); ok {
			return at, true
		}
	}
	if t.layout != "" {
		at, err := time.ParseInLocation(t.layout, text, t.zone)
		return at, err == nil
	}
	if t.found != "" {
		if at, err := time.ParseInLocation(t.found, text, t.zone); err == nil {
			return at, true
		}
	}
	for _, layout := range usualLayouts {
		if at, err := time.ParseInLocation(layout, text, t.zone); err == nil {
			t.found = layout
			return at, true
		}
	}
	return unix(text)
}

// unix reads seconds or milliseconds since 1970.
func unix(text string) (time.Time, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err == nil && len(text) == 10:
		return time.Unix(n, 0), true
	case err == nil && len(text) == 13:
		return time.UnixMilli(n), true
	}
	return time.Time{}, false
}

// serial reads Excel's days since 1900, wall time in the file's zone.
func (t *timeReader) serial(text string) (time.Time, bool) {
	days, err := strconv.ParseFloat(text, 64)
	if err != nil || days < 1 || days > 200000 {
		return time.Time{}, false
	}
	at, err := excelize.ExcelDateToTime(days, false)
	if err != nil {
		return time.Time{}, false
	}
	at = at.Round(time.Second)
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, t.zone), true
}
