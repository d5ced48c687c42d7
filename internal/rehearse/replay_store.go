package rehearse

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
)

const (
	replayFields  = `SELECT id, playbook, version, definition, days, sample, until, state, error, result, created_at, created_by, ended_at FROM replay`
	replayOutline = `SELECT id, playbook, version, '', days, sample, until, state, error, '', created_at, created_by, ended_at FROM replay`
	insertReplay  = `INSERT INTO replay (id, playbook, version, definition, days, sample, until, state, error, result, created_at, created_by, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', $9, $10, 0)`
	updateReplay = `UPDATE replay SET state = $1, error = $2, result = $3, ended_at = $4 WHERE id = $5`
)

func (r *Replay) scan(scan func(...any) error) error {
	var definition, result string
	var sample, until, created, ended int64
	err := scan(&r.ID, &r.Playbook, &r.Version, &definition, &r.Days, &sample, &until, &r.State, &r.Error, &result, &created, &r.CreatedBy, &ended)
	if err != nil {
		return err
	}
	r.Definition, r.Sample = json.RawMessage(definition), float64(sample)/100
	r.Until, r.CreatedAt = time.UnixMilli(until).UTC(), time.UnixMilli(created).UTC()
	if ended != 0 {
		r.EndedAt = time.UnixMilli(ended).UTC()
	}
	if result != "" {
		r.Result = &Result{}
		err = json.Unmarshal([]byte(result), r.Result)
	}
	return err
}

func (s *Service) insert(ctx context.Context, r Replay) error {
	_, err := s.DB.Exec(ctx, insertReplay, r.ID, r.Playbook, r.Version, string(r.Definition), r.Days, int64(r.Sample*100+0.5),
		r.Until.UnixMilli(), string(r.State), r.CreatedAt.UnixMilli(), r.CreatedBy)
	return err
}

func (s *Service) update(ctx context.Context, r Replay) error {
	result, ended := "", int64(0)
	if r.Result != nil {
		raw, err := json.Marshal(r.Result)
		if err != nil {
			return err
		}
		result = string(raw)
	}
	if !r.EndedAt.IsZero() {
		ended = r.EndedAt.UnixMilli()
	}
	_, err := s.DB.Exec(ctx, updateReplay, string(r.State), r.Error, result, ended, r.ID)
	return err
}

func (s *Service) replay(ctx context.Context, key string) (r Replay, err error) {
	list, err := s.replays(ctx, replayFields+` WHERE id = $1`, key)
	if err == nil && len(list) == 0 {
		return r, fault.New(fault.NotFound, "replay_not_found", "there is no replay %q", key)
	}
	if err != nil {
		return r, err
	}
	return list[0], nil
}

func (s *Service) replays(ctx context.Context, query string, args ...any) (out []Replay, err error) {
	err = s.DB.Each(ctx, query, args, func(rows *sql.Rows) error {
		var r Replay
		err := r.scan(rows.Scan)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read replays: %w", err)
	}
	return out, nil
}

// Replays lists past replays without their results, newest first; of one playbook if it
// is named.
func (s *Service) Replays(ctx context.Context, playbook, cursor string, limit int) (out page.Page[Replay], err error) {
	before := ""
	if _, err := page.After(cursor, &before); err != nil {
		return out, err
	}
	limit = page.Limit(limit)
	where, args := []string{}, []any{limit + 1}
	for _, c := range []struct{ cond, value string }{{"id < $", before}, {"playbook = $", playbook}} {
		if c.value != "" {
			args = append(args, c.value)
			where = append(where, c.cond+strconv.Itoa(len(args)))
		}
	}
	query := replayOutline
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	query += " ORDER BY id DESC LIMIT $1"
	items, err := s.replays(ctx, query, args...)
	for i := range items {
		s.progress(&items[i])
	}
	return page.Cut(items, limit, func(r Replay) string { return r.ID }), err
}
