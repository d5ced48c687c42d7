package groupchat

import (
	"context"
	"database/sql"
	"encoding/json"

	"yutang/internal/fault"
	"yutang/internal/page"
)

const welcomeFields = `id, corp, name, template, content, notify, created_at, updated_at`

const (
	selectWelcome  = `SELECT ` + welcomeFields + ` FROM group_welcome WHERE id = $1`
	selectWelcomes = `SELECT ` + welcomeFields + ` FROM group_welcome WHERE (corp = $1 OR $1 = '') AND id > $2 ORDER BY id LIMIT $3`
	countWelcomes  = `SELECT COUNT(*) FROM group_welcome WHERE corp = $1`
	deleteWelcome  = `DELETE FROM group_welcome WHERE id = $1`
	upsertWelcome  = `INSERT INTO group_welcome (` + welcomeFields + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, content = excluded.content, notify = excluded.notify, updated_at = excluded.updated_at`
)

func scanWelcome(rows *sql.Rows) (w Welcome, err error) {
	var body string
	var created, updated int64
	if err = rows.Scan(&w.ID, &w.Corp, &w.Name, &w.Template, &body, &w.Notify, &created, &updated); err != nil {
		return w, err
	}
	w.CreatedAt, w.UpdatedAt = at(created), at(updated)
	return w, json.Unmarshal([]byte(body), &w.Content)
}

// Welcome is one template.
func (s *Service) Welcome(ctx context.Context, key string) (w Welcome, err error) {
	err = s.DB.Each(ctx, selectWelcome, []any{key}, func(rows *sql.Rows) error {
		w, err = scanWelcome(rows)
		return err
	})
	if err == nil && w.ID == "" {
		err = fault.New(fault.NotFound, "group_welcome_not_found", "there is no group welcome %q", key)
	}
	return w, err
}

// Welcomes lists the templates of a corp, "" all, in order of making.
func (s *Service) Welcomes(ctx context.Context, corp, cursor string, limit int) (page.Page[Welcome], error) {
	limit = page.Limit(limit)
	var after string
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Welcome]{}, err
	}
	var all []Welcome
	err := s.DB.Each(ctx, selectWelcomes, []any{corp, after, limit + 1}, func(rows *sql.Rows) error {
		w, err := scanWelcome(rows)
		all = append(all, w)
		return err
	})
	return page.Cut(all, limit, func(w Welcome) string { return w.ID }), err
}

func (s *Service) countWelcomes(ctx context.Context, corp string) (n int, err error) {
	err = s.DB.Get(ctx, countWelcomes, []any{corp}, &n)
	return n, err
}

func (s *Service) saveWelcome(ctx context.Context, w *Welcome) error {
	w.UpdatedAt = s.Clock.Now()
	body, err := json.Marshal(w.Content)
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, upsertWelcome, w.ID, w.Corp, w.Name, w.Template, string(body), w.Notify, ms(w.CreatedAt), ms(w.UpdatedAt))
	return err
}

func (s *Service) dropWelcome(ctx context.Context, key string) error {
	_, err := s.DB.Exec(ctx, deleteWelcome, key)
	return err
}
