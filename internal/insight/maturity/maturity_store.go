package maturity

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"yutang/internal/fault"
	"yutang/internal/page"
)

const (
	insertOne = `INSERT INTO maturity (id, result, created_at, created_by) VALUES ($1, $2, $3, $4)`
	selectOne = `SELECT result FROM maturity WHERE id = $1`
	selectAll = `SELECT result FROM maturity WHERE ($1 = '' OR id < $1) ORDER BY id DESC LIMIT $2`
)

func (s *Service) insert(ctx context.Context, a Assessment) error {
	raw, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("save assessment: %w", err)
	}
	if _, err := s.DB.Exec(ctx, insertOne, a.ID, string(raw), a.CreatedAt.UnixMilli(), a.CreatedBy); err != nil {
		return fmt.Errorf("save assessment: %w", err)
	}
	return nil
}

// Get is one assessment. Errors: not_found.
func (s *Service) Get(ctx context.Context, assessment string) (a Assessment, err error) {
	var raw string
	err = s.DB.Get(ctx, selectOne, []any{assessment}, &raw)
	if fault.Is(err, fault.NotFound) {
		return a, fault.New(fault.NotFound, "assessment_not_found", "there is no assessment %q", assessment)
	}
	if err != nil {
		return a, fmt.Errorf("read assessment: %w", err)
	}
	return a, json.Unmarshal([]byte(raw), &a)
}

// List is the assessments, newest first.
func (s *Service) List(ctx context.Context, cursor string, limit int) (page.Page[Assessment], error) {
	var before string
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Assessment]{}, err
	}
	limit = page.Limit(limit)
	var out []Assessment
	err := s.DB.Each(ctx, selectAll, []any{before, limit + 1}, func(rows *sql.Rows) error {
		var raw string
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		var a Assessment
		if err := json.Unmarshal([]byte(raw), &a); err != nil {
			return err
		}
		out = append(out, a)
		return nil
	})
	if err != nil {
		return page.Page[Assessment]{}, fmt.Errorf("list assessments: %w", err)
	}
	return page.Cut(out, limit, func(a Assessment) string { return a.ID }), nil
}
