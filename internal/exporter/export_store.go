package exporter

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/db"
)

const (
	exportColumns = `id, kind, name, subject, columns, people, unmasked, state, problem, total, done, next_ord, file_bytes, bytes,
	asked_by, created_at, started_at, finished_at, expires_at`
	insertExport = `INSERT INTO export_job (` + exportColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`
	selectExport = `SELECT ` + exportColumns + ` FROM export_job WHERE id = $1`
	listExports  = `SELECT ` + exportColumns + ` FROM export_job WHERE id < $1 ORDER BY id DESC LIMIT $2`
	listOwn      = `SELECT ` + exportColumns + ` FROM export_job WHERE id < $1 AND asked_by = $3 ORDER BY id DESC LIMIT $2`
	selectPeople = `SELECT id, people FROM export_job WHERE state IN ('queued', 'running', 'done')`
	updateExport = `UPDATE export_job
		SET state = $2,
			done = $3,
			next_ord = $4,
			file_bytes = $5,
			bytes = $6,
			started_at = $7,
			finished_at = $8
		WHERE id = $1 AND state IN ('queued', 'running')`
	endExport = `UPDATE export_job
		SET state = $2,
			problem = $3,
			finished_at = CASE WHEN finished_at = 0 THEN $4 ELSE finished_at END,
			people = $5
		WHERE id = $1 AND state IN ('queued', 'running', 'done')`
	deleteExport = `DELETE FROM export_job WHERE id = $1`
)

func (s *Service) insert(ctx context.Context, x *Export) error {
	columns, err := json.Marshal(x.Columns)
	if err != nil {
		return fmt.Errorf("insert export: %w", err)
	}
	_, err = s.DB.Exec(ctx, insertExport, x.ID, string(x.Kind), x.Name, x.Subject, string(columns), x.people, x.Unmasked, string(x.State), "",
		x.Total, x.Done, int64(x.next), x.fileBytes, x.Bytes, x.By, db.Millis(x.CreatedAt), db.Millis(x.StartedAt), db.Millis(x.FinishedAt), db.Millis(x.ExpiresAt))
	if err != nil {
		return fmt.Errorf("insert export: %w", err)
	}
	return nil
}

// save writes how far an export is; errEnded if it is not under way any more.
func (s *Service) save(ctx context.Context, x *Export) error {
	n, err := s.DB.Exec(ctx, updateExport, x.ID, string(x.State), x.Done, int64(x.next), x.fileBytes, x.Bytes, db.Millis(x.StartedAt), db.Millis(x.FinishedAt))
	if err == nil && n == 0 {
		err = errEnded
	}
	if err != nil {
		return fmt.Errorf("save export %s: %w", x.ID, err)
	}
	return nil
}

// end takes an export that is under way or done to a state without a file.
func (s *Service) end(ctx context.Context, id string, state State, problem string) error {
	_, err := s.DB.Exec(ctx, endExport, id, string(state), problem, s.Clock.Now().UnixMilli(), []byte{})
	if err != nil {
		return fmt.Errorf("end export %s: %w", id, err)
	}
	return nil
}

func (s *Service) delete(ctx context.Context, id string) error {
	_, err := s.DB.Exec(ctx, deleteExport, id)
	return err
}

func (s *Service) read(ctx context.Context, id string) (Export, error) {
	found, err := s.query(ctx, selectExport, id)
	if err == nil && len(found) == 0 {
		err = notFound(id)
	}
	if err != nil {
		return Export{}, err
	}
	return found[0], nil
}

// list reads exports, the newest first; by is "" for those of everybody.
func (s *Service) list(ctx context.Context, before, by string, limit int) ([]Export, error) {
	if by == "" {
		return s.query(ctx, listExports, before, limit)
	}
	return s.query(ctx, listOwn, before, limit, by)
}

// holding lists the exports whose files hold one of the customers.
func (s *Service) holding(ctx context.Context, customers []uint32) (ids []string, err error) {
	erased := roaring.BitmapOf(customers...)
	err = s.DB.Each(ctx, selectPeople, nil, func(rows *sql.Rows) error {
		var id string
		var raw []byte
		if err := rows.Scan(&id, &raw); err != nil {
			return err
		}
		people := roaring.New()
		if err := people.UnmarshalBinary(raw); err != nil {
			return fmt.Errorf("read who is in export %s: %w", id, err)
		}
		if people.Intersects(erased) {
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

func (s *Service) query(ctx context.Context, text string, args ...any) (out []Export, err error) {
	err = s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		x, err := scan(rows)
		out = append(out, x)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read exports: %w", err)
	}
	return out, nil
}

func scan(rows *sql.Rows) (x Export, err error) {
	var columns string
	var created, started, finished, expires int64
	err = rows.Scan(&x.ID, &x.Kind, &x.Name, &x.Subject, &columns, &x.people, &x.Unmasked, &x.State, &x.Problem, &x.Total, &x.Done, &x.next,
		&x.fileBytes, &x.Bytes, &x.By, &created, &started, &finished, &expires)
	if err != nil {
		return x, err
	}
	x.CreatedAt, x.StartedAt, x.FinishedAt, x.ExpiresAt = db.Moment(created), db.Moment(started), db.Moment(finished), db.Moment(expires)
	return x, json.Unmarshal([]byte(columns), &x.Columns)
}
