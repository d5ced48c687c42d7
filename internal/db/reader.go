package db

import (
	"context"
	"database/sql"
	"sync"
)

// readers are the reading statements prepared so far, by text. PostgreSQL's driver keeps
// its own.
type readers struct {
	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

// maxReaders is how many texts are kept prepared. What comes later, such as texts with
// lists of varying length, is prepared each time.
const maxReaders = 1024

// prepared is the pool's statement of a text, nil if it is not to be kept. Each open result
// holds a connection of its own, so one text may be read by several at once.
func (d *DB) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	r := &d.readers
	r.mu.RLock()
	stmt, full := r.stmts[query], len(r.stmts) >= maxReaders
	r.mu.RUnlock()
	if stmt != nil || full {
		return stmt, nil
	}
	stmt, err := d.read.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if other := r.stmts[query]; other != nil {
		return other, stmt.Close() //nolint:sqlclosecheck // the spare one
	}
	r.stmts[query] = stmt
	return stmt, nil
}

// query reads rows inside the transaction and must be followed by done. One statement
// cannot walk through two results at once: a text that is being read already, which is
// another one nested in its rows, is prepared anew.
func (w *writer) query(ctx context.Context, query string, args []any) (rows *sql.Rows, done func(), err error) {
	if _, busy := w.reading[query]; busy || (w.stmts[query] == nil && len(w.stmts) >= maxReaders) {
		rows, err = w.conn.QueryContext(ctx, query, args...)
		return rows, func() {}, err
	}
	stmt, err := w.prepare(ctx, query) //nolint:sqlclosecheck // kept with the connection
	if err != nil {
		return nil, nil, err
	}
	w.reading[query] = struct{}{}
	done = func() { delete(w.reading, query) }
	if rows, err = stmt.QueryContext(ctx, args...); err != nil {
		done()
	}
	return rows, done, err
}

// rows reads in ctx's transaction if there is one, else from the pool. done follows the
// closing of the rows.
func (d *DB) rows(ctx context.Context, query string, args []any) (rows *sql.Rows, done func(), err error) {
	w := txFrom(ctx)
	switch {
	case d.dialect != SQLite:
		rows, err = d.Query(ctx, query, args...)
		return rows, func() {}, err
	case w != nil:
		rows, done, err = w.query(ctx, query, args)
		return rows, done, translate(err)
	}
	stmt, err := d.prepared(ctx, query) //nolint:sqlclosecheck // kept with the pool
	if err == nil && stmt != nil {
		rows, err = stmt.QueryContext(ctx, args...)
	} else if err == nil {
		rows, err = d.read.QueryContext(ctx, query, args...)
	}
	return rows, func() {}, translate(err)
}
