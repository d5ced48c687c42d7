package customer

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/timeline"
)

var levelColumns = []string{"seq", "ord", "kind", "from_level", "to_level", "at", "prev"}

// flushLevels writes pending changes.
func (s *Service) flushLevels(ctx context.Context) error {
	if len(s.moves) == 0 {
		return nil
	}
	args := s.args[:0]
	for _, m := range s.moves {
		args = append(args, m.seq, int64(m.ord), m.kind, m.from, m.to, m.at, m.prev)
	}
	s.args = args
	if err := s.db.InsertMany(ctx, "customer_level", levelColumns, args, ""); err != nil {
		return err
	}
	clear(s.args)
	s.moves = s.moves[:0]
	return nil
}

const selectLevels = `SELECT seq, ord, kind, to_level FROM customer_level WHERE seq > $1 ORDER BY seq`

// playLevels applies the history after s.moveSeq: all of it, or what a saved copy lacks.
func (s *Service) playLevels(ctx context.Context) error {
	err := s.db.Each(ctx, selectLevels, []any{s.moveSeq}, func(rows *sql.Rows) error {
		var seq int64
		var ord timeline.Ord
		var kind string
		var level int
		if err := rows.Scan(&seq, &ord, &kind, &level); err != nil {
			return err
		}
		if i := kindIndex(kind); i >= 0 && level < len(levelKinds[i].levels) {
			s.levels[i].put(ord, level)
		}
		s.moveSeq = seq
		s.chain(ord, seq)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read level history: %w", err)
	}
	return nil
}

// chain notes the newest change of a customer and gives the one before.
func (s *Service) chain(ord timeline.Ord, seq int64) (prev int64) {
	s.lastMove = reach(s.lastMove, ord)
	prev = int64(s.lastMove[ord])
	s.lastMove[ord] = uint32(seq)
	return prev
}

const selectMove = `SELECT seq, ord, kind, from_level, to_level, at, prev FROM customer_level WHERE seq = $1`

const selectMoves = `SELECT seq, ord, kind, from_level, to_level, at, prev FROM customer_level
WHERE ord = $1 ORDER BY seq DESC`

// eachMove visits the changes of one record, newest first, until visit returns false. While
// the newest is not on disk yet, it reads the table through instead of the chain.
func (s *Service) eachMove(ctx context.Context, ord timeline.Ord, visit func(m move) bool) error {
	s.tl.RLock()
	next := int64(0)
	if int(ord) < len(s.lastMove) {
		next = int64(s.lastMove[ord])
	}
	s.tl.RUnlock()
	for first := true; next != 0; first = false {
		var m move
		err := s.db.Get(ctx, selectMove, []any{next}, &m.seq, &m.ord, &m.kind, &m.from, &m.to, &m.at, &m.prev)
		if first && fault.Is(err, fault.NotFound) {
			return s.scanMoves(ctx, ord, visit)
		}
		if err != nil {
			return fmt.Errorf("read level history: %w", err)
		}
		if !visit(m) {
			return nil
		}
		next = m.prev
	}
	return nil
}

func (s *Service) scanMoves(ctx context.Context, ord timeline.Ord, visit func(m move) bool) error {
	more := true
	err := s.db.Each(ctx, selectMoves, []any{int64(ord)}, func(rows *sql.Rows) error {
		var m move
		if err := rows.Scan(&m.seq, &m.ord, &m.kind, &m.from, &m.to, &m.at, &m.prev); err != nil {
			return err
		}
		more = more && visit(m)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read level history: %w", err)
	}
	return nil
}

// LevelChange is one change of a customer's stage or tier. "" is none.
type LevelChange struct {
	Seq      int64
	Customer string // the record it was noted under
	Kind     string
	From, To string
	At       time.Time
}

// LevelHistory is up to limit changes of root's records before seq (0: the newest),
// newest first. No lock held.
func (s *Service) LevelHistory(ctx context.Context, root uint32, before int64, limit int) ([]LevelChange, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	s.tl.RLock()
	leaves := slices.Clone(s.tl.Leaves(root))
	s.tl.RUnlock()
	var out []LevelChange
	for _, leaf := range leaves {
		n := 0
		err := s.eachMove(ctx, leaf, func(m move) bool {
			if m.seq < before {
				n++
				l := s.Level(m.kind)
				out = append(out, LevelChange{
					Seq: m.seq, Customer: id.Customer(leaf), Kind: m.kind,
					From: l.name(m.from), To: l.name(m.to), At: time.UnixMilli(m.at).UTC(),
				})
			}
			return n < limit
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b LevelChange) int { return int(b.Seq - a.Seq) })
	return out[:min(limit, len(out))], nil
}

// LevelFlow is how many customers moved from one level to another.
type LevelFlow struct {
	From, To string
	Count    int
}

const selectFlow = `SELECT from_level, to_level, COUNT(*) FROM customer_level
WHERE kind = $1 AND at >= $2 AND at < $3 GROUP BY from_level, to_level ORDER BY from_level, to_level`

// LevelFlows counts the changes of a kind of level in [from, to).
func (s *Service) LevelFlows(ctx context.Context, kind string, from, to time.Time) ([]LevelFlow, error) {
	l := s.Level(kind)
	out := []LevelFlow{}
	err := s.db.Each(ctx, selectFlow, []any{kind, from.UnixMilli(), to.UnixMilli()}, func(rows *sql.Rows) error {
		var a, b, n int
		if err := rows.Scan(&a, &b, &n); err != nil {
			return err
		}
		out = append(out, LevelFlow{l.name(a), l.name(b), n})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count level changes: %w", err)
	}
	return out, nil
}

// LevelsAt are root's levels at a past moment by kind, NoLevel if none. No lock held.
func (s *Service) LevelsAt(ctx context.Context, root uint32, at time.Time) (map[string]int, error) {
	out := map[string]int{AIPL: NoLevel, AARRR: NoLevel, Tier: NoLevel}
	found := map[string]bool{}
	err := s.eachMove(ctx, root, func(m move) bool {
		if m.at <= at.UnixMilli() && !found[m.kind] {
			found[m.kind] = true
			out[m.kind] = m.to
		}
		return len(found) < len(levelKinds)
	})
	return out, err
}
