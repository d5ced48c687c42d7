package livecode

import (
	"fmt"
	"slices"
	"time"

	"yutang/internal/fault"
)

// Limits of a schedule.
const (
	maxShifts     = 50
	maxExceptions = 200
	dateForm      = "2006-01-02"
)

// Schedule says who is on duty when, in the brand's zone. The zero schedule is everybody,
// always.
type Schedule struct {
	Shifts     []Shift     `json:"shifts,omitempty"`
	Exceptions []Exception `json:"exceptions,omitempty"`
}

// Shift is a span of a day, on some weekdays, for some members.
type Shift struct {
	Days []int `json:"days" doc:"1 is Monday, 7 is Sunday"`
	Span
}

// Span is a part of a day. One that ends at or before its beginning runs over midnight and
// belongs to the day on which it begins: 00:00 to 00:00 is the whole day, as is 00:00 to 24:00.
type Span struct {
	From  string   `json:"from" doc:"HH:MM"`
	To    string   `json:"to" doc:"HH:MM, 24:00 for the end of the day; at or before from: on the next day"`
	Staff []string `json:"staff,omitempty" doc:"userids; absent is every member"`
}

// Exception replaces what begins on one date. Without spans nobody is on duty.
type Exception struct {
	Date  string `json:"date" doc:"YYYY-MM-DD"`
	Name  string `json:"name,omitempty" doc:"such as 国庆节"`
	Spans []Span `json:"spans,omitempty"`
}

// IsZero says whether the schedule says nothing.
func (s Schedule) IsZero() bool { return len(s.Shifts) == 0 && len(s.Exceptions) == 0 }

// minutes reads HH:MM as minutes since midnight; 24:00 is 1440.
func minutes(text string) (int, bool) {
	if len(text) != 5 || text[2] != ':' {
		return 0, false
	}
	n := 0
	for i, weight := range []int{600, 60, 0, 10, 1} {
		if i == 2 {
			continue
		}
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n += int(text[i]-'0') * weight
	}
	return n, n <= 1440 && text[3] < '6'
}

// check says what is wrong with the schedule; users are the members.
func (s Schedule) check(users []string) []fault.Field {
	c := &checker{users: users}
	if len(s.Shifts) > maxShifts {
		c.bad("/schedule/shifts", "has more than %d entries", maxShifts)
	}
	if len(s.Exceptions) > maxExceptions {
		c.bad("/schedule/exceptions", "has more than %d entries", maxExceptions)
	}
	for i, shift := range s.Shifts {
		at := fmt.Sprintf("/schedule/shifts/%d", i)
		if len(shift.Days) == 0 {
			c.bad(at+"/days", "names no weekday; 1 is Monday, 7 is Sunday")
		}
		for j, d := range shift.Days {
			if d < 1 || d > 7 || slices.Contains(shift.Days[:j], d) {
				c.bad(fmt.Sprintf("%s/days/%d", at, j), "must be 1 (Monday) to 7 (Sunday), each once")
			}
		}
		c.span(at, shift.Span)
	}
	dates := map[string]bool{}
	for i, e := range s.Exceptions {
		at := fmt.Sprintf("/schedule/exceptions/%d", i)
		if _, err := time.Parse(dateForm, e.Date); err != nil || dates[e.Date] {
			c.bad(at+"/date", "must be a date YYYY-MM-DD, each once")
		}
		dates[e.Date] = true
		for j, span := range e.Spans {
			c.span(fmt.Sprintf("%s/spans/%d", at, j), span)
		}
	}
	return c.faults
}

// checker gathers faults.
type checker struct {
	users  []string
	faults []fault.Field
}

func (c *checker) bad(pointer, format string, args ...any) {
	c.faults = append(c.faults, fault.Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

func (c *checker) span(at string, s Span) {
	from, ok := minutes(s.From)
	if !ok || from == 1440 {
		c.bad(at+"/from", "must be HH:MM from 00:00 to 23:59")
	}
	if _, ok := minutes(s.To); !ok {
		c.bad(at+"/to", "must be HH:MM from 00:00 to 24:00")
	}
	for i, user := range s.Staff {
		if !slices.Contains(c.users, user) {
			c.bad(fmt.Sprintf("%s/staff/%d", at, i), "%s is not a member of the code", user)
		}
	}
}

// day is a date in a zone.
type day struct {
	y int
	m time.Month
	d int
}

func dayOf(t time.Time, zone *time.Location) day {
	y, m, d := t.In(zone).Date()
	return day{y, m, d}
}

// add is the day n days later.
func (d day) add(n int) day {
	y, m, dd := time.Date(d.y, d.m, d.d+n, 12, 0, 0, 0, time.UTC).Date()
	return day{y, m, dd}
}

// at is a moment of the day by the zone's wall clock.
func (d day) at(minute int, zone *time.Location) time.Time {
	return time.Date(d.y, d.m, d.d, 0, minute, 0, 0, zone)
}

// String is the date as exceptions write it.
func (d day) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.y, int(d.m), d.d) }

// weekday is 1 for Monday to 7 for Sunday.
func (d day) weekday() int {
	if w := int(time.Date(d.y, d.m, d.d, 12, 0, 0, 0, time.UTC).Weekday()); w > 0 {
		return w
	}
	return 7
}

// spans visits what begins on d.
func (s Schedule) spans(d day, visit func(Span)) {
	text := d.String()
	for _, e := range s.Exceptions {
		if e.Date == text {
			for _, span := range e.Spans {
				visit(span)
			}
			return
		}
	}
	if len(s.Shifts) == 0 {
		visit(Span{From: "00:00", To: "24:00"})
		return
	}
	for _, shift := range s.Shifts {
		if slices.Contains(shift.Days, d.weekday()) {
			visit(shift.Span)
		}
	}
}

// bounds are the moments at which a span that begins on d begins and ends.
func (s Span) bounds(d day, zone *time.Location) (from, to time.Time) {
	a, _ := minutes(s.From)
	b, _ := minutes(s.To)
	from = d.at(a, zone)
	if b <= a {
		d = d.add(1)
	}
	return from, d.at(b, zone)
}

// onDuty says whether user is on duty at t.
func (s Schedule) onDuty(user string, t time.Time, zone *time.Location) bool {
	if s.IsZero() {
		return true
	}
	today, duty := dayOf(t, zone), false
	for _, d := range []day{today.add(-1), today} {
		s.spans(d, func(span Span) {
			from, to := span.bounds(d, zone)
			if !t.Before(from) && t.Before(to) && (len(span.Staff) == 0 || slices.Contains(span.Staff, user)) {
				duty = true
			}
		})
	}
	return duty
}

// edges are the moments after t at which duty may change, sorted: a week and a day of the
// weekly pattern, and the same again from each later exception on, which may hide one turn
// of it. If nothing changes at any of them, nothing ever does.
func (s Schedule) edges(t time.Time, zone *time.Location) []time.Time {
	if s.IsZero() {
		return nil
	}
	days := map[day]bool{}
	around := func(d day) {
		for n := -1; n <= 8; n++ {
			days[d.add(n)] = true
		}
	}
	today := dayOf(t, zone)
	around(today)
	for _, e := range s.Exceptions {
		if date, err := time.Parse(dateForm, e.Date); err == nil && e.Date >= today.add(-1).String() {
			around(dayOf(date, time.UTC))
		}
	}
	var out []time.Time
	for d := range days {
		s.spans(d, func(span Span) {
			from, to := span.bounds(d, zone)
			out = append(out, from, to)
		})
	}
	out = slices.DeleteFunc(out, func(e time.Time) bool { return !e.After(t) })
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}
