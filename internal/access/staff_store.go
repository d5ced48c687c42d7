package access

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/db"
)

const insertStaffSession = `
INSERT INTO staff_session (id, hash, corp, user_id, created_at, expires_at, seen_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)`

func (s *Service) insertStaffSession(ctx context.Context, ses Session, who StaffRef, hash [32]byte, now time.Time) error {
	_, err := s.db.Exec(ctx, insertStaffSession,
		ses.ID, hash[:], who.Corp, who.User, db.Millis(now), db.Millis(ses.ExpiresAt), db.Millis(now))
	if err != nil {
		return fmt.Errorf("write session of staff: %w", err)
	}
	return nil
}

type foundStaffSession struct {
	id      string
	who     StaffRef
	expires time.Time
	seenAt  int64
}

const getStaffSessionByHash = `
SELECT id, corp, user_id, expires_at, seen_at
FROM staff_session
WHERE hash = $1`

// staffSessionByHash finds a session by the hash of its secret: the look-up is by a value
// that nobody can choose, so its timing tells nothing.
func (s *Service) staffSessionByHash(ctx context.Context, hash [32]byte) (f foundStaffSession, err error) {
	var expires int64
	err = s.db.Get(ctx, getStaffSessionByHash, []any{hash[:]}, &f.id, &f.who.Corp, &f.who.User, &expires, &f.seenAt)
	f.expires = db.Moment(expires)
	return f, err
}

const deleteStaffSession = `DELETE FROM staff_session WHERE hash = $1`

func (s *Service) deleteStaffSession(ctx context.Context, hash [32]byte) error {
	_, err := s.db.Exec(ctx, deleteStaffSession, hash[:])
	return err
}

const deleteEndedStaffSessions = `DELETE FROM staff_session WHERE expires_at <= $1 OR seen_at <= $2`

const touchStaffSession = `UPDATE staff_session SET seen_at = $2 WHERE id = $1 AND seen_at < $2`
