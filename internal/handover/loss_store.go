package handover

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"yutang/internal/contact"
	"yutang/internal/db"
	"yutang/internal/page"
)

const (
	lossFields   = `id, corp, user_id, external, nth, ord, kind, at, told_at, returned_at, untold`
	selectLosses = `SELECT ` + lossFields + ` FROM contact_loss
		WHERE id < $1 AND (corp = $2 OR $2 = '') AND (user_id = $3 OR $3 = '') AND (kind = $4 OR $4 = '') ORDER BY id DESC LIMIT $5`
	selectUntold = `SELECT ` + lossFields + ` FROM contact_loss WHERE corp = $1 AND user_id = $2 AND told_at = 0 ORDER BY id LIMIT 1000`
	markTold     = `UPDATE contact_loss SET told_at = $1, untold = $2 WHERE id = $3`
	countLost    = `SELECT COUNT(*) FROM contact_loss WHERE corp = $1 AND user_id = $2 AND external = $3 AND returned_at = 0`
	markReturned = `UPDATE contact_loss SET returned_at = $1 WHERE corp = $2 AND user_id = $3 AND external = $4 AND returned_at = 0 AND at <= $1`
	insertLoss   = `INSERT INTO contact_loss (id, corp, user_id, external, nth, ord, kind, at, told_at, returned_at)
		SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5, $6, $7, 0, 0 FROM contact_loss WHERE TRUE ON CONFLICT DO NOTHING`
)

func (s *Service) insertLoss(ctx context.Context, l Loss) error {
	_, err := s.DB.Exec(ctx, insertLoss, l.Corp, l.User, l.External, int64(l.Nth), int64(l.Leaf), string(l.Kind), l.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("note a loss: %w", err)
	}
	return nil
}

func (s *Service) returned(ctx context.Context, c contact.Contact, at time.Time) error {
	n := 0 // most who come were never lost: that is a look, not a transaction
	err := s.DB.Get(ctx, countLost, []any{c.Corp, c.User, c.External}, &n)
	if err == nil && n > 0 {
		_, err = s.DB.Exec(ctx, markReturned, at.UnixMilli(), c.Corp, c.User, c.External)
	}
	return err
}

func (s *Service) untold(ctx context.Context, corp, user string) ([]Loss, error) {
	return s.readLosses(ctx, selectUntold, corp, user)
}

// settle notes that losses are told, or why they are not.
func (s *Service) settle(ctx context.Context, losses []Loss, why string) error {
	at := s.Clock.Now().UnixMilli()
	if why != "" {
		at = 0
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, l := range losses {
			if _, err := s.DB.Exec(ctx, markTold, at, why, l.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// LossFilter narrows a list of losses. Zero fields do not.
type LossFilter struct {
	Corp, User string
	Kind       contact.State
	Cursor     string
	Limit      int
}

// Losses is relations that ended, the newest first.
func (s *Service) Losses(ctx context.Context, f LossFilter) (out page.Page[Loss], err error) {
	before := int64(1<<63 - 1)
	if _, err := page.After(f.Cursor, &before); err != nil {
		return out, err
	}
	limit := page.Limit(f.Limit)
	list, err := s.readLosses(ctx, selectLosses, before, f.Corp, f.User, string(f.Kind), limit+1)
	if err != nil {
		return out, err
	}
	return page.Cut(list, limit, func(l Loss) int64 { return l.ID }), nil
}

func (s *Service) readLosses(ctx context.Context, text string, args ...any) ([]Loss, error) {
	list := []Loss{}
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var l Loss
		var leaf, at, told, returned int64
		err := rows.Scan(&l.ID, &l.Corp, &l.User, &l.External, &l.Nth, &leaf, &l.Kind, &at, &told, &returned, &l.Untold)
		l.Leaf, l.At, l.Told, l.Returned = uint32(leaf), db.Moment(at), db.Moment(told), db.Moment(returned)
		list = append(list, l)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read losses: %w", err)
	}
	return list, nil
}
