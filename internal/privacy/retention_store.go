package privacy

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/fault"
)

const (
	selectRetention = `SELECT body FROM privacy_setting WHERE id = 1`
	upsertRetention = `INSERT INTO privacy_setting (id, body) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET body = excluded.body`
	selectDesks     = `SELECT corp, keep_days FROM desk_corp ORDER BY corp`
	deleteArchive   = `DELETE FROM archive_message WHERE corp = $1 AND msgid IN
		(SELECT msgid FROM archive_message WHERE corp = $1 AND at < $2 LIMIT $3)`
	selectArchives = `SELECT corp FROM archive ORDER BY corp`
	selectPlanned  = `SELECT COALESCE(MAX(planned_at), 0) FROM
		(SELECT planned_at FROM delivery WHERE planned_at >= $1 AND planned_at < $2 ORDER BY planned_at LIMIT $3) d`
	emptyMessages = `UPDATE delivery SET message = $3 WHERE planned_at >= $1 AND planned_at <= $2 AND settled_at > 0`
)

func (s *Service) loadRetention(ctx context.Context) (set stored, err error) {
	var body string
	err = s.DB.Get(ctx, selectRetention, nil, &body)
	if fault.Is(err, fault.NotFound) {
		return set, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &set)
	}
	if err != nil {
		return set, fmt.Errorf("read retention: %w", err)
	}
	return set, nil
}

func (s *Service) saveRetention(ctx context.Context, set stored) error {
	raw, err := json.Marshal(set)
	if err == nil {
		_, err = s.DB.Exec(ctx, upsertRetention, string(raw))
	}
	return err
}

func (s *Service) deskKeeps(ctx context.Context) ([]DeskKeep, error) {
	out := []DeskKeep{}
	err := s.DB.Each(ctx, selectDesks, nil, func(rows *sql.Rows) error {
		var d DeskKeep
		err := rows.Scan(&d.Corp, &d.Days)
		out = append(out, d)
		return err
	})
	return out, err
}

// forgetArchive deletes archived messages of before, some at a time.
func (s *Service) forgetArchive(ctx context.Context, before time.Time) error {
	var corps []string
	err := s.DB.Each(ctx, selectArchives, nil, func(rows *sql.Rows) error {
		var corp string
		err := rows.Scan(&corp)
		corps = append(corps, corp)
		return err
	})
	for i := 0; err == nil && i < len(corps); {
		var n int64
		if n, err = s.DB.Exec(ctx, deleteArchive, corps[i], before.UnixMilli(), retainSome); n == 0 {
			i++
		}
	}
	return err
}

// forgetDeliveries empties what settled deliveries said that were planned from a time on
// and before another, some at a time, and notes how far it came.
func (s *Service) forgetDeliveries(ctx context.Context, from int64, before time.Time) error {
	for {
		var last int64
		if err := s.DB.Get(ctx, selectPlanned, []any{from, before.UnixMilli(), retainSome}, &last); err != nil || last == 0 {
			return err
		}
		err := s.DB.InTx(ctx, func(ctx context.Context) error {
			if _, err := s.DB.Exec(ctx, emptyMessages, from, last, []byte{}); err != nil {
				return err
			}
			set, err := s.loadRetention(ctx)
			if err != nil {
				return err
			}
			set.DeliveriesTo = last + 1
			return s.saveRetention(ctx, set)
		})
		if err != nil {
			return err
		}
		from = last + 1
	}
}
