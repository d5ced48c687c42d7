package outreach_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/outreach"
)

// someCap draws a policy's cap; 0 is unlimited.
func someCap(t *rapid.T) outreach.Cap {
	n := func(name string) int { return rapid.IntRange(0, 4).Draw(t, name) }
	return outreach.Cap{
		PerDay: n("day"), PerWeek: n("week"), PerMonth: n("month"),
		Channels: map[string]int{"sms": n("sms")}, ChannelsPerWeek: map[string]int{"mail": n("mail")}, ChannelsPerMonth: map[string]int{"sms": n("sms month")},
	}
}

// someClaims draws touches of one customer, spread over two weeks.
func someClaims(t *rapid.T) (out []outreach.Claim) {
	caps := map[string]outreach.PlaybookCap{"a": {}, "b": {rapid.IntRange(0, 2).Draw(t, "cap b"), 0, 3}}
	for i := range rapid.IntRange(0, 14).Draw(t, "touches") {
		due := noon.Add(time.Duration(rapid.IntRange(0, 14*24).Draw(t, "hour")) * time.Hour)
		playbook := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "playbook")
		out = append(out, outreach.Claim{
			ID: fmt.Sprintf("dlv_%02d", i), Channel: rapid.SampledFrom([]string{"sms", "mail"}).Draw(t, "channel"), Playbook: playbook,
			Priority: rapid.IntRange(49, 51).Draw(t, "priority"), Value: int64(rapid.IntRange(0, 2).Draw(t, "value")),
			Due: due.UnixMilli(), In: outreach.WindowsOf(due, time.UTC), Caps: caps[playbook],
		})
	}
	return out
}

// used counts the touches let through by rule and window, in the plainest way.
func used(won []outreach.Claim, w outreach.Window, number int32, match func(outreach.Claim) bool) (n int) {
	for _, c := range won {
		if c.In[w] == number && match(c) {
			n++
		}
	}
	return n
}

// full says whether some limit leaves no place for c beside those that won.
func full(p outreach.Cap, won []outreach.Claim, c outreach.Claim, spare int) bool {
	every := func(outreach.Claim) bool { return true }
	channel := func(x outreach.Claim) bool { return x.Channel == c.Channel }
	playbook := func(x outreach.Claim) bool { return x.Playbook == c.Playbook }
	for _, r := range []struct {
		w     outreach.Window
		limit int
		match func(outreach.Claim) bool
	}{
		{outreach.Day, p.PerDay, every},
		{outreach.Week, p.PerWeek, every},
		{outreach.Month, p.PerMonth, every},
		{outreach.Day, p.Channels[c.Channel], channel},
		{outreach.Week, p.ChannelsPerWeek[c.Channel], channel},
		{outreach.Month, p.ChannelsPerMonth[c.Channel], channel},
		{outreach.Day, c.Caps[outreach.Day], playbook},
		{outreach.Week, c.Caps[outreach.Week], playbook},
		{outreach.Month, c.Caps[outreach.Month], playbook},
	} {
		if r.limit > 0 && used(won, r.w, c.In[r.w], r.match)+spare > r.limit {
			return true
		}
	}
	return false
}

func winners(p outreach.Cap, claims []outreach.Claim) (out []outreach.Claim) {
	a := outreach.Allocator{Cap: p}
	for i, d := range a.Allocate(nil, claims) {
		if d.Won {
			out = append(out, claims[i])
		}
	}
	slices.SortFunc(out, func(a, b outreach.Claim) int {
		if a.Before(&b) {
			return -1
		}
		return 1
	})
	return out
}

// covers: C5
func TestAllocate_NeverExceedsACapAndNeverDropsWhileSupplyIsLeft(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, claims := someCap(t), someClaims(t)
		a := outreach.Allocator{Cap: p}
		decisions := slices.Clone(a.Allocate(nil, claims))
		won := winners(p, claims)
		for i, c := range claims {
			var before []outreach.Claim
			for _, w := range won {
				if w.Before(&c) {
					before = append(before, w)
				}
			}
			switch d := decisions[i]; {
			case d.Won && full(p, won, c, 0):
				t.Fatalf("%+v went over a cap of %+v", c, p)
			case !d.Won && !full(p, before, c, 1):
				t.Fatalf("%+v was dropped (%v) although those before it left a place", c, d)
			case !d.Won && (d.Reason() != outreach.Outranked || d.Higher < d.Rule.Limit):
				t.Fatalf("dropped as %s: %v", d.Reason(), d)
			}
		}
	})
}

