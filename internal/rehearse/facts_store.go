package rehearse

import (
	"context"
	"database/sql"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

const (
	selectWords      = `SELECT ord, given, at FROM consent WHERE channel IN ($1, '*')`
	selectHolders    = `SELECT DISTINCT ord FROM identity WHERE type = $1`
	selectDispatched = `SELECT ord, dispatched_at, channel, playbook FROM delivery
		WHERE dispatched_at >= $1 AND dispatched_at < $2 AND playbook <> $3 AND NOT transactional`
)

// words are the newest words of all records on a channel.
func (s *Service) words(ctx context.Context, channel string) (map[uint32]word, error) {
	out := map[uint32]word{}
	err := s.DB.Each(ctx, selectWords, []any{channel}, func(rows *sql.Rows) error {
		var ord uint32
		var w word
		if err := rows.Scan(&ord, &w.given, &w.at); err != nil {
			return err
		}
		was, known := out[ord]
		given, _, at := newest(was.given, known, was.at, w)
		out[ord] = word{given, at}
		return nil
	})
	return out, err
}

// holders are the records with an identity of a type.
func (s *Service) holders(ctx context.Context, identity string) (*roaring.Bitmap, error) {
	set := roaring.New()
	err := s.DB.Each(ctx, selectHolders, []any{identity}, func(rows *sql.Rows) error {
		var ord uint32
		err := rows.Scan(&ord)
		set.Add(ord)
		return err
	})
	return set, err
}

// dispatched reads what other playbooks and people have sent.
func (s *Service) dispatched(ctx context.Context, since time.Time, c scope, out map[uint32][]sent) error {
	args := []any{since.UnixMilli(), c.to.UnixMilli(), c.playbook}
	names := map[string]string{} // one copy of each
	return s.DB.Each(ctx, selectDispatched, args, func(rows *sql.Rows) error {
		var ord uint32
		var x sent
		if err := rows.Scan(&ord, &x.at, &x.channel, &x.playbook); err != nil {
			return err
		}
		if c.only != nil && !c.only.Contains(ord) {
			return nil
		}
		for _, text := range []*string{&x.channel, &x.playbook} {
			if names[*text] == "" {
				names[*text] = *text
			}
			*text = names[*text]
		}
		out[ord] = append(out[ord], x)
		return nil
	})
}
