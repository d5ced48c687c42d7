package board

import (
	"context"
	"encoding/json"
	"fmt"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/insight"
)

// Store keeps the brand's own settings, which hold where a query names none. A nil Store is
// a brand that has set nothing.
type Store struct {
	DB   *db.DB
	Base *insight.Base
}

const (
	selectSetting = `SELECT body FROM board_setting WHERE one = 1`
	upsertSetting = `INSERT INTO board_setting (one, body) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET body = excluded.body`
)

// Settings are those in force; the zero value before any were set.
func (s *Store) Settings(ctx context.Context) (out Settings, err error) {
	if s == nil {
		return out, nil
	}
	var body string
	err = s.DB.Get(ctx, selectSetting, nil, &body)
	if fault.Is(err, fault.NotFound) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("read settings of boards: %w", err)
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		return out, fmt.Errorf("read settings of boards: %w", err)
	}
	return out, nil
}

// SetSettings replaces all of them; what is left out is not set any more. Errors: invalid
// with the pointer.
func (s *Store) SetSettings(ctx context.Context, next Settings) error {
	if err := next.check(""); err != nil {
		return err
	}
	if _, err := next.picks("", s.Base.Zone()); err != nil {
		return err
	}
	body, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("keep settings of boards: %w", err)
	}
	if _, err := s.DB.Exec(ctx, upsertSetting, string(body)); err != nil {
		return fmt.Errorf("keep settings of boards: %w", err)
	}
	return nil
}

// Margin is the gross margin that was set, 0 if none was.
func (s *Store) Margin(ctx context.Context) (float64, error) {
	set, err := s.Settings(ctx)
	if err != nil || set.GrossMargin == nil {
		return 0, err
	}
	return *set.GrossMargin, nil
}
