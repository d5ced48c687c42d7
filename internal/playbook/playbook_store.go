package playbook

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
)

const (
	playbookFields = `SELECT id, state, version, draft, created_at, updated_at FROM playbook`
	insertPlaybook = `INSERT INTO playbook (id, state, version, draft, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)`
	updatePlaybook = `UPDATE playbook SET state = $1, version = $2, draft = $3, updated_at = $4 WHERE id = $5`
	insertVersion  = `INSERT INTO playbook_version (playbook, version, definition, published_at, published_by) VALUES ($1, $2, $3, $4, $5)`
	selectVersion  = `SELECT definition FROM playbook_version WHERE playbook = $1 AND version = $2`
	selectVersions = `SELECT version, definition, published_at, published_by FROM playbook_version WHERE playbook = $1 ORDER BY version DESC`
)

func (s *Service) insertPlaybook(ctx context.Context, b Playbook) error {
	_, err := s.DB.Exec(ctx, insertPlaybook, b.ID, string(b.State), b.Version, string(b.Draft), b.CreatedAt.UnixMilli(), b.UpdatedAt.UnixMilli())
	return err
}

func (s *Service) updatePlaybook(ctx context.Context, b Playbook) error {
	_, err := s.DB.Exec(ctx, updatePlaybook, string(b.State), b.Version, string(b.Draft), b.UpdatedAt.UnixMilli(), b.ID)
	return err
}

func (s *Service) insertVersion(ctx context.Context, v Version) error {
	_, err := s.DB.Exec(ctx, insertVersion, v.Playbook, v.Version, string(v.Definition), v.PublishedAt.UnixMilli(), v.PublishedBy)
	return err
}

// Get is one playbook.
func (s *Service) Get(ctx context.Context, key string) (Playbook, error) {
	list, err := s.query(ctx, playbookFields+` WHERE id = $1`, key)
	if err != nil {
		return Playbook{}, err
	}
	if len(list) == 0 {
		return Playbook{}, fault.New(fault.NotFound, "playbook_not_found", "there is no playbook %q", key)
	}
	return list[0], nil
}

// List is the playbooks in order of making.
func (s *Service) List(ctx context.Context, cursor string, limit int) (out page.Page[Playbook], err error) {
	after := ""
	if _, err := page.After(cursor, &after); err != nil {
		return out, err
	}
	limit = page.Limit(limit)
	items, err := s.query(ctx, playbookFields+` WHERE id > $1 ORDER BY id LIMIT $2`, after, limit+1)
	return page.Cut(items, limit, func(p Playbook) string { return p.ID }), err
}

func (s *Service) all(ctx context.Context) ([]Playbook, error) {
	return s.query(ctx, playbookFields+` ORDER BY id`)
}

func (s *Service) notDrafts(ctx context.Context) ([]Playbook, error) {
	return s.query(ctx, playbookFields+` WHERE state <> 'draft' ORDER BY id`)
}

func (s *Service) query(ctx context.Context, text string, args ...any) ([]Playbook, error) {
	out := []Playbook{}
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var b Playbook
		var draft string
		var created, updated int64
		err := rows.Scan(&b.ID, &b.State, &b.Version, &draft, &created, &updated)
		b.Draft, b.CreatedAt, b.UpdatedAt = json.RawMessage(draft), moment(created), moment(updated)
		out = append(out, b)
		return err
	})
	return out, err
}

func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func (s *Service) definition(ctx context.Context, playbook string, version int) ([]byte, error) {
	var text string
	err := s.DB.Get(ctx, selectVersion, []any{playbook, version}, &text)
	return []byte(text), err
}

// Versions are the published versions of a playbook, the newest first.
func (s *Service) Versions(ctx context.Context, key string) ([]Version, error) {
	out := []Version{}
	err := s.DB.Each(ctx, selectVersions, []any{key}, func(rows *sql.Rows) error {
		v := Version{Playbook: key}
		var text string
		var published int64
		err := rows.Scan(&v.Version, &text, &published, &v.PublishedBy)
		v.Definition, v.PublishedAt = json.RawMessage(text), moment(published)
		out = append(out, v)
		return err
	})
	return out, err
}
