package sop

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"yutang/internal/db"
	"yutang/internal/page"
)

const (
	auditFields = `id, checklist, name, about, subject, corp, staff, items, answers, state, score, due_at, created_at, done_at, before_id`
	auditScope  = "audit_sheet"
)

func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func (s *Service) sealAnswers(a Audit) []byte {
	return s.Box.Seal(nil, []byte(asJSON(a.Answers)), auditScope)
}

func (s *Service) insertAudit(ctx context.Context, a Audit) error {
	const query = `INSERT INTO audit_sheet (` + auditFields + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	_, err := s.DB.Exec(ctx, query, a.ID, a.Checklist, a.Name, a.About, a.Subject, a.Corp, a.Staff, asJSON(a.Items), s.sealAnswers(a), a.State,
		a.Score, stamp(a.DueAt), stamp(a.CreatedAt), stamp(a.DoneAt), a.Before)
	return err
}

func (s *Service) updateAudit(ctx context.Context, a Audit) error {
	const query = `UPDATE audit_sheet SET answers = $1, state = $2, score = $3, done_at = $4 WHERE id = $5`
	_, err := s.DB.Exec(ctx, query, s.sealAnswers(a), a.State, a.Score, stamp(a.DoneAt), a.ID)
	return err
}

func (s *Service) scanAudit(rows *sql.Rows) (a Audit, err error) {
	var items string
	var answers []byte
	var due, created, done int64
	err = rows.Scan(&a.ID, &a.Checklist, &a.Name, &a.About, &a.Subject, &a.Corp, &a.Staff, &items, &answers, &a.State, &a.Score, &due, &created,
		&done, &a.Before)
	if err != nil {
		return a, err
	}
	a.DueAt, a.CreatedAt, a.DoneAt = db.Moment(due), db.Moment(created), db.Moment(done)
	plain, err := s.Box.Open(nil, answers, auditScope)
	if err == nil {
		err = json.Unmarshal(plain, &a.Answers)
	}
	if err == nil {
		err = json.Unmarshal([]byte(items), &a.Items)
	}
	if err != nil {
		return a, fmt.Errorf("read audit %s: %w", a.ID, err)
	}
	return a, nil
}

// Audit is one audit.
func (s *Service) Audit(ctx context.Context, key string) (a Audit, err error) {
	const query = `SELECT ` + auditFields + ` FROM audit_sheet WHERE id = $1`
	err = s.DB.Each(ctx, query, []any{key}, func(rows *sql.Rows) (err error) {
		a, err = s.scanAudit(rows)
		return err
	})
	if err == nil && a.ID == "" {
		err = noSuch("audit", key)
	}
	return a, err
}

// AuditFilter narrows a list of audits. Empty fields do not.
type AuditFilter struct {
	Checklist string
	Corp      string
	Staff     string
	Subject   string
	State     string
	Cursor    string
	Limit     int
}

// Audits lists audits, the newest first.
func (s *Service) Audits(ctx context.Context, f AuditFilter) (page.Page[Audit], error) {
	before := ""
	if _, err := page.After(f.Cursor, &before); err != nil {
		return page.Page[Audit]{}, err
	}
	var where []string
	var args []any
	for _, c := range []struct{ cond, value string }{
		{"checklist = $%d", f.Checklist},
		{"corp = $%d", f.Corp},
		{"staff = $%d", f.Staff},
		{"subject = $%d", f.Subject},
		{"state = $%d", f.State},
		{"id < $%d", before},
	} {
		if c.value != "" {
			args = append(args, c.value)
			where = append(where, fmt.Sprintf(c.cond, len(args)))
		}
	}
	query := `SELECT ` + auditFields + ` FROM audit_sheet`
	if len(where) > 0 {
		query += ` WHERE ` + strings.Join(where, " AND ")
	}
	limit := page.Limit(f.Limit)
	args = append(args, limit+1)
	items := []Audit{}
	err := s.DB.Each(ctx, query+fmt.Sprintf(` ORDER BY id DESC LIMIT $%d`, len(args)), args, func(rows *sql.Rows) error {
		a, err := s.scanAudit(rows)
		items = append(items, a)
		return err
	})
	if err != nil {
		return page.Page[Audit]{}, fmt.Errorf("list audits: %w", err)
	}
	return page.Cut(items, limit, func(a Audit) string { return a.ID }), nil
}
