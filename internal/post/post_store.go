package post

import (
	"context"
	"database/sql"
	"math"
	"time"

	"yutang/internal/page"
)

const (
	countPost  = `SELECT COUNT(*) FROM playbook_post WHERE id = $1 AND corp = $2`
	insertPost = `INSERT INTO playbook_post (id, corp, playbook, step, run, kind, target, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	selectPost = `SELECT id, corp, playbook, step, run, kind, target, reason, at FROM playbook_post
		WHERE playbook = $1 AND (at < $2 OR at = $2 AND (id > $3 OR id = $3 AND corp > $4)) ORDER BY at DESC, id, corp LIMIT $5`
)

func (s *Service) exists(ctx context.Context, order, corp string) (bool, error) {
	var n int
	err := s.DB.Get(ctx, countPost, []any{order, corp}, &n)
	return n > 0, err
}

func (s *Service) insert(ctx context.Context, p Post) error {
	_, err := s.DB.Exec(ctx, insertPost, p.Order, p.Corp, p.Playbook, p.Step, p.Run, p.Kind, p.Target, p.Reason, p.At.UnixMilli())
	return err
}

// place is where a page of posts stopped.
type place struct {
	At   int64
	ID   string
	Corp string
}

// List is the posts of a playbook, the newest first.
func (s *Service) List(ctx context.Context, playbook, cursor string, limit int) (out page.Page[Post], err error) {
	from := place{At: math.MaxInt64}
	if _, err := page.After(cursor, &from); err != nil {
		return out, err
	}
	limit = page.Limit(limit)
	items := []Post{}
	err = s.DB.Each(ctx, selectPost, []any{playbook, from.At, from.ID, from.Corp, limit + 1}, func(rows *sql.Rows) error {
		var p Post
		var ms int64
		err := rows.Scan(&p.Order, &p.Corp, &p.Playbook, &p.Step, &p.Run, &p.Kind, &p.Target, &p.Reason, &ms)
		p.At = time.UnixMilli(ms).UTC()
		items = append(items, p)
		return err
	})
	return page.Cut(items, limit, func(p Post) place { return place{p.At.UnixMilli(), p.Order, p.Corp} }), err
}
