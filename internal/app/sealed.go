package app

import (
	"context"

	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/seal"
)

// openLatest opens the newest event with the key file: the two belong together if it does.
func openLatest(ctx context.Context, cfg Config) error {
	d, err := db.Open(ctx, cfg.DatabaseURL())
	if err != nil {
		return err
	}
	defer d.Close()
	box, err := seal.OpenKeyFile(cfg.KeyFile)
	if err != nil {
		return err
	}
	log := event.NewLog(d, box)
	if err := log.Load(ctx); err != nil || log.Last() == 0 {
		return err
	}
	_, err = log.Read(ctx, []uint64{log.Last()})
	return err
}
