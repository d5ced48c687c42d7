package access

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/page"
)

const insertToken = `
INSERT INTO api_token (id, name, hash, role, permissions, created_by, created_at, expires_at, used_at, revoked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)`

func (s *Service) insertToken(ctx context.Context, t Token, hash [32]byte) error {
	only := ""
	if t.Only != nil {
		raw, err := json.Marshal(t.Only)
		if err != nil {
			return fmt.Errorf("write token: %w", err)
		}
		only = string(raw)
	}
	_, err := s.db.Exec(ctx, insertToken,
		t.ID, t.Name, hash[:], string(t.Role), only, t.CreatedBy, db.Millis(t.CreatedAt), db.Millis(t.ExpiresAt))
	if err != nil {
		return fmt.Errorf("write token: %w", err)
	}
	return nil
}

const tokenColumns = `id, name, role, permissions, created_by, created_at, expires_at, used_at, revoked_at`

func (t *Token) scan(scan func(...any) error, more ...any) error {
	var only string
	var created, expires, used, revoked int64
	dest := append([]any{&t.ID, &t.Name, &t.Role, &only, &t.CreatedBy, &created, &expires, &used, &revoked}, more...)
	if err := scan(dest...); err != nil {
		return err
	}
	t.CreatedAt, t.ExpiresAt, t.UsedAt, t.RevokedAt = db.Moment(created), db.Moment(expires), db.Moment(used), db.Moment(revoked)
	if only == "" {
		return nil
	}
	return json.Unmarshal([]byte(only), &t.Only)
}

const getToken = `
SELECT ` + tokenColumns + `
FROM api_token
WHERE id = $1`

// Token describes the token with this id.
func (s *Service) Token(ctx context.Context, tokenID string) (Token, error) {
	var t Token
	err := t.scan(func(dest ...any) error { return s.db.Get(ctx, getToken, []any{tokenID}, dest...) })
	if fault.Is(err, fault.NotFound) {
		return Token{}, fault.New(fault.NotFound, "token_not_found", "no API token has the id %q", tokenID)
	}
	return t, err
}

const getTokenByHash = `
SELECT ` + tokenColumns + `, hash
FROM api_token
WHERE hash = $1`

func (s *Service) tokenByHash(ctx context.Context, hash [32]byte) (t Token, stored []byte, err error) {
	err = t.scan(func(dest ...any) error { return s.db.Get(ctx, getTokenByHash, []any{hash[:]}, dest...) }, &stored)
	return t, stored, err
}

const listTokens = `
SELECT ` + tokenColumns + `
FROM api_token
WHERE ($1 = '' OR id < $1)
ORDER BY id DESC
LIMIT $2`

// Tokens lists the tokens, newest first, revoked ones too.
func (s *Service) Tokens(ctx context.Context, cursor string, limit int) (page.Page[Token], error) {
	var after string
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Token]{}, err
	}
	limit = page.Limit(limit)
	items := []Token{}
	err := s.db.Each(ctx, listTokens, []any{after, limit + 1}, func(rows *sql.Rows) error {
		var t Token
		if err := t.scan(rows.Scan); err != nil {
			return err
		}
		items = append(items, t)
		return nil
	})
	if err != nil {
		return page.Page[Token]{}, fmt.Errorf("list tokens: %w", err)
	}
	return page.Cut(items, limit, func(t Token) string { return t.ID }), nil
}

const revokeToken = `
UPDATE api_token
SET revoked_at = $2
WHERE id = $1`

func (s *Service) markRevoked(ctx context.Context, tokenID string) error {
	_, err := s.db.Exec(ctx, revokeToken, tokenID, s.now())
	return err
}

const countOwners = `
SELECT (SELECT COUNT(*) FROM account) + (SELECT COUNT(*) FROM api_token)`

// owned says whether anybody can get in: on a new data directory nobody can.
func (s *Service) owned(ctx context.Context) (bool, error) {
	var n int64
	if err := s.db.Get(ctx, countOwners, nil, &n); err != nil {
		return false, fmt.Errorf("count owners: %w", err)
	}
	return n > 0, nil
}
