package task

import (
	"context"
	"database/sql"
	"fmt"
)

const sums = `, MAX(name), COUNT(*),
	COALESCE(SUM(CASE WHEN told_at > 0 THEN 1 ELSE 0 END), 0),
	COALESCE(SUM(CASE WHEN opened_at > 0 THEN 1 ELSE 0 END), 0),
	COALESCE(SUM(CASE WHEN state = 'done' THEN 1 ELSE 0 END), 0),
	COALESCE(SUM(CASE WHEN state = 'done' AND late = FALSE THEN 1 ELSE 0 END), 0),
	COALESCE(SUM(CASE WHEN overdue_at > 0 THEN 1 ELSE 0 END), 0),
	COALESCE(SUM(CASE WHEN state = 'cancelled' THEN 1 ELSE 0 END), 0),
	COALESCE(SUM(CASE WHEN state = 'unassigned' THEN 1 ELSE 0 END), 0),
	COALESCE(SUM(CASE WHEN state IN ('queued', 'planned') THEN 1 ELSE 0 END), 0)
	FROM task`

// counts groups tasks by two columns, the second of which is the key.
func (s *Service) counts(ctx context.Context, cols string, f Filter) ([]Stat, error) {
	c := f.clause()
	var out []Stat
	at := map[[2]string]int{}
	err := s.DB.Each(ctx, "SELECT "+cols+sums+c.String()+" GROUP BY 1, 2", c.args, func(rows *sql.Rows) error {
		var x Stat
		var key any
		err := rows.Scan(&x.Corp, &key, &x.Name, &x.Created, &x.Told, &x.Opened, &x.Done, &x.OnTime, &x.Overdue, &x.Cancelled, &x.Unassigned, &x.Queued)
		x.Key, x.Results = groupKey(key), map[string]int{}
		at[[2]string{x.Corp, x.Key}] = len(out)
		out = append(out, x)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count tasks: %w", err)
	}
	c.where = append(c.where, "state = 'done'")
	err = s.DB.Each(ctx, "SELECT "+cols+", result, ended_at, open_at FROM task"+c.String(), c.args, func(rows *sql.Rows) error {
		var corp, result string
		var key any
		var ended, open int64
		if err := rows.Scan(&corp, &key, &result, &ended, &open); err != nil {
			return err
		}
		i, ok := at[[2]string{corp, groupKey(key)}]
		if !ok { // done between the two questions
			return nil
		}
		out[i].Results[result]++
		if open > 0 {
			out[i].took = append(out[i].took, ended-open)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("time tasks: %w", err)
	}
	return out, nil
}
