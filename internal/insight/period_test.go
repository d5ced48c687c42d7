package insight

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zoneOf(t fataler, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

type fataler interface{ Fatal(args ...any) }

// covers: I1
func TestCalendar_PeriodsTileTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := zoneOf(t, rapid.SampledFrom([]string{"UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"}).Draw(t, "zone"))
		period := rapid.SampledFrom([]Period{Hour, Day, Week, Month, Quarter, Year}).Draw(t, "period")
		c, err := NewCalendar(period, zone, rapid.SampledFrom([]string{"", "monday", "sunday"}).Draw(t, "week start"))
		if err != nil {
			t.Fatal(err)
		}
		at := time.UnixMilli(rapid.Int64Range(0, 4_000_000_000_000).Draw(t, "at"))
		start := c.Start(at)
		if start.After(at) || !c.Move(start, 1).After(at) {
			t.Fatalf("%v is not within [%v, %v)", at, start, c.Move(start, 1))
		}
		if !c.Start(start).Equal(start) {
			t.Fatalf("the start of %v is %v", start, c.Start(start))
		}
		bounds := c.Bounds(5, at)
		for i := 1; i < len(bounds); i++ {
			if bounds[i] <= bounds[i-1] {
				t.Fatalf("bounds do not ascend: %v", bounds)
			}
		}
		if got := Find(bounds, at.UnixMilli()); got != 4 {
			t.Fatalf("the last of five periods holds it, found %d", got)
		}
		if Find(bounds, bounds[0]-1) != -1 || Find(bounds, bounds[5]) != -1 {
			t.Fatal("found outside of the bounds")
		}
	})
}

func TestCalendar_WeeksAndMonths(t *testing.T) {
	t.Parallel()
	shanghai := zoneOf(t, "Asia/Shanghai")
	at := time.Date(2026, 11, 22, 1, 0, 0, 0, shanghai) // a Sunday
	for _, c := range []struct {
		period    Period
		weekStart string
		want      string
	}{{Week, "monday", "2026-11-16"}, {Week, "sunday", "2026-11-22"}, {Month, "", "2026-11-01"}, {Quarter, "", "2026-10-01"}, {Year, "", "2026-01-01"}} {
		calendar, err := NewCalendar(c.period, shanghai, c.weekStart)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.Start(at).Format(time.DateOnly); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.period, c.weekStart, got, c.want)
		}
	}
	if _, err := NewCalendar("fortnight", shanghai, ""); err == nil {
		t.Error("a fortnight is a period")
	}
}
