package task

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"

	"yutang/internal/id"
)

const system = "system"

// note writes what happened, in ctx's transaction.
func (s *Service) note(ctx context.Context, entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	var args []any
	now := ms(s.Clock.Now())
	for _, e := range entries {
		args = append(args, id.New("tsh"), e.Task, now, e.What, cmp.Or(e.By, system), e.Staff, e.Target, e.Detail)
	}
	if err := s.DB.InsertMany(ctx, "task_history", []string{"id", "task", "at", "what", "actor", "staff", "target", "detail"}, args, ""); err != nil {
		return fmt.Errorf("note what happened to tasks: %w", err)
	}
	return nil
}

const selectHistory = `SELECT id, task, at, what, actor, staff, target, detail FROM task_history WHERE task = $1 ORDER BY id`

// History is all that happened to a task, the oldest first.
func (s *Service) History(ctx context.Context, task string) ([]Entry, error) {
	var out []Entry
	err := s.DB.Each(ctx, selectHistory, []any{task}, func(rows *sql.Rows) error {
		var e Entry
		var when int64
		err := rows.Scan(&e.ID, &e.Task, &when, &e.What, &e.By, &e.Staff, &e.Target, &e.Detail)
		e.At = at(when)
		out = append(out, e)
		return err
	})
	return out, err
}
