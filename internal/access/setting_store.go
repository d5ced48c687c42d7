package access

import "context"

const getSetting = `SELECT value FROM setting WHERE key = $1`

func (s *Service) setting(ctx context.Context, key string) ([]byte, error) {
	var value string
	err := s.db.Get(ctx, getSetting, []any{key}, &value)
	return []byte(value), err
}

const putSetting = `
INSERT INTO setting (key, value, updated_at)
VALUES ($1, $2, $3)
ON CONFLICT (key) DO UPDATE
SET value = excluded.value,
    updated_at = excluded.updated_at`

func (s *Service) putSetting(ctx context.Context, key string, value []byte) error {
	_, err := s.db.Exec(ctx, putSetting, key, string(value), s.now())
	return err
}
