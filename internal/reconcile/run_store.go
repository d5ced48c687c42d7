package reconcile

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
)

const (
	insertRun = `INSERT INTO sync_run (id, corp, complete, origin, actor, state, error, started_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	insertKind = `INSERT INTO sync_kind (run, kind, rank, state, total, done, drift, error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	runFields     = `SELECT id, corp, complete, origin, actor, state, error, started_at, ended_at FROM sync_run `
	selectRun     = runFields + `WHERE id = $1`
	selectRunning = runFields + `WHERE corp = $1 AND state = 'running'`
	selectRuns    = runFields + `WHERE corp = $1 AND id < $2 ORDER BY id DESC LIMIT $3`
	selectKinds   = `SELECT kind, state, total, done, drift, error FROM sync_kind WHERE run = $1 ORDER BY rank`
	selectErrors  = `SELECT kind, item, error, at FROM sync_item WHERE run = $1 AND error <> '' ORDER BY kind, item LIMIT 200`
	selectLatest  = `SELECT COALESCE(MAX(started_at), 0) FROM sync_run WHERE corp = $1`
	selectFull    = `SELECT COALESCE(MAX(started_at), 0) FROM sync_run WHERE corp = $1 AND origin = 'night'`
)

func (s *Service) insert(ctx context.Context, r Record) error {
	_, err := s.DB.Exec(ctx, insertRun, r.ID, r.Corp, r.Full, r.Origin, r.Actor, r.State, "", r.Started.UnixMilli(), 0)
	if err != nil {
		return err
	}
	for rank, k := range r.Kinds {
		if _, err := s.DB.Exec(ctx, insertKind, r.ID, k.Name, rank, k.State, 0, 0, "{}", ""); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) records(ctx context.Context, text string, args ...any) ([]Record, error) {
	var out []Record
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var r Record
		var started, ended int64
		if err := rows.Scan(&r.ID, &r.Corp, &r.Full, &r.Origin, &r.Actor, &r.State, &r.Error, &started, &ended); err != nil {
			return err
		}
		r.Started = time.UnixMilli(started).UTC()
		if ended != 0 {
			r.Ended = time.UnixMilli(ended).UTC()
		}
		out = append(out, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Kinds, err = s.kindsOf(ctx, out[i].ID); err != nil {
			return nil, err
		}
		if err := s.rests(ctx, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// rests fills in why a run rests, which its job knows.
func (s *Service) rests(ctx context.Context, r *Record) error {
	if r.State != Running {
		return nil
	}
	j, ok, err := s.Jobs.Find(ctx, runJob, r.ID)
	if err == nil && ok && j.Reason != "" && j.Due.After(s.Clock.Now()) {
		r.Rests, r.GoesOn = j.Reason, j.Due
	}
	return err
}

func (s *Service) kindsOf(ctx context.Context, run string) ([]Kind, error) {
	var out []Kind
	err := s.DB.Each(ctx, selectKinds, []any{run}, func(rows *sql.Rows) error {
		k := Kind{Drift: map[string]int{}}
		var drift string
		if err := rows.Scan(&k.Name, &k.State, &k.Total, &k.Done, &drift, &k.Error); err != nil {
			return err
		}
		out = append(out, k)
		return json.Unmarshal([]byte(drift), &k.Drift)
	})
	return out, err
}

func (s *Service) record(ctx context.Context, id string) (Record, error) {
	found, err := s.records(ctx, selectRun, id)
	if err != nil {
		return Record{}, err
	}
	if len(found) == 0 {
		return Record{}, fault.New(fault.NotFound, "sync_not_found", "there is no such run")
	}
	return found[0], nil
}

// Get is one run of a corp with the errors of its items.
func (s *Service) Get(ctx context.Context, corpID, id string) (Record, error) {
	r, err := s.record(ctx, id)
	if err != nil {
		return Record{}, err
	}
	if r.Corp != corpID {
		return Record{}, fault.New(fault.NotFound, "sync_not_found", "there is no such run")
	}
	err = s.DB.Each(ctx, selectErrors, []any{id}, func(rows *sql.Rows) error {
		var e ItemError
		var at int64
		err := rows.Scan(&e.Kind, &e.Item, &e.Error, &at)
		e.At = time.UnixMilli(at).UTC()
		r.Errors = append(r.Errors, e)
		return err
	})
	return r, err
}

// afterAll sorts after every id.
const afterAll = "~"

// List pages through the runs of a corp, newest first.
func (s *Service) List(ctx context.Context, corpID, cursor string, limit int) (page.Page[Record], error) {
	before := afterAll
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Record]{}, err
	}
	limit = page.Limit(limit)
	found, err := s.records(ctx, selectRuns, corpID, before, limit+1)
	if err != nil {
		return page.Page[Record]{}, err
	}
	return page.Cut(found, limit, func(r Record) string { return r.ID }), nil
}

func (s *Service) lastStart(ctx context.Context, text, corpID string) (time.Time, error) {
	var ms int64
	err := s.DB.Get(ctx, text, []any{corpID}, &ms)
	return time.UnixMilli(ms).UTC(), err
}

const (
	updateRunEnd      = `UPDATE sync_run SET state = $1, error = $2, ended_at = $3 WHERE id = $4 AND state = 'running'`
	updateKind        = `UPDATE sync_kind SET state = $1, total = $2, done = $3, drift = $4, error = $5 WHERE run = $6 AND kind = $7`
	deleteItems       = `DELETE FROM sync_item WHERE run = $1 AND error = ''`
	deleteOldItems    = `DELETE FROM sync_item WHERE run IN (SELECT id FROM sync_run WHERE corp = $1 AND started_at < $2)`
	deleteOldKinds    = `DELETE FROM sync_kind WHERE run IN (SELECT id FROM sync_run WHERE corp = $1 AND started_at < $2)`
	deleteOldRuns     = `DELETE FROM sync_run WHERE corp = $1 AND started_at < $2`
	selectOpenItems   = `SELECT item, cursor FROM sync_item WHERE run = $1 AND kind = $2 AND NOT done ORDER BY item`
	updateItem        = `UPDATE sync_item SET cursor = $1, done = $2, error = $3, at = $4 WHERE run = $5 AND kind = $6 AND item = $7`
	updateItemOutcome = `UPDATE sync_item SET done = $1, error = $2, at = $3 WHERE run = $4 AND kind = $5 AND item = $6`
	upsertPulled      = `INSERT INTO sync_staff (corp, user_id, pulled_at) VALUES ($1, $2, $3)
		ON CONFLICT (corp, user_id) DO UPDATE SET pulled_at = excluded.pulled_at`
	selectPulled = `SELECT user_id, pulled_at FROM sync_staff WHERE corp = $1`
)

// keptFor is how long runs are kept.
const keptFor = 90 * 24 * time.Hour

// end closes a run and forgets what is not needed to explain it.
func (s *Service) end(ctx context.Context, r Record, state, reason string) error {
	now := s.Clock.Now()
	old := now.Add(-keptFor).UnixMilli()
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.DB.Exec(ctx, updateRunEnd, state, reason, now.UnixMilli(), r.ID); err != nil {
			return err
		}
		if _, err := s.DB.Exec(ctx, deleteItems, r.ID); err != nil {
			return err
		}
		for _, text := range []string{deleteOldItems, deleteOldKinds, deleteOldRuns} {
			if _, err := s.DB.Exec(ctx, text, r.Corp, old); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) saveKind(ctx context.Context, run string, k Kind) error {
	drift, err := json.Marshal(k.Drift)
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, updateKind, k.State, k.Total, k.Done, string(drift), k.Error, run, k.Name)
	return err
}

// Item is a part of a kind with a cursor of its own, such as a member of staff.
type Item struct {
	Name   string
	Cursor string // "" at the beginning
}

func (s *Service) openItems(ctx context.Context, run, kind string) ([]Item, error) {
	var out []Item
	err := s.DB.Each(ctx, selectOpenItems, []any{run, kind}, func(rows *sql.Rows) error {
		var it Item
		err := rows.Scan(&it.Name, &it.Cursor)
		out = append(out, it)
		return err
	})
	return out, err
}

var itemColumns = []string{"run", "kind", "item", "cursor", "done", "error", "at"}

func (s *Service) insertItems(ctx context.Context, run, kind string, items []string, at time.Time) error {
	args := make([]any, 0, len(items)*len(itemColumns))
	for _, item := range items {
		args = append(args, run, kind, item, "", false, "", at.UnixMilli())
	}
	return s.DB.InsertMany(ctx, "sync_item", itemColumns, args, "ON CONFLICT (run, kind, item) DO NOTHING")
}

func (s *Service) pulledAt(ctx context.Context, corpID string) (map[string]int64, error) {
	out := map[string]int64{}
	err := s.DB.Each(ctx, selectPulled, []any{corpID}, func(rows *sql.Rows) error {
		var user string
		var at int64
		err := rows.Scan(&user, &at)
		out[user] = at
		return err
	})
	return out, err
}
