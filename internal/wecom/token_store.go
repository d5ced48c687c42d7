package wecom

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"yutang/internal/fault"
)

const tokenScope = "wecom_token"

const (
	selectToken = `SELECT secret, sealed, refresh_at, expires_at FROM wecom_token WHERE corp = $1 AND app = $2 AND kind = $3`
	insertToken = `INSERT INTO wecom_token (corp, app, kind, secret, mark, sealed, refresh_at, expires_at, lease_until)
		VALUES ($1, $2, $3, '', '', $4, 0, 0, 0) ON CONFLICT DO NOTHING`
	leaseToken   = `UPDATE wecom_token SET lease_until = $1 WHERE corp = $2 AND app = $3 AND kind = $4 AND (lease_until <= $5 OR lease_until > $6)`
	releaseToken = `UPDATE wecom_token SET lease_until = 0 WHERE corp = $1 AND app = $2 AND kind = $3`
	saveToken    = `UPDATE wecom_token SET secret = $1, mark = $2, sealed = $3, refresh_at = $4, expires_at = $5, lease_until = 0
		WHERE corp = $6 AND app = $7 AND kind = $8`
	killToken = `UPDATE wecom_token SET refresh_at = 0, expires_at = 0 WHERE corp = $1 AND app = $2 AND kind = $3 AND mark = $4`
)

func (t *Tokens) mark(key TokenKey, value string) string {
	sum := t.box.Blind(tokenScope+"/"+key.Kind, key.Secret+"\x00"+value)
	return hex.EncodeToString(sum[:])
}

func (k TokenKey) scope() string { return tokenScope + "/" + k.Corp + "/" + k.App + "/" + k.Kind }

// load is the stored value, the zero row if there is none for this secret.
func (t *Tokens) load(ctx context.Context, key TokenKey) (row, error) {
	var secret string
	var sealed []byte
	var refresh, expires int64
	err := t.db.Get(ctx, selectToken, []any{key.Corp, key.App, key.Kind}, &secret, &sealed, &refresh, &expires)
	if fault.Is(err, fault.NotFound) {
		return row{}, nil
	}
	if err != nil {
		return row{}, fmt.Errorf("load token of %s: %w", key.Corp, err)
	}
	if secret != t.mark(key, "") || expires == 0 {
		return row{}, nil
	}
	plain, err := t.box.Open(nil, sealed, key.scope())
	if err != nil {
		return row{}, fmt.Errorf("open token of %s: %w", key.Corp, err)
	}
	return row{value: string(plain), refreshAt: time.UnixMilli(refresh).UTC(), expires: time.UnixMilli(expires).UTC()}, nil
}

// lease takes the right to fetch. It ends by itself, should its holder die. A lease further
// away than any could be, left by a clock that ran ahead, does not count.
func (t *Tokens) lease(ctx context.Context, key TokenKey) (mine bool, err error) {
	if _, err := t.db.Exec(ctx, insertToken, key.Corp, key.App, key.Kind, []byte{}); err != nil {
		return false, fmt.Errorf("lease token of %s: %w", key.Corp, err)
	}
	now := t.clk.Now()
	n, err := t.db.Exec(ctx, leaseToken, now.Add(fetchLease).UnixMilli(), key.Corp, key.App, key.Kind,
		now.UnixMilli(), now.Add(2*fetchLease).UnixMilli())
	if err != nil {
		return false, fmt.Errorf("lease token of %s: %w", key.Corp, err)
	}
	return n == 1, nil
}

func (t *Tokens) release(ctx context.Context, key TokenKey) error {
	_, err := t.db.Exec(ctx, releaseToken, key.Corp, key.App, key.Kind)
	return err
}

func (t *Tokens) save(ctx context.Context, key TokenKey, r row) error {
	_, err := t.db.Exec(ctx, saveToken, t.mark(key, ""), t.mark(key, r.value), t.box.Seal(nil, []byte(r.value), key.scope()),
		r.refreshAt.UnixMilli(), r.expires.UnixMilli(), key.Corp, key.App, key.Kind)
	if err != nil {
		return fmt.Errorf("save token of %s: %w", key.Corp, err)
	}
	return nil
}

func (t *Tokens) kill(ctx context.Context, key TokenKey, value string) error {
	_, err := t.db.Exec(ctx, killToken, key.Corp, key.App, key.Kind, t.mark(key, value))
	if err != nil {
		return fmt.Errorf("drop token of %s: %w", key.Corp, err)
	}
	return nil
}
