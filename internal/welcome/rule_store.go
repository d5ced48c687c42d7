package welcome

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"yutang/internal/fault"
)

const (
	upsertRule = `INSERT INTO welcome_rule (id, corp, name, staff, departments, position, greeting, disabled, created_at, updated_at, updated_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, staff = excluded.staff, departments = excluded.departments,
			position = excluded.position, greeting = excluded.greeting, disabled = excluded.disabled,
			updated_at = excluded.updated_at, updated_by = excluded.updated_by`
	selectRule = `SELECT id, corp, name, staff, departments, position, greeting, disabled, created_at, updated_at, updated_by
		FROM welcome_rule WHERE id = $1`
	listRules = `SELECT id, corp, name, staff, departments, position, greeting, disabled, created_at, updated_at, updated_by
		FROM welcome_rule WHERE id > $1 AND (corp = $2 OR $2 = '') ORDER BY id LIMIT $3`
	deleteRule = `DELETE FROM welcome_rule WHERE id = $1`
)

func (s *Service) upsertRule(ctx context.Context, r Rule) error {
	people, err1 := json.Marshal(r.Staff)
	departments, err2 := json.Marshal(r.Departments)
	greeting, err3 := json.Marshal(r.Greeting)
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("encode welcome rule: %w", err)
	}
	_, err := s.DB.Exec(ctx, upsertRule, r.ID, r.Corp, r.Name, string(people), string(departments), r.Position, string(greeting),
		r.Disabled, r.CreatedAt.UnixMilli(), r.UpdatedAt.UnixMilli(), r.UpdatedBy)
	return err
}

func (s *Service) selectRule(ctx context.Context, ruleID string) (Rule, error) {
	all, err := s.readRules(ctx, selectRule, ruleID)
	if err == nil && len(all) == 0 {
		err = noRule(ruleID)
	}
	if err != nil {
		return Rule{}, err
	}
	return all[0], nil
}

func noRule(ruleID string) error {
	return fault.New(fault.NotFound, "welcome_rule_not_found", "there is no welcome rule %q", ruleID)
}

func (s *Service) listRules(ctx context.Context, corp, after string, limit int) ([]Rule, error) {
	return s.readRules(ctx, listRules, after, corp, limit)
}

func (s *Service) readRules(ctx context.Context, query string, args ...any) ([]Rule, error) {
	var out []Rule
	err := s.DB.Each(ctx, query, args, func(rows *sql.Rows) error {
		var r Rule
		var people, departments, greeting string
		var created, updated int64
		if err := rows.Scan(&r.ID, &r.Corp, &r.Name, &people, &departments, &r.Position, &greeting, &r.Disabled, &created, &updated, &r.UpdatedBy); err != nil {
			return err
		}
		r.CreatedAt, r.UpdatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
		err := errors.Join(json.Unmarshal([]byte(people), &r.Staff), json.Unmarshal([]byte(departments), &r.Departments),
			json.Unmarshal([]byte(greeting), &r.Greeting))
		if err != nil {
			return fmt.Errorf("read welcome rule %s: %w", r.ID, err)
		}
		out = append(out, r)
		return nil
	})
	return out, err
}

func (s *Service) deleteRule(ctx context.Context, ruleID string) error {
	n, err := s.DB.Exec(ctx, deleteRule, ruleID)
	if err == nil && n == 0 {
		err = noRule(ruleID)
	}
	return err
}
