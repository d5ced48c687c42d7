package playbook

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"yutang/internal/fault"
	"yutang/internal/page"
)

const (
	playbookFields = `SELECT id, num, state, version, draft, review, submitted_by, reviewed_by, review_note, fired, created_at, updated_at FROM playbook`
	insertPlaybook = `INSERT INTO playbook (id, num, state, version, draft, created_at, updated_at)
		SELECT $1, COALESCE(MAX(num), 0) + 1, $2, $3, $4, $5, $6 FROM playbook`
	updatePlaybook = `UPDATE playbook SET state = $1, version = $2, draft = $3, review = $4, submitted_by = $5, reviewed_by = $6, review_note = $7,
		fired = $8, updated_at = $9 WHERE id = $10`
	deletePlaybook = `DELETE FROM playbook WHERE id = $1 AND version = 0`
	insertVersion  = `INSERT INTO playbook_version (playbook, version, definition, audiences, published_at, published_by)
		VALUES ($1, $2, $3, $4, $5, $6)`
	versionFields = `SELECT version, definition, audiences, published_at, published_by FROM playbook_version`
	selectSetting = `SELECT value FROM playbook_setting WHERE name = $1`
	upsertSetting = `INSERT INTO playbook_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`
)

func (s *Service) insertPlaybook(ctx context.Context, b Playbook) error {
	_, err := s.DB.Exec(ctx, insertPlaybook, b.ID, string(b.State), b.Version, string(b.Draft), b.CreatedAt.UnixMilli(), b.UpdatedAt.UnixMilli())
	return err
}

func (s *Service) updatePlaybook(ctx context.Context, b Playbook) error {
	state := b.State
	if state == InReview || state == Approved {
		state = Draft
	}
	_, err := s.DB.Exec(ctx, updatePlaybook, string(state), b.Version, string(b.Draft), string(b.Review), b.SubmittedBy, b.ReviewedBy,
		b.ReviewNote, b.fired, b.UpdatedAt.UnixMilli(), b.ID)
	return err
}

func (s *Service) deletePlaybook(ctx context.Context, b Playbook) error {
	_, err := s.DB.Exec(ctx, deletePlaybook, b.ID)
	return err
}

func (s *Service) insertVersion(ctx context.Context, v Version) error {
	audiences, err := json.Marshal(v.Audiences)
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, insertVersion, v.Playbook, v.Version, string(v.Definition), string(audiences), v.PublishedAt.UnixMilli(), v.PublishedBy)
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
	return s.query(ctx, playbookFields+` ORDER BY num`)
}

func (s *Service) notDrafts(ctx context.Context) ([]Playbook, error) {
	return s.query(ctx, playbookFields+` WHERE state <> 'draft' ORDER BY num`)
}

func (s *Service) query(ctx context.Context, text string, args ...any) ([]Playbook, error) {
	out := []Playbook{}
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var b Playbook
		var draft string
		var created, updated int64
		err := rows.Scan(&b.ID, &b.num, &b.State, &b.Version, &draft, &b.Review, &b.SubmittedBy, &b.ReviewedBy, &b.ReviewNote, &b.fired, &created, &updated)
		b.Draft, b.CreatedAt, b.UpdatedAt = json.RawMessage(draft), moment(created), moment(updated)
		b.show()
		out = append(out, b)
		return err
	})
	return out, err
}

// show names the state of a draft that was never published after its review.
func (b *Playbook) show() {
	switch {
	case b.State == Draft && b.Review == ReviewAsked:
		b.State = InReview
	case b.State == Draft && b.Review == ReviewApproved:
		b.State = Approved
	}
}

func scanVersion(playbook string, rows *sql.Rows) (Version, error) {
	v := Version{Playbook: playbook}
	var text, audiences string
	var published int64
	if err := rows.Scan(&v.Version, &text, &audiences, &published, &v.PublishedBy); err != nil {
		return v, err
	}
	v.Definition, v.PublishedAt = json.RawMessage(text), moment(published)
	return v, json.Unmarshal([]byte(audiences), &v.Audiences)
}

func (s *Service) version(ctx context.Context, playbook string, version int) (v Version, err error) {
	err = s.DB.Each(ctx, versionFields+` WHERE playbook = $1 AND version = $2`, []any{playbook, version}, func(rows *sql.Rows) (err error) {
		v, err = scanVersion(playbook, rows)
		return err
	})
	if err == nil && v.Version == 0 {
		err = fault.New(fault.NotFound, "version_not_found", "playbook %s has no version %d", playbook, version)
	}
	return v, err
}

// Versions are the published versions of a playbook, the newest first.
func (s *Service) Versions(ctx context.Context, key string) ([]Version, error) {
	out := []Version{}
	err := s.DB.Each(ctx, versionFields+` WHERE playbook = $1 ORDER BY version DESC`, []any{key}, func(rows *sql.Rows) error {
		v, err := scanVersion(key, rows)
		out = append(out, v)
		return err
	})
	return out, err
}

// Settings are what the brand decides about playbooks.
type Settings struct {
	ApprovalRequired bool `json:"approval_required"` // a draft is approved by somebody else before it is published
}

// Settings reads them; approval is not required unless somebody has said so.
func (s *Service) Settings(ctx context.Context) (out Settings, err error) {
	var text string
	err = s.DB.Get(ctx, selectSetting, []any{"settings"}, &text)
	if fault.Is(err, fault.NotFound) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("read settings of playbooks: %w", err)
	}
	return out, json.Unmarshal([]byte(text), &out)
}

// SetSettings replaces them.
func (s *Service) SetSettings(ctx context.Context, set Settings) error {
	raw, err := json.Marshal(set)
	if err == nil {
		_, err = s.DB.Exec(ctx, upsertSetting, "settings", string(raw))
	}
	return err
}
