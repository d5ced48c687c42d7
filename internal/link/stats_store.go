package link

import (
	"context"
	"database/sql"

	"yutang/internal/db"
	"yutang/internal/seal"
)

const (
	selectFigures = `SELECT l.playbook, l.step, l.target, t.url, COUNT(*), SUM(CASE WHEN l.clicks > 0 THEN 1 ELSE 0 END), SUM(l.clicks)
		FROM link l JOIN link_target t ON t.hash = l.target
		WHERE l.playbook <> '' AND ($1 = '' OR l.playbook = $1) AND ($2 = '' OR l.step = $2)
		GROUP BY l.playbook, l.step, l.target, t.url ORDER BY l.playbook, l.step, SUM(l.clicks) DESC, l.target LIMIT 1000`
	eachOpener = `SELECT DISTINCT playbook, step, target, ord FROM link
		WHERE playbook <> '' AND ord > 0 AND clicks > 0 AND ($1 = '' OR playbook = $1) AND ($2 = '' OR step = $2)`
	listOpened = `SELECT ` + columns + ` FROM link l JOIN link_target t ON t.hash = l.target
		WHERE l.playbook = $1 AND ($2 = '' OR l.step = $2) AND l.clicks > 0 AND (l.last_at, l.code) < ($3, $4)
		ORDER BY l.last_at DESC, l.code DESC LIMIT $5`
	listClicks = `SELECT seq, at, device FROM link_click WHERE code = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3`
)

// deviceChunk is how many links one query counts.
const deviceChunk = 50

var countDevices = `SELECT code, COUNT(DISTINCT device) FROM link_click WHERE code IN (` + db.Marks(1, deviceChunk) + `) GROUP BY code`

func (s *Service) selectFigures(ctx context.Context, playbook, step string) (out []Figures, hashes []seal.Blind, err error) {
	err = s.DB.Each(ctx, selectFigures, []any{playbook, step}, func(rows *sql.Rows) error {
		var f Figures
		var hash, sealed []byte
		if err := rows.Scan(&f.Playbook, &f.Step, &hash, &sealed, &f.Links, &f.Opened, &f.Clicks); err != nil {
			return err
		}
		url, err := s.Box.Open(nil, sealed, sealScope)
		f.URL = string(url)
		out, hashes = append(out, f), append(hashes, seal.Blind(hash))
		return err
	})
	return out, hashes, err
}

func (s *Service) eachOpener(ctx context.Context, playbook, step string, visit func(playbook, step string, target []byte, ord uint32)) error {
	return s.DB.Each(ctx, eachOpener, []any{playbook, step}, func(rows *sql.Rows) error {
		var playbook, step string
		var target []byte
		var ord uint32
		err := rows.Scan(&playbook, &step, &target, &ord)
		visit(playbook, step, target, ord)
		return err
	})
}

func (s *Service) listOpened(ctx context.Context, playbook, step string, last place, limit int) ([]Link, error) {
	return s.readLinks(ctx, listOpened, playbook, step, last.At, last.Code, limit)
}

func (s *Service) listClicks(ctx context.Context, code string, before int64, limit int) ([]Clicked, error) {
	var out []Clicked
	err := s.DB.Each(ctx, listClicks, []any{code, before, limit}, func(rows *sql.Rows) error {
		var c Clicked
		var at int64
		var device []byte
		err := rows.Scan(&c.Seq, &at, &device)
		copy(c.Device[:], device)
		c.At = db.Moment(at)
		out = append(out, c)
		return err
	})
	return out, err
}

func (s *Service) countDevices(ctx context.Context, codes []string, into map[string]int) error {
	args := make([]any, deviceChunk)
	for i := range args {
		args[i] = codes[min(i, len(codes)-1)]
	}
	return s.DB.Each(ctx, countDevices, args, func(rows *sql.Rows) error {
		var code string
		var n int
		err := rows.Scan(&code, &n)
		into[code] = n
		return err
	})
}
