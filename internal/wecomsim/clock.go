package wecomsim

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"yutang/internal/clock"
)

// virtual is a clock ahead of another by what was advanced.
type virtual struct {
	base    clock.Clock
	mu      sync.Mutex
	offset  time.Duration
	pinned  time.Time // in a replay, the moment of the record
	changed chan struct{}
}

func newVirtual(base clock.Clock) *virtual {
	return &virtual{base: base, changed: make(chan struct{})}
}

// Now is the base clock's moment plus the offset.
func (v *virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.pinned.IsZero() {
		return v.pinned
	}
	return v.base.Now().Add(v.offset)
}

// WaitUntil returns when the virtual moment is not before t.
func (v *virtual) WaitUntil(ctx context.Context, t time.Time) error {
	for {
		v.mu.Lock()
		changed, target := v.changed, t.Add(-v.offset)
		v.mu.Unlock()
		if !v.Now().Before(t) {
			return ctx.Err()
		}
		wait, cancel := context.WithCancel(ctx)
		go func() {
			select {
			case <-changed:
				cancel()
			case <-wait.Done():
			}
		}()
		err := v.base.WaitUntil(wait, target)
		cancel()
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (v *virtual) advance(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.offset += d
	close(v.changed)
	v.changed = make(chan struct{})
}

func (v *virtual) pin(t time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.pinned = t
}

// timer is work to be done at a virtual moment.
type timer struct {
	at  time.Time
	seq uint64
	run func()
}

// timers are ordered by moment, then by the order in which they were set.
type timers struct {
	heap timerHeap
	seq  uint64
}

func (t *timers) add(at time.Time, run func()) {
	t.seq++
	heap.Push(&t.heap, timer{at: at, seq: t.seq, run: run})
}

func (t *timers) due(now time.Time) (timer, bool) {
	if len(t.heap) == 0 || t.heap[0].at.After(now) {
		return timer{}, false
	}
	return heap.Pop(&t.heap).(timer), true
}

func (t *timers) next() (time.Time, bool) {
	if len(t.heap) == 0 {
		return time.Time{}, false
	}
	return t.heap[0].at, true
}

type timerHeap []timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if !h[i].at.Equal(h[j].at) {
		return h[i].at.Before(h[j].at)
	}
	return h[i].seq < h[j].seq
}
func (h timerHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *timerHeap) Push(x any)   { *h = append(*h, x.(timer)) }
func (h *timerHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
