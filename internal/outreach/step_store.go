package outreach

import (
	"context"
	"database/sql"
	"fmt"
)

// StepCount is how many deliveries of a step are in a state for a reason.
type StepCount struct {
	Step   string
	State  State
	Reason Reason
	Count  int
}

const (
	selectStepCounts = `SELECT step, state, reason, COUNT(*) FROM delivery WHERE playbook = $1
		GROUP BY state, reason, step ORDER BY state, reason, step`
	selectVersionCounts = `SELECT step, state, reason, COUNT(*) FROM delivery WHERE playbook = $1 AND version = $2
		GROUP BY state, reason, step ORDER BY state, reason, step`
)

// StepCounts tells the deliveries of each step of a playbook; version 0 is all versions.
func (s *Service) StepCounts(ctx context.Context, playbook string, version int) ([]StepCount, error) {
	text, args := selectStepCounts, []any{playbook}
	if version != 0 {
		text, args = selectVersionCounts, append(args, version)
	}
	out := []StepCount{}
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var c StepCount
		err := rows.Scan(&c.Step, &c.State, &c.Reason, &c.Count)
		out = append(out, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count deliveries of %s: %w", playbook, err)
	}
	return out, nil
}
