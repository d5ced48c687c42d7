package rule

import (
	"testing"
	"time"
)

func TestCalendar_NumbersDaysAsPackageTimeDoes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		c := newCalendar(zone)
		for at := time.Unix(0, 0); at.Year() < 2090; at = at.Add(5*time.Hour + 17*time.Minute) {
			y, m, d := at.In(zone).Date()
			want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
			if got := c.day(at.UnixMilli()); got != want {
				t.Fatalf("%s: day(%v) = %d, want %d", name, at.In(zone), got, want)
			}
		}
	}
}

func TestParseDate_OfADayWithoutMidnight(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day, first, last string }{
		{"America/Havana", "2025-03-09", "2025-03-09T01:00:00-04:00", "2025-03-09T23:59:59.999-04:00"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00", "2018-11-04T23:59:59.999-02:00"},
		{"America/Sao_Paulo", "2018-11-03", "2018-11-03T00:00:00-03:00", "2018-11-03T23:59:59.999-03:00"},
		{"Asia/Shanghai", "2024-02-29", "2024-02-29T00:00:00+08:00", "2024-02-29T23:59:59.999+08:00"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := parseDate(c.day, zone)
		first, _ := time.Parse(time.RFC3339Nano, c.first)
		last, _ := time.Parse(time.RFC3339Nano, c.last)
		if !ok || got.lo != first.UnixMilli() || got.hi != last.UnixMilli() {
			t.Errorf("%s in %s: got %d to %d, want %d to %d", c.day, c.zone, got.lo, got.hi, first.UnixMilli(), last.UnixMilli())
		}
	}
}
