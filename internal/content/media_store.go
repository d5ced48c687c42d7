package content

import (
	"context"
	"database/sql"
	"time"
)

const (
	selectMedia = `SELECT corp, asset, upload, media, made_at, expires_at FROM content_media`
	upsertMedia = `INSERT INTO content_media (corp, asset, upload, media, made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (corp, asset, upload) DO UPDATE SET media = excluded.media, made_at = excluded.made_at, expires_at = excluded.expires_at`
	deleteMedia = `DELETE FROM content_media WHERE corp = $1 AND asset = $2 AND upload = $3`
	deleteKeeps = `DELETE FROM content_keep WHERE owner = $1 AND corp = $2`
	deleteOwner = `DELETE FROM content_keep WHERE owner = $1`
	countKeeps  = `SELECT COUNT(*) FROM (SELECT 1 FROM content_keep WHERE corp = $1 AND asset = $2 AND upload = $3 LIMIT 1) AS one`
)

func (s *Service) selectMedia(ctx context.Context) (map[mediaKey]media, error) {
	out := map[mediaKey]media{}
	err := s.DB.Each(ctx, selectMedia, nil, func(rows *sql.Rows) error {
		var k mediaKey
		var m media
		var made, expires int64
		if err := rows.Scan(&k.corp, &k.asset, &k.upload, &m.id, &made, &expires); err != nil {
			return err
		}
		m.made = time.UnixMilli(made).UTC()
		if expires > 0 {
			m.expires = time.UnixMilli(expires).UTC()
		}
		out[k] = m
		return nil
	})
	return out, err
}

func (s *Service) saveMedia(ctx context.Context, k mediaKey, m media) error {
	expires := int64(0)
	if !m.expires.IsZero() {
		expires = m.expires.UnixMilli()
	}
	_, err := s.DB.Exec(ctx, upsertMedia, k.corp, k.asset, string(k.upload), m.id, m.made.UnixMilli(), expires)
	return err
}

func (s *Service) deleteMedia(ctx context.Context, k mediaKey) error {
	_, err := s.DB.Exec(ctx, deleteMedia, k.corp, k.asset, string(k.upload))
	return err
}

var keepColumns = []string{"owner", "corp", "asset", "upload"}

func (s *Service) insertKeeps(ctx context.Context, owner string, keys []mediaKey) error {
	args := make([]any, 0, len(keys)*len(keepColumns))
	for _, k := range keys {
		args = append(args, owner, k.corp, k.asset, string(k.upload))
	}
	return s.DB.InsertMany(ctx, "content_keep", keepColumns, args, "ON CONFLICT DO NOTHING")
}

func (s *Service) deleteKeeps(ctx context.Context, owner, corp string) error {
	_, err := s.DB.Exec(ctx, deleteKeeps, owner, corp)
	return err
}

func (s *Service) deleteOwner(ctx context.Context, owner string) error {
	_, err := s.DB.Exec(ctx, deleteOwner, owner)
	return err
}

// kept says whether somebody needs the id.
func (s *Service) kept(ctx context.Context, k mediaKey) (bool, error) {
	var n int
	err := s.DB.Get(ctx, countKeeps, []any{k.corp, k.asset, string(k.upload)}, &n)
	return n > 0, err
}
