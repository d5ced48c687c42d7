package customer

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"yutang/internal/timeline"
)

const selectSomeProfiles = `SELECT ord, body FROM profile WHERE ord IN `

// someProfiles is how many rows one query asks for.
const someProfiles = 500

// readDocuments are the stored documents of records.
func (s *Service) readDocuments(ctx context.Context, leaves []timeline.Ord) (map[timeline.Ord]*document, error) {
	out := make(map[timeline.Ord]*document, len(leaves))
	for some := range slices.Chunk(leaves, someProfiles) {
		args := make([]any, len(some))
		for i, leaf := range some {
			args[i] = int64(leaf)
		}
		var plain []byte
		err := s.db.Each(ctx, selectSomeProfiles+places(len(some)), args, func(rows *sql.Rows) (err error) {
			var r sealedRow
			if err := rows.Scan(&r.ord, &r.body); err != nil {
				return err
			}
			out[r.ord], err = s.open(plain[:0], r.body)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// places is ($1, $2, ... $n).
func places(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(", $" + strconv.Itoa(i+1))
	}
	return "(" + strings.TrimPrefix(b.String(), ", ") + ")"
}
