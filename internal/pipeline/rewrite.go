package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Rewrite is Do for a change of what is stored that no room can follow in its memory, such as
// the erasure of a person. When it is committed derived state is thrown away and loaded again
// from SQL. Readers see the state before or the state after; submissions wait meanwhile.
// Saved state of before is refused by later starts, and removed.
func (p *Pipeline) Rewrite(ctx context.Context, fn func(ctx context.Context) error) error {
	if err := p.Ready(); err != nil {
		return err
	}
	return p.wait(ctx, &work{done: make(chan error, 1), anew: true, fn: func(ctx context.Context) error {
		if err := fn(ctx); err != nil {
			return err
		}
		return p.saveEpoch(ctx, p.epoch+1)
	}})
}

// rewritten follows a committed rewrite. Writer only.
func (p *Pipeline) rewritten(ctx context.Context) {
	err := p.dropSnapshot()
	if err == nil {
		err = p.Load(ctx)
	}
	if err != nil {
		p.fail(err)
		p.reload(ctx)
	}
}

func (p *Pipeline) dropSnapshot() error {
	if p.snapshotPath == "" {
		return nil
	}
	if err := os.Remove(p.snapshotPath); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove old snapshot: %w", err)
	}
	return nil
}
