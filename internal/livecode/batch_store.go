package livecode

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"yutang/internal/fault"
)

const (
	insertBatch = `INSERT INTO livecode_batch (id, corp, file, rows, accepted, rejected, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	selectBatch = `SELECT id, corp, file, rows, accepted, rejected, created_at FROM livecode_batch WHERE id = $1`
	listBatches = `SELECT id, corp, file, rows, accepted, rejected, created_at FROM livecode_batch
		WHERE id < $1 AND ($2 = '' OR corp = $3) ORDER BY id DESC LIMIT $4`
	selectProgress = `SELECT COUNT(*), COALESCE(SUM(CASE WHEN config_id <> '' THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN has_image THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN problem <> '' THEN 1 ELSE 0 END), 0)
		FROM livecode WHERE batch = $1 AND deleted_at = 0`
)

func (s *Service) insertBatch(ctx context.Context, b Batch) error {
	_, err := s.DB.Exec(ctx, insertBatch, b.ID, b.Corp, b.File, b.Rows, b.Accepted, toJSON(b.Rejected), ms(b.CreatedAt))
	return err
}

func (s *Service) batch(ctx context.Context, batchID string) (Batch, error) {
	all, err := s.batchesOf(ctx, selectBatch, batchID)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "batch_not_found", "no batch of live codes has the id %q", batchID)
	}
	if err != nil {
		return Batch{}, err
	}
	return all[0], nil
}

func (s *Service) listBatches(ctx context.Context, corpID, before string, limit int) ([]Batch, error) {
	return s.batchesOf(ctx, listBatches, before, corpID, corpID, limit)
}

func (s *Service) batchesOf(ctx context.Context, query string, args ...any) ([]Batch, error) {
	var out []Batch
	err := s.DB.Each(ctx, query, args, func(rows *sql.Rows) error {
		var b Batch
		var rejected string
		var created int64
		if err := rows.Scan(&b.ID, &b.Corp, &b.File, &b.Rows, &b.Accepted, &rejected, &created); err != nil {
			return err
		}
		b.CreatedAt = at(created)
		if err := json.Unmarshal([]byte(rejected), &b.Rejected); err != nil {
			return fmt.Errorf("read the rejected rows of batch %s: %w", b.ID, err)
		}
		out = append(out, b)
		return nil
	})
	return out, err
}

func (s *Service) progress(ctx context.Context, batchID string) (p Progress, err error) {
	err = s.DB.Get(ctx, selectProgress, []any{batchID}, &p.Codes, &p.Live, &p.Images, &p.Problems)
	return p, err
}

const selectBatchIDs = `SELECT id FROM livecode WHERE batch = $1 AND deleted_at = 0 ORDER BY number`

// batchIDs are the codes of a batch in use, in the order of its file.
func (s *Service) batchIDs(ctx context.Context, batchID string) ([]string, error) {
	var out []string
	err := s.DB.Each(ctx, selectBatchIDs, []any{batchID}, func(rows *sql.Rows) error {
		var codeID string
		err := rows.Scan(&codeID)
		out = append(out, codeID)
		return err
	})
	return out, err
}
