package wecom

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/fault"
)

const (
	selectBlock = `SELECT level, blocked_to FROM wecom_block WHERE corp = $1 AND path = $2`
	upsertBlock = `INSERT INTO wecom_block (corp, path, level, blocked_to) VALUES ($1, $2, $3, $4)
		ON CONFLICT (corp, path) DO UPDATE SET level = excluded.level, blocked_to = excluded.blocked_to`
	deleteBlock = `DELETE FROM wecom_block WHERE corp = $1 AND path = $2`
)

func (l *Limits) loadBlock(ctx context.Context, corp, path string) (level int, until time.Time, err error) {
	if l.db == nil {
		return 0, time.Time{}, nil
	}
	var ms int64
	err = l.db.Get(ctx, selectBlock, []any{corp, path}, &level, &ms)
	if fault.Is(err, fault.NotFound) {
		return 0, time.Time{}, nil
	}
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("load block of %s: %w", path, err)
	}
	return level, time.UnixMilli(ms).UTC(), nil
}

func (l *Limits) saveBlock(ctx context.Context, corp, path string, level int, until time.Time) error {
	if l.db == nil {
		return nil
	}
	_, err := l.db.Exec(ctx, upsertBlock, corp, path, level, until.UnixMilli())
	if err != nil {
		return fmt.Errorf("save block of %s: %w", path, err)
	}
	return nil
}

func (l *Limits) dropBlock(ctx context.Context, corp, path string) error {
	if l.db == nil {
		return nil
	}
	_, err := l.db.Exec(ctx, deleteBlock, corp, path)
	return err
}
