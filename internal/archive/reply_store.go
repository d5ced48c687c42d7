package archive

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"
)

// Reply is how fast a member answers in chats of two. What a customer writes before the
// answer counts as one question, from its first message on.
type Reply struct {
	Staff    string
	Answered int
	Open     int           // questions without an answer yet
	Median   time.Duration // to the first answer; 0 without any
}

const selectTalk = `SELECT staff, external, at, inbound FROM archive_message
	WHERE corp = $1 AND at >= $2 AND at < $3 AND room = '' AND kind NOT IN ('agree', 'disagree', 'revoke')
	ORDER BY staff, external, at, seq`

// Replies are the figures of all members who talked in [from, to), by user id.
func (s *Service) Replies(ctx context.Context, corpID string, from, to time.Time) ([]Reply, error) {
	t := tally{waits: map[string][]time.Duration{}, open: map[string]int{}}
	err := s.DB.Each(ctx, selectTalk, []any{corpID, from.UnixMilli(), to.UnixMilli()}, func(rows *sql.Rows) error {
		var staff, external string
		var at int64
		var inbound bool
		if err := rows.Scan(&staff, &external, &at, &inbound); err != nil {
			return err
		}
		t.say(staff, external, at, inbound)
		return nil
	})
	return t.replies(), err
}

// tally measures answers. Messages come by member, customer and time.
type tally struct {
	waits map[string][]time.Duration
	open  map[string]int

	staff, external string
	asked           int64 // when the open question began, 0 none
}

func (t *tally) say(staff, external string, at int64, inbound bool) {
	if staff != t.staff || external != t.external {
		t.close()
		t.staff, t.external = staff, external
	}
	switch {
	case inbound && t.asked == 0:
		t.asked = at
	case !inbound && t.asked != 0:
		t.waits[staff] = append(t.waits[staff], time.Duration(at-t.asked)*time.Millisecond)
		t.asked = 0
	case !inbound:
		t.open[staff] += 0
	}
}

// close ends the talk of a pair.
func (t *tally) close() {
	if t.asked != 0 {
		t.open[t.staff]++
		t.asked = 0
	}
}

func (t *tally) replies() []Reply {
	t.close()
	out := []Reply{}
	for staff, waits := range t.waits {
		out = append(out, Reply{Staff: staff, Answered: len(waits), Open: t.open[staff], Median: median(waits)})
	}
	for staff, n := range t.open {
		if t.waits[staff] == nil {
			out = append(out, Reply{Staff: staff, Open: n})
		}
	}
	slices.SortFunc(out, func(a, b Reply) int { return cmp.Compare(a.Staff, b.Staff) })
	return out
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	n := len(d)
	if n%2 == 1 {
		return d[n/2]
	}
	return (d[n/2-1] + d[n/2]) / 2
}
