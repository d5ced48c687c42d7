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

const checklistFields = `id, name, about, items, repeat_days, created_at, updated_at, made_by`

func (s *Service) insertChecklist(ctx context.Context, c Checklist) error {
	const query = `INSERT INTO checklist (` + checklistFields + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	_, err := s.DB.Exec(ctx, query, c.ID, c.Name, c.About, asJSON(c.Items), c.RepeatDays, c.CreatedAt.UnixMilli(), c.UpdatedAt.UnixMilli(), c.By)
	return err
}

func (s *Service) updateChecklist(ctx context.Context, key string, l List, now time.Time) error {
	const query = `UPDATE checklist SET name = $1, about = $2, items = $3, repeat_days = $4, updated_at = $5 WHERE id = $6`
	n, err := s.DB.Exec(ctx, query, l.Name, l.About, asJSON(l.Items), l.RepeatDays, now.UnixMilli(), key)
	if err == nil && n == 0 {
		err = noSuch("checklist", key)
	}
	return err
}

func scanChecklist(rows *sql.Rows) (c Checklist, err error) {
	var items string
	var created, updated int64
	if err = rows.Scan(&c.ID, &c.Name, &c.About, &items, &c.RepeatDays, &created, &updated, &c.By); err != nil {
		return c, err
	}
	c.CreatedAt, c.UpdatedAt = db.Moment(created), db.Moment(updated)
	if err = json.Unmarshal([]byte(items), &c.Items); err != nil {
		err = fmt.Errorf("read checklist %s: %w", c.ID, err)
	}
	return c, err
}

// Checklist is one checklist.
func (s *Service) Checklist(ctx context.Context, key string) (c Checklist, err error) {
	const query = `SELECT ` + checklistFields + ` FROM checklist WHERE id = $1`
	err = s.DB.Each(ctx, query, []any{key}, func(rows *sql.Rows) (err error) {
		c, err = scanChecklist(rows)
		return err
	})
	if err == nil && c.ID == "" {
		err = noSuch("checklist", key)
	}
	return c, err
}

// Checklists lists checklists, the newest first.
func (s *Service) Checklists(ctx context.Context, cursor string, limit int) (page.Page[Checklist], error) {
	before := ""
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Checklist]{}, err
	}
	const query = `SELECT ` + checklistFields + ` FROM checklist WHERE ($1 = '' OR id < $1) ORDER BY id DESC LIMIT $2`
	limit = page.Limit(limit)
	items := []Checklist{}
	err := s.DB.Each(ctx, query, []any{before, limit + 1}, func(rows *sql.Rows) error {
		c, err := scanChecklist(rows)
		items = append(items, c)
		return err
	})
	if err != nil {
		return page.Page[Checklist]{}, fmt.Errorf("list checklists: %w", err)
	}
	return page.Cut(items, limit, func(c Checklist) string { return c.ID }), nil
}

// DeleteChecklist removes a checklist. Audits that were made of it stay, and repeat no more.
func (s *Service) DeleteChecklist(ctx context.Context, key string) error {
	const query = `DELETE FROM checklist WHERE id = $1`
	n, err := s.DB.Exec(ctx, query, key)
	if err == nil && n == 0 {
		err = noSuch("checklist", key)
	}
	return err
}
