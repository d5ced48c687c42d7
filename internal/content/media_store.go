package content

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"yutang/internal/db"
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

// keptChunk is how many assets one query looks at.
const keptChunk = 50

var selectKept = `SELECT DISTINCT corp, asset, upload FROM content_keep WHERE asset IN (` + db.Marks(1, keptChunk) + `)`

// selectKept are the ids of assets that somebody needs.
func (s *Service) selectKept(ctx context.Context, assets []string) (map[mediaKey]bool, error) {
	out := map[mediaKey]bool{}
	for some := range slices.Chunk(assets, keptChunk) {
		args := make([]any, keptChunk)
		for i := range args {
			args[i] = some[min(i, len(some)-1)]
		}
		err := s.DB.Each(ctx, selectKept, args, func(rows *sql.Rows) error {
			var k mediaKey
			err := rows.Scan(&k.corp, &k.asset, &k.upload)
			out[k] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// kept says whether somebody needs the id.
func (s *Service) kept(ctx context.Context, k mediaKey) (bool, error) {
	var n int
	err := s.DB.Get(ctx, countKeeps, []any{k.corp, k.asset, string(k.upload)}, &n)
	return n > 0, err
}
