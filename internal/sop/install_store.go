package sop

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/page"
)

const installFields = `id, playbook, sop, version, industry, lang, params, document, at, made_by`

// Forget drops what is known of how a playbook was installed. In ctx's transaction.
func (s *Service) Forget(ctx context.Context, playbook string) error {
	_, err := s.DB.Exec(ctx, `DELETE FROM sop_install WHERE playbook = $1`, playbook)
	return err
}

func (s *Service) insertInstall(ctx context.Context, in Installed) error {
	const query = `INSERT INTO sop_install (` + installFields + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	_, err := s.DB.Exec(ctx, query, in.ID, in.Playbook, in.Key, in.Version, in.Industry, in.Lang, string(in.Params), string(in.Document),
		in.At.UnixMilli(), in.By)
	return err
}

func scanInstall(rows *sql.Rows) (in Installed, err error) {
	var params, document string
	var at int64
	err = rows.Scan(&in.ID, &in.Playbook, &in.Key, &in.Version, &in.Industry, &in.Lang, &params, &document, &at, &in.By)
	in.Params, in.Document, in.At = json.RawMessage(params), json.RawMessage(document), time.UnixMilli(at).UTC()
	return in, err
}

func (s *Service) install(ctx context.Context, id string) (in Installed, err error) {
	const query = `SELECT ` + installFields + ` FROM sop_install WHERE id = $1`
	err = s.DB.Each(ctx, query, []any{id}, func(rows *sql.Rows) (err error) {
		in, err = scanInstall(rows)
		return err
	})
	if err == nil && in.ID == "" {
		err = noSuch("installation", id)
	}
	return in, err
}

// Installations lists what was installed, the newest first.
func (s *Service) Installations(ctx context.Context, cursor string, limit int) (page.Page[Update], error) {
	before := ""
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Update]{}, err
	}
	const query = `SELECT ` + installFields + ` FROM sop_install WHERE ($1 = '' OR id < $1) ORDER BY id DESC LIMIT $2`
	limit = page.Limit(limit)
	items := []Update{}
	err := s.DB.Each(ctx, query, []any{before, limit + 1}, func(rows *sql.Rows) error {
		in, err := scanInstall(rows)
		if err != nil {
			return err
		}
		u, err := s.compare(in)
		items = append(items, u)
		return err
	})
	if err != nil {
		return page.Page[Update]{}, fmt.Errorf("list installations: %w", err)
	}
	return page.Cut(items, limit, func(u Update) string { return u.ID }), nil
}
