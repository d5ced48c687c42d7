package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// writer is the writing connection with the statements prepared on it.
type writer struct {
	conn    *sql.Conn
	stmts   map[string]*sql.Stmt
	reading map[string]struct{} // texts whose rows are open
}

func newWriter(conn *sql.Conn) *writer {
	return &writer{conn: conn, stmts: map[string]*sql.Stmt{}, reading: map[string]struct{}{}}
}

// prepare is the statement of a text, prepared on first use.
func (w *writer) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	stmt := w.stmts[query]
	if stmt == nil {
		var err error
		if stmt, err = w.conn.PrepareContext(ctx, query); err != nil {
			return nil, err
		}
		w.stmts[query] = stmt
	}
	return stmt, nil
}

// exec runs query, prepared on first use. BEGIN, COMMIT and the like come here too.
func (w *writer) exec(ctx context.Context, query string, args []any) (int64, error) {
	stmt, err := w.prepare(ctx, query) //nolint:sqlclosecheck // kept with the connection
	if err != nil {
		return 0, err
	}
	res, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// begin opens a transaction on the writing connection, making that anew if it is lost.
// The caller holds the token. A BEGIN that has begun is not abandoned with the caller's
// patience: SQLite would be left inside a transaction that nobody ends.
func (d *DB) begin(ctx context.Context) (*writer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	text := "BEGIN"
	if d.dialect == SQLite {
		text = "BEGIN IMMEDIATE"
	}
	if d.writer != nil {
		if _, err := d.writer.exec(ctx, text, nil); err == nil {
			return d.writer, nil
		} else if d.dialect == SQLite {
			return nil, err
		}
		d.dropWriter()
	}
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	d.writer = newWriter(conn)
	_, err = d.writer.exec(ctx, text, nil)
	return d.writer, err
}

// rollback ends the open transaction. A connection that cannot even roll back is
// dropped; the next transaction opens another.
func (d *DB) rollback(w *writer) {
	if _, err := w.exec(context.Background(), "ROLLBACK", nil); err != nil {
		// SQLite has rolled back by itself after an I/O error or a full disk.
		if d.dialect == SQLite && strings.Contains(err.Error(), "no transaction is active") {
			return
		}
		d.dropWriter()
	}
}

func (d *DB) dropWriter() {
	for _, s := range d.writer.stmts {
		_ = s.Close()
	}
	// ErrBadConn makes the pool discard the connection instead of keeping it.
	_ = d.writer.conn.Raw(func(any) error { return errBadConn })
	_ = d.writer.conn.Close()
	d.writer = nil
}

// insertChunk is how many rows one INSERT carries: enough to spread the cost of a
// statement, few enough that the SQLite driver's search per parameter stays cheap.
const insertChunk = 24

// InsertMany appends rows to table inside ctx's transaction. args holds the rows one
// after another, len(cols) values each. tail is "" or a clause such as "ON CONFLICT DO
// NOTHING". Without a tail a broken constraint ends the transaction.
func (d *DB) InsertMany(ctx context.Context, table string, cols []string, args []any, tail string) error {
	w := txFrom(ctx)
	if w == nil {
		return errors.New("db: InsertMany outside a transaction")
	}
	if len(args)%len(cols) != 0 {
		return fmt.Errorf("db: insert into %s: %d values do not fill rows of %d", table, len(args), len(cols))
	}
	for len(args) > 0 {
		n := 1
		if len(args) >= insertChunk*len(cols) {
			n = insertChunk
		}
		if _, err := w.exec(ctx, insertText(d.dialect, table, cols, n, tail), args[:n*len(cols)]); err != nil {
			return fmt.Errorf("insert into %s: %w", table, translate(err))
		}
		args = args[n*len(cols):]
	}
	return nil
}

type insertKey struct {
	dialect Dialect
	table   string
	cols    string
	rows    int
	tail    string
}

// insertText writes the statement. Positional "?" is what SQLite's driver binds fastest.
func insertText(dialect Dialect, table string, cols []string, rows int, tail string) string {
	key := insertKey{dialect, table, strings.Join(cols, ", "), rows, tail}
	if text, ok := insertTexts.Load(key); ok {
		return text.(string)
	}
	var b strings.Builder
	verb := "INSERT"
	if dialect == SQLite && tail == "" {
		// A conflict ends the whole transaction, so SQLite need not keep a journal to undo
		// the statement alone: a fifth of the cost of a bulk insert.
		verb = "INSERT OR ROLLBACK"
	}
	fmt.Fprintf(&b, "%s INTO %s (%s) VALUES ", verb, table, key.cols)
	for r := range rows {
		if r > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for c := range cols {
			if c > 0 {
				b.WriteString(", ")
			}
			if dialect == SQLite {
				b.WriteByte('?')
			} else {
				fmt.Fprintf(&b, "$%d", r*len(cols)+c+1)
			}
		}
		b.WriteByte(')')
	}
	if tail != "" {
		b.WriteString(" " + tail)
	}
	insertTexts.Store(key, b.String())
	return b.String()
}
