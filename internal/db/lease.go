package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"yutang/internal/fault"
)

// leaseKey is the advisory lock that the writing process holds on PostgreSQL.
const leaseKey = 0x797574616e67

// The key is combined with the schema, so that brands in one cluster do not block each other.
const leaseOf = "($1 # hashtext(current_schema())::bigint)"

// Lease takes the right to be the one writing process of this database, and holds it until
// release or the end of the connection. It waits 3 s for a process that is just going: the
// server may still think that it is there. SQLite needs none: the data directory's lock is it.
func (d *DB) Lease(ctx context.Context) (release func() error, err error) {
	if d.dialect == SQLite {
		return func() error { return nil }, nil
	}
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("take writer lease: %w", translate(err))
	}
	if err := takeLease(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		// The connection goes back to its pool, which may live on.
		_, err := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock"+leaseOf, int64(leaseKey))
		return errors.Join(err, conn.Close())
	}, nil
}

func takeLease(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "SET lock_timeout = '3s'"); err != nil {
		return translate(err)
	}
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock"+leaseOf, int64(leaseKey))
	if pe := (*pgconn.PgError)(nil); errors.As(err, &pe) && pe.Code == lockNotAvailable {
		return fault.New(fault.Conflict, "database_in_use", "another yutang writes to this database; stop it first")
	}
	if err == nil {
		_, err = conn.ExecContext(ctx, "RESET lock_timeout")
	}
	return translate(err)
}

const lockNotAvailable = "55P03"

// ServerVersion is the engine's own version text.
func (d *DB) ServerVersion(ctx context.Context) (version string, err error) {
	text := "SELECT sqlite_version()"
	if d.dialect == Postgres {
		text = "SHOW server_version"
	}
	err = d.Get(ctx, text, nil, &version)
	return version, err
}
