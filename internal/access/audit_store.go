package access

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"yutang/internal/page"
)

const insertAudit = `
INSERT INTO audit (id, at, actor, action, object, detail)
VALUES ($1, $2, $3, $4, $5, $6)`

func (s *Service) insertAudit(ctx context.Context, e Entry) error {
	_, err := s.db.Exec(ctx, insertAudit, e.ID, millis(e.At), e.Actor, e.Action, e.Object, string(e.Detail))
	if err != nil {
		return fmt.Errorf("write audit row: %w", err)
	}
	return nil
}

const listAudit = `
SELECT id, at, actor, action, object, detail
FROM audit
WHERE ($1 = '' OR id < $1)
  AND ($2 = '' OR actor = $2)
  AND ($3 = '' OR action = $3)
  AND ($4 = '' OR object = $4)
ORDER BY id DESC
LIMIT $5`

// AuditTrail lists what was done, newest first.
func (s *Service) AuditTrail(ctx context.Context, q AuditQuery) (page.Page[Entry], error) {
	var after string
	if _, err := page.After(q.Cursor, &after); err != nil {
		return page.Page[Entry]{}, err
	}
	limit := page.Limit(q.Limit)
	items := []Entry{}
	args := []any{after, q.Actor, q.Action, q.Object, limit + 1}
	err := s.db.Each(ctx, listAudit, args, func(rows *sql.Rows) error {
		var e Entry
		var at int64
		var detail string
		if err := rows.Scan(&e.ID, &at, &e.Actor, &e.Action, &e.Object, &detail); err != nil {
			return err
		}
		e.At, e.Detail = moment(at), json.RawMessage(detail)
		items = append(items, e)
		return nil
	})
	if err != nil {
		return page.Page[Entry]{}, fmt.Errorf("list audit: %w", err)
	}
	return page.Cut(items, limit, func(e Entry) string { return e.ID }), nil
}
