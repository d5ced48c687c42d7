package content

import (
	"context"
	"database/sql"
	"time"

	"yutang/internal/fault"
)

const (
	insertAsset = `INSERT INTO content_asset (id, kind, name, type, hash, size, width, height, duration_ms, created_at, created_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	selectAsset = `SELECT id, kind, name, type, hash, size, width, height, duration_ms, created_at, created_by
		FROM content_asset WHERE id = $1`
	listAssets = `SELECT id, kind, name, type, hash, size, width, height, duration_ms, created_at, created_by
		FROM content_asset WHERE id < $1 AND ($2 = '' OR kind = $2) ORDER BY id DESC LIMIT $3`
	renameAsset  = `UPDATE content_asset SET name = $1 WHERE id = $2`
	deleteAsset  = `DELETE FROM content_asset WHERE id = $1`
	selectUses   = `SELECT DISTINCT owner, corp FROM content_keep WHERE asset = $1 ORDER BY owner, corp`
	selectHashes = `SELECT DISTINCT hash FROM content_asset`
)

// assetNotFound is the code of the error for an asset that is not there.
const assetNotFound = "asset_not_found"

func noAsset(assetID string) error {
	return fault.New(fault.NotFound, assetNotFound, "there is no asset %q", assetID)
}

func (s *Service) insertAsset(ctx context.Context, a Asset) error {
	_, err := s.DB.Exec(ctx, insertAsset, a.ID, a.Kind, a.Name, a.Type, a.Hash, a.Size, a.Width, a.Height,
		a.Duration.Milliseconds(), a.CreatedAt.UnixMilli(), a.CreatedBy)
	return err
}

func (s *Service) selectAsset(ctx context.Context, assetID string) (Asset, error) {
	all, err := s.readAssets(ctx, selectAsset, assetID)
	if err == nil && len(all) == 0 {
		err = noAsset(assetID)
	}
	if err != nil {
		return Asset{}, err
	}
	return all[0], nil
}

func (s *Service) listAssets(ctx context.Context, kind, before string, limit int) ([]Asset, error) {
	return s.readAssets(ctx, listAssets, before, kind, limit)
}

func (s *Service) readAssets(ctx context.Context, query string, args ...any) ([]Asset, error) {
	var out []Asset
	err := s.DB.Each(ctx, query, args, func(rows *sql.Rows) error {
		var a Asset
		var length, created int64
		err := rows.Scan(&a.ID, &a.Kind, &a.Name, &a.Type, &a.Hash, &a.Size, &a.Width, &a.Height, &length, &created, &a.CreatedBy)
		a.Duration, a.CreatedAt = time.Duration(length)*time.Millisecond, time.UnixMilli(created).UTC()
		out = append(out, a)
		return err
	})
	return out, err
}

func (s *Service) renameAsset(ctx context.Context, assetID, name string) error {
	_, err := s.DB.Exec(ctx, renameAsset, name, assetID)
	return err
}

func (s *Service) deleteAsset(ctx context.Context, assetID string) error {
	n, err := s.DB.Exec(ctx, deleteAsset, assetID)
	if err == nil && n == 0 {
		err = noAsset(assetID)
	}
	return err
}

func (s *Service) selectUses(ctx context.Context, assetID string) ([]Usage, error) {
	var out []Usage
	err := s.DB.Each(ctx, selectUses, []any{assetID}, func(rows *sql.Rows) error {
		var u Usage
		err := rows.Scan(&u.Owner, &u.Corp)
		out = append(out, u)
		return err
	})
	return out, err
}

func (s *Service) selectHashes(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	err := s.DB.Each(ctx, selectHashes, nil, func(rows *sql.Rows) error {
		var hash string
		err := rows.Scan(&hash)
		out[hash] = true
		return err
	})
	return out, err
}
