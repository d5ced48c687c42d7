package reconcile

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"yutang/internal/fault"
	"yutang/internal/wecom"
)

// ErrPause says that a slice of time is over. A Puller that gets it from a method of Run
// returns it; the run goes on from what was kept.
var ErrPause = errors.New("reconcile: the slice of time is over")

// Run is one kind of a run under way, for its Puller. Safe for concurrent use.
type Run struct {
	service *Service
	record  Record
	until   time.Time // end of the slice
	last    bool      // no further attempt: what fails now is given up

	mu   sync.Mutex
	kind Kind
	open int   // items left open by passing errors
	halt error // what stops all items
}

// ID names the run.
func (r *Run) ID() string { return r.record.ID }

// Corp is the corp that is compared.
func (r *Run) Corp() string { return r.record.Corp }

// Full says that everything is to be compared, not a share.
func (r *Run) Full() bool { return r.record.Full }

// Client is the platform client of the corp.
func (r *Run) Client(ctx context.Context) (*wecom.Client, error) {
	return r.service.Corps.Client(ctx, r.record.Corp)
}

// Items gives the items that are still open. The first time list says what there is; a
// Puller without parts names a single one.
func (r *Run) Items(ctx context.Context, list func(ctx context.Context) ([]string, error)) ([]Item, error) {
	s := r.service
	if r.kind.State == Waiting {
		names, err := list(ctx)
		if err != nil {
			return nil, err
		}
		names = slices.Compact(slices.Sorted(slices.Values(names)))
		r.mu.Lock()
		r.kind.State, r.kind.Total = Running, len(names)
		kind := r.copyKind()
		r.mu.Unlock()
		err = s.DB.InTx(ctx, func(ctx context.Context) error {
			if err := s.insertItems(ctx, r.record.ID, kind.Name, names, s.Clock.Now()); err != nil {
				return err
			}
			return s.saveKind(ctx, r.record.ID, kind)
		})
		if err != nil {
			return nil, err
		}
	}
	return s.openItems(ctx, r.record.ID, r.kind.Name)
}

// Each works on items, some at once. An item whose work returns nil is done. An error that
// concerns the item alone is recorded with it; one that stops everything is returned.
func (r *Run) Each(ctx context.Context, atOnce int, items []Item, do func(ctx context.Context, it Item) error) error {
	var g errgroup.Group // what is under way ends by itself: its work would be done again
	g.SetLimit(atOnce)
	for _, it := range items {
		g.Go(func() error {
			if err := r.pause(ctx); err != nil {
				return err
			}
			return r.settle(ctx, it, do(ctx, it))
		})
	}
	return g.Wait()
}

// Keep remembers how far an item is. ErrPause means: kept, and stop here.
func (r *Run) Keep(ctx context.Context, item, cursor string) error {
	if err := r.write(ctx, Item{item, cursor}, false, ""); err != nil {
		return err
	}
	return r.pause(ctx)
}

// Drift counts differences found, by kind of difference.
func (r *Run) Drift(found map[string]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for kind, n := range found {
		if n != 0 {
			r.kind.Drift[kind] += n
		}
	}
}

// Grow adds to the total of items, where a kind learns of more on the way.
func (r *Run) Grow(n int) {
	r.mu.Lock()
	r.kind.Total += n
	r.mu.Unlock()
}

func (r *Run) pause(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.service.closing.Load() || !r.service.Clock.Now().Before(r.until) {
		return ErrPause
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.halt
}

// settle writes what became of an item, and says whether the run must stop.
func (r *Run) settle(ctx context.Context, it Item, err error) error {
	switch {
	case err == nil:
		return r.write(ctx, it, true, "")
	case errors.Is(err, ErrPause) || ctx.Err() != nil || stops(err):
		r.mu.Lock()
		r.halt = err
		r.mu.Unlock()
		return err
	}
	passing := passes(err) && !r.last
	if passing {
		r.mu.Lock()
		r.open++
		r.mu.Unlock()
	}
	return r.write(ctx, Item{it.Name, keepCursor}, !passing, shorten(err.Error()))
}

// keepCursor leaves the cursor as it was kept.
const keepCursor = "\x00"

// write changes an item and, with it, the progress of the kind.
func (r *Run) write(ctx context.Context, it Item, done bool, reason string) error {
	s := r.service
	r.mu.Lock()
	if done {
		r.kind.Done++
	}
	kind := r.copyKind()
	r.mu.Unlock()
	return s.DB.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		text, args := updateItem, []any{it.Cursor, done, reason, s.Clock.Now().UnixMilli(), r.record.ID, kind.Name, it.Name}
		if it.Cursor == keepCursor {
			text, args = updateItemOutcome, args[1:]
		}
		if _, err := s.DB.Exec(ctx, text, args...); err != nil {
			return err
		}
		return s.saveKind(ctx, r.record.ID, kind)
	})
}

func (r *Run) copyKind() Kind {
	k := r.kind
	k.Drift = maps.Clone(k.Drift)
	return k
}

// stops says that an error concerns the whole run: the platform asks to wait, or does not
// know us.
func stops(err error) bool {
	class := wecom.ClassOf(err)
	return class == wecom.Rate || class == wecom.Auth
}

// passes says that the same call may succeed later.
func passes(err error) bool {
	switch wecom.ClassOf(err) {
	case wecom.Rate, wecom.Retryable, wecom.Transport, wecom.NotSent:
		return true
	}
	return fault.Is(err, fault.Unavailable) || fault.Is(err, fault.RateLimited)
}

// shorten cuts an error for the record.
func shorten(text string) string {
	const most = 300
	runes := []rune(text)
	return string(runes[:min(most, len(runes))])
}
