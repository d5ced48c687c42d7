package outreach

import (
	"context"
	"database/sql"
	"fmt"
)

const (
	selectManyMoved = `SELECT COUNT(*) FROM (SELECT 1 FROM delivery WHERE moved LIMIT $1) AS part`
	selectMoved     = `SELECT id, playbook, version, step, tallied_state, tallied_reason FROM delivery WHERE moved LIMIT $1`
	onCount         = `ON CONFLICT (playbook, version, step, state, reason) DO UPDATE SET n = delivery_count.n + excluded.n`
)

// updateTallied counts rows as what they are when it reaches them, and tells what that is.
var updateTallied = `UPDATE delivery SET moved = FALSE, tallied_state = state, tallied_reason = reason
	WHERE moved AND id IN (` + idList(1) + `) RETURNING id, state, reason`

var countColumns = []string{"playbook", "version", "step", "state", "reason", "n"}

// manyMoved says whether more deliveries moved than reports should count one by one.
func (s *Service) manyMoved(ctx context.Context) (bool, error) {
	n := 0
	if err := s.DB.Get(ctx, selectManyMoved, []any{tallyAfter}, &n); err != nil {
		return false, fmt.Errorf("look for deliveries to count: %w", err)
	}
	return n == tallyAfter, nil
}

// tallySome counts some of what moved, in ctx's transaction.
func (s *Service) tallySome(ctx context.Context) (n int, err error) {
	was := map[string]place{}
	ids := []string{}
	err = s.DB.Each(ctx, selectMoved, []any{idChunk * 10}, func(rows *sql.Rows) error {
		var id string
		var p place
		err := rows.Scan(&id, &p.playbook, &p.version, &p.step, &p.state, &p.reason)
		was[id], ids = p, append(ids, id)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read deliveries to count: %w", err)
	}
	change := map[place]int64{}
	for len(ids) > 0 {
		chunk := ids[:min(idChunk, len(ids))]
		ids = ids[len(chunk):]
		err = s.DB.Each(ctx, updateTallied, withIDs(chunk), func(rows *sql.Rows) error {
			var id string
			var state State
			var reason Reason
			err := rows.Scan(&id, &state, &reason)
			p := was[id]
			if p.state != "" {
				change[p]--
			}
			p.state, p.reason = state, reason
			change[p]++
			n++
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("count deliveries: %w", err)
		}
	}
	return n, s.addCounts(ctx, change)
}

func (s *Service) addCounts(ctx context.Context, change map[place]int64) error {
	var args []any
	for p, n := range change {
		if n != 0 {
			args = append(args, p.playbook, p.version, p.step, string(p.state), string(p.reason), n)
		}
	}
	if err := s.DB.InsertMany(ctx, "delivery_count", countColumns, args, onCount); err != nil {
		return fmt.Errorf("save counts of deliveries: %w", err)
	}
	return nil
}

// What is counted, and what moved since: one statement, so that both are of one moment. It
// does not group: SQLite would take the index of the groups in place of delivery_moved.
const (
	selectParts = `SELECT step, state, reason, '', '', n FROM delivery_count WHERE playbook = $1 AND ($2 = 0 OR version = $2)
		UNION ALL SELECT step, state, reason, tallied_state, tallied_reason, 1 FROM delivery
			WHERE moved AND playbook = $1 AND ($2 = 0 OR version = $2)`
	selectSpanParts = `SELECT step, state, reason, '', '', COUNT(*) FROM delivery
		WHERE playbook = $1 AND ($2 = 0 OR version = $2) AND planned_at >= $3 AND planned_at < $4 GROUP BY step, state, reason`
	selectAllParts = `SELECT '', state, reason, '', '', n FROM delivery_count
		UNION ALL SELECT '', state, reason, tallied_state, tallied_reason, 1 FROM delivery WHERE moved`
)

// counted is how many deliveries are where.
func (s *Service) counted(ctx context.Context, text string, args ...any) (map[StepCount]int, error) {
	out := map[StepCount]int{}
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var is, was StepCount
		n := 0
		err := rows.Scan(&is.Step, &is.State, &is.Reason, &was.State, &was.Reason, &n)
		out[is] += n
		if was.State != "" {
			was.Step = is.Step
			out[was] -= n
		}
		return err
	})
	return out, err
}
