package task

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"yutang/internal/fault"
)

// Stat is what came of the tasks of one group: of a playbook, step, member, department or
// day. OnTime and Overdue are of those done or past their deadline.
type Stat struct {
	Corp       string // of a member or department
	Key        string // id of the group
	Name       string // of the playbook, where that is the group
	Created    int
	Told       int
	Opened     int
	Done       int
	OnTime     int
	Overdue    int // passed the deadline, done late or not
	Cancelled  int
	Unassigned int
	Queued     int
	Results    map[string]int
	Median     time.Duration // from telling to done; 0 without any

	took []int64
}

// OnTimeRate is the share done in time of those that were told and not cancelled, 0 to 1.
func (x Stat) OnTimeRate() float64 {
	if n := x.OnTime + max(x.Overdue, x.Done-x.OnTime); n > 0 {
		return float64(x.OnTime) / float64(n)
	}
	return 0
}

// The groupings.
const (
	ByPlaybook   = "playbook"
	ByStep       = "step"
	ByStaff      = "staff"
	ByDepartment = "department"
	ByDay        = "day"
)

var groupings = map[string]string{
	ByPlaybook: "'', playbook", ByStep: "playbook, step", ByStaff: "corp, staff", ByDepartment: "corp, department", ByDay: "'', day",
}

// Stats counts tasks by a grouping. Members come as a league table: those who do most in
// time first, of equal ones those who did more. The customers behind a number are List with
// the same filter, the group, and the measure.
func (s *Service) Stats(ctx context.Context, by string, f Filter) ([]Stat, error) {
	cols, ok := groupings[by]
	if !ok {
		return nil, fault.BadField("/by", "is playbook, step, staff, department or day")
	}
	groups, err := s.counts(ctx, cols, f)
	if err != nil {
		return nil, err
	}
	for i := range groups {
		if by != ByPlaybook && by != ByStep {
			groups[i].Name = ""
		}
		slices.Sort(groups[i].took)
		if n := len(groups[i].took); n > 0 {
			groups[i].Median = time.Duration((groups[i].took[(n-1)/2]+groups[i].took[n/2])/2) * time.Millisecond
		}
	}
	slices.SortStableFunc(groups, func(a, b Stat) int {
		switch by {
		case ByStaff, ByDepartment:
			if c := cmp.Compare(b.OnTimeRate(), a.OnTimeRate()); c != 0 {
				return c
			}
			if c := cmp.Compare(b.Done, a.Done); c != 0 {
				return c
			}
		case ByDay:
			return cmp.Compare(a.Key, b.Key)
		}
		return cmp.Or(cmp.Compare(b.Created, a.Created), cmp.Compare(a.Corp+"/"+a.Key, b.Corp+"/"+b.Key))
	})
	return groups, nil
}

// groupKey is a key of a grouping as text.
func groupKey(v any) string {
	switch x := v.(type) {
	case int64:
		return strconv.FormatInt(x, 10)
	case []byte:
		return string(x)
	case string:
		return x
	}
	return ""
}
