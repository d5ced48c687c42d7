package flow

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// zones have clocks that jump in all known ways: at midnight, by half an hour, at night,
// over a whole day, and never.
var zones = []string{
	"UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca",
	"Pacific/Apia", "Asia/Beirut", "Asia/Kolkata", "America/Havana",
}

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// moments draws times, half of them around a change of clocks.
func moments(z *time.Location) *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		at := time.Unix(rapid.Int64Range(1262304000, 1893456000).Draw(t, "at"), 0)
		if _, end := at.In(z).ZoneBounds(); !end.IsZero() && rapid.Bool().Draw(t, "near") {
			at = end.Add(time.Duration(rapid.Int64Range(-172800, 172800).Draw(t, "off")) * time.Second)
		}
		return at.Add(time.Duration(rapid.IntRange(0, 999).Draw(t, "ms")) * time.Millisecond)
	})
}

// naive looks at one minute after the other. A day without the minute fits after its gap.
func naive(u *until, since int64, z *time.Location) int64 {
	start := since - mod(since, minute)
	previous := time.UnixMilli(start - minute).In(z)
	for at := start; at < start+9*days; at += minute {
		t := time.UnixMilli(at).In(z)
		same := day(previous).Equal(day(t))
		was := previous.Hour()*60 + previous.Minute()
		now := t.Hour()*60 + t.Minute()
		jumped := same && was < u.minute && now > u.minute || !same && now > u.minute && now > 0
		previous = t
		if !u.days[t.Weekday()] {
			continue
		}
		if u.minute < 0 || now == u.minute || jumped {
			return max(at, since)
		}
	}
	return since
}

func TestWaitUntil_IsTheNextFittingMomentOnAnyClock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		u := &until{minute: rapid.IntRange(0, 24*60-1).Draw(t, "minute")}
		if rapid.Bool().Draw(t, "early") {
			u.minute %= 4 * 60 // where clocks change
		}
		for d := range 7 {
			u.days[d] = rapid.Bool().Draw(t, "day")
		}
		u.days[rapid.IntRange(0, 6).Draw(t, "one")] = true
		since := moments(z).Draw(t, "since").UnixMilli()
		got, want := u.next(since, z), naive(u, since, z)
		if got != want {
			t.Fatalf("minute %d, days %v, since %v: %v, want %v", u.minute, u.days, time.UnixMilli(since).In(z), time.UnixMilli(got).In(z), time.UnixMilli(want).In(z))
		}
	})
}

// TestWaitUntil_AWindowIsEnteredAtOnceOrWhenItNextBegins looks at one minute after the other.
func TestWaitUntil_AWindowIsEnteredAtOnceOrWhenItNextBegins(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		u := &until{minute: rapid.IntRange(0, 24*60-2).Draw(t, "minute")}
		if rapid.Bool().Draw(t, "early") {
			u.minute %= 4 * 60
		}
		u.end = u.minute + rapid.IntRange(1, 24*60-1-u.minute).Draw(t, "length")
		if rapid.Bool().Draw(t, "short") {
			u.end = min(u.end, u.minute+20) // a change of clocks may skip all of it
		}
		for d := range 7 {
			u.days[d] = rapid.Bool().Draw(t, "day")
		}
		u.days[rapid.IntRange(0, 6).Draw(t, "one")] = true
		since := moments(z).Draw(t, "since").UnixMilli()
		want := since
		for at := since - mod(since, minute); at < since+16*days; at += minute {
			wall := time.UnixMilli(at).In(z)
			if m := wall.Hour()*60 + wall.Minute(); u.days[wall.Weekday()] && m >= u.minute && m < u.end {
				want = max(at, since)
				break
			}
		}
		if got := u.next(since, z); got != want {
			t.Fatalf("%d to %d, days %v, since %v: %v, want %v", u.minute, u.end, u.days, time.UnixMilli(since).In(z), time.UnixMilli(got).In(z), time.UnixMilli(want).In(z))
		}
	})
}

