package sop

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/db"
	"yutang/internal/page"
)

const personaFields = `id, sheet, created_at, updated_at, made_by`

func asJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data
	}
	return string(raw)
}

func (s *Service) insertPersona(ctx context.Context, p Persona) error {
	const query = `INSERT INTO persona (id, name, sheet, created_at, updated_at, made_by) VALUES ($1, $2, $3, $4, $5, $6)`
	_, err := s.DB.Exec(ctx, query, p.ID, p.Sheet.Name, asJSON(p.Sheet), p.CreatedAt.UnixMilli(), p.UpdatedAt.UnixMilli(), p.By)
	return err
}

func (s *Service) updatePersona(ctx context.Context, key string, x Sheet, now time.Time) error {
	const query = `UPDATE persona SET name = $1, sheet = $2, updated_at = $3 WHERE id = $4`
	n, err := s.DB.Exec(ctx, query, x.Name, asJSON(x), now.UnixMilli(), key)
	if err == nil && n == 0 {
		err = noSuch("persona", key)
	}
	return err
}

func scanPersona(rows *sql.Rows) (p Persona, err error) {
	var sheet string
	var created, updated int64
	if err = rows.Scan(&p.ID, &sheet, &created, &updated, &p.By); err != nil {
		return p, err
	}
	p.CreatedAt, p.UpdatedAt, p.Members = db.Moment(created), db.Moment(updated), []Member{}
	if err = json.Unmarshal([]byte(sheet), &p.Sheet); err != nil {
		err = fmt.Errorf("read persona %s: %w", p.ID, err)
	}
	return p, err
}

func (s *Service) persona(ctx context.Context, key string) (p Persona, err error) {
	const query = `SELECT ` + personaFields + ` FROM persona WHERE id = $1`
	err = s.DB.Each(ctx, query, []any{key}, func(rows *sql.Rows) (err error) {
		p, err = scanPersona(rows)
		return err
	})
	if err == nil && p.ID == "" {
		err = noSuch("persona", key)
	}
	return p, err
}

// Personas lists personas, the newest first, without their members.
func (s *Service) Personas(ctx context.Context, cursor string, limit int) (page.Page[Persona], error) {
	before := ""
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Persona]{}, err
	}
	const query = `SELECT ` + personaFields + ` FROM persona WHERE ($1 = '' OR id < $1) ORDER BY id DESC LIMIT $2`
	limit = page.Limit(limit)
	items := []Persona{}
	err := s.DB.Each(ctx, query, []any{before, limit + 1}, func(rows *sql.Rows) error {
		p, err := scanPersona(rows)
		items = append(items, p)
		return err
	})
	if err != nil {
		return page.Page[Persona]{}, fmt.Errorf("list personas: %w", err)
	}
	return page.Cut(items, limit, func(p Persona) string { return p.ID }), nil
}

// DeletePersona removes a persona; its members follow none then.
func (s *Service) DeletePersona(ctx context.Context, key string) error {
	const members = `DELETE FROM persona_member WHERE persona = $1`
	const sheet = `DELETE FROM persona WHERE id = $1`
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.DB.Exec(ctx, members, key); err != nil {
			return err
		}
		n, err := s.DB.Exec(ctx, sheet, key)
		if err == nil && n == 0 {
			err = noSuch("persona", key)
		}
		return err
	})
}

func (s *Service) members(ctx context.Context, key string) ([]Member, error) {
	const query = `SELECT corp, staff FROM persona_member WHERE persona = $1 ORDER BY corp, staff`
	out := []Member{}
	err := s.DB.Each(ctx, query, []any{key}, func(rows *sql.Rows) error {
		var m Member
		err := rows.Scan(&m.Corp, &m.Staff)
		out = append(out, m)
		return err
	})
	return out, err
}

func (s *Service) replaceMembers(ctx context.Context, key string, members []Member, now time.Time) error {
	const clear = `DELETE FROM persona_member WHERE persona = $1`
	const put = `INSERT INTO persona_member (corp, staff, persona, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (corp, staff) DO UPDATE SET persona = excluded.persona, at = excluded.at`
	if _, err := s.DB.Exec(ctx, clear, key); err != nil {
		return err
	}
	for _, m := range members {
		if _, err := s.DB.Exec(ctx, put, m.Corp, m.Staff, key, now.UnixMilli()); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) personaOf(ctx context.Context, m Member) (key string, err error) {
	const query = `SELECT persona FROM persona_member WHERE corp = $1 AND staff = $2`
	err = s.DB.Each(ctx, query, []any{m.Corp, m.Staff}, func(rows *sql.Rows) error { return rows.Scan(&key) })
	if err == nil && key == "" {
		err = noSuch("persona of", m.Staff)
	}
	return key, err
}
