package wecom

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"yutang/internal/fault"
)

const (
	selectBlock = `SELECT level, blocked_to FROM wecom_block WHERE corp = $1 AND path = $2`
	upsertBlock = `INSERT INTO wecom_block (corp, path, level, blocked_to) VALUES ($1, $2, $3, $4)
		ON CONFLICT (corp, path) DO UPDATE SET level = excluded.level, blocked_to = excluded.blocked_to`
	deleteBlock = `DELETE FROM wecom_block WHERE corp = $1 AND path = $2`

	selectWindows = `SELECT span, counts FROM wecom_window WHERE corp = $1 AND path = $2`
	upsertWindow  = `INSERT INTO wecom_window (corp, path, span, counts) VALUES ($1, $2, $3, $4)
		ON CONFLICT (corp, path, span) DO UPDATE SET counts = excluded.counts`
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

// loadWindows gives a lane the counts of the process before.
func (l *Limits) loadWindows(ctx context.Context, n *lane) error {
	if l.db == nil {
		return nil
	}
	stored := map[int64]string{}
	err := l.db.Each(ctx, selectWindows, []any{n.corp, n.path}, func(rows *sql.Rows) error {
		var span int64
		var text string
		err := rows.Scan(&span, &text)
		stored[span] = text
		return err
	})
	if err != nil {
		return fmt.Errorf("load counts of %s: %w", n.path, err)
	}
	for _, w := range n.windows {
		text, ok := stored[w.span.Milliseconds()]
		if !ok {
			continue
		}
		if err := w.restore([]byte(text)); err != nil {
			return fmt.Errorf("read counts of %s: %w", n.path, err)
		}
	}
	return nil
}

func (l *Limits) saveWindows(ctx context.Context, n *lane) error {
	if l.db == nil {
		return nil
	}
	return l.db.InTx(ctx, func(ctx context.Context) error {
		for _, w := range n.windows {
			text, err := w.store()
			if err == nil {
				_, err = l.db.Exec(ctx, upsertWindow, n.corp, n.path, w.span.Milliseconds(), string(text))
			}
			if err != nil {
				return fmt.Errorf("save counts of %s: %w", n.path, err)
			}
			w.unsaved = 0
		}
		return nil
	})
}
