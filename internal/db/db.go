// Package db owns the connection to SQL: opening, transactions, dialect, migrations and
// the translation of drivers' errors into kinds.
//
// There is one writer in the process. InTx serialises write transactions on both
// engines; a transaction rides in the context, and InTx inside a transaction joins it.
// Reads outside a transaction use a pool beside the writer and see the last commit.
// When InTx returns nil the change is on disk (SQLite: WAL, synchronous=FULL).
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"

	"yutang/internal/failpoint"
	"yutang/internal/fault"
)

// Dialect is the SQL engine in use.
type Dialect uint8

// The engines.
const (
	SQLite Dialect = iota
	Postgres
)

// String is the dialect's name as goose knows it.
func (d Dialect) String() string { return [...]string{"sqlite3", "postgres"}[d] }

// DB is an open database. Safe for concurrent use.
type DB struct {
	dialect Dialect
	write   *sql.DB
	read    *sql.DB
	gate    chan struct{} // holds one token: the right to write
	writer  *writer       // the one writing connection; owned by who holds the token
	readers readers
}

type txKey struct{}

// txFrom is the writer whose transaction rides in ctx, nil if there is none.
func txFrom(ctx context.Context) *writer {
	w, _ := ctx.Value(txKey{}).(*writer)
	return w
}

// Within says whether ctx carries an open transaction.
func Within(ctx context.Context) bool { return txFrom(ctx) != nil }

// Open opens url: "postgres://..." or the path of an SQLite file, made if absent.
// It does not migrate; see Migrate.
func Open(ctx context.Context, url string) (*DB, error) {
	d := &DB{gate: make(chan struct{}, 1), readers: readers{stmts: map[string]*sql.Stmt{}}}
	d.gate <- struct{}{}
	var err error
	switch scheme, _, named := strings.Cut(url, "://"); {
	case named && (scheme == "postgres" || scheme == "postgresql"):
		err = d.openPostgres(url)
	case named:
		err = fault.New(fault.Invalid, "unknown_database", "there is no database of the kind %q; give postgres://... or leave it out for SQLite", scheme)
	default:
		err = d.openSQLite(strings.TrimPrefix(url, "sqlite:"))
	}
	if err == nil {
		err = errors.Join(d.write.PingContext(ctx), d.read.PingContext(ctx))
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", errors.Join(translate(err), d.Close()))
	}
	return d, nil
}

func (d *DB) openPostgres(url string) (err error) {
	d.dialect = Postgres
	if d.write, err = sql.Open("pgx", url); err != nil {
		return err
	}
	d.write.SetMaxOpenConns(3)
	d.write.SetMaxIdleConns(3)
	if d.read, err = sql.Open("pgx", url); err != nil {
		return err
	}
	d.read.SetMaxOpenConns(8)
	d.read.SetMaxIdleConns(8)
	return nil
}

const sqlitePragmas = "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
	"&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)&_pragma=wal_autocheckpoint(4000)"

func (d *DB) openSQLite(path string) (err error) {
	d.dialect = SQLite
	pragmas := sqlitePragmas
	if failpoint.Broken(failpoint.NoSync) {
		pragmas = strings.Replace(pragmas, "(FULL)", "(NORMAL)", 1)
	}
	if err := createPrivate(path); err != nil {
		return err
	}
	base := sqliteURI(path) + "?" + pragmas
	if d.write, err = sql.Open("sqlite", base+"&_txlock=immediate&_pragma=cache_size(-65536)"); err != nil {
		return err
	}
	d.write.SetMaxOpenConns(1)
	if d.read, err = sql.Open("sqlite", base+"&_pragma=query_only(1)&_pragma=cache_size(-16384)"); err != nil {
		return err
	}
	d.read.SetMaxOpenConns(4)
	d.read.SetMaxIdleConns(4)
	return nil
}

// Dialect says which engine this is.
func (d *DB) Dialect() Dialect { return d.dialect }

// Close closes both pools. Open transactions fail.
func (d *DB) Close() error {
	var errs []error
	if d.writer != nil {
		errs = append(errs, d.writer.conn.Close())
	}
	for _, pool := range []*sql.DB{d.write, d.read} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// InTx runs fn in a write transaction and commits if it returns nil. Inside a
// transaction it joins: the outermost InTx decides. fn must use the ctx it is given.
func (d *DB) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if txFrom(ctx) != nil {
		return fn(ctx)
	}
	select {
	case <-d.gate:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { d.gate <- struct{}{} }()
	w, err := d.begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", translate(err))
	}
	committed := false
	defer func() {
		if !committed {
			d.rollback(w) // after an error or panic of fn, which is what the caller hears of
		}
	}()
	if err := fn(context.WithValue(ctx, txKey{}, w)); err != nil {
		return err
	}
	// A commit that has begun is not abandoned with the caller's patience.
	if _, err := w.exec(context.WithoutCancel(ctx), "COMMIT", nil); err != nil {
		return fmt.Errorf("commit: %w", translate(err))
	}
	committed = true
	return nil
}

// Exec runs a statement in ctx's transaction, or in one of its own, and says how many
// rows it changed. Statements are prepared once and kept: the text must not vary with data.
func (d *DB) Exec(ctx context.Context, query string, args ...any) (rows int64, err error) {
	w := txFrom(ctx)
	if w == nil {
		err = d.InTx(ctx, func(ctx context.Context) error {
			rows, err = d.Exec(ctx, query, args...)
			return err
		})
		return rows, err
	}
	rows, err = w.exec(ctx, query, args)
	return rows, translate(err)
}

// Query reads rows, in ctx's transaction if there is one. The caller closes them.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if w := txFrom(ctx); w != nil {
		rows, err := w.conn.QueryContext(ctx, query, args...)
		return rows, translate(err)
	}
	rows, err := d.read.QueryContext(ctx, query, args...)
	return rows, translate(err)
}

// Get reads exactly one row into dest. No row is fault.NotFound.
func (d *DB) Get(ctx context.Context, query string, args []any, dest ...any) error {
	rows, done, err := d.rows(ctx, query, args)
	if err != nil {
		return err
	}
	defer done()
	defer rows.Close()
	if rows.Next() {
		return translate(rows.Scan(dest...))
	}
	if err := rows.Err(); err != nil {
		return translate(err)
	}
	return translate(sql.ErrNoRows)
}

// Each reads all rows of query, calling scan once per row.
func (d *DB) Each(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	rows, done, err := d.rows(ctx, query, args)
	if err != nil {
		return err
	}
	defer done()
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return translate(rows.Err())
}
