package task

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const selectPiles = `SELECT card,
	SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END), SUM(CASE WHEN state = 'overdue' THEN 1 ELSE 0 END),
	SUM(CASE WHEN state = 'done' THEN 1 ELSE 0 END), SUM(CASE WHEN state = 'queued' THEN 1 ELSE 0 END),
	SUM(CASE WHEN state = 'done' AND ended_at >= $3 THEN 1 ELSE 0 END),
	COALESCE(MIN(CASE WHEN state IN ('open', 'overdue') THEN deadline END), 0)
	FROM task WHERE corp = $1 AND staff = $2 AND card <> ''
	AND card IN (SELECT card FROM task WHERE corp = $1 AND staff = $2 AND state IN ('queued', 'open', 'overdue')
		UNION SELECT card FROM task WHERE corp = $1 AND staff = $2 AND state = 'done' AND ended_at >= $3)
	GROUP BY card ORDER BY card`

type pileRow struct {
	Pile
	queued, doneToday int
}

// piles counts the tasks of a member's cards that have something to do or done since.
func (s *Service) piles(ctx context.Context, corp, user string, since time.Time) (out []pileRow, err error) {
	err = s.DB.Each(ctx, selectPiles, []any{corp, user, ms(since)}, func(rows *sql.Rows) error {
		var r pileRow
		var next int64
		err := rows.Scan(&r.ID, &r.Open, &r.Overdue, &r.Done, &r.queued, &r.doneToday, &next)
		r.Next, r.Total = at(next), r.Open+r.Overdue+r.Done
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the work of a member: %w", err)
	}
	return out, nil
}
