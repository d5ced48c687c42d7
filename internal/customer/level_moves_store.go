package customer

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// LevelMove is one change of a level as it stands on disk: of the record it was noted
// under, between indexes of the kind's names, NoLevel for none.
type LevelMove struct {
	Record   uint32
	Kind     string
	From, To int
	At       int64 // ms
}

const (
	selectAllMoves  = `SELECT ord, kind, from_level, to_level, at FROM customer_level ORDER BY seq`
	selectKindMoves = `SELECT ord, kind, from_level, to_level, at FROM customer_level WHERE kind = $1 ORDER BY seq`
)

// LevelMoves visits every change of a level, of these kinds or of all, in the order in which
// they were noted. Any goroutine; no lock held. The first error of visit ends it.
func (s *Service) LevelMoves(ctx context.Context, visit func(LevelMove) error, kinds ...string) error {
	query, args := selectAllMoves, []any(nil)
	if len(kinds) == 1 {
		query, args = selectKindMoves, []any{kinds[0]}
	}
	err := s.db.Each(ctx, query, args, func(rows *sql.Rows) error {
		var m LevelMove
		if err := rows.Scan(&m.Record, &m.Kind, &m.From, &m.To, &m.At); err != nil {
			return err
		}
		if len(kinds) > 0 && !slices.Contains(kinds, m.Kind) {
			return nil
		}
		return visit(m)
	})
	if err != nil {
		return fmt.Errorf("read changes of levels: %w", err)
	}
	return nil
}
