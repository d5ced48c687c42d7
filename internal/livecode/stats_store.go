package livecode

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"
)

const (
	selectTally = `SELECT staff, day, ord, added_at, ended_at FROM livecode_arrival WHERE code = $1 AND day >= $2 AND day <= $3 ORDER BY added_at`
	listArrival = `SELECT ord, staff, external, addition, added_at, ended_at FROM livecode_arrival
		WHERE code = $1 AND (added_at < $2 OR added_at = $3 AND (staff, external, addition) > ($4, $5, $6))
		ORDER BY added_at DESC, staff, external, addition LIMIT $7`
)

// tallies reads the arrivals of a range once and counts them all ways. first is when each
// customer record came.
func (s *Service) tallies(ctx context.Context, number int64, from, to string, now time.Time) (out Stats, first map[uint32]time.Time, err error) {
	today := dayOf(now, s.Zone()).String()
	days, staff := map[string]*DayTally{}, map[string]*StaffTally{}
	out.Stays = []Stays{{Days: 1}, {Days: 7}, {Days: 30}}
	first = map[uint32]time.Time{}
	err = s.DB.Each(ctx, selectTally, []any{number, from, to}, func(rows *sql.Rows) error {
		var user, day string
		var ord, added, ended int64
		if err := rows.Scan(&user, &day, &ord, &added, &ended); err != nil {
			return err
		}
		d, m := days[day], staff[user]
		if d == nil {
			d = &DayTally{Day: day}
			days[day] = d
		}
		if m == nil {
			m = &StaffTally{User: user}
			staff[user] = m
		}
		for _, t := range []*Tally{&out.Tally, &d.Tally, &m.Tally} {
			t.Added++
			if ended > 0 {
				t.Lost++
			}
		}
		if day == today {
			m.Today++
		}
		for i := range out.Stays {
			out.Stays[i].add(added, ended, ms(now))
		}
		if _, seen := first[uint32(ord)]; !seen && ord > 0 {
			first[uint32(ord)] = at(added)
		}
		return nil
	})
	out.ByDay, out.ByStaff = values(days), values(staff)
	slices.SortFunc(out.ByDay, func(a, b DayTally) int { return cmp.Compare(a.Day, b.Day) })
	slices.SortFunc(out.ByStaff, func(a, b StaffTally) int {
		return cmp.Or(cmp.Compare(b.Added, a.Added), cmp.Compare(a.User, b.User))
	})
	return out, first, err
}

func (st *Stays) add(added, ended, now int64) {
	until := added + int64(st.Days)*24*int64(time.Hour/time.Millisecond)
	if until > now {
		return
	}
	st.Of++
	if ended == 0 || ended >= until {
		st.Kept++
	}
}

func values[K comparable, V any](m map[K]*V) []V {
	out := make([]V, 0, len(m))
	for _, v := range m {
		out = append(out, *v)
	}
	return out
}

func (s *Service) arrivals(ctx context.Context, number int64, before arrivalKey, limit int) ([]Arrival, error) {
	var out []Arrival
	args := []any{number, before.At, before.At, before.User, before.External, before.Addition, limit}
	err := s.DB.Each(ctx, listArrival, args, func(rows *sql.Rows) error {
		var a Arrival
		var ord, added, ended int64
		if err := rows.Scan(&ord, &a.User, &a.External, &a.Addition, &added, &ended); err != nil {
			return err
		}
		a.Leaf, a.AddedAt, a.EndedAt = uint32(ord), at(added), at(ended)
		out = append(out, a)
		return nil
	})
	return out, err
}
