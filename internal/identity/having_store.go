package identity

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

const selectHaving = `SELECT ord FROM identity WHERE ord >= $1 AND ord <= $2 AND type = $3`

// havingChunk is how many records one statement spans.
const havingChunk = 2000

// Having says which of the records have an identity of a type. Any goroutine; no lock held.
func (s *Service) Having(ctx context.Context, typ string, records []uint32) (map[uint32]bool, error) {
	sorted := slices.Sorted(slices.Values(records))
	wanted := make(map[uint32]bool, len(sorted))
	for _, ord := range sorted {
		wanted[ord] = true
	}
	out := map[uint32]bool{}
	for chunk := range slices.Chunk(sorted, havingChunk) {
		args := []any{int64(chunk[0]), int64(chunk[len(chunk)-1]), typ}
		err := s.db.Each(ctx, selectHaving, args, func(rows *sql.Rows) error {
			var ord uint32
			err := rows.Scan(&ord)
			if wanted[ord] {
				out[ord] = true
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("find records with %s: %w", typ, err)
		}
	}
	return out, nil
}
