package outreach

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"yutang/internal/fault"
)

// MaxSummaryDays is how many days one summary tells of.
const MaxSummaryDays = 92

// DayCount is how many touches of one day ended, or stand, alike.
type DayCount struct {
	Day     string // YYYY-MM-DD in the brand's zone: when they were planned
	Channel string
	State   State
	Reason  Reason
	Count   int
	Value   int64 // expected of them, minor units
}

const selectSummary = `SELECT channel, state, reason, COUNT(*), SUM(value) FROM delivery
	WHERE planned_at >= $1 AND planned_at < $2 AND ($3 = '' OR playbook = $3)
	GROUP BY channel, state, reason ORDER BY channel, state, reason`

// Summary counts the touches planned from one day of the brand's calendar to another, both
// inclusive, of one playbook or of all.
func (s *Service) Summary(ctx context.Context, from, to time.Time, playbook string) ([]DayCount, error) {
	zone := s.Zone()
	y, m, d := from.In(zone).Date()
	out := []DayCount{}
	for n := 0; ; n++ {
		start, end := time.Date(y, m, d+n, 0, 0, 0, 0, zone), time.Date(y, m, d+n+1, 0, 0, 0, 0, zone)
		if start.After(to) {
			return out, nil
		}
		if n == MaxSummaryDays {
			return nil, fault.BadField("to", "is more than %d days after from", MaxSummaryDays)
		}
		err := s.DB.Each(ctx, selectSummary, []any{start.UnixMilli(), end.UnixMilli(), playbook}, func(rows *sql.Rows) error {
			c := DayCount{Day: start.Format(time.DateOnly)}
			err := rows.Scan(&c.Channel, &c.State, &c.Reason, &c.Count, &c.Value)
			out = append(out, c)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("sum up the ledger: %w", err)
		}
	}
}

const (
	selectUse = `SELECT n, COUNT(*) FROM (SELECT ord, COUNT(*) AS n FROM delivery
		WHERE planned_at >= $1 AND channel = $2 AND (endpoint = $3 OR (endpoint >= $4 AND endpoint < $5))
		AND (state || '' IN ('planned', 'attempting', 'handed', 'unknown') OR (state || '' = 'accepted' AND settled_at >= $6))
		GROUP BY ord) AS used GROUP BY n ORDER BY n`
	selectFullCount = `SELECT COUNT(*) FROM quota_full WHERE channel = $1 AND account = $2 AND until > $3`
)

// QuotaUse says how many customers' records have had, or are to get, how many messages of an
// account since a moment, and how many the platform itself calls full now.
func (s *Service) QuotaUse(ctx context.Context, channel, account string, since time.Time) (customers map[int]int, full int, err error) {
	customers = map[int]int{}
	args := []any{since.Add(-openFor).UnixMilli(), channel, account, account + "/", account + "0", since.UnixMilli()}
	err = s.DB.Each(ctx, selectUse, args, func(rows *sql.Rows) error {
		var n, count int
		err := rows.Scan(&n, &count)
		customers[n] = count
		return err
	})
	if err == nil {
		err = s.DB.Get(ctx, selectFullCount, []any{channel, account, s.Clock.Now().UnixMilli()}, &full)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read use of the quota of %s: %w", account, err)
	}
	return customers, full, nil
}
