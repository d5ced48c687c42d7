package access

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yutang/internal/db"
)

const insertSession = `
INSERT INTO session (id, hash, account_id, created_at, expires_at, seen_at)
VALUES ($1, $2, $3, $4, $5, $6)`

func (s *Service) insertSession(ctx context.Context, ses Session, hash [32]byte, now time.Time) error {
	_, err := s.db.Exec(ctx, insertSession, ses.ID, hash[:], ses.AccountID, db.Millis(now), db.Millis(ses.ExpiresAt), db.Millis(now))
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	return nil
}

type foundSession struct {
	session Session
	account Account
	seenAt  int64
	hash    []byte
}

const getSessionByHash = `
SELECT a.id, a.person, a.role, a.disabled, a.created_at, a.updated_at,
       s.id, s.expires_at, s.seen_at, s.hash
FROM session s
JOIN account a ON a.id = s.account_id
WHERE s.hash = $1`

func (s *Service) sessionByHash(ctx context.Context, hash [32]byte) (f foundSession, err error) {
	var expires int64
	f.account, err = s.scanAccount(func(dest ...any) error {
		return s.db.Get(ctx, getSessionByHash, []any{hash[:]}, dest...)
	}, &f.session.ID, &expires, &f.seenAt, &f.hash)
	f.session.AccountID, f.session.ExpiresAt = f.account.ID, db.Moment(expires)
	return f, err
}

const deleteSession = `DELETE FROM session WHERE hash = $1`

func (s *Service) deleteSession(ctx context.Context, hash [32]byte) (int64, error) {
	return s.db.Exec(ctx, deleteSession, hash[:])
}

const deleteSessionsOf = `DELETE FROM session WHERE account_id = $1`

func (s *Service) deleteSessionsOf(ctx context.Context, accountID string) error {
	_, err := s.db.Exec(ctx, deleteSessionsOf, accountID)
	return err
}

const deleteEndedSessions = `DELETE FROM session WHERE expires_at <= $1 OR seen_at <= $2`

const touchSession = `UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2`

const touchToken = `UPDATE api_token SET used_at = $2 WHERE id = $1 AND used_at < $2`

// Maintain writes when tokens and sessions were last used and deletes ended sessions.
func (s *Service) Maintain(ctx context.Context) error {
	s.forgetOldStaff()
	used := s.takeUsed()
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		for name, at := range used {
			text := touchToken
			switch {
			case strings.HasPrefix(name, "ses"):
				text = touchSession
			case strings.HasPrefix(name, staffSessionPrefix):
				text = touchStaffSession
			}
			if _, err := s.db.Exec(ctx, text, name, at); err != nil {
				return err
			}
		}
		now := s.now()
		for _, text := range []string{deleteEndedSessions, deleteEndedStaffSessions} {
			if _, err := s.db.Exec(ctx, text, now, now-SessionIdle.Milliseconds()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.giveBackUsed(used)
		return fmt.Errorf("maintain access: %w", err)
	}
	return nil
}
