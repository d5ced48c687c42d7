package livecode

import (
	"slices"
	"time"
)

// Tolerance is how many contacts a member may be ahead of the member furthest behind, each
// measured by their own share, before leaving the list. A quarter of it brings them back. A
// smaller one follows the weights more closely and calls the platform more often.
const Tolerance = 6

// unit is one contact in the fixed point of credits.
const unit = 1_000_000

// Counter is what arrivals have made of one member of a code.
type Counter struct {
	Day    string // the date Today counts, in the brand's zone
	Today  int
	Total  int
	Credit int64 // millionths of a contact: share earned less contacts received
}

// on is the count of the date of t.
func (c Counter) on(t time.Time, zone *time.Location) int {
	if c.Day != dayOf(t, zone).String() {
		return 0
	}
	return c.Today
}

// Input is everything that decides whom a code shows.
type Input struct {
	Spec     Spec
	Counters map[string]Counter // by userid
	Active   func(user string) bool
	Resting  []string // who was out of the list for being ahead when it was last applied
	Now      time.Time
	Zone     *time.Location
}

// Allocation is whom a code must show.
type Allocation struct {
	Users   []string  // sorted
	Resting []string  // who could take a contact and is ahead of their share, sorted
	Backup  bool      // Users are the backup staff
	Next    time.Time // the first later moment at which Users differ by time alone; zero: never
}

// Plan decides whom a code must show now. Users is empty when neither a member nor backup
// staff can take a contact: then there is nobody to show.
func Plan(in Input) Allocation {
	a := in.at(in.Now)
	for _, t := range in.moments() {
		if b := in.at(t); b.Backup != a.Backup || !slices.Equal(a.Users, b.Users) {
			a.Next = t.UTC()
			break
		}
	}
	return a
}

// moments are the later moments at which the answer may change by time alone, sorted: the
// schedule's, and midnight, when daily counts begin anew.
func (in Input) moments() []time.Time {
	edges := in.Spec.Schedule.edges(in.Now, in.Zone)
	if !slices.ContainsFunc(in.Spec.Members, func(m Member) bool { return m.DailyCap > 0 }) {
		return edges
	}
	edges = append(edges, dayOf(in.Now, in.Zone).add(1).at(0, in.Zone))
	slices.SortFunc(edges, time.Time.Compare)
	return edges
}

// at is whom the code shows at t if nobody arrives until then.
func (in Input) at(t time.Time) Allocation {
	eligible := in.eligible(t)
	if in.Spec.Kind != Multi {
		eligible = eligible[:min(1, len(eligible))]
	}
	if len(eligible) == 0 {
		return Allocation{Users: in.backup(), Backup: true}
	}
	most, out := in.most(eligible), Allocation{}
	for _, m := range eligible {
		lead := most - in.Counters[m.User].Credit
		if lead > Tolerance*unit || lead > Tolerance*unit/4 && slices.Contains(in.Resting, m.User) {
			out.Resting = append(out.Resting, m.User)
		} else {
			out.Users = append(out.Users, m.User)
		}
	}
	slices.Sort(out.Users)
	slices.Sort(out.Resting)
	return out
}

// eligible are the members who may take a contact at t, without looking at shares.
func (in Input) eligible(t time.Time) []Member {
	var out []Member
	for _, m := range in.Spec.Members {
		full := m.DailyCap > 0 && in.Counters[m.User].on(t, in.Zone) >= m.DailyCap
		if !full && in.Active(m.User) && in.Spec.Schedule.onDuty(m.User, t, in.Zone) {
			out = append(out, m)
		}
	}
	return out
}

// backup are the active backup staff, one for a code that shows one.
func (in Input) backup() []string {
	var out []string
	for _, user := range in.Spec.Backup {
		if in.Active(user) && !slices.Contains(out, user) {
			out = append(out, user)
		}
	}
	if in.Spec.Kind != Multi {
		return out[:min(1, len(out))]
	}
	slices.Sort(out)
	return out
}

// most is the highest credit among members: of whoever is furthest behind their share.
func (in Input) most(members []Member) int64 {
	most := in.Counters[members[0].User].Credit
	for _, m := range members[1:] {
		most = max(most, in.Counters[m.User].Credit)
	}
	return most
}

// Credits are the changes of credit that one arrival at user at t makes. An arrival at
// somebody who is not eligible, such as backup staff, changes none.
func Credits(in Input, user string, t time.Time) map[string]int64 {
	eligible := in.eligible(t)
	if len(eligible) < 2 || !slices.ContainsFunc(eligible, func(m Member) bool { return m.User == user }) {
		return nil
	}
	var weights int64
	for _, m := range eligible {
		weights += m.weight()
	}
	out := make(map[string]int64, len(eligible))
	rest := int64(unit)
	for _, m := range eligible {
		share := unit * m.weight() / weights
		out[m.User] += share
		rest -= share
	}
	out[user] += rest - unit
	return out
}
