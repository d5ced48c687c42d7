package tag

import (
	"context"
	"database/sql"
	"slices"

	"yutang/internal/job"
)

var (
	outboxColumns = []string{"message", "seq", "corp", "external", "member", "leaf", "tag", "label", "put", "at", "why"}
	spreadColumns = []string{"leaf", "tag", "at"}
)

// post writes events and spreads in ctx's transaction and sees that they are worked on.
func (s *Service) post(ctx context.Context, out []outgoing, spreads []spread) error {
	if len(out) == 0 && len(spreads) == 0 {
		return nil
	}
	if len(out) > 0 {
		seq, err := s.count(ctx, selectLastOutbox)
		if err != nil {
			return err
		}
		args := make([]any, 0, len(out)*len(outboxColumns))
		for i, o := range out {
			args = append(args, o.Message, seq+1+i, o.Corp, o.External, o.Member, int64(o.Leaf), o.Tag, o.Label, o.Put, o.At, o.Why)
		}
		if err := s.DB.InsertMany(ctx, "tag_outbox", outboxColumns, args, "ON CONFLICT (message) DO NOTHING"); err != nil {
			return err
		}
	}
	if len(spreads) > 0 {
		seen, args := map[spread]bool{}, []any{}
		for _, sp := range spreads {
			place := spread{Leaf: sp.Leaf, Tag: sp.Tag}
			if !seen[place] { // PostgreSQL refuses to touch a row twice in one statement
				seen[place] = true
				args = append(args, int64(sp.Leaf), sp.Tag, sp.At)
			}
		}
		const again = "ON CONFLICT (leaf, tag) DO UPDATE SET at = CASE WHEN tag_spread.at >= excluded.at THEN tag_spread.at + 1 ELSE excluded.at END"
		if err := s.DB.InsertMany(ctx, "tag_spread", spreadColumns, args, again); err != nil {
			return err
		}
	}
	return s.Jobs.Put(ctx, job.Job{Kind: roadKind, Key: "road", Due: s.Clock.Now()})
}

const selectOutbox = `SELECT message, corp, external, member, leaf, tag, label, put, at, why FROM tag_outbox ORDER BY seq LIMIT $1`

const selectLastOutbox = `SELECT COALESCE(MAX(seq), 0) FROM tag_outbox`

func (s *Service) selectOutbox(ctx context.Context, n int) (out []outgoing, err error) {
	err = s.DB.Each(ctx, selectOutbox, []any{n}, func(rows *sql.Rows) error {
		var o outgoing
		var leaf int64
		err := rows.Scan(&o.Message, &o.Corp, &o.External, &o.Member, &leaf, &o.Tag, &o.Label, &o.Put, &o.At, &o.Why)
		o.Leaf = uint32(leaf)
		out = append(out, o)
		return err
	})
	return out, err
}

const deleteOutbox = `DELETE FROM tag_outbox WHERE message = $1`

func (s *Service) deleteOutbox(ctx context.Context, out []outgoing) error {
	for _, o := range out {
		if _, err := s.DB.Exec(ctx, deleteOutbox, o.Message); err != nil {
			return err
		}
	}
	return nil
}

const selectSpreads = `SELECT leaf, tag, at FROM tag_spread ORDER BY leaf, tag LIMIT $1`

func (s *Service) selectSpreads(ctx context.Context, n int) (out []spread, err error) {
	err = s.DB.Each(ctx, selectSpreads, []any{n}, func(rows *sql.Rows) error {
		var sp spread
		var leaf int64
		err := rows.Scan(&leaf, &sp.Tag, &sp.At)
		sp.Leaf = uint32(leaf)
		out = append(out, sp)
		return err
	})
	return out, err
}

const selectSpreadsOf = `SELECT tag FROM tag_spread WHERE leaf = $1`

// spreadsOf lists the tags in which a record's contacts are still to follow.
func (s *Service) spreadsOf(ctx context.Context, leaf uint32) (tags []string, err error) {
	err = s.DB.Each(ctx, selectSpreadsOf, []any{int64(leaf)}, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		tags = append(tags, id)
		return err
	})
	return tags, err
}

const (
	selectMoving = `SELECT DISTINCT corp, external, leaf, tag FROM tag_outbox WHERE tag <> ''`
	selectPushed = `SELECT DISTINCT p.tag FROM tag_push p JOIN tag_pair q ON q.corp = p.corp AND q.external = p.external AND q.member = p.member
		WHERE q.leaf = $1`
)

// moving adds the tags that are on their way to the customers or were pushed to their
// contacts. A lock is held.
func (s *Service) moving(ctx context.Context, roots []uint32, some map[string]bool) error {
	err := s.DB.Each(ctx, selectMoving, nil, func(rows *sql.Rows) error {
		var o outgoing
		var leaf int64
		if err := rows.Scan(&o.Corp, &o.External, &leaf, &o.Tag); err != nil {
			return err
		}
		o.Leaf = uint32(leaf)
		if at := s.leafOf(o); at != 0 && slices.Contains(roots, s.Timeline.Root(at)) {
			some[o.Tag] = true
		}
		return nil
	})
	for _, root := range roots {
		for _, leaf := range s.Timeline.Leaves(root) {
			if err != nil {
				return err
			}
			err = s.DB.Each(ctx, selectPushed, []any{int64(leaf)}, func(rows *sql.Rows) error {
				var id string
				err := rows.Scan(&id)
				some[id] = true
				return err
			})
		}
	}
	return err
}

const deleteSpread = `DELETE FROM tag_spread WHERE leaf = $1 AND tag = $2 AND at = $3`

func (s *Service) deleteSpread(ctx context.Context, sp spread) error {
	_, err := s.DB.Exec(ctx, deleteSpread, int64(sp.Leaf), sp.Tag, sp.At)
	return err
}

const (
	countOutboxLeaf     = `SELECT COUNT(*) FROM tag_outbox WHERE leaf = $1`
	countOutboxExternal = `SELECT COUNT(*) FROM tag_outbox WHERE corp = $1 AND external = $2`
	countSpread         = `SELECT COUNT(*) FROM tag_spread WHERE leaf = $1 AND tag = $2`
	countRoad           = `SELECT (SELECT COUNT(*) FROM tag_outbox) + (SELECT COUNT(*) FROM tag_spread)`
)

// onTheWay says whether events of a customer have not reached the road yet.
func (s *Service) onTheWay(ctx context.Context, leaves []uint32, pairs []Pair) (bool, error) {
	for _, leaf := range leaves {
		if n, err := s.count(ctx, countOutboxLeaf, int64(leaf)); err != nil || n > 0 {
			return n > 0, err
		}
	}
	for _, p := range pairs {
		if n, err := s.count(ctx, countOutboxExternal, p.Corp, p.External); err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}

// spreading says whether a customer's contacts are still to follow in a tag.
func (s *Service) spreading(ctx context.Context, leaves []uint32, tag string) (bool, error) {
	for _, leaf := range leaves {
		if n, err := s.count(ctx, countSpread, int64(leaf), tag); err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}

func (s *Service) count(ctx context.Context, query string, args ...any) (n int, err error) {
	err = s.DB.Get(ctx, query, args, &n)
	return n, err
}

// roadEmpty says that nothing waits for the road.
func (s *Service) roadEmpty(ctx context.Context) (bool, error) {
	n, err := s.count(ctx, countRoad)
	return n == 0, err
}
