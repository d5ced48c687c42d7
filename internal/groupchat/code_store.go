package groupchat

import (
	"context"
	"database/sql"
	"encoding/json"

	"yutang/internal/fault"
	"yutang/internal/page"
)

const codeFields = `id, corp, name, config, qr, state, groups, active, full_at, auto_make, base_name, base_next, problem, created_at, updated_at`

func scanCode(rows *sql.Rows) (c Code, err error) {
	var groups, active string
	var created, updated int64
	err = rows.Scan(&c.ID, &c.Corp, &c.Name, &c.Config, &c.QR, &c.State, &groups, &active, &c.FullAt, &c.AutoMake, &c.BaseName, &c.BaseNext,
		&c.Problem, &created, &updated)
	if err != nil {
		return c, err
	}
	c.CreatedAt, c.UpdatedAt = at(created), at(updated)
	if err = json.Unmarshal([]byte(groups), &c.Groups); err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(active), &c.Active)
}

const (
	selectCode    = `SELECT ` + codeFields + ` FROM group_code WHERE id = $1`
	selectCorp    = `SELECT ` + codeFields + ` FROM group_code WHERE corp = $1 ORDER BY id`
	selectCodes   = `SELECT ` + codeFields + ` FROM group_code WHERE (corp = $1 OR $1 = '') AND id > $2 ORDER BY id LIMIT $3`
	deleteOneCode = `DELETE FROM group_code WHERE id = $1`
	upsertCode    = `INSERT INTO group_code (` + codeFields + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, qr = excluded.qr, groups = excluded.groups, active = excluded.active,
			full_at = excluded.full_at, auto_make = excluded.auto_make, base_name = excluded.base_name, base_next = excluded.base_next,
			problem = excluded.problem, updated_at = excluded.updated_at`
)

// Code is one join code.
func (s *Service) Code(ctx context.Context, key string) (c Code, err error) {
	err = s.DB.Each(ctx, selectCode, []any{key}, func(rows *sql.Rows) error {
		c, err = scanCode(rows)
		return err
	})
	if err == nil && c.ID == "" {
		err = fault.New(fault.NotFound, "group_code_not_found", "there is no join code %q", key)
	}
	return c, err
}

func (s *Service) listCodes(ctx context.Context, text string, args ...any) (out []Code, err error) {
	err = s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		c, err := scanCode(rows)
		out = append(out, c)
		return err
	})
	return out, err
}

func (s *Service) codesOf(ctx context.Context, corp string) ([]Code, error) {
	return s.listCodes(ctx, selectCorp, corp)
}

// Codes lists the join codes of a corp, "" all, in order of making.
func (s *Service) Codes(ctx context.Context, corp, cursor string, limit int) (page.Page[Code], error) {
	limit = page.Limit(limit)
	var after string
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Code]{}, err
	}
	all, err := s.listCodes(ctx, selectCodes, corp, after, limit+1)
	return page.Cut(all, limit, func(c Code) string { return c.ID }), err
}

func (s *Service) saveCode(ctx context.Context, c *Code) error {
	c.UpdatedAt = s.Clock.Now()
	groups, err := json.Marshal(c.Groups)
	if err != nil {
		return err
	}
	active, err := json.Marshal(c.Active)
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, upsertCode, c.ID, c.Corp, c.Name, c.Config, c.QR, c.State, string(groups), string(active), c.FullAt, c.AutoMake,
		c.BaseName, c.BaseNext, c.Problem, ms(c.CreatedAt), ms(c.UpdatedAt))
	return err
}

func (s *Service) dropCode(ctx context.Context, key string) error {
	_, err := s.DB.Exec(ctx, deleteOneCode, key)
	return err
}
