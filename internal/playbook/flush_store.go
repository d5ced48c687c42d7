package playbook

import (
	"context"
	"encoding/json"
	"fmt"

	"yutang/internal/event"
	"yutang/internal/failpoint"
)

var (
	freshColumns = []string{
		"num", "book", "kind", "name", "ord", "run_key", "occurrence", "trigger_seq", "trigger_at", "started_at", "origin",
		"version", "holdout", "step", "since", "due", "entries", "results", "ended_at", "outcome", "detail",
	}
	changedColumns = []string{"num", "version", "holdout", "step", "since", "due", "entries", "results", "ended_at", "outcome", "detail"}
	stepColumns    = []string{"num", "run", "ord", "pos", "at"}
	cellColumns    = []string{"num", "book", "version", "step", "outcome", "detail", "at_once"}
	bulkColumns    = []string{"book", "kind", "fire", "version", "place", "names"}
)

const (
	onRun = `ON CONFLICT (num) DO UPDATE SET version = excluded.version, holdout = excluded.holdout, step = excluded.step,
		since = excluded.since, due = excluded.due, entries = excluded.entries, results = excluded.results,
		ended_at = excluded.ended_at, outcome = excluded.outcome, detail = excluded.detail`
	onBulk = `ON CONFLICT (book, kind, fire) DO UPDATE SET place = excluded.place,
		names = CASE WHEN excluded.names = '' THEN playbook_bulk.names ELSE excluded.names END`
	deleteBulk  = `DELETE FROM playbook_bulk WHERE book = $1 AND kind = $2 AND fire = $3`
	updateFired = `UPDATE playbook SET fired = $1 WHERE num = $2`
)

// Flush writes what runs have done in ctx's transaction: each changed run once, however
// many steps it took. Outreach, tasks and exposures are flushed by their rooms.
func (s *Service) Flush(ctx context.Context) error {
	if err := s.flushBulks(ctx); err != nil {
		return fmt.Errorf("save work on runs: %w", err)
	}
	if len(s.depths) > 0 {
		s.depths = map[*event.Event]int{}
	}
	if len(s.changes) == 0 && len(s.rows) == 0 {
		return nil
	}
	if err := s.flushHistory(ctx); err != nil {
		return fmt.Errorf("save history: %w", err)
	}
	failpoint.Hit(failpoint.HistoryWritten)
	if err := s.flushRuns(ctx); err != nil {
		return fmt.Errorf("save runs: %w", err)
	}
	failpoint.Hit(failpoint.RunsWritten)
	s.batch++
	return nil
}

func (s *Service) flushRuns(ctx context.Context) error {
	var fresh, changed []any
	for i := range s.changes {
		c := &s.changes[i]
		if c.fresh {
			fresh = append(fresh, c.num, c.book, string(c.kind), c.name, int64(c.ord), c.key, c.occurrence, int64(c.seq), c.at, c.started, c.origin)
			fresh = c.state(fresh)
		} else {
			changed = c.state(append(changed, c.num))
		}
	}
	s.changes = s.changes[:0]
	if err := s.DB.InsertMany(ctx, "playbook_run", freshColumns, fresh, ""); err != nil {
		return err
	}
	if failpoint.Broken(failpoint.LoseRuns) {
		return nil
	}
	return s.DB.InsertMany(ctx, "playbook_run", changedColumns, changed, onRun)
}

// state appends the columns that change while a run goes on.
func (c *change) state(row []any) []any {
	step, results := "", ""
	if c.ended == 0 {
		step = c.edition.Steps[c.step].Step.ID
	}
	if len(c.results) > 0 {
		raw, _ := json.Marshal(c.results)
		results = string(raw)
	}
	return append(row, c.version, c.holdout, step, c.since, c.due, int64(c.entries), results, c.ended, string(c.outcome), c.detail)
}

func (s *Service) flushHistory(ctx context.Context) error {
	if len(s.cells) > 0 {
		var rows []any
		for _, c := range s.cells {
			step := ""
			if c.step >= 0 {
				step = c.edition.Steps[c.step].Step.ID
			}
			rows = append(rows, c.num, c.edition.book.num, c.edition.version, step, string(c.outcome), c.detail, c.atOnce)
		}
		if err := s.DB.InsertMany(ctx, "playbook_cell", cellColumns, rows, ""); err != nil {
			return err
		}
		s.cells = nil
	}
	if err := s.DB.InsertMany(ctx, "playbook_step", stepColumns, s.rows, ""); err != nil {
		return err
	}
	clear(s.rows)
	s.rows = s.rows[:0]
	return nil
}

// list is the selection if it is to be written. A batch that fails is read again from SQL.
func (w *bulk) list() string {
	if w.names == nil || w.kept {
		return ""
	}
	w.kept = true
	raw, _ := json.Marshal(w.names) // texts always marshal
	return string(raw)
}

func (s *Service) flushBulks(ctx context.Context) error {
	for b := range s.fires {
		if _, err := s.DB.Exec(ctx, updateFired, b.fired, b.num); err != nil {
			return err
		}
		delete(s.fires, b)
	}
	var rows []any
	for w := range s.placed {
		rows = append(rows, w.book.num, w.kind, w.fire, w.version, w.place, w.list())
		delete(s.placed, w)
	}
	if err := s.DB.InsertMany(ctx, "playbook_bulk", bulkColumns, rows, onBulk); err != nil {
		return err
	}
	for _, w := range s.over {
		if _, err := s.DB.Exec(ctx, deleteBulk, w.book.num, w.kind, w.fire); err != nil {
			return err
		}
	}
	s.over = nil
	return nil
}
