package tag

import (
	"context"
	"database/sql"
	"time"

	"yutang/internal/page"
)

// Push is one tag of one contact that the platform was, or is to be, told of.
type Push struct {
	Corp, User, External string
	Tag                  string
	Put                  bool
	State                string // pending, done, failed
	Reason               string
	WantedAt             time.Time
	DoneAt               time.Time
}

const (
	selectStatePushes = `SELECT corp, external, member, tag, put, at, state, done_at, reason FROM tag_push
		WHERE state = $1 AND (corp, external, member, tag) > ($2, $3, $4, $5) ORDER BY corp, external, member, tag LIMIT $6`
	selectFailedPushes = `SELECT corp, external, member, tag, put, at, state, done_at, reason FROM tag_push
		WHERE state = 'failed' AND corp = $1 AND (external = $2 OR $2 = '') ORDER BY external, member, tag`
	countPushes = `SELECT state, COUNT(*) FROM tag_push WHERE corp = $1 GROUP BY state`
)

func scanPush(rows *sql.Rows) (p push, err error) {
	err = rows.Scan(&p.Corp, &p.External, &p.Member, &p.Tag, &p.Put, &p.At, &p.State, &p.DoneAt, &p.Reason)
	return p, err
}

// Pushes lists pushes in a state: "pending", "failed", or "done" and not seen yet by a pull.
func (s *Service) Pushes(ctx context.Context, state, cursor string, limit int) (page.Page[Push], error) {
	limit = page.Limit(limit)
	var after [4]string
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Push]{}, err
	}
	var all []Push
	err := s.DB.Each(ctx, selectStatePushes, []any{state, after[0], after[1], after[2], after[3], limit + 1}, func(rows *sql.Rows) error {
		p, err := scanPush(rows)
		all = append(all, Push{p.Corp, p.Member, p.External, p.Tag, p.Put, p.State, p.Reason, at(p.At), at(p.DoneAt)})
		return err
	})
	return page.Cut(all, limit, func(p Push) [4]string { return [4]string{p.Corp, p.External, p.User, p.Tag} }), err
}

func (s *Service) failedPushes(ctx context.Context, corp, external string) (out []push, err error) {
	err = s.DB.Each(ctx, selectFailedPushes, []any{corp, external}, func(rows *sql.Rows) error {
		p, err := scanPush(rows)
		out = append(out, p)
		return err
	})
	return out, err
}

// PushCounts is how many pushes of a corp are in each state.
func (s *Service) PushCounts(ctx context.Context, corp string) (map[string]int, error) {
	counts := map[string]int{pending: 0, done: 0, failed: 0}
	err := s.DB.Each(ctx, countPushes, []any{corp}, func(rows *sql.Rows) error {
		var state string
		var n int
		err := rows.Scan(&state, &n)
		counts[state] = n
		return err
	})
	return counts, err
}
