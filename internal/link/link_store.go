package link

import (
	"context"
	"database/sql"
	"time"

	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/seal"
)

const (
	insertTarget = `INSERT INTO link_target (hash, url) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING`
	insertLink   = `INSERT INTO link (code, hash, target, name, ord, playbook, step, run, delivery, clicks, first_at, last_at,
			created_at, created_by, expires_at, closed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, $10, $11, $12, 0) ON CONFLICT DO NOTHING`
	selectCode = `SELECT code FROM link WHERE hash = $1`
	columns    = `l.code, l.name, l.ord, l.playbook, l.step, l.run, l.delivery, l.clicks, l.first_at, l.last_at, l.created_at,
			l.created_by, l.expires_at, l.closed_at, t.url`
	selectLink = `SELECT ` + columns + ` FROM link l JOIN link_target t ON t.hash = l.target WHERE l.code = $1`
	listMade   = `SELECT ` + columns + ` FROM link l JOIN link_target t ON t.hash = l.target
		WHERE l.created_by <> '' AND (l.created_at, l.code) < ($1, $2) ORDER BY l.created_at DESC, l.code DESC LIMIT $3`
	closeLink     = `UPDATE link SET closed_at = $1 WHERE code = $2 AND closed_at = 0`
	selectSetting = `SELECT public_url FROM link_setting WHERE id = 1`
	saveSetting   = `INSERT INTO link_setting (id, public_url) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET public_url = excluded.public_url`
)

const sealScope = "link_target"

// insertLink writes a link that is not there yet and sets its code. Another link may have
// the code already; then it gets a longer one.
func (s *Service) insertLink(ctx context.Context, r *row) error {
	if _, err := s.DB.Exec(ctx, insertTarget, r.target[:], s.Box.Seal(nil, []byte(r.URL), sealScope)); err != nil {
		return err
	}
	for n := minCode; n <= maxCode; n += codeStep {
		code := codeOf(r.hash, n)
		done, err := s.DB.Exec(ctx, insertLink, code, r.hash[:], r.target[:], r.Name, int64(r.Ord), r.Playbook, r.Step, r.Run, r.Delivery,
			db.Millis(r.CreatedAt), r.CreatedBy, db.Millis(r.ExpiresAt))
		if err == nil && done == 0 {
			code, err = s.selectCode(ctx, r.hash)
			if fault.Is(err, fault.NotFound) {
				continue
			}
		}
		r.Code = code
		return err
	}
	return fault.New(fault.Unavailable, "no_code", "no code is free for this link")
}

func (s *Service) selectCode(ctx context.Context, hash seal.Blind) (code string, err error) {
	err = s.DB.Get(ctx, selectCode, []any{hash[:]}, &code)
	return code, err
}

func (s *Service) selectLink(ctx context.Context, code string) (Link, error) {
	all, err := s.readLinks(ctx, selectLink, code)
	if err == nil && len(all) == 0 {
		err = errNoLink
	}
	if err != nil {
		return Link{}, err
	}
	return all[0], nil
}

func (s *Service) readLinks(ctx context.Context, query string, args ...any) ([]Link, error) {
	var out []Link
	err := s.DB.Each(ctx, query, args, func(rows *sql.Rows) error {
		l, err := s.scanLink(rows)
		out = append(out, l)
		return err
	})
	return out, err
}

func (s *Service) scanLink(rows *sql.Rows, more ...any) (Link, error) {
	var l Link
	var first, last, created, expires, closed int64
	var sealed []byte
	dest := []any{
		&l.Code, &l.Name, &l.Ord, &l.Playbook, &l.Step, &l.Run, &l.Delivery, &l.Clicks, &first, &last, &created,
		&l.CreatedBy, &expires, &closed, &sealed,
	}
	if err := rows.Scan(append(dest, more...)...); err != nil {
		return l, err
	}
	url, err := s.Box.Open(nil, sealed, sealScope)
	l.URL, l.FirstAt, l.LastAt = string(url), db.Moment(first), db.Moment(last)
	l.CreatedAt, l.ExpiresAt, l.ClosedAt = db.Moment(created), db.Moment(expires), db.Moment(closed)
	return l, err
}

func (s *Service) closeLink(ctx context.Context, code string, at time.Time) error {
	_, err := s.DB.Exec(ctx, closeLink, at.UnixMilli(), code)
	return err
}

func (s *Service) selectSetting(ctx context.Context) (public string, err error) {
	err = s.DB.Get(ctx, selectSetting, nil, &public)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return public, err
}

func (s *Service) saveSetting(ctx context.Context, public string) error {
	_, err := s.DB.Exec(ctx, saveSetting, public)
	return err
}
