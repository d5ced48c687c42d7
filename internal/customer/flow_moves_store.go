package customer

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/page"
	"yutang/internal/timeline"
)

// FlowFilter says which changes FlowMoves lists. From and To are names of levels, "none"
// for no level, "" for any.
type FlowFilter struct {
	Kind         string
	From, To     string
	Since, Until time.Time // [Since, Until)
	Cursor       string
	Limit        int // 1 to page.MaxLimit
}

// noneName names no level in a FlowFilter.
const noneName = "none"

const selectFlowMoves = `SELECT seq, ord, from_level, to_level, at FROM customer_level
WHERE kind = $1 AND at >= $2 AND at < $3 AND (at, seq) < ($4, $5) AND from_level >= $6 AND from_level <= $7 AND to_level >= $8 AND to_level <= $9
ORDER BY at DESC, seq DESC LIMIT $10`

// FlowMoves lists the changes behind a flow, newest first, each with who is that customer now.
func (s *Service) FlowMoves(ctx context.Context, f FlowFilter) (p page.Page[LevelChange], err error) {
	l, before := s.Level(f.Kind), [2]int64{math.MaxInt64, math.MaxInt64}
	if _, err := page.After(f.Cursor, &before); err != nil {
		return p, err
	}
	args := []any{f.Kind, f.Since.UnixMilli(), f.Until.UnixMilli(), before[0], before[1]}
	for _, end := range [][2]string{{"/from", f.From}, {"/to", f.To}} {
		low, high, err := l.span(end[0], end[1])
		if err != nil {
			return p, err
		}
		args = append(args, low, high)
	}
	var out []LevelChange
	var leaves []timeline.Ord
	err = s.db.Each(ctx, selectFlowMoves, append(args, f.Limit+1), func(rows *sql.Rows) error {
		var m move
		if err := rows.Scan(&m.seq, &m.ord, &m.from, &m.to, &m.at); err != nil {
			return err
		}
		leaves = append(leaves, m.ord)
		out = append(out, LevelChange{Seq: m.seq, Kind: f.Kind, From: l.name(m.from), To: l.name(m.to), At: time.UnixMilli(m.at).UTC()})
		return nil
	})
	if err != nil {
		return p, fmt.Errorf("list level changes: %w", err)
	}
	s.tl.RLock()
	for i, leaf := range leaves {
		out[i].Customer = id.Customer(s.tl.Root(leaf))
	}
	s.tl.RUnlock()
	return page.Cut(out, f.Limit, func(c LevelChange) [2]int64 { return [2]int64{c.At.UnixMilli(), c.Seq} }), nil
}

// span is the levels that a name in a filter means, from the lowest to the highest.
func (l *LevelColumn) span(ptr, name string) (low, high int, err error) {
	switch at := slices.Index(l.names, name); {
	case name == "":
		return NoLevel, len(l.names), nil
	case name == noneName:
		return NoLevel, NoLevel, nil
	case at >= 0:
		return at, at, nil
	}
	return 0, 0, fault.BadField(ptr, "there is no level %q of %s; choose one of: %s, %s", name, l.kind, strings.Join(l.names, ", "), noneName)
}
