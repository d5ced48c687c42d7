package console

import (
	"context"
	"sync"
	"time"

	"yutang/internal/clock"
)

const (
	freshFor = 900 * time.Millisecond // many viewers cost one reading
	samples  = 60
	rateOver = 10 * time.Second
)

// live keeps the numbers of this second and how many events there were in the last
// minute, as long as somebody looks.
type live struct {
	rooms Rooms
	clock clock.Clock

	mu    sync.Mutex
	now   Numbers
	trail []sample // oldest first
}

type sample struct {
	at     time.Time
	events int64
}

// Flow is how fast events come in. Known is false until two readings lie behind.
type Flow struct {
	Known  bool
	Rate   float64
	Points []float64 // events per second, one per reading, oldest first
}

func newLive(rooms Rooms, clk clock.Clock) *live { return &live{rooms: rooms, clock: clk} }

// read gives numbers that are at most a second old.
func (l *live) read(ctx context.Context) (Numbers, Flow, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	if len(l.trail) > 0 && now.Sub(l.trail[len(l.trail)-1].at) < freshFor {
		return l.now, l.flow(), nil
	}
	n, err := l.rooms.Numbers(ctx)
	if err != nil {
		return Numbers{}, Flow{}, err
	}
	l.now = n
	l.note(sample{at: now, events: n.Events})
	return l.now, l.flow(), nil
}

// note forgets the trail after a pause: a rate over a time nobody looked says nothing.
func (l *live) note(s sample) {
	if n := len(l.trail); n > 0 && s.at.Sub(l.trail[n-1].at) > rateOver {
		l.trail = l.trail[:0]
	}
	l.trail = append(l.trail, s)
	if len(l.trail) > samples {
		l.trail = l.trail[1:]
	}
}

func (l *live) flow() Flow {
	n := len(l.trail)
	if n < 2 {
		return Flow{}
	}
	f := Flow{Known: true}
	for i := 1; i < n; i++ {
		f.Points = append(f.Points, rate(l.trail[i-1], l.trail[i]))
	}
	first := n - 2
	for first > 0 && l.trail[n-1].at.Sub(l.trail[first-1].at) <= rateOver {
		first--
	}
	f.Rate = rate(l.trail[first], l.trail[n-1])
	return f
}

func rate(a, b sample) float64 {
	seconds := b.at.Sub(a.at).Seconds()
	if seconds <= 0 || b.events < a.events {
		return 0
	}
	return float64(b.events-a.events) / seconds
}
