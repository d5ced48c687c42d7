package livecode

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var shanghai = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return zone
}()

func local(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func everybody(string) bool { return true }

// covers: A1
func TestPlan_FollowsTheScheduleOverMidnightAndHolidays(t *testing.T) {
	t.Parallel()
	spec := Spec{
		Kind: Multi, Members: []Member{{User: "li"}, {User: "wang"}}, Backup: []string{"zhao"},
		Schedule: Schedule{
			Shifts: []Shift{
				{Days: []int{1, 2, 3, 4, 5}, Span: Span{From: "09:00", To: "12:00"}},
				{Days: []int{1, 2, 3, 4, 5}, Span: Span{From: "13:30", To: "18:00", Staff: []string{"li"}}},
				{Days: []int{5}, Span: Span{From: "22:00", To: "02:00", Staff: []string{"wang"}}},
			},
			Exceptions: []Exception{
				{Date: "2026-10-01", Name: "国庆节"},
				{Date: "2026-10-02", Spans: []Span{{From: "10:00", To: "24:00", Staff: []string{"wang"}}}},
			},
		},
	}
	for _, c := range []struct {
		at     string
		users  []string
		backup bool
		next   string
	}{
		{"2026-09-28 08:59", []string{"zhao"}, true, "2026-09-28 09:00"},        // Monday
		{"2026-09-28 09:00", []string{"li", "wang"}, false, "2026-09-28 12:00"}, // the beginning is in
		{"2026-09-28 12:00", []string{"zhao"}, true, "2026-09-28 13:30"},        // the end is out
		{"2026-09-28 14:00", []string{"li"}, false, "2026-09-28 18:00"},         //
		{"2026-09-25 23:00", []string{"wang"}, false, "2026-09-26 02:00"},       // Friday night
		{"2026-09-26 01:59", []string{"wang"}, false, "2026-09-26 02:00"},       // still Friday's
		{"2026-09-26 02:00", []string{"zhao"}, true, "2026-09-28 09:00"},        // over the weekend
		{"2026-09-30 18:00", []string{"zhao"}, true, "2026-10-02 10:00"},        // over the holiday
		{"2026-10-02 23:30", []string{"wang"}, false, "2026-10-03 00:00"},       // a Friday without its night
		{"2026-10-03 00:30", []string{"zhao"}, true, "2026-10-05 09:00"},        //
		{"2026-10-02 09:30", []string{"zhao"}, true, "2026-10-02 10:00"},        // no morning on the exception
		{"2026-10-05 11:59", []string{"li", "wang"}, false, "2026-10-05 12:00"}, //
		{"2027-10-01 09:00", []string{"li", "wang"}, false, "2027-10-01 12:00"}, // an exception is one date
	} {
		got := Plan(Input{Spec: spec, Active: everybody, Now: local(c.at), Zone: shanghai})
		want := Allocation{Users: c.users, Backup: c.backup, Next: local(c.next).UTC()}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", c.at, diff)
		}
	}
}

// covers: A1
func TestPlan_LeavesOutWhoIsFullGoneOrAhead(t *testing.T) {
	t.Parallel()
	now := local("2026-03-02 10:00")
	in := Input{
		Spec:     Spec{Kind: Multi, Members: []Member{{User: "a", DailyCap: 3}, {User: "b", DailyCap: 3}}, Backup: []string{"z", "y", "x"}},
		Counters: map[string]Counter{"a": {Day: "2026-03-02", Today: 3}, "b": {Day: "2026-03-02", Today: 2}},
		Active:   func(user string) bool { return user != "y" }, Now: now, Zone: shanghai,
	}
	midnight := local("2026-03-03 00:00").UTC()
	want := Allocation{Users: []string{"b"}, Next: midnight}
	if diff := cmp.Diff(want, Plan(in)); diff != "" {
		t.Errorf("one is full: %s", diff)
	}
	in.Counters["b"] = Counter{Day: "2026-03-02", Today: 3}
	want = Allocation{Users: []string{"x", "z"}, Backup: true, Next: midnight}
	if diff := cmp.Diff(want, Plan(in)); diff != "" {
		t.Errorf("all are full: %s", diff)
	}
	in.Now = midnight
	if diff := cmp.Diff(Allocation{Users: []string{"a", "b"}}, Plan(in)); diff != "" {
		t.Errorf("the next day: %s", diff)
	}
	in.Active = func(string) bool { return false }
	if got := Plan(in); len(got.Users) != 0 || !got.Backup {
		t.Errorf("everybody left: %+v", got)
	}
}

