package playbook

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/page"
	"yutang/internal/timeline"
)

// Run is one subject's pass through a playbook.
type Run struct {
	ID         string
	Playbook   string
	Version    int
	Kind       flow.Kind // of the subject, "" a customer
	Name       string    // of staff and groups
	Ord        uint32    // the record it was started for
	Key        string
	Occurrence int    // of this playbook for this record, from 1
	TriggerSeq uint64 // event that caused it, 0 none
	TriggerAt  time.Time
	StartedAt  time.Time
	Holdout    bool
	Step       string    // id of the step it waits in, "" when it has ended
	Since      time.Time // when it came there
	Due        time.Time // when it goes on at the latest; zero: no time moves it
	Results    map[string]string
	EndedAt    time.Time // zero while it goes on
	Outcome    flow.Outcome
	Detail     string

	num int64
}

const runFields = `SELECT r.num, r.old_id, p.id, r.version, r.kind, r.name, r.ord, r.run_key, r.occurrence, r.trigger_seq, r.trigger_at,
	r.started_at, r.holdout, r.step, r.since, r.due, r.results, r.ended_at, r.outcome, r.detail
	FROM playbook_run r JOIN playbook p ON p.num = r.book`

func scanRun(rows *sql.Rows) (r Run, err error) {
	var old, results string
	var at, started, since, due, ended int64
	err = rows.Scan(&r.num, &old, &r.Playbook, &r.Version, &r.Kind, &r.Name, &r.Ord, &r.Key, &r.Occurrence, &r.TriggerSeq, &at, &started,
		&r.Holdout, &r.Step, &since, &due, &results, &ended, &r.Outcome, &r.Detail)
	r.ID, r.TriggerAt, r.StartedAt, r.Since = runID(r.num), moment(at), moment(started), moment(since)
	if old != "" {
		r.ID = old
	}
	if due != 0 {
		r.Due = moment(due)
	}
	if ended != 0 {
		r.EndedAt = moment(ended)
	}
	if err == nil && results != "" {
		err = json.Unmarshal([]byte(results), &r.Results)
	}
	return r, err
}

func (s *Service) queryRuns(ctx context.Context, text string, args ...any) ([]Run, error) {
	out := []Run{}
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		r, err := scanRun(rows)
		out = append(out, r)
		return err
	})
	return out, err
}

// GetRun is one run.
func (s *Service) GetRun(ctx context.Context, key string) (Run, error) {
	text, arg := runFields+` WHERE r.old_id = $1 AND r.old_id <> ''`, any(key)
	if n, ok := strings.CutPrefix(key, "run_"); ok {
		if num, err := strconv.ParseInt(n, 10, 64); err == nil {
			text, arg = runFields+` WHERE r.num = $1 AND r.old_id = ''`, num
		}
	}
	return s.oneRun(ctx, key, text, arg)
}

func (s *Service) oneRun(ctx context.Context, key, text string, args ...any) (Run, error) {
	list, err := s.queryRuns(ctx, text, args...)
	if err != nil {
		return Run{}, fmt.Errorf("read run %s: %w", key, err)
	}
	if len(list) == 0 {
		return Run{}, fault.New(fault.NotFound, "run_not_found", "there is no run %q", key)
	}
	return list[0], nil
}

// runOf is the run that somebody asked for by an id of their own.
func (s *Service) runOf(ctx context.Context, playbook, origin string) (Run, error) {
	return s.oneRun(ctx, origin, runFields+` WHERE p.id = $1 AND r.origin = $2 AND r.origin <> ''`, playbook, origin)
}

// RunFilter narrows a list of runs. Zero fields do not.
type RunFilter struct {
	Playbook string
	Customer uint32 // any record of the customer, shown as one
	Live     bool   // only those that go on
	Limit    int
	Cursor   string
}

// Runs lists runs, the newest first.
func (s *Service) Runs(ctx context.Context, f RunFilter) (out page.Page[Run], err error) {
	var before int64
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
	items, err := s.queryRuns(ctx, text, args...)
	if err != nil {
		return out, fmt.Errorf("list runs: %w", err)
	}
	return page.Cut(items, limit, func(r Run) int64 { return r.num }), nil
}

// query writes the SELECT of a filter; numbers sort by time of starting.
func (f RunFilter) query(leaves []timeline.Ord, before int64, limit int) (string, []any) {
	var where []string
	var args []any
	place := func(arg any) string {
		args = append(args, arg)
		return fmt.Sprintf("$%d", len(args))
	}
	if f.Playbook != "" {
		where = append(where, "r.book = (SELECT num FROM playbook WHERE id = "+place(f.Playbook)+")")
	}
	if len(leaves) > 0 {
		places := make([]string, len(leaves))
		for i, leaf := range leaves {
			places[i] = place(int64(leaf))
		}
		where = append(where, "r.ord IN ("+strings.Join(places, ", ")+")")
	}
	if f.Live {
		where = append(where, "r.ended_at = 0")
	}
	if before != 0 {
		where = append(where, "r.num < "+place(before))
	}
	text := runFields
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	return text + " ORDER BY r.num DESC LIMIT " + place(limit), args
}

// Line is one line of a run's history.
type Line struct {
	Step    string // "" the run as a whole
	Version int
	At      time.Time
	Outcome flow.Outcome
	Detail  string
}

const selectLines = `SELECT h.num, h.pos, h.at FROM playbook_step h WHERE h.run = $1`

// History is what a run did, in order.
func (s *Service) History(ctx context.Context, run Run) ([]Line, error) {
	type entry struct {
		cell, pos, at int64
	}
	var entries []entry
	err := s.DB.Each(ctx, selectLines, []any{run.num}, func(rows *sql.Rows) error {
		var e entry
		err := rows.Scan(&e.cell, &e.pos, &e.at)
		e.cell >>= cellBits
		entries = append(entries, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read history of %s: %w", run.ID, err)
	}
	cells, err := s.storedCells(ctx, run.Playbook)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b entry) int { return int(a.pos - b.pos) })
	out := make([]Line, 0, len(entries))
	for _, e := range entries {
		c := cells[e.cell]
		out = append(out, Line{Step: c.step, Version: c.version, At: moment(e.at), Outcome: c.outcome, Detail: c.detail})
	}
	return out, nil
}

// storedCell is a counter as SQL has it.
type storedCell struct {
	num     int64
	version int
	step    string
	outcome flow.Outcome
	detail  string
	atOnce  bool
	count   int64
}

const bookCells = `SELECT c.num, c.version, c.step, c.outcome, c.detail, c.at_once FROM playbook_cell c JOIN playbook p ON p.num = c.book
	WHERE p.id = $1 ORDER BY c.num`

func (s *Service) storedCells(ctx context.Context, playbook string) (map[int64]storedCell, error) {
	out := map[int64]storedCell{}
	err := s.DB.Each(ctx, bookCells, []any{playbook}, func(rows *sql.Rows) error {
		var c storedCell
		err := rows.Scan(&c.num, &c.version, &c.step, &c.outcome, &c.detail, &c.atOnce)
		out[c.num] = c
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read counters of %s: %w", playbook, err)
	}
	return out, nil
}
