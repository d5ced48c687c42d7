package privacy

import (
	"context"
	"fmt"

	"yutang/internal/fault"
)

const (
	insertExport = `INSERT INTO privacy_export (id, ord, state, body, size, made_by, created_at, expires_at)
		VALUES ($1, $2, 'waiting', $3, 0, $4, $5, $6)`
	selectExport  = `SELECT ord, state, size, made_by, created_at, expires_at FROM privacy_export WHERE id = $1`
	selectBody    = `SELECT body FROM privacy_export WHERE id = $1`
	updateExport  = `UPDATE privacy_export SET state = 'done', body = $2, size = $3 WHERE id = $1`
	deleteExport  = `DELETE FROM privacy_export WHERE id = $1`
	selectErasing = `SELECT COUNT(*) FROM privacy_export x JOIN erasure e ON e.ord = x.ord WHERE x.id = $1 AND e.asked_at >= x.created_at`
)

func exportScope(key string) string { return "privacy_export/" + key }

func (s *Service) insertExport(ctx context.Context, x Export) error {
	_, err := s.DB.Exec(ctx, insertExport, x.ID, int64(x.Ord), []byte{}, x.MadeBy, ms(x.CreatedAt), ms(x.ExpiresAt))
	return err
}

func (s *Service) readExport(ctx context.Context, key string) (Export, error) {
	x := Export{ID: key}
	var state string
	var created, expires int64
	err := s.DB.Get(ctx, selectExport, []any{key}, &x.Ord, &state, &x.Size, &x.MadeBy, &created, &expires)
	if fault.Is(err, fault.NotFound) {
		return x, noExport(key)
	}
	if err != nil {
		return x, fmt.Errorf("read export: %w", err)
	}
	x.Ready, x.CreatedAt, x.ExpiresAt = state == "done", at(created), at(expires)
	return x, nil
}

func (s *Service) exportBody(ctx context.Context, key string) ([]byte, error) {
	var sealed []byte
	if err := s.DB.Get(ctx, selectBody, []any{key}, &sealed); err != nil {
		return nil, err
	}
	return s.Box.Open(nil, sealed, exportScope(key))
}

// finishExport keeps a file, unless its person was erased while it was made.
func (s *Service) finishExport(ctx context.Context, key string, file []byte) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		var n int
		if err := s.DB.Get(ctx, selectErasing, []any{key}, &n); err != nil || n > 0 {
			return err
		}
		_, err := s.DB.Exec(ctx, updateExport, key, s.Box.Seal(nil, file, exportScope(key)), int64(len(file)))
		return err
	})
}

func (s *Service) deleteExport(ctx context.Context, key string) error {
	_, err := s.DB.Exec(ctx, deleteExport, key)
	return err
}
