package db

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema to the program's version. One text serves both engines: the
// word ROWKEY stands for a 64-bit integer primary key, which on SQLite must be spelled
// INTEGER PRIMARY KEY to be the row's own number. BYTEA and BIGINT mean what they say.
func (d *DB) Migrate(ctx context.Context) error {
	files, err := d.migrationFS()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	dialect := goose.DialectSQLite3
	if d.dialect == Postgres {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, d.write, files)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", translate(err))
	}
	return nil
}

func (d *DB) migrationFS() (fs.FS, error) {
	key := "INTEGER PRIMARY KEY"
	if d.dialect == Postgres {
		key = "BIGINT PRIMARY KEY"
	}
	out := fstest.MapFS{}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		text = bytes.ReplaceAll(text, []byte("ROWKEY"), []byte(key))
		out[name[len("migrations/"):]] = &fstest.MapFile{Data: text}
	}
	return out, nil
}
