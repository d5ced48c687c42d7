package poster

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"yutang/internal/fault"
)

const (
	insertBatch = `INSERT INTO poster_batch (id, material, name, template, format, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	selectBatch = `SELECT id, material, name, format, created_at, created_by FROM poster_batch WHERE id = $1`
	listBatches = `SELECT b.id, b.name, b.format, b.created_at, b.created_by, COUNT(*), SUM(CASE WHEN i.state = 'done' THEN 1 ELSE 0 END)
		FROM poster_batch b JOIN poster_image i ON i.batch = b.id WHERE b.material = $1 AND b.id < $2
		GROUP BY b.id, b.name, b.format, b.created_at, b.created_by ORDER BY b.id DESC LIMIT $3`
	listFailed = `SELECT i.batch, i.corp, i.userid, i.reason FROM poster_batch b JOIN poster_image i ON i.batch = b.id
		WHERE b.material = $1 AND b.id < $2 AND i.state = 'failed' ORDER BY i.batch, i.position`
	templateOf  = `SELECT template FROM poster_batch WHERE id = $1`
	nextWaiting = `SELECT position, corp, userid FROM poster_image WHERE batch = $1 AND state = 'waiting' ORDER BY position LIMIT 1`
	saveImage   = `UPDATE poster_image SET state = 'done', bytes = $1 WHERE batch = $2 AND position = $3`
	failImage   = `UPDATE poster_image SET state = 'failed', reason = $1 WHERE batch = $2 AND position = $3`
	selectImage = `SELECT bytes FROM poster_image WHERE batch = $1 AND position = $2 AND state = 'done'`
	states      = `SELECT state, corp, userid, reason FROM poster_image WHERE batch = $1 ORDER BY position`
	drawn       = `SELECT position, userid FROM poster_image WHERE batch = $1 AND state = 'done' ORDER BY position`
	dropImages  = `DELETE FROM poster_image WHERE batch = $1`
	dropBatch   = `DELETE FROM poster_batch WHERE id = $1`
)

func (s *Service) insertBatch(ctx context.Context, b Batch, n NewBatch) error {
	if _, err := s.DB.Exec(ctx, insertBatch, b.ID, b.Material, b.Name, string(n.Template), b.Format, b.CreatedAt.UnixMilli(), b.CreatedBy); err != nil {
		return err
	}
	var rows []any
	for i, user := range n.Staff {
		rows = append(rows, b.ID, i, n.Corp, user, "waiting", "", []byte{})
	}
	return s.DB.InsertMany(ctx, "poster_image", []string{"batch", "position", "corp", "userid", "state", "reason", "bytes"}, rows, "")
}

func (s *Service) selectBatch(ctx context.Context, batchID string) (b Batch, err error) {
	var created int64
	err = s.DB.Get(ctx, selectBatch, []any{batchID}, &b.ID, &b.Material, &b.Name, &b.Format, &created, &b.CreatedBy)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "poster_batch_not_found", "there is no batch %q; posters are kept for a day", batchID)
	}
	b.CreatedAt = time.UnixMilli(created).UTC()
	return b, err
}

func (s *Service) listBatches(ctx context.Context, material, before string, limit int) ([]Batch, error) {
	var out []Batch
	err := s.DB.Each(ctx, listBatches, []any{material, before, limit}, func(rows *sql.Rows) error {
		b, created := Batch{Material: material}, int64(0)
		err := rows.Scan(&b.ID, &b.Name, &b.Format, &created, &b.CreatedBy, &b.Total, &b.Done)
		b.CreatedAt = time.UnixMilli(created).UTC()
		out = append(out, b)
		return err
	})
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, b := range out {
		at[b.ID] = i
	}
	err = s.DB.Each(ctx, listFailed, []any{material, before}, func(rows *sql.Rows) error {
		var batch string
		var f Failure
		err := rows.Scan(&batch, &f.Corp, &f.Staff, &f.Reason)
		if i, listed := at[batch]; listed {
			out[i].Failed = append(out[i].Failed, f)
		}
		return err
	})
	return out, err
}

func (s *Service) templateOf(ctx context.Context, batchID string) (json.RawMessage, error) {
	var raw string
	err := s.DB.Get(ctx, templateOf, []any{batchID}, &raw)
	return json.RawMessage(raw), err
}

func (s *Service) nextWaiting(ctx context.Context, batchID string) (at int, p Person, found bool, err error) {
	err = s.DB.Get(ctx, nextWaiting, []any{batchID}, &at, &p.Corp, &p.Staff)
	if fault.Is(err, fault.NotFound) {
		return 0, p, false, nil
	}
	return at, p, err == nil, err
}

func (s *Service) saveImage(ctx context.Context, batchID string, position int, raw []byte) error {
	_, err := s.DB.Exec(ctx, saveImage, s.Box.Seal(nil, raw, imageScope(batchID, position)), batchID, position)
	return err
}

func (s *Service) failImage(ctx context.Context, batchID string, position int, reason string) error {
	_, err := s.DB.Exec(ctx, failImage, reason, batchID, position)
	return err
}

func (s *Service) selectImage(ctx context.Context, batchID string, position int) (sealed []byte, err error) {
	err = s.DB.Get(ctx, selectImage, []any{batchID, position}, &sealed)
	return sealed, err
}

func (s *Service) progress(ctx context.Context, batchID string) (done, total int, failed []Failure, err error) {
	err = s.DB.Each(ctx, states, []any{batchID}, func(rows *sql.Rows) error {
		var state string
		var f Failure
		err := rows.Scan(&state, &f.Corp, &f.Staff, &f.Reason)
		switch total++; state {
		case "done":
			done++
		case "failed":
			failed = append(failed, f)
		}
		return err
	})
	return done, total, failed, err
}

func (s *Service) drawn(ctx context.Context, batchID string) ([]Drawn, error) {
	var out []Drawn
	err := s.DB.Each(ctx, drawn, []any{batchID}, func(rows *sql.Rows) error {
		var d Drawn
		err := rows.Scan(&d.Position, &d.Staff)
		out = append(out, d)
		return err
	})
	return out, err
}

func (s *Service) deleteBatch(ctx context.Context, batchID string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.DB.Exec(ctx, dropImages, batchID); err != nil {
			return err
		}
		_, err := s.DB.Exec(ctx, dropBatch, batchID)
		return err
	})
}
