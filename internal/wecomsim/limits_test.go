package wecomsim

import (
	"testing"
	"time"
)

func TestFrequency_BlocksForAMinuteAndAnHour(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{LimitScale: 0.001}) // 10 a minute and 150 an hour
	const path = "/externalcontact/get_follow_user_list"
	burst := func(n int) {
		t.Helper()
		for range n {
			b.ok(b.call(path, nil))
		}
		b.is(b.call(path, nil), 45009)
	}
	burst(10)
	b.clock.Advance(59 * time.Second)
	b.is(b.call(path, nil), 45009)
	b.ok(b.call("/department/list", nil)) // another path is free
	b.clock.Advance(time.Second)
	for range 13 {
		burst(10)
		b.clock.Advance(time.Minute)
	}
	n := 0
	for b.call(path, nil).Get("errcode").Int() == 0 {
		if n++; n%9 == 0 {
			b.clock.Advance(time.Minute)
		}
		if n > 200 {
			t.Fatal("the hour's limit never strikes")
		}
	}
	b.clock.Advance(59 * time.Minute)
	b.is(b.call(path, nil), 45009)
	b.clock.Advance(time.Minute)
	b.ok(b.call(path, nil))
}

func TestFrequency_OwnLimitsBlockForTheRestOfTheDay(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{LimitScale: 0.004}) // 4 pictures a day
	for range 4 {
		b.ok(b.upload("/media/uploadimg?x=1", "a.png", pngData))
	}
	b.is(b.upload("/media/uploadimg?x=1", "a.png", pngData), 45009)
	b.clock.Advance(13 * time.Hour) // 23:00 there
	b.login("sim-secret-main")
	b.is(b.upload("/media/uploadimg?x=1", "a.png", pngData), 45009)
	b.clock.Advance(time.Hour)
	b.ok(b.upload("/media/uploadimg?x=1", "a.png", pngData))
}

func TestFrequency_CountsAddressesApart(t *testing.T) {
	t.Parallel()
	l := limits{buckets: map[string]*bucket{}, blocked: map[string]time.Time{}}
	rates := []rate{{2, time.Minute}}
	for i, want := range []bool{true, true, false} {
		if got := l.take("ip 1", "/x", rates, 1, start); got != want {
			t.Errorf("call %d: %v", i, got)
		}
	}
	if !l.take("ip 2", "/x", rates, 1, start) {
		t.Error("another address is blocked too")
	}
	if !l.take("ip 1", "/x", rates, -1, start) {
		t.Error("a negative scale limits")
	}
}
