package outreach

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
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

// Span is a stretch of time, ms: from From, before Until. The zero Span is all time.
type Span struct{ From, Until int64 }

// All says whether it is all time.
func (s Span) All() bool { return s == Span{} }

// Bounds are From and Until, the end of time if there is none.
func (s Span) Bounds() (from, until int64) {
	if s.Until == 0 {
		return s.From, math.MaxInt64
	}
	return s.From, s.Until
}

// StepCounts tells the deliveries of each step of a playbook that were planned in a span;
// version 0 is all versions.
func (s *Service) StepCounts(ctx context.Context, playbook string, version int, span Span) ([]StepCount, error) {
	text, args := selectParts, []any{playbook, version}
	if !span.All() {
		from, until := span.Bounds()
		text, args = selectSpanParts, append(args, from, until)
	}
	found, err := s.counted(ctx, text, args...)
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
	Span
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
		WHERE playbook = $1 AND state = $2 AND reason = $3 AND step = $4 AND planned_at >= $5 AND planned_at < $6
			AND id < $7 ORDER BY id DESC LIMIT $8`
	selectVersionPeople = `SELECT ` + deliveryFields + ` FROM delivery
		WHERE playbook = $1 AND state = $2 AND reason = $3 AND step = $4 AND planned_at >= $5 AND planned_at < $6
			AND id < $7 AND version = $9 ORDER BY id DESC LIMIT $8`
	selectStepOrds = `SELECT DISTINCT ord FROM delivery WHERE playbook = $1 AND state = $2 AND reason = $3 AND step = $4
		AND planned_at >= $5 AND planned_at < $6 AND ($7 = 0 OR version = $7)`
)

// StepPeople lists the deliveries behind a number, the newest first.
func (s *Service) StepPeople(ctx context.Context, f StepFilter) (out page.Page[Delivery], err error) {
	before := "~" // after every id
	if _, err := page.After(f.Cursor, &before); err != nil {
		return out, err
	}
	limit := page.Limit(f.Limit)
	text, args := selectStepPeople, append(f.args(), before, limit+1)
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

func (f StepFilter) args() []any {
	from, until := f.Bounds()
	return []any{f.Playbook, string(f.State), string(f.Reason), f.Step, from, until}
}

// StepRecords visits the customer records behind a number, each once.
func (s *Service) StepRecords(ctx context.Context, f StepFilter, visit func(ord uint32)) error {
	err := s.DB.Each(ctx, selectStepOrds, append(f.args(), f.Version), func(rows *sql.Rows) error {
		var ord uint32
		err := rows.Scan(&ord)
		visit(ord)
		return err
	})
	if err != nil {
		return fmt.Errorf("read who is behind step %s: %w", f.Step, err)
	}
	return nil
}
