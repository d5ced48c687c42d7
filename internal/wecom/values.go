package wecom

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// Unix is a moment in seconds since 1970, 0 if there is none. The platform writes it as a
// number in some answers and as text in others; both are read.
type Unix int64

// UnixOf is t as the platform wants it, 0 for the zero time.
func UnixOf(t time.Time) Unix {
	if t.IsZero() {
		return 0
	}
	return Unix(t.Unix())
}

// Time is the moment in UTC, the zero time for 0.
func (u Unix) Time() time.Time {
	if u == 0 {
		return time.Time{}
	}
	return time.Unix(int64(u), 0).UTC()
}

// UnmarshalJSON reads a number, a number in quotes, "" or null.
func (u *Unix) UnmarshalJSON(raw []byte) error {
	raw = bytes.Trim(raw, `"`)
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		*u = 0
		return nil
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return fmt.Errorf("not a time in seconds: %q", raw)
	}
	*u = Unix(n)
	return nil
}

// Bool gives a field that is sent even when false.
func Bool(b bool) *bool { return &b }

// Int gives a field that is sent even when 0.
func Int(n int) *int { return &n }

// Text gives a field that is sent even when empty.
func Text(s string) *string { return &s }