// covers: A1
func TestPlan_KnowsTheNextTurnBehindAnException(t *testing.T) {
	t.Parallel()
	spec := Spec{
		Kind: Multi, Members: []Member{{User: "li"}}, Backup: []string{"zhao"},
		Schedule: Schedule{
			Shifts:     []Shift{{Days: []int{3}, Span: Span{From: "00:00", To: "00:00"}}}, // all of Wednesday
			Exceptions: []Exception{{Date: "2026-02-25"}, {Date: "2026-03-04"}, {Date: "2026-03-11"}},
		},
	}
	for _, c := range []struct {
		at, user, next string
	}{
		{"2026-02-28 00:00", "zhao", "2026-03-18 00:00"},
		{"2026-03-11 12:00", "zhao", "2026-03-18 00:00"},
		{"2026-03-18 00:00", "li", "2026-03-19 00:00"},
		{"2026-03-18 23:59", "li", "2026-03-19 00:00"},
		{"2026-03-19 00:00", "zhao", "2026-03-25 00:00"},
	} {
		got := Plan(Input{Spec: spec, Active: everybody, Now: local(c.at), Zone: shanghai})
		want := Allocation{Users: []string{c.user}, Backup: c.user == "zhao", Next: local(c.next).UTC()}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", c.at, diff)
		}
	}
}

// genSpec draws a code with a schedule.
func genSpec(t *rapid.T) Spec {
	spec := Spec{Kind: Multi, Backup: []string{"z"}}
	for i := range rapid.IntRange(1, 5).Draw(t, "members") {
		spec.Members = append(spec.Members, Member{
			User: fmt.Sprintf("u%d", i), Weight: rapid.IntRange(0, 5).Draw(t, "weight"),
			DailyCap: rapid.SampledFrom([]int{0, 0, 1, 7, 40}).Draw(t, "cap"),
		})
	}
	clock := rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "h"), rapid.SampledFrom([]int{0, 30}).Draw(t, "m"))
	})
	span := rapid.Custom(func(t *rapid.T) Span {
		s := Span{From: clock.Draw(t, "from"), To: clock.Draw(t, "to")}
		if rapid.Bool().Draw(t, "some") {
			s.Staff = []string{spec.Members[rapid.IntRange(0, len(spec.Members)-1).Draw(t, "who")].User}
		}
		return s
	})
	for range rapid.IntRange(0, 4).Draw(t, "shifts") {
		days := rapid.SliceOfNDistinct(rapid.IntRange(1, 7), 1, 7, rapid.ID[int]).Draw(t, "days")
		spec.Schedule.Shifts = append(spec.Schedule.Shifts, Shift{Days: days, Span: span.Draw(t, "span")})
	}
	for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 20), 0, 3, rapid.ID[int]).Draw(t, "exceptions") {
		e := Exception{Date: dayOf(local("2026-02-28 12:00"), shanghai).add(n).String()}
		if rapid.Bool().Draw(t, "open") {
			e.Spans = []Span{span.Draw(t, "span")}
		}
		spec.Schedule.Exceptions = append(spec.Schedule.Exceptions, e)
	}
	return spec
}

// same says whether two plans show the same.
func same(a, b Allocation) bool { return a.Backup == b.Backup && slices.Equal(a.Users, b.Users) }

// onDutySlow is duty by the words of the documentation: some span that begins today or
// yesterday holds the minute.
func onDutySlow(s Schedule, user string, t time.Time) bool {
	if s.IsZero() {
		return true
	}
	t = t.In(shanghai)
	for back := range 2 {
		d := t.AddDate(0, 0, -back)
		minute := t.Hour()*60 + t.Minute() + back*1440
		spans, found := []Span{}, false
		for _, e := range s.Exceptions {
			if e.Date == d.Format(dateForm) {
				spans, found = e.Spans, true
			}
		}
		if !found && len(s.Shifts) == 0 {
			spans = []Span{{From: "00:00", To: "24:00"}}
		}
		for _, shift := range s.Shifts {
			if !found && slices.Contains(shift.Days, (int(d.Weekday())+6)%7+1) {
				spans = append(spans, shift.Span)
			}
		}
		for _, span := range spans {
			from, _ := minutes(span.From)
			to, _ := minutes(span.To)
			if to <= from {
				to += 1440
			}
			if minute >= from && minute < to && (len(span.Staff) == 0 || slices.Contains(span.Staff, user)) {
				return true
			}
		}
	}
	return false
}

// covers: A1
func TestPlan_ShowsExactlyWhoIsOnDutyAndKnowsWhenThatChanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		spec := genSpec(t)
		start := local("2026-02-28 00:00").Add(time.Duration(rapid.IntRange(0, 20*48).Draw(t, "start")) * 30 * time.Minute)
		in := Input{Spec: spec, Active: everybody, Now: start, Zone: shanghai, Counters: map[string]Counter{}}
		for _, m := range spec.Members {
			in.Counters[m.User] = Counter{Day: dayOf(start, shanghai).String(), Today: rapid.IntRange(0, 8).Draw(t, "today")}
		}
		plan := Plan(in)
		var duty []string
		for _, m := range spec.Members {
			full := m.DailyCap > 0 && in.Counters[m.User].Today >= m.DailyCap
			if onDutySlow(spec.Schedule, m.User, start) && !full {
				duty = append(duty, m.User)
			}
		}
		if len(duty) == 0 {
			duty = []string{"z"}
		}
		if !slices.Equal(duty, plan.Users) {
			t.Fatalf("shown %v, on duty %v", plan.Users, duty)
		}
		end := start.AddDate(0, 0, 40)
		for at := start.Add(30 * time.Minute); at.Before(end); at = at.Add(30 * time.Minute) {
			in.Now = at
			if !same(plan, in.at(at)) {
				if !plan.Next.Equal(at) {
					t.Fatalf("changes at %s, next says %s", at, plan.Next.In(shanghai))
				}
				return
			}
		}
		if !plan.Next.IsZero() {
			t.Fatalf("never changes, next says %s", plan.Next.In(shanghai))
		}
	})
}

