package masssend

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yutang/internal/corp"
)

// covers: C4, C5
func TestPeriod_HoldsItsMomentAndFollowsOnTheOneBefore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rule := rapid.SampledFrom([]corp.Quota{"", corp.QuotaMonth, corp.QuotaWeek, corp.QuotaDay}).Draw(rt, "rule")
		when := time.UnixMilli(rapid.Int64Range(1_500_000_000_000, 2_500_000_000_000).Draw(rt, "when")).UTC()
		start, end, limit := period(rule, when)
		if when.Before(start) || !when.Before(end) {
			rt.Fatalf("%v is outside of %v to %v", when, start, end)
		}
		next, _, _ := period(rule, end)
		_, last, _ := period(rule, start.Add(-time.Millisecond))
		if !next.Equal(end) || !last.Equal(start) {
			rt.Fatalf("after %v comes %v; before %v ends %v", end, next, start, last)
		}
		days := int(end.Sub(start) / (24 * time.Hour))
		want := days
		if rule == corp.QuotaDay {
			want = 1
		}
		if limit != want || rule == corp.QuotaWeek && start.In(china).Weekday() != time.Monday {
			rt.Fatalf("%d messages in %d days from %v", limit, days, start.In(china))
		}
	})
}

func TestPeriod_TurnsInChina(t *testing.T) {
	t.Parallel()
	start, end, limit := period(corp.QuotaMonth, time.Date(2026, 1, 31, 16, 0, 0, 0, time.UTC))
	if !start.Equal(time.Date(2026, 1, 31, 16, 0, 0, 0, time.UTC)) || !end.Equal(time.Date(2026, 2, 28, 16, 0, 0, 0, time.UTC)) || limit != 28 {
		t.Errorf("%v to %v, %d", start, end, limit)
	}
}

func TestPolls_AreDenseFirstThenSparse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		age, n := time.Duration(0), 0
		for ; age < 72*time.Hour; n++ {
			next := pollPause(age)
			if next < firstPoll || next > longPoll || age > 10*time.Minute && next > age {
				rt.Fatalf("at %v the next look is after %v", age, next)
			}
			age += next + time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(rt, "delay"))
		}
		if n > 130 {
			rt.Fatalf("%d looks in three days", n)
		}
	})
}
