package rehearse

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"yutang/internal/money"
	"yutang/internal/outreach"
)

// tally is what one worker counts. Its maps are merged at the end.
type tally struct {
	customers, events        int
	entries, unique, heldOut int
	refused, ended           map[string]int
	steps                    []StepTally
	days                     map[string]*DayTally
	channels                 map[string]*channelCount
	perCustomer              map[int]int
	quota                    map[quotaKey]*QuotaUse
	staff                    map[string]map[string]int // member → day → tasks
	goals                    []int64                   // ms from start to goal
	buyers, orders           int
	net                      int64
	changes                  map[int64]int // hour → runs begun less runs ended
}

type channelCount struct {
	ChannelTally
	days map[string]int
}

type quotaKey struct {
	corp string
	from int64
}

func newTally(steps []StepTally) *tally {
	t := &tally{
		refused: map[string]int{}, ended: map[string]int{}, days: map[string]*DayTally{}, channels: map[string]*channelCount{},
		perCustomer: map[int]int{}, quota: map[quotaKey]*QuotaUse{}, staff: map[string]map[string]int{}, changes: map[int64]int{},
	}
	for _, s := range steps {
		s.Outcomes, s.Ways, s.Unsent = map[string]int{}, map[string]int{}, map[string]int{}
		t.steps = append(t.steps, s)
	}
	return t
}

func (t *tally) day(day string) *DayTally {
	d := t.days[day]
	if d == nil {
		d = &DayTally{Day: day, Touches: map[string]int{}}
		t.days[day] = d
	}
	return d
}

func (t *tally) channel(name string) *channelCount {
	c := t.channels[name]
	if c == nil {
		c = &channelCount{ChannelTally: ChannelTally{Channel: name, Unsent: map[string]int{}}, days: map[string]int{}}
		t.channels[name] = c
	}
	return c
}

// sent counts a touch that would have left on a day.
func (t *tally) sent(step int, channel, day string, shifted bool) {
	c, s := t.channel(channel), &t.steps[step]
	c.Sent++
	c.days[day]++
	s.Sent++
	if shifted {
		c.Shifted++
		s.Shifted++
	}
	t.day(day).Touches[channel]++
}

func (t *tally) unsent(step int, channel string, why outreach.Reason) {
	t.channel(channel).Unsent[string(why)]++
	t.steps[step].Unsent[string(why)]++
}

func (t *tally) task(member, day string) {
	if t.staff[member] == nil {
		t.staff[member] = map[string]int{}
	}
	t.staff[member][day]++
	t.day(day).Tasks++
}

func addTo[K comparable](dst, src map[K]int) {
	for k, n := range src {
		dst[k] += n
	}
}

// add takes in what another worker counted.
func (t *tally) add(o *tally) {
	t.customers, t.events = t.customers+o.customers, t.events+o.events
	t.entries, t.unique, t.heldOut = t.entries+o.entries, t.unique+o.unique, t.heldOut+o.heldOut
	t.buyers, t.orders, t.net = t.buyers+o.buyers, t.orders+o.orders, t.net+o.net
	t.goals = append(t.goals, o.goals...)
	addTo(t.refused, o.refused)
	addTo(t.ended, o.ended)
	addTo(t.perCustomer, o.perCustomer)
	addTo(t.changes, o.changes)
	for i := range o.steps {
		s, x := &t.steps[i], &o.steps[i]
		s.Entered, s.Waiting, s.Sent, s.Shifted = s.Entered+x.Entered, s.Waiting+x.Waiting, s.Sent+x.Sent, s.Shifted+x.Shifted
		addTo(s.Outcomes, x.Outcomes)
		addTo(s.Ways, x.Ways)
		addTo(s.Unsent, x.Unsent)
	}
	for day, x := range o.days {
		d := t.day(day)
		d.Entries, d.Tasks, d.Goals = d.Entries+x.Entries, d.Tasks+x.Tasks, d.Goals+x.Goals
		addTo(d.Touches, x.Touches)
	}
	for name, x := range o.channels {
		c := t.channel(name)
		c.Planned, c.Sent, c.Shifted = c.Planned+x.Planned, c.Sent+x.Sent, c.Shifted+x.Shifted
		addTo(c.Unsent, x.Unsent)
		addTo(c.days, x.days)
	}
	for key, x := range o.quota {
		if q := t.quota[key]; q != nil {
			q.Customers, q.Messages, q.Full = q.Customers+x.Customers, q.Messages+x.Messages, q.Full+x.Full
		} else {
			t.quota[key] = x
		}
	}
	for member, days := range o.staff {
		if t.staff[member] == nil {
			t.staff[member] = map[string]int{}
		}
		addTo(t.staff[member], days)
	}
}

// fill writes the sums into a result.
func (t *tally) fill(r *Result) {
	r.Customers, r.Events, r.Entries, r.Unique, r.HeldOut = t.customers, t.events, t.entries, t.unique, t.heldOut
	r.Refused, r.Ended, r.Steps = t.refused, t.ended, t.steps
	r.Days, r.Channels, r.Quota, r.Staff = []DayTally{}, []ChannelTally{}, nil, nil
	for _, day := range slices.Sorted(maps.Keys(t.days)) {
		r.Days = append(r.Days, *t.days[day])
	}
	for _, name := range slices.Sorted(maps.Keys(t.channels)) {
		c := t.channels[name]
		c.PeakDay, c.Peak = peak(c.days)
		r.Channels = append(r.Channels, c.ChannelTally)
	}
	r.PerCustomer = []Bucket{}
	for _, n := range slices.Sorted(maps.Keys(t.perCustomer)) {
		r.PerCustomer = append(r.PerCustomer, Bucket{n, t.perCustomer[n]})
	}
	for _, q := range t.quota {
		r.Quota = append(r.Quota, *q)
	}
	slices.SortFunc(r.Quota, func(a, b QuotaUse) int { return cmp.Or(cmp.Compare(a.Corp, b.Corp), a.From.Compare(b.From)) })
	for member, days := range t.staff {
		s := StaffTally{Member: member, Days: days}
		for _, n := range days {
			s.Tasks += n
		}
		s.PeakDay, s.Peak = peak(days)
		r.Staff = append(r.Staff, s)
	}
	slices.SortFunc(r.Staff, func(a, b StaffTally) int { return cmp.Or(b.Tasks-a.Tasks, cmp.Compare(a.Member, b.Member)) })
	r.Goal = t.goal()
	r.Revenue.Buyers, r.Revenue.Orders, r.Revenue.Net = t.buyers, t.orders, money.Major(t.net, r.Revenue.Currency)
	now := 0
	for _, hour := range slices.Sorted(maps.Keys(t.changes)) {
		now += t.changes[hour]
		r.PeakRuns = max(r.PeakRuns, now)
	}
}

func (t *tally) goal() *GoalTally {
	if len(t.goals) == 0 {
		return nil
	}
	slices.Sort(t.goals)
	at := func(q float64) float64 {
		return float64(t.goals[int(q*float64(len(t.goals)-1)+0.5)]) / float64(time.Hour.Milliseconds())
	}
	return &GoalTally{Reached: len(t.goals), Share: float64(len(t.goals)) / float64(max(t.entries, 1)), MedianHours: at(0.5), P90Hours: at(0.9)}
}

// peak is the day with the highest number, the earliest of equals.
func peak(days map[string]int) (day string, n int) {
	for _, d := range slices.Sorted(maps.Keys(days)) {
		if days[d] > n {
			day, n = d, days[d]
		}
	}
	return day, n
}
