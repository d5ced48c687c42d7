package link

import (
	"context"
	"errors"
	"strconv"
	"sync"

	"yutang/internal/job"
)

const (
	maxWaiting = 8192 // clicks and links that wait to be written
	maxGroup   = 500  // written in one transaction
)

// work is one row to write: a link or a click.
type work struct {
	link  *row
	click *Click
	done  chan error
}

// keeper writes rows in groups: while one transaction is written, the next group gathers.
type keeper struct {
	s      *Service
	recent recent

	mu      sync.Mutex // guards the fields below
	waiting chan *work
	stopped chan struct{}
}

var errFull = errors.New("more clicks than can be written")

func (k *keeper) start() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.waiting == nil {
		k.waiting, k.stopped = make(chan *work, maxWaiting), make(chan struct{})
		go k.run(k.waiting, k.stopped)
	}
}

func (k *keeper) stop() {
	k.mu.Lock()
	ch, stopped := k.waiting, k.stopped
	k.waiting = nil
	if ch != nil {
		close(ch)
	}
	k.mu.Unlock()
	if ch != nil {
		<-stopped
	}
}

// hand gives a row to the group that gathers. Without a running keeper, ok is false. A
// click that finds no room is refused; a link waits for it.
func (k *keeper) hand(w *work) (ok bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.waiting == nil {
		return false, nil
	}
	w.done = make(chan error, 1)
	select {
	case k.waiting <- w:
		return true, nil
	default:
		return true, errFull
	}
}

// put writes a row, with others that come at the same time, and waits for it.
func (k *keeper) put(ctx context.Context, w *work) error {
	ok, err := k.hand(w)
	if !ok || errors.Is(err, errFull) && w.link != nil {
		return k.write(ctx, []*work{w})
	}
	if err != nil {
		return err
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (k *keeper) run(waiting chan *work, stopped chan struct{}) {
	defer close(stopped)
	for first := range waiting {
		group := []*work{first}
		for more := true; more && len(group) < maxGroup; {
			select {
			case w, open := <-waiting:
				if more = open; open {
					group = append(group, w)
				}
			default:
				more = false
			}
		}
		err := k.write(context.Background(), group)
		for _, w := range group {
			w.done <- err
		}
	}
}

// write puts rows and, for clicks, the job that reports them, in one transaction.
func (k *keeper) write(ctx context.Context, group []*work) error {
	return k.s.DB.InTx(ctx, func(ctx context.Context) error {
		next := int64(0)
		for _, w := range group {
			if w.link != nil {
				if err := k.s.insertLink(ctx, w.link); err != nil {
					return err
				}
				continue
			}
			if next == 0 {
				last, err := k.s.lastClick(ctx)
				if err != nil {
					return err
				}
				next = last + 1
				key := strconv.FormatInt(next, 10)
				if err := k.s.Jobs.Put(ctx, job.Job{Kind: kindReport, Key: key, Due: k.s.Clock.Now()}); err != nil {
					return err
				}
			}
			if err := k.s.insertClick(ctx, next, *w.click); err != nil {
				return err
			}
			next++
		}
		return nil
	})
}
