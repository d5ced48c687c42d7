package link

import (
	"context"
	"database/sql"
	"time"

	"yutang/internal/db"
)

const (
	lastClick   = `SELECT COALESCE(MAX(seq), 0) FROM link_click`
	insertClick = `INSERT INTO link_click (seq, code, at, device, reported) VALUES ($1, $2, $3, $4, FALSE) ON CONFLICT DO NOTHING`
	countClick  = `UPDATE link SET clicks = clicks + 1, last_at = $1, first_at = CASE WHEN first_at = 0 THEN $1 ELSE first_at END WHERE code = $2`
	eachClick   = `SELECT code, at, device FROM link_click WHERE at > $1 ORDER BY at`
	untold      = `SELECT ` + columns + `, c.seq, c.at, c.device FROM link_click c JOIN link l ON l.code = c.code
		JOIN link_target t ON t.hash = l.target WHERE NOT c.reported ORDER BY c.seq LIMIT $1`
	markTold = `UPDATE link_click SET reported = TRUE WHERE seq = $1`
)

func (s *Service) lastClick(ctx context.Context) (seq int64, err error) {
	err = s.DB.Get(ctx, lastClick, nil, &seq)
	return seq, err
}

func (s *Service) insertClick(ctx context.Context, seq int64, c Click) error {
	n, err := s.DB.Exec(ctx, insertClick, seq, c.Code, c.At.UnixMilli(), c.Device[:])
	if err != nil || n == 0 {
		return err
	}
	_, err = s.DB.Exec(ctx, countClick, c.At.UnixMilli(), c.Code)
	return err
}

func (s *Service) eachClick(ctx context.Context, after time.Time, visit func(Click)) error {
	return s.DB.Each(ctx, eachClick, []any{after.UnixMilli()}, func(rows *sql.Rows) error {
		var c Click
		var at int64
		var device []byte
		err := rows.Scan(&c.Code, &at, &device)
		copy(c.Device[:], device)
		c.At = db.Moment(at)
		visit(c)
		return err
	})
}

func (s *Service) untold(ctx context.Context, limit int) ([]told, error) {
	var out []told
	err := s.DB.Each(ctx, untold, []any{limit}, func(rows *sql.Rows) error {
		var c told
		var at int64
		var device []byte
		l, err := s.scanLink(rows, &c.seq, &at, &device)
		copy(c.Device[:], device)
		c.Link, c.Click.Code, c.Click.At = l, l.Code, db.Moment(at)
		out = append(out, c)
		return err
	})
	return out, err
}

func (s *Service) markTold(ctx context.Context, all []told) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, c := range all {
			if _, err := s.DB.Exec(ctx, markTold, c.seq); err != nil {
				return err
			}
		}
		return nil
	})
}
