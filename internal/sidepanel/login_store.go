package sidepanel

import (
	"context"
	"fmt"
)

const (
	insertLogin     = `INSERT INTO panel_login (state, expires_at) VALUES ($1, $2) ON CONFLICT (state) DO NOTHING`
	deleteOldLogins = `DELETE FROM panel_login WHERE expires_at <= $1`
)

// useState notes that a state was used and says whether it was the first time.
func (s *Service) useState(ctx context.Context, state [32]byte, until, now int64) (first bool, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.DB.Exec(ctx, deleteOldLogins, now); err != nil {
			return err
		}
		n, err := s.DB.Exec(ctx, insertLogin, state[:], until)
		first = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("note log-in: %w", err)
	}
	return first, nil
}