func TestWaitUntil_DaysAndDates(t *testing.T) {
	t.Parallel()
	shanghai := zone(t, "Asia/Shanghai")
	at := func(s string) int64 {
		v, err := time.ParseInLocation("2006-01-02 15:04:05", s, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return v.UnixMilli()
	}
	for _, c := range []struct{ doc, since, want string }{
		{`{"weekdays":["sat","sun"]}`, "2026-03-07 23:59:00", "2026-03-07 23:59:00"}, // a Saturday
		{`{"weekdays":["sat","sun"]}`, "2026-03-06 23:59:00", "2026-03-07 00:00:00"},
		{`{"weekdays":["mon"],"time":"09:00"}`, "2026-03-02 09:00:59", "2026-03-02 09:00:59"}, // still that minute
		{`{"weekdays":["mon"],"time":"09:00"}`, "2026-03-02 09:01:00", "2026-03-09 09:00:00"},
		{`{"time":"09:00","until":"21:00"}`, "2026-03-02 20:59:59", "2026-03-02 20:59:59"},
		{`{"time":"09:00","until":"21:00"}`, "2026-03-02 21:00:00", "2026-03-03 09:00:00"},
		{`{"time":"09:00","until":"21:00","weekdays":["sat"]}`, "2026-03-02 10:00:00", "2026-03-07 09:00:00"},
		{`{"time":"21:00"}`, "2026-03-02 09:01:00", "2026-03-02 21:00:00"},
		{`{"date":"2026-11-11"}`, "2026-03-02 09:01:00", "2026-11-11 00:00:00"},
		{`{"date":"2026-11-11","time":"20:00"}`, "2026-11-11 09:01:00", "2026-11-11 20:00:00"},
		{`{"date":"2026-11-11","time":"20:00"}`, "2026-11-12 09:01:00", "2026-11-12 09:01:00"}, // past
	} {
		f := steps(t, `[{"id":"u","wait_until":`+c.doc+`}]`, "")
		if got := f.Steps[0].until.next(at(c.since), shanghai); got != at(c.want) {
			t.Errorf("%s since %s: %v, want %s", c.doc, c.since, time.UnixMilli(got).In(shanghai), c.want)
		}
	}
}

func TestSchedule_EachDayOnceOnAnyClock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		s := &Schedule{Every: "day", Time: rapid.SampledFrom([]string{"00:00", "00:30", "02:15", "09:00", "23:59"}).Draw(t, "time")}
		at := moments(z).Draw(t, "after").UnixMilli()
		seen := map[time.Time]bool{}
		for range 10 {
			next, ok := s.Next(at, z)
			if !ok || next <= at || next > at+3*days {
				t.Fatalf("after %v comes %v", time.UnixMilli(at).In(z), time.UnixMilli(next).In(z))
			}
			d := day(time.UnixMilli(next).In(z))
			if seen[d] {
				t.Fatalf("%v twice", d)
			}
			seen[d], at = true, next
		}
	})
}

func TestSchedule_WeeksMonthsAndEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s           Schedule
		after, want string // want "" none
	}{
		{Schedule{Every: "week", Weekdays: []string{"mon", "thu"}, Time: "09:00"}, "2026-03-02T09:00", "2026-03-05T09:00"},
		{Schedule{Every: "month", Days: []int{-1}, Time: "18:30"}, "2026-02-01T00:00", "2026-02-28T18:30"},
		{Schedule{Every: "month", Days: []int{31}, Time: "18:30"}, "2026-01-31T18:30", "2026-03-31T18:30"},
		{Schedule{Every: "month", Days: []int{29}, Time: "09:00", From: "2027-02-01"}, "2026-01-31T18:30", "2027-03-29T09:00"},
		{Schedule{Every: "day", Time: "09:00", Until: "2026-03-02"}, "2026-03-02T08:59", "2026-03-02T09:00"},
		{Schedule{Every: "day", Time: "09:00", Until: "2026-03-02"}, "2026-03-02T09:00", ""},
		{Schedule{At: "2026-11-11T09:00"}, "2026-03-02T09:00", "2026-11-11T09:00"},
		{Schedule{At: "2026-11-11T09:00:00+08:00"}, "2026-03-02T09:00", "2026-11-11T01:00"},
		{Schedule{At: "2026-11-11T09:00"}, "2026-11-11T09:00", ""},
	} {
		after, _ := time.Parse(localMinute, c.after)
		got, ok := c.s.Next(after.UnixMilli(), time.UTC)
		if !ok && got != 0 {
			t.Errorf("%+v after %s: none, and yet %d", c.s, c.after, got)
		}
		if text := time.UnixMilli(got).UTC().Format(localMinute); ok != (c.want != "") || ok && text != c.want {
			t.Errorf("%+v after %s: %s %v, want %q", c.s, c.after, text, ok, c.want)
		}
	}
}

func TestDate_ComesEachYearWithItsOffset(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		d                  Date
		value, after, want string
	}{
		{Date{Repeat: "yearly", Match: "day", Offset: "-3d", At: "09:00"}, "1990-01-02", "2026-03-02T09:00", "2026-12-30T09:00"},
		{Date{Repeat: "yearly", Match: "day", Offset: "0d", At: "09:00"}, "2000-02-29", "2026-01-02T09:00", "2026-02-28T09:00"},
		{Date{Repeat: "yearly", Match: "day", Offset: "0d", At: "09:00"}, "2000-02-29T10:00:00Z", "2027-03-02T09:00", "2028-02-29T09:00"},
		{Date{Repeat: "yearly", Match: "month", Offset: "0d", At: "10:30"}, "1990-05-17", "2026-03-02T09:00", "2026-05-01T10:30"},
		{Date{Repeat: "once", Match: "day", Offset: "7d", At: "09:00"}, "2026-03-01", "2026-03-02T09:00", "2026-03-08T09:00"},
		{Date{Repeat: "once", Match: "day", Offset: "0d", At: "09:00"}, "2026-03-01", "2026-03-02T09:00", ""},
		{Date{Repeat: "yearly", Match: "day", Offset: "0d", At: "09:00"}, "2031-03-01", "2026-03-02T09:00", ""}, // not born yet
		{Date{Repeat: "yearly", Match: "day", Offset: "0d", At: "09:00"}, "tomorrow", "2026-03-02T09:00", ""},
	} {
		after, _ := time.Parse(localMinute, c.after)
		got, ok := c.d.Next(c.value, after.UnixMilli(), time.UTC)
		if !ok && got != 0 {
			t.Errorf("%+v of %s after %s: none, and yet %d", c.d, c.value, c.after, got)
		}
		if text := time.UnixMilli(got).UTC().Format(localMinute); ok != (c.want != "") || ok && text != c.want {
			t.Errorf("%+v of %s after %s: %s %v, want %q", c.d, c.value, c.after, text, ok, c.want)
		}
	}
}
