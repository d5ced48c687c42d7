package outreach

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"yutang/internal/page"
)

// StepCount is how many deliveries of a step are in a state for a reason.
type StepCount struct {
	Step   string
	State  State
	Reason Reason
	Count  int
}

// StepCounts tells the deliveries of each step of a playbook; version 0 is all versions.
func (s *Service) StepCounts(ctx context.Context, playbook string, version int) ([]StepCount, error) {
	found, err := s.counted(ctx, selectParts, playbook, version)
	if err != nil {
		return nil, fmt.Errorf("count deliveries of %s: %w", playbook, err)
	}
	out := []StepCount{}
	for c, n := range found {
		if c.Count = n; n != 0 {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b StepCount) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Step, b.Step))
	})
	return out, nil
}

// StepFilter names a number of StepCounts. Version 0 is all versions.
type StepFilter struct {
	Playbook string
	Step     string
	Version  int
	State    State
	Reason   Reason
	Cursor   string
	Limit    int
}

const (
	selectStepPeople = `SELECT ` + deliveryFields + ` FROM delivery
		WHERE playbook = $1 AND state = $2 AND reason = $3 AND step = $4 AND id < $5 ORDER BY id DESC LIMIT $6`
	selectVersionPeople = `SELECT ` + deliveryFields + ` FROM delivery
		WHERE playbook = $1 AND state = $2 AND reason = $3 AND step = $4 AND id < $5 AND version = $7 ORDER BY id DESC LIMIT $6`
)

// StepPeople lists the deliveries behind a number, the newest first.
func (s *Service) StepPeople(ctx context.Context, f StepFilter) (out page.Page[Delivery], err error) {
	before := "~" // after every id
	if _, err := page.After(f.Cursor, &before); err != nil {
		return out, err
	}
	limit := page.Limit(f.Limit)
	text, args := selectStepPeople, []any{f.Playbook, string(f.State), string(f.Reason), f.Step, before, limit + 1}
	if f.Version != 0 {
		text, args = selectVersionPeople, append(args, f.Version)
	}
	items := []Delivery{}
	err = s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var d Delivery
		err := d.scan(rows.Scan)
		items = append(items, d)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("list deliveries of step %s: %w", f.Step, err)
	}
	return page.Cut(items, limit, func(d Delivery) string { return d.ID }), nil
}
