package wecomsim

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestQuota_MonthHasAsManyAsItHasDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at    time.Time
		month int
	}{
		{time.Date(2026, 2, 10, 0, 0, 0, 0, chinaTime), 28},
		{time.Date(2028, 2, 10, 0, 0, 0, 0, chinaTime), 29},
		{time.Date(2026, 4, 30, 23, 59, 59, 0, chinaTime), 30},
		{time.Date(2026, 4, 30, 16, 0, 0, 0, time.UTC), 31}, // 1 May in China
	} {
		if got := quotaLimit(QuotaMonth, c.at); got != c.month {
			t.Errorf("quotaLimit(%s) = %d, want %d", c.at, got, c.month)
		}
	}
}

func TestQuota_WeekTurnsOnMonday(t *testing.T) {
	t.Parallel()
	sunday := time.Date(2026, 3, 8, 23, 59, 0, 0, chinaTime)
	var r received
	for range 7 {
		if !r.take(QuotaWeek, sunday) {
			t.Fatal("refused below the limit")
		}
	}
	if r.take(QuotaWeek, sunday) {
		t.Fatal("an eighth message in the week")
	}
	if !r.take(QuotaWeek, sunday.Add(time.Minute)) {
		t.Fatal("Monday does not open a new week")
	}
}

// TestQuota_IsNeverExceeded compares with a plain list of all messages, under any order of
// times and changes of the rule.
func TestQuota_IsNeverExceeded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 1, 25, 0, 0, 0, 0, chinaTime)
		var r received
		var log []time.Time
		for range rapid.IntRange(1, 120).Draw(t, "messages") {
			at = at.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "hours")) * time.Hour)
			rule := rapid.SampledFrom([]string{QuotaMonth, QuotaWeek, QuotaDay}).Draw(t, "rule")
			same := 0
			for _, other := range log {
				d1, w1, m1 := periods(at)
				d2, w2, m2 := periods(other)
				if (rule == QuotaDay && d1 == d2) || (rule == QuotaWeek && w1 == w2) || (rule == QuotaMonth && m1 == m2) {
					same++
				}
			}
			want := same < quotaLimit(rule, at)
			if got := r.take(rule, at); got != want {
				t.Fatalf("take = %v after %d in the %s, want %v", got, same, rule, want)
			}
			if want {
				log = append(log, at)
			}
		}
	})
}
