package inbox

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// maxHeld is how many pending callbacks are kept in memory. Beyond it they wait in SQL.
const maxHeld = 20_000

// lanes holds what is pending, in order within each lane. A lane is asleep after a failure,
// busy while a worker has its head, and otherwise runnable when it is not empty.
type lanes struct {
	s *Service

	mu       sync.Mutex
	cond     *sync.Cond
	lanes    map[string]*lane
	runnable []*lane
	asleep   sleepers
	changed  chan struct{} // the earliest sleeper may have changed
	held     int
	seen     int64 // highest id that was taken into memory
	overflow bool  // later ones are in SQL only
	closed   bool
}

type lane struct {
	key   string
	queue []*Callback
	due   time.Time
	index int // in asleep
}

func newLanes(s *Service) *lanes {
	l := &lanes{s: s, lanes: map[string]*lane{}, changed: make(chan struct{}, 1)}
	l.cond = sync.NewCond(&l.mu)
	return l
}

// add takes a callback that was just written.
func (l *lanes) add(c *Callback) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.overflow || l.held >= maxHeld {
		l.overflow = true
		return
	}
	l.put(c)
}

// retry takes a callback that was settled before, however full memory is.
func (l *lanes) retry(c *Callback) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.put(c)
}

func (l *lanes) put(c *Callback) {
	key := c.Corp + "\x00" + c.Lane
	ln := l.lanes[key]
	if ln == nil {
		ln = &lane{key: key, index: -1}
		l.lanes[key] = ln
		l.runnable = append(l.runnable, ln)
		l.cond.Signal()
	}
	ln.queue = append(ln.queue, c)
	l.held++
	l.seen = max(l.seen, c.ID)
}

// refill reads pending callbacks after id from SQL, as many as fit.
func (l *lanes) refill(ctx context.Context, after int64) error {
	l.mu.Lock() // nothing is added between reading and taking
	defer l.mu.Unlock()
	list, err := l.s.pending(ctx, after, maxHeld)
	if err != nil {
		return err
	}
	l.overflow = len(list) == maxHeld
	for _, c := range list {
		if c.ID > l.seen {
			l.put(c)
		}
	}
	return nil
}

// next waits for a runnable lane and takes its head. It is nil when the inbox stops.
func (l *lanes) next() (*lane, *Callback) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.runnable) == 0 && !l.closed {
		l.cond.Wait()
	}
	if l.closed {
		return nil, nil
	}
	ln := l.runnable[0]
	l.runnable = l.runnable[1:]
	return ln, ln.queue[0]
}

// done removes the head of a lane. It says whether memory should be filled from SQL, and
// from where.
func (l *lanes) done(ln *lane) (refill bool, after int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln.queue[0] = nil
	ln.queue = ln.queue[1:]
	l.held--
	if len(ln.queue) == 0 {
		delete(l.lanes, ln.key)
	} else {
		l.runnable = append(l.runnable, ln)
		l.cond.Signal()
	}
	return l.overflow && l.held == 0, l.seen
}

// sleep keeps a lane back until due.
func (l *lanes) sleep(ln *lane, due time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln.due = due
	heap.Push(&l.asleep, ln)
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// wake makes lanes runnable when their pause is over.
func (l *lanes) wake(ctx context.Context) {
	for ctx.Err() == nil {
		l.mu.Lock()
		now := l.s.Clock.Now()
		for len(l.asleep) > 0 && !l.asleep[0].due.After(now) {
			l.runnable = append(l.runnable, heap.Pop(&l.asleep).(*lane))
			l.cond.Signal()
		}
		var due time.Time
		if len(l.asleep) > 0 {
			due = l.asleep[0].due
		}
		l.mu.Unlock()
		l.rest(ctx, due)
	}
}

// rest waits until due, or without end if it is zero, or for an earlier sleeper.
func (l *lanes) rest(ctx context.Context, due time.Time) {
	wait, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan struct{})
	if !due.IsZero() {
		go func() {
			if l.s.Clock.WaitUntil(wait, due) == nil {
				close(over)
			}
		}()
	}
	select {
	case <-over:
	case <-l.changed:
	case <-ctx.Done():
	}
}

func (l *lanes) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.cond.Broadcast()
}

// sleepers is a heap of lanes by due time.
type sleepers []*lane

// Len is for the heap.
func (h sleepers) Len() int { return len(h) }

// Less is for the heap.
func (h sleepers) Less(i, j int) bool { return h[i].due.Before(h[j].due) }

// Swap is for the heap.
func (h sleepers) Swap(i, j int) { h[i], h[j] = h[j], h[i]; h[i].index, h[j].index = i, j }

// Push is for the heap.
func (h *sleepers) Push(x any) { ln := x.(*lane); ln.index = len(*h); *h = append(*h, ln) }

// Pop is for the heap.
func (h *sleepers) Pop() any {
	old := *h
	ln := old[len(old)-1]
	old[len(old)-1], *h = nil, old[:len(old)-1]
	return ln
}
