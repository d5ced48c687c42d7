package crash

import (
	"context"
	"database/sql"
	"encoding/hex"
	"path/filepath"

	"yutang/internal/db"
)

const selectInbox = `SELECT hash, state, event, reason FROM callback ORDER BY id`

// inboxRow is what the stopped server's database says of one callback.
type inboxRow struct{ hash, state, event, reason string }

// readInbox reads the inbox of a stopped server.
func readInbox(ctx context.Context, data string) (rows []inboxRow, err error) {
	path := filepath.Join(data, "yutang.db")
	if _, err := db.CheckSQLite(ctx, path); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	err = d.Each(ctx, selectInbox, nil, func(r *sql.Rows) error {
		var row inboxRow
		var hash []byte
		err := r.Scan(&hash, &row.state, &row.event, &row.reason)
		row.hash = hex.EncodeToString(hash)
		rows = append(rows, row)
		return err
	})
	return rows, err
}
