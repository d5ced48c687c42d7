package system

import (
	"sync"
	"time"
)

// rateSpan is how many seconds a rate is taken over.
const rateSpan = 60

// Rate counts what happens in the last minute. Safe for concurrent use; the zero value has
// seen nothing.
type Rate struct {
	mu    sync.Mutex
	n     [rateSpan]int64
	stamp [rateSpan]int64 // the second that a bucket counts
}

// Add counts n at a moment.
func (r *Rate) Add(at time.Time, n int) {
	second := at.Unix()
	i := second % rateSpan
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stamp[i] != second {
		r.stamp[i], r.n[i] = second, 0
	}
	r.n[i] += int64(n)
}

// PerSecond is the mean of the minute before a moment.
func (r *Rate) PerSecond(now time.Time) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	var sum int64
	for i, at := range r.stamp {
		if back := now.Unix() - at; back >= 0 && back < rateSpan {
			sum += r.n[i]
		}
	}
	return float64(sum) / rateSpan
}
