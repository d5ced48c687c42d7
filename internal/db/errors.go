package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"yutang/internal/failpoint"
	"yutang/internal/fault"
)

var (
	errBadConn  = driver.ErrBadConn
	insertTexts sync.Map // insertKey → string
)

// SQLite's primary result codes used here (sqlite.org/rescode.html).
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteReadOnly   = 8
	sqliteIOErr      = 10
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteConstraint = 19
	sqliteUnique     = 2067 // extended
	sqlitePrimaryKey = 1555 // extended
)

// translate gives a driver's error its kind: a broken unique key is a conflict, no row
// is not_found, a full disk or a lost connection is unavailable. Others stay internal.
func translate(err error) error {
	var se *sqlite.Error
	var pe *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fault.Wrap(fault.NotFound, "not_found", err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &se):
		return translateSQLite(se)
	case errors.As(err, &pe):
		return translatePostgres(pe)
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone):
		return fault.Wrap(fault.Unavailable, "database_unavailable", err)
	}
	return err
}

func translateSQLite(e *sqlite.Error) error {
	switch code := e.Code(); {
	case code == sqliteUnique || code == sqlitePrimaryKey:
		return fault.Wrap(fault.Conflict, "duplicate", e)
	case code&0xff == sqliteFull:
		return fault.Wrap(fault.Unavailable, "disk_full", e)
	case code&0xff == sqliteIOErr, code&0xff == sqliteCorrupt, code&0xff == sqliteReadOnly:
		return fault.Wrap(fault.Unavailable, "disk_error", e)
	case code&0xff == sqliteBusy, code&0xff == sqliteLocked:
		return fault.Wrap(fault.Unavailable, "database_busy", e)
	}
	return e
}

// translatePostgres goes by SQLSTATE class (PostgreSQL manual, appendix A).
func translatePostgres(e *pgconn.PgError) error {
	switch {
	case e.Code == "23505":
		return fault.Wrap(fault.Conflict, "duplicate", e)
	case e.Code == "22021": // NUL in a text, which SQLite stores
		return fault.New(fault.Invalid, "invalid_text", "a text holds a character that cannot be stored")
	case e.Code == "53100":
		return fault.Wrap(fault.Unavailable, "disk_full", e)
	case len(e.Code) == 5 && (e.Code[:2] == "53" || e.Code[:2] == "57" || e.Code[:2] == "58" || e.Code[:2] == "08"):
		return fault.Wrap(fault.Unavailable, "database_unavailable", e)
	}
	return e
}

// IsDiskError says that the storage failed under a write (an fsync or write error, a
// damaged file): the process must not trust what it has in memory, and stops.
func IsDiskError(err error) bool {
	var e *fault.Error
	return errors.As(err, &e) && e.Code == "disk_error" && !failpoint.Broken(failpoint.KeepGoing)
}

// IsDiskFull says that there was no room; with room, the same write would succeed.
func IsDiskFull(err error) bool {
	var e *fault.Error
	return errors.As(err, &e) && e.Code == "disk_full"
}
