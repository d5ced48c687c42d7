package db_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
)

// covers: J3
func TestSQLite_FilesArePrivateUnderAnyName(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "50%20 off? #1 名.db")
	d := dbtest.Open(t, path)
	if err := d.InTx(ctx, func(ctx context.Context) error {
		_, err := d.Exec(ctx, "INSERT INTO event_name (id, name) VALUES (1, 'a')")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	to := path + ".copy"
	if err := db.CopySQLite(ctx, path, to); err != nil {
		t.Fatal(err)
	}
	if _, err := db.CheckSQLite(ctx, to); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, path + "-wal", path + "-shm", to} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", p, info, err)
		}
	}
}