// covers: A1
func TestPlan_SharesFollowTheWeightsWhoeverIsPicked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		spec := Spec{Kind: Multi}
		total := 0
		for i := range rapid.IntRange(2, 6).Draw(t, "members") {
			m := Member{User: fmt.Sprintf("u%d", i), Weight: rapid.IntRange(1, 9).Draw(t, "weight")}
			total += m.Weight
			spec.Members = append(spec.Members, m)
		}
		in := Input{Spec: spec, Active: everybody, Now: local("2026-03-02 10:00"), Zone: shanghai, Counters: map[string]Counter{}}
		greedy := rapid.Bool().Draw(t, "greedy") // the platform prefers the first of the list
		pick := rapid.IntRange(0, 1<<20)
		list, changes := Plan(in), 0
		const arrivals = 600
		got := map[string]int{}
		for n := range arrivals {
			user := list.Users[0]
			if !greedy {
				user = list.Users[pick.Draw(t, "pick")%len(list.Users)]
			}
			got[user]++
			for who, delta := range Credits(in, user, in.Now) {
				c := in.Counters[who]
				c.Credit += delta
				in.Counters[who] = c
			}
			next := Plan(in)
			if len(next.Users) == 0 {
				t.Fatalf("nobody is shown after %d arrivals", n)
			}
			if !slices.Equal(next.Users, list.Users) {
				changes++
			}
			list = next
			in.Resting = list.Resting
		}
		const bound = 2.0 * (Tolerance + 1)
		for _, m := range spec.Members {
			want := float64(arrivals) * float64(m.Weight) / float64(total)
			if math.Abs(float64(got[m.User])-want) > bound {
				t.Fatalf("%s of weight %d/%d got %d of %d, want %.0f ± %.0f", m.User, m.Weight, total, got[m.User], arrivals, want, bound)
			}
		}
	})
}

// covers: A1
func TestPlan_NeverShowsAFullMember(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		spec := genSpec(t)
		in := Input{Spec: spec, Active: everybody, Now: local("2026-03-01 00:00"), Zone: shanghai, Counters: map[string]Counter{}}
		for range rapid.IntRange(1, 120).Draw(t, "arrivals") {
			in.Now = in.Now.Add(time.Duration(rapid.IntRange(0, 180).Draw(t, "minutes")) * time.Minute)
			list := Plan(in)
			in.Resting = list.Resting
			user := list.Users[rapid.IntRange(0, len(list.Users)-1).Draw(t, "pick")]
			for who, delta := range Credits(in, user, in.Now) {
				c := in.Counters[who]
				c.Credit += delta
				in.Counters[who] = c
			}
			c, day := in.Counters[user], dayOf(in.Now, shanghai).String()
			if c.Day != day {
				c.Day, c.Today = day, 0
			}
			c.Today++
			in.Counters[user] = c
			for _, m := range spec.Members {
				if m.User == user && m.DailyCap > 0 && c.Today > m.DailyCap {
					t.Fatalf("%s was shown with %d of %d", user, c.Today-1, m.DailyCap)
				}
			}
		}
		var sum int64
		for _, c := range in.Counters {
			sum += c.Credit
		}
		if sum != 0 {
			t.Fatalf("the credits do not cancel out: %d", sum)
		}
	})
}

func TestPlan_ChangesTheListRarely(t *testing.T) {
	t.Parallel()
	spec := Spec{Kind: Multi, Members: []Member{{User: "a", Weight: 3}, {User: "b", Weight: 2}, {User: "c", Weight: 1}}}
	in := Input{Spec: spec, Active: everybody, Now: local("2026-03-02 10:00"), Zone: shanghai, Counters: map[string]Counter{}}
	list, changes := Plan(in), 0
	for n := range 1200 {
		user := list.Users[n%len(list.Users)]
		for who, delta := range Credits(in, user, in.Now) {
			c := in.Counters[who]
			c.Credit += delta
			in.Counters[who] = c
		}
		next := Plan(in)
		if !slices.Equal(next.Users, list.Users) {
			changes++
		}
		list, in.Resting = next, next.Resting
	}
	if changes > 1200/Tolerance {
		t.Errorf("%d changes in 1200 arrivals", changes)
	}
	t.Logf("%d changes in 1200 arrivals", changes)
}
