package welcome

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"yutang/internal/page"
)

var entryColumns = []string{
	"id", "corp", "userid", "external", "source", "origin", "code_hash", "outcome", "reason", "errcode", "fallback",
	"attachments", "attempts", "received_at", "latency_ms", "settled_at",
}

const (
	// A greeting that a stop cut off may be settled later.
	conflictEntry = `ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason, errcode = excluded.errcode,
		fallback = excluded.fallback, attachments = excluded.attachments, attempts = excluded.attempts,
		latency_ms = excluded.latency_ms, settled_at = excluded.settled_at
		WHERE welcome_sent.outcome = 'missed' AND welcome_sent.reason = 'stopped'`
	selectYoung = `SELECT id FROM welcome_sent WHERE corp = $1 AND received_at >= $2 AND NOT (outcome = 'missed' AND reason = 'stopped')`
	selectSome  = `SELECT id, corp, userid, external, source, origin, code_hash, outcome, reason, errcode, fallback,
			attachments, attempts, received_at, latency_ms, settled_at
		FROM welcome_sent
		WHERE corp = $1 AND (received_at < $2 OR (received_at = $2 AND id < $3))
			AND (userid = $4 OR $4 = '') AND (outcome = $5 OR $5 = '') AND (origin = $6 OR $6 = '')
		ORDER BY received_at DESC, id DESC LIMIT $7`
	countSome = `SELECT outcome, reason, fallback, latency_ms, COUNT(*) FROM welcome_sent
		WHERE corp = $1 AND received_at >= $2 AND received_at < $3 AND (userid = $4 OR $4 = '') AND (origin = $5 OR $5 = '')
		GROUP BY outcome, reason, fallback, latency_ms`
)

func (s *Service) insertEntries(ctx context.Context, some []*Entry) error {
	args := make([]any, 0, len(some)*len(entryColumns))
	for _, e := range some {
		latency := int64(-1)
		if e.Latency >= 0 {
			latency = e.Latency.Milliseconds()
		}
		args = append(args, e.ID, e.Corp, e.UserID, e.External, e.Source, e.Origin, e.CodeHash, string(e.Outcome), e.Reason, e.Code,
			e.Fallback, e.Attachments, e.Attempts, e.Received.UnixMilli(), latency, e.Settled.UnixMilli())
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		return s.DB.InsertMany(ctx, "welcome_sent", entryColumns, args, conflictEntry)
	})
}

func (s *Service) selectYoung(ctx context.Context, since time.Time) (ids []string, err error) {
	corps, err := s.Corps(ctx)
	if err != nil {
		return nil, fmt.Errorf("list corps: %w", err)
	}
	for _, corp := range corps {
		err := s.DB.Each(ctx, selectYoung, []any{corp, since.UnixMilli()}, func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// Filter narrows the ledger of a corp. Zero fields do not.
type Filter struct {
	Corp    string // required
	User    string
	Outcome Outcome
	Origin  string // id of a live code or rule
	Cursor  string
	Limit   int
}

type entryKey struct {
	At int64
	ID string
}

// Entries lists the ledger, newest first.
func (s *Service) Entries(ctx context.Context, f Filter) (page.Page[Entry], error) {
	limit := page.Limit(f.Limit)
	before := entryKey{At: 1 << 62}
	if _, err := page.After(f.Cursor, &before); err != nil {
		return page.Page[Entry]{}, err
	}
	var out []Entry
	args := []any{f.Corp, before.At, before.ID, f.User, string(f.Outcome), f.Origin, limit + 1}
	err := s.DB.Each(ctx, selectSome, args, func(rows *sql.Rows) error {
		var e Entry
		var received, latency, settled int64
		err := rows.Scan(&e.ID, &e.Corp, &e.UserID, &e.External, &e.Source, &e.Origin, &e.CodeHash, &e.Outcome, &e.Reason, &e.Code,
			&e.Fallback, &e.Attachments, &e.Attempts, &received, &latency, &settled)
		e.Received, e.Settled = time.UnixMilli(received).UTC(), time.UnixMilli(settled).UTC()
		e.Latency = time.Duration(latency) * time.Millisecond
		out = append(out, e)
		return err
	})
	if err != nil {
		return page.Page[Entry]{}, err
	}
	return page.Cut(out, limit, func(e Entry) entryKey { return entryKey{e.Received.UnixMilli(), e.ID} }), nil
}
