package db

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"

	"yutang/internal/fault"
)

// sqliteURI names a file in the form in which every path is possible.
func sqliteURI(path string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

// createPrivate makes an empty file that only its owner may read, unless the file exists.
// SQLite gives its side files the same mode.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("make database file: %w", err)
	}
	return f.Close()
}

// CopySQLite writes a consistent copy of a database file that may be in use.
func CopySQLite(ctx context.Context, from, to string) error {
	pool, err := sql.Open("sqlite", sqliteURI(from)+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := os.Remove(to); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := createPrivate(to); err != nil {
		return err
	}
	if _, err := pool.ExecContext(ctx, "VACUUM INTO $1", to); err != nil {
		return translate(err)
	}
	f, err := os.OpenFile(to, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// CheckSQLite runs SQLite's integrity check on a database file and counts its events.
func CheckSQLite(ctx context.Context, path string) (events uint64, err error) {
	pool, err := sql.Open("sqlite", sqliteURI(path)+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return 0, err
	}
	defer pool.Close()
	var verdict string
	if err := pool.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return 0, translate(err)
	}
	if verdict != "ok" {
		return 0, fault.New(fault.Unavailable, "database_damaged", "the database is damaged: %s", verdict)
	}
	if err := pool.QueryRowContext(ctx, "SELECT COALESCE(MAX(seq), 0) FROM event").Scan(&events); err != nil {
		return 0, fmt.Errorf("count events: %w", translate(err))
	}
	return events, nil
}
