package archive

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

const (
	selectAccount = `SELECT source, secret, keys, cursor, pulled_at, problem, stored, withheld, unread FROM archive WHERE corp = $1`
	selectCorps   = `SELECT corp FROM archive ORDER BY corp`
	upsertAccount = `INSERT INTO archive (corp, source, secret, keys, cursor, pulled_at, problem, stored, withheld, unread)
		VALUES ($1, $2, $3, $4, 0, 0, '', 0, 0, 0)
		ON CONFLICT (corp) DO UPDATE SET source = excluded.source, secret = excluded.secret, keys = excluded.keys, problem = ''`
	deleteAccount = `DELETE FROM archive WHERE corp = $1`
	updateProblem = `UPDATE archive SET problem = $2 WHERE corp = $1`
	updateCursor  = `UPDATE archive SET cursor = $2, pulled_at = $3, problem = '', stored = stored + $4, withheld = withheld + $5,
		unread = unread + $6 WHERE corp = $1`
	insertMessage = `INSERT INTO archive_message (corp, msgid, seq, at, staff, external, room, kind, inbound, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (corp, msgid) DO NOTHING`
)

func (s *Service) account(ctx context.Context, corpID string) (account, error) {
	a := account{corp: corpID}
	var secret, keys []byte
	var pulled int64
	err := s.DB.Get(ctx, selectAccount, []any{corpID}, &a.source, &secret, &keys, &a.cursor, &pulled, &a.problem, &a.stored, &a.withheld, &a.unread)
	if err != nil {
		return account{}, fmt.Errorf("load archive of %s: %w", corpID, err)
	}
	plain, err := s.Box.Open(nil, secret, scope(corpID, "secret"))
	if err != nil {
		return account{}, fmt.Errorf("open archive of %s: %w", corpID, err)
	}
	a.secret = string(plain)
	if plain, err = s.Box.Open(nil, keys, scope(corpID, "keys")); err == nil {
		err = json.Unmarshal(plain, &a.keys)
	}
	if err != nil {
		return account{}, fmt.Errorf("open archive of %s: %w", corpID, err)
	}
	if pulled != 0 {
		a.pulledAt = time.UnixMilli(pulled).UTC()
	}
	return a, nil
}

func scope(corpID, what string) string { return "archive/" + corpID + "/" + what }

func (s *Service) store(ctx context.Context, a account) error {
	keys, err := json.Marshal(a.keys)
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, upsertAccount, a.corp, a.source,
		s.Box.Seal(nil, []byte(a.secret), scope(a.corp, "secret")), s.Box.Seal(nil, keys, scope(a.corp, "keys")))
	if err != nil {
		return fmt.Errorf("store archive of %s: %w", a.corp, err)
	}
	return nil
}

func (s *Service) remove(ctx context.Context, corpID string) error {
	_, err := s.DB.Exec(ctx, deleteAccount, corpID)
	return err
}

func (s *Service) saveProblem(ctx context.Context, corpID, problem string) error {
	_, err := s.DB.Exec(ctx, updateProblem, corpID, problem)
	return err
}

func (s *Service) corps(ctx context.Context) (out []string, err error) {
	err = s.DB.Each(ctx, selectCorps, nil, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	})
	return out, err
}

// advance keeps messages and moves the cursor behind them.
func (s *Service) advance(ctx context.Context, corpID string, h haul, now time.Time) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		stored := int64(0)
		for _, m := range h.keep {
			n, err := s.DB.Exec(ctx, insertMessage, corpID, m.id, m.seq, m.at.UnixMilli(), m.staff, m.external, m.room, m.kind, m.inbound,
				s.Box.Seal(nil, m.body, scope(corpID, m.id)))
			if err != nil {
				return fmt.Errorf("keep a message: %w", err)
			}
			stored += n
		}
		_, err := s.DB.Exec(ctx, updateCursor, corpID, h.cursor, now.UnixMilli(), stored, h.withheld, h.unread)
		return err
	})
}