// covers: C5
func TestAllocate_OrderOfArrivalDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, claims := someCap(t), someClaims(t)
		want := winners(p, claims)
		if diff := cmp.Diff(want, winners(p, rapid.Permutation(claims).Draw(t, "order"))); diff != "" {
			t.Fatal(diff)
		}
	})
}

// covers: C5
func TestAllocate_DecidingOneAfterTheOtherGivesTheSameWinners(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, claims := someCap(t), someClaims(t)
		want := winners(p, claims)
		var taken []outreach.Taken
		var got []outreach.Claim
		rest := slices.Clone(claims)
		for len(rest) > 0 { // any one comes due next; what is sent stays sent
			i := rapid.IntRange(0, len(rest)-1).Draw(t, "next")
			a := outreach.Allocator{Cap: p}
			c := rest[i]
			if a.Allocate(taken, rest)[i].Won {
				got = append(got, c)
				for w, number := range c.In {
					taken = append(taken, outreach.Taken{Window: outreach.Window(w), Number: number, Channel: c.Channel, Playbook: c.Playbook, N: 1})
				}
			}
			rest = slices.Delete(rest, i, i+1)
		}
		slices.SortFunc(got, func(a, b outreach.Claim) int {
			if a.Before(&b) {
				return -1
			}
			return 1
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestAllocate_TellsTheRule(t *testing.T) {
	t.Parallel()
	claim := func(id, channel string, priority int) outreach.Claim {
		return outreach.Claim{ID: id, Channel: channel, Priority: priority, In: outreach.WindowsOf(noon, time.UTC)}
	}
	a := outreach.Allocator{Cap: outreach.Cap{PerDay: 2, Channels: map[string]int{"sms": 1}}}
	today := outreach.WindowsOf(noon, time.UTC)[outreach.Day]
	got := a.Allocate([]outreach.Taken{{Window: outreach.Day, Number: today, Channel: "mail", N: 1}},
		[]outreach.Claim{claim("1", "sms", 10), claim("2", "sms", 90), claim("3", "mail", 20)})
	texts := []string{}
	for _, d := range got {
		texts = append(texts, fmt.Sprintf("%t %s %s", d.Won, d.Reason(), d))
	}
	if texts[0] != "false outranked 2 per day: 1 sent, 1 planned rank higher" || !got[1].Won || got[2].Rule.Scope != outreach.AllTouches {
		t.Fatalf("%q", texts)
	}
	quota := claim("4", "sms", 1)
	quota.Quota = outreach.QuotaClaim{Account: "ww1", Period: 5, Limit: 1}
	a = outreach.Allocator{}
	if d := a.Allocate([]outreach.Taken{{Account: "ww1", Number: 5, N: 1}}, []outreach.Claim{quota})[0]; d.Reason() != outreach.Quota {
		t.Fatalf("%v", d)
	}
}

func TestWindowsOf_AreThoseOfTheCustomersCalendar(t *testing.T) {
	t.Parallel()
	sunday := time.Date(2026, 3, 1, 23, 30, 0, 0, shanghai)
	monday := sunday.Add(time.Hour)
	a, b := outreach.WindowsOf(sunday, shanghai), outreach.WindowsOf(monday, shanghai)
	if b[outreach.Day] != a[outreach.Day]+1 || b[outreach.Week] != a[outreach.Week]+1 || a[outreach.Month] != b[outreach.Month] {
		t.Fatalf("%v %v", a, b)
	}
	if utc := outreach.WindowsOf(monday, time.UTC); utc != a { // still Sunday there
		t.Fatalf("%v", utc)
	}
}
