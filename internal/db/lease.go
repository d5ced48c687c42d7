package db

import (
	"context"
	"fmt"

	"yutang/internal/fault"
)

// leaseKey is the advisory lock that the writing process holds on PostgreSQL.
const leaseKey = 0x797574616e67

// Lease takes the right to be the one writing process of this database, and holds it until
// release or the end of the connection. SQLite needs none: the data directory's lock is it.
func (d *DB) Lease(ctx context.Context) (release func() error, err error) {
	if d.dialect == SQLite {
		return func() error { return nil }, nil
	}
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("take writer lease: %w", translate(err))
	}
	var held bool
	// The key is combined with the schema, so that brands in one cluster do not block each other.
	err = conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1 # hashtext(current_schema())::bigint)", int64(leaseKey)).Scan(&held)
	if err == nil && !held {
		err = fault.New(fault.Conflict, "database_in_use", "another yutang writes to this database; stop it first")
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn.Close, nil
}

// ServerVersion is the engine's own version text.
func (d *DB) ServerVersion(ctx context.Context) (version string, err error) {
	text := "SELECT sqlite_version()"
	if d.dialect == Postgres {
		text = "SHOW server_version"
	}
	err = d.Get(ctx, text, nil, &version)
	return version, err
}
