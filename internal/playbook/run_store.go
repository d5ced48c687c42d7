package playbook

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"yutang/internal/page"
	"yutang/internal/timeline"
)

var runColumns = []string{"id", "playbook", "version", "ord", "occurrence", "trigger_seq", "trigger_at", "holdout", "started_at"}

func (s *Service) insertRuns(ctx context.Context, runs []Run) error {
	args := make([]any, 0, len(runs)*len(runColumns))
	for _, r := range runs {
		args = append(args, r.ID, r.Playbook, r.Version, int64(r.Ord), r.Occurrence, int64(r.TriggerSeq),
			r.TriggerAt.UnixMilli(), r.Holdout, r.StartedAt.UnixMilli())
	}
	return s.DB.InsertMany(ctx, "playbook_run", runColumns, args, "")
}

const (
	selectPast = `SELECT r.playbook, r.ord, r.occurrence, r.trigger_at, r.holdout FROM playbook_run r
		JOIN playbook p ON p.id = r.playbook WHERE p.state <> 'ended'`
	selectRunCount = `SELECT COUNT(*), COALESCE(SUM(CASE WHEN holdout THEN 1 ELSE 0 END), 0) FROM playbook_run WHERE playbook = $1`
)

// loadPast reads what every customer record went through.
func (s *Service) loadPast(ctx context.Context) (map[string]map[uint32]record, error) {
	past := map[string]map[uint32]record{}
	err := s.DB.Each(ctx, selectPast, nil, func(rows *sql.Rows) error {
		var playbook string
		var ord uint32
		var occurrence int
		var at int64
		var holdout bool
		if err := rows.Scan(&playbook, &ord, &occurrence, &at, &holdout); err != nil {
			return err
		}
		all := past[playbook]
		if all == nil {
			all = map[uint32]record{}
			past[playbook] = all
		}
		r := all[ord]
		all[ord] = record{runs: max(r.runs, occurrence), last: max(r.last, at), holdout: holdout}
		return nil
	})
	return past, err
}

func (s *Service) countRuns(ctx context.Context, playbook string) (all, holdout int, err error) {
	err = s.DB.Get(ctx, selectRunCount, []any{playbook}, &all, &holdout)
	return all, holdout, err
}

// RunFilter narrows a list of runs. Zero fields do not.
type RunFilter struct {
	Playbook string
	Customer uint32 // any record of the customer, shown as one
	Limit    int
	Cursor   string
}

// Runs lists runs, the newest first.
func (s *Service) Runs(ctx context.Context, f RunFilter) (out page.Page[Run], err error) {
	before := ""
	if _, err := page.After(f.Cursor, &before); err != nil {
		return out, err
	}
	var leaves []timeline.Ord
	if f.Customer != 0 {
		if leaves, err = s.Timeline.Records(f.Customer); err != nil {
			return out, err
		}
	}
	limit := page.Limit(f.Limit)
	text, args := f.query(leaves, before, limit+1)
	items := []Run{}
	err = s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var r Run
		var at, started int64
		err := rows.Scan(&r.ID, &r.Playbook, &r.Version, &r.Ord, &r.Occurrence, &r.TriggerSeq, &at, &r.Holdout, &started)
		r.TriggerAt, r.StartedAt = moment(at), moment(started)
		items = append(items, r)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("list runs: %w", err)
	}
	return page.Cut(items, limit, func(r Run) string { return r.ID }), nil
}

// query writes the SELECT of a filter; ids sort by time of starting.
func (f RunFilter) query(leaves []timeline.Ord, before string, limit int) (string, []any) {
	var where []string
	var args []any
	place := func(arg any) string {
		args = append(args, arg)
		return fmt.Sprintf("$%d", len(args))
	}
	if f.Playbook != "" {
		where = append(where, "playbook = "+place(f.Playbook))
	}
	if len(leaves) > 0 {
		places := make([]string, len(leaves))
		for i, leaf := range leaves {
			places[i] = place(int64(leaf))
		}
		where = append(where, "ord IN ("+strings.Join(places, ", ")+")")
	}
	if before != "" {
		where = append(where, "id < "+place(before))
	}
	text := "SELECT " + strings.Join(runColumns, ", ") + " FROM playbook_run"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	return text + " ORDER BY id DESC LIMIT " + place(limit), args
}
