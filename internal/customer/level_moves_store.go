package customer

import (
	"context"
	"database/sql"
	"fmt"
)

// LevelMove is one change of a level as it stands on disk: of the record it was noted
// under, between indexes of the kind's names, NoLevel for none.
type LevelMove struct {
	Record   uint32
	Kind     string
	From, To int
	At       int64 // ms
}

const selectAllMoves = `SELECT ord, kind, from_level, to_level, at FROM customer_level ORDER BY seq`

// LevelMoves visits every change of a level in the order in which they were noted. Any
// goroutine; no lock held. The first error of visit ends it.
func (s *Service) LevelMoves(ctx context.Context, visit func(LevelMove) error) error {
	err := s.db.Each(ctx, selectAllMoves, nil, func(rows *sql.Rows) error {
		var m LevelMove
		if err := rows.Scan(&m.Record, &m.Kind, &m.From, &m.To, &m.At); err != nil {
			return err
		}
		return visit(m)
	})
	if err != nil {
		return fmt.Errorf("read changes of levels: %w", err)
	}
	return nil
}
