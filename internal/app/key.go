package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"yutang/internal/fault"
	"yutang/internal/seal"
)

// keyScope binds the known text to its table.
const keyScope = "key_check"

// openKey opens the key file and proves that it is the database's own: a new key beside
// old data would make a server that can read nothing and seals what comes with another key.
func (a *App) openKey(ctx context.Context) (err error) {
	var sealed []byte
	err = a.db.Get(ctx, "SELECT sealed FROM key_check WHERE id = 1", nil, &sealed)
	fresh := fault.Is(err, fault.NotFound)
	if err != nil && !fresh {
		return fmt.Errorf("read key check: %w", err)
	}
	if _, err := os.Stat(a.KeyFile); errors.Is(err, fs.ErrNotExist) && !fresh {
		return fault.New(fault.Precondition, "key_missing",
			"the key file %s is missing; the data cannot be read without it: put its copy back (mode 600) or name it with --key-file", a.KeyFile)
	}
	if a.box, err = seal.OpenKeyFile(a.KeyFile); err != nil {
		return err
	}
	if fresh {
		_, err = a.db.Exec(ctx, "INSERT INTO key_check (id, sealed) VALUES (1, $1)", a.box.Seal(nil, []byte("yutang"), keyScope))
		return err
	}
	if _, err := a.box.Open(nil, sealed, keyScope); err != nil {
		return fault.New(fault.Precondition, "key_wrong",
			"the key file %s is not the one that this data was sealed with: put that one back", a.KeyFile)
	}
	return nil
}
