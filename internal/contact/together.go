package contact

import (
	"context"
	"errors"
	"sync"

	"yutang/internal/db"
)

// together makes one transaction of what several want written at the same moment: each
// waits for one commit, and the disk is asked once. Whoever comes while a transaction runs
// is in the next.
type together struct {
	turn chan struct{} // taken by who commits

	mu      sync.Mutex
	waiting []*wish
}

type wish struct {
	write func(ctx context.Context) error
	done  chan error // receives once
}

func newTogether() *together { return &together{turn: make(chan struct{}, 1)} }

// inTx runs write in a transaction with others. It may be run again, alone, if another one
// of them failed. A caller who already has a transaction stays in it.
func (t *together) inTx(ctx context.Context, d *db.DB, write func(ctx context.Context) error) error {
	if db.Within(ctx) {
		return write(ctx)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	mine := &wish{write, make(chan error, 1)}
	t.mu.Lock()
	t.waiting = append(t.waiting, mine)
	t.mu.Unlock()
	select {
	case err := <-mine.done:
		return err
	case t.turn <- struct{}{}:
	}
	defer func() { <-t.turn }()
	for {
		select {
		case err := <-mine.done: // maybe from somebody before us
			return err
		default:
			commit(context.WithoutCancel(ctx), d, t.next())
		}
	}
}

// most is how many share a transaction: others want to write too.
const most = 16

func (t *together) next() []*wish {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(t.waiting), most)
	some := t.waiting[:n:n]
	t.waiting = t.waiting[n:]
	return some
}

var errNotWritten = errors.New("contact: the transaction broke off")

func commit(ctx context.Context, d *db.DB, all []*wish) {
	defer func() {
		for _, w := range all { // after a panic nobody waits for ever
			select {
			case w.done <- errNotWritten:
			default:
			}
		}
	}()
	if len(all) > 1 {
		err := d.InTx(ctx, func(ctx context.Context) error {
			for _, w := range all {
				if err := w.write(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			for _, w := range all {
				w.done <- nil
			}
			return
		}
	}
	for _, w := range all {
		w.done <- d.InTx(ctx, w.write)
	}
}
