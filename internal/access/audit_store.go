package access

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"yutang/internal/db"
	"yutang/internal/page"
)

const insertAudit = `
INSERT INTO audit (id, at, actor, action, object, detail)
VALUES ($1, $2, $3, $4, $5, $6)`

func (s *Service) insertAudit(ctx context.Context, e Entry) error {
	_, err := s.db.Exec(ctx, insertAudit, e.ID, db.Millis(e.At), e.Actor, e.Action, e.Object, string(e.Detail))
	if err != nil {
		return fmt.Errorf("write audit row: %w", err)
	}
	return nil
}

// auditKey is where a page of the trail stops.
type auditKey struct {
	At int64  `json:"a"`
	ID string `json:"i"`
}

// sql is the query for one more than limit rows. Only what is asked for stands in it, so that
// the index of that is used.
func (q *AuditQuery) sql(after *auditKey, limit int) (string, []any) {
	var where []string
	var args []any
	add := func(cond string, values ...any) {
		at := make([]any, len(values))
		for i := range values {
			at[i] = len(args) + i + 1
		}
		args = append(args, values...)
		where = append(where, fmt.Sprintf(cond, at...))
	}
	if q.Actor != "" {
		add("actor = $%d", q.Actor)
	}
	if q.Object != "" {
		add("object = $%d", q.Object)
	}
	if len(q.Actions) > 0 {
		values := make([]any, len(q.Actions))
		for i, action := range q.Actions {
			values[i] = action
		}
		add("action IN ("+strings.TrimSuffix(strings.Repeat("$%d, ", len(values)), ", ")+")", values...)
	}
	if !q.From.IsZero() {
		add("at >= $%d", db.Millis(q.From))
	}
	if !q.To.IsZero() {
		add("at < $%d", db.Millis(q.To))
	}
	if after != nil {
		add("(at < $%[1]d OR at = $%[1]d AND id < $%[2]d)", after.At, after.ID)
	}
	text := "SELECT id, at, actor, action, object, detail FROM audit"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	args = append(args, limit+1)
	return text + fmt.Sprintf(" ORDER BY at DESC, id DESC LIMIT $%d", len(args)), args
}

// AuditTrail lists what was done, newest first.
func (s *Service) AuditTrail(ctx context.Context, q AuditQuery) (page.Page[Entry], error) {
	var after *auditKey
	var key auditKey
	switch more, err := page.After(q.Cursor, &key); {
	case err != nil:
		return page.Page[Entry]{}, err
	case more:
		after = &key
	}
	limit := page.Limit(q.Limit)
	items := []Entry{}
	text, args := q.sql(after, limit)
	err := s.db.Each(ctx, text, args, func(rows *sql.Rows) error {
		var e Entry
		var at int64
		var detail string
		if err := rows.Scan(&e.ID, &at, &e.Actor, &e.Action, &e.Object, &detail); err != nil {
			return err
		}
		e.At, e.Detail = db.Moment(at), json.RawMessage(detail)
		items = append(items, e)
		return nil
	})
	if err != nil {
		return page.Page[Entry]{}, fmt.Errorf("list audit: %w", err)
	}
	return page.Cut(items, limit, func(e Entry) auditKey { return auditKey{db.Millis(e.At), e.ID} }), nil
}
