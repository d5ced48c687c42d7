package tag

import (
	"context"
	"database/sql"
	"time"

	"yutang/internal/id"
)

// ms is t in ms since 1970, 0 for the zero time; at is the way back.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

const selectGroups = `SELECT id, corp, remote, name, position, created_at, updated_at FROM tag_group WHERE deleted_at = 0`

func (s *Service) selectGroups(ctx context.Context) (out []*Group, err error) {
	err = s.DB.Each(ctx, selectGroups, nil, func(rows *sql.Rows) error {
		g := &Group{}
		var created, updated int64
		err := rows.Scan(&g.ID, &g.Corp, &g.Remote, &g.Name, &g.Position, &created, &updated)
		g.CreatedAt, g.UpdatedAt = at(created), at(updated)
		out = append(out, g)
		return err
	})
	return out, err
}

const selectTags = `SELECT id, corp, grp, remote, name, label, position, held, audience, created_at, updated_at FROM tag WHERE deleted_at = 0`

func (s *Service) selectTags(ctx context.Context) (out []*Tag, err error) {
	err = s.DB.Each(ctx, selectTags, nil, func(rows *sql.Rows) error {
		t := &Tag{}
		var created, updated int64
		err := rows.Scan(&t.ID, &t.Corp, &t.Group, &t.Remote, &t.Name, &t.Label, &t.Position, &t.Held, &t.Audience, &created, &updated)
		t.CreatedAt, t.UpdatedAt = at(created), at(updated)
		out = append(out, t)
		return err
	})
	return out, err
}

const upsertGroup = `INSERT INTO tag_group (id, corp, remote, name, position, created_at, updated_at, deleted_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
	ON CONFLICT (id) DO UPDATE SET remote = excluded.remote, name = excluded.name, position = excluded.position, updated_at = excluded.updated_at`

// saveGroup writes a group, giving it an id if it has none.
func (s *Service) saveGroup(ctx context.Context, g *Group) error {
	now := s.Clock.Now()
	if g.ID == "" {
		g.ID, g.CreatedAt = id.New("tgrp"), now
	}
	g.UpdatedAt = now
	_, err := s.DB.Exec(ctx, upsertGroup, g.ID, g.Corp, g.Remote, g.Name, g.Position, ms(g.CreatedAt), ms(g.UpdatedAt))
	return err
}

const upsertTag = `INSERT INTO tag (id, corp, grp, remote, name, label, position, held, audience, created_at, updated_at, deleted_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)
	ON CONFLICT (id) DO UPDATE SET grp = excluded.grp, remote = excluded.remote, name = excluded.name, label = excluded.label,
		position = excluded.position, held = excluded.held, audience = excluded.audience, updated_at = excluded.updated_at`

// saveTag writes a tag, giving it an id if it has none.
func (s *Service) saveTag(ctx context.Context, t *Tag) error {
	now := s.Clock.Now()
	if t.ID == "" {
		t.ID, t.CreatedAt = id.New("tag"), now
	}
	t.UpdatedAt = now
	_, err := s.DB.Exec(ctx, upsertTag, t.ID, t.Corp, t.Group, t.Remote, t.Name, t.Label, t.Position, t.Held, t.Audience,
		ms(t.CreatedAt), ms(t.UpdatedAt))
	return err
}

const (
	deleteGroup = `UPDATE tag_group SET deleted_at = $1 WHERE id = $2`
	deleteTag   = `UPDATE tag SET deleted_at = $1 WHERE id = $2`
	deletePush  = `DELETE FROM tag_push WHERE tag = $1`
)

func (s *Service) dropGroup(ctx context.Context, key string) error {
	_, err := s.DB.Exec(ctx, deleteGroup, s.Clock.Now().UnixMilli(), key)
	return err
}

// dropTag ends a definition and forgets what the platform was to be told of it.
func (s *Service) dropTag(ctx context.Context, key string) error {
	if _, err := s.DB.Exec(ctx, deleteTag, s.Clock.Now().UnixMilli(), key); err != nil {
		return err
	}
	_, err := s.DB.Exec(ctx, deletePush, key)
	return err
}
