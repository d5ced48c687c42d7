package customer

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"yutang/internal/id"
	"yutang/internal/timeline"
)

var levelColumns = []string{"seq", "ord", "kind", "from_level", "to_level", "at"}

const selectMoveSeq = `SELECT COALESCE(MAX(seq), 0) FROM customer_level`

func (s *Service) flushLevels(ctx context.Context) error {
	if len(s.moves) == 0 {
		return nil
	}
	if s.moveSeq == 0 {
		if err := s.db.Get(ctx, selectMoveSeq, nil, &s.moveSeq); err != nil {
			return fmt.Errorf("read level history: %w", err)
		}
	}
	args := s.args[:0]
	for _, m := range s.moves {
		s.moveSeq++
		args = append(args, s.moveSeq, int64(m.ord), m.kind, m.from, m.to, m.at)
	}
	s.args = args
	if err := s.db.InsertMany(ctx, "customer_level", levelColumns, args, ""); err != nil {
		return err
	}
	clear(s.args)
	s.moves = s.moves[:0]
	return nil
}

const selectLevels = `SELECT ord, kind, to_level FROM customer_level ORDER BY seq`

const selectLevelsOf = `SELECT ord, kind, to_level FROM customer_level WHERE ord = $1 ORDER BY seq`

// loadLevels plays the history of all customers, or of one.
func (s *Service) loadLevels(ctx context.Context, only *timeline.Ord) error {
	query, args := selectLevels, []any(nil)
	if only != nil {
		query, args = selectLevelsOf, []any{*only}
		for _, l := range s.levels {
			l.put(*only, NoLevel)
		}
	}
	err := s.db.Each(ctx, query, args, func(rows *sql.Rows) error {
		var ord timeline.Ord
		var kind string
		var level int
		if err := rows.Scan(&ord, &kind, &level); err != nil {
			return err
		}
		if i := kindIndex(kind); i >= 0 && level < len(levelKinds[i].levels) {
			s.levels[i].put(ord, level)
		}
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

const selectHistory = `SELECT seq, kind, from_level, to_level, at FROM customer_level
WHERE ord = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3`

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
		err := s.db.Each(ctx, selectHistory, []any{leaf, before, limit}, func(rows *sql.Rows) error {
			c := LevelChange{Customer: id.Customer(leaf)}
			var from, to int
			var at int64
			if err := rows.Scan(&c.Seq, &c.Kind, &from, &to, &at); err != nil {
				return err
			}
			l := s.Level(c.Kind)
			c.From, c.To, c.At = l.name(from), l.name(to), time.UnixMilli(at).UTC()
			out = append(out, c)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read level history: %w", err)
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

const selectLevelAt = `SELECT kind, to_level FROM customer_level WHERE ord = $1 AND at <= $2 ORDER BY seq`

// LevelsAt are root's levels at a past moment by kind, NoLevel if none. No lock held.
func (s *Service) LevelsAt(ctx context.Context, root uint32, at time.Time) (map[string]int, error) {
	out := map[string]int{AIPL: NoLevel, AARRR: NoLevel, Tier: NoLevel}
	err := s.db.Each(ctx, selectLevelAt, []any{root, at.UnixMilli()}, func(rows *sql.Rows) error {
		var kind string
		var level int
		err := rows.Scan(&kind, &level)
		out[kind] = level
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read level history: %w", err)
	}
	return out, nil
}
