package wecom

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const selectBlocks = `SELECT path, blocked_to FROM wecom_block WHERE corp = $1 AND blocked_to > $2 ORDER BY path`

// Blocks tells which paths of a corp the platform blocks now, and until when. It needs
// WithDB; without it nothing is known.
func (l *Limits) Blocks(ctx context.Context, corp string) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	if l.db == nil {
		return out, nil
	}
	err := l.db.Each(ctx, selectBlocks, []any{corp, l.clk.Now().UnixMilli()}, func(rows *sql.Rows) error {
		var path string
		var until int64
		err := rows.Scan(&path, &until)
		out[path] = time.UnixMilli(until).UTC()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list blocks of %s: %w", corp, err)
	}
	return out, nil
}
