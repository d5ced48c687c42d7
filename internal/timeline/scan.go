package timeline

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	scanStep   = 512       // customers that a scan visits without letting the writer in
	scanEvents = 16 * 1024 // or customers with this many events
	turnStep   = 256       // steps in a row by one goroutine while the road is busy
	calmStep   = 2048      // steps after an event until scans take all processors again
)

// manners is how scans make room for the road. While events come in, all scans together
// keep to half of the processors, one at least: a step is made by who holds a turn.
type manners struct {
	turns chan struct{}
	seen  atomic.Uint64 // the store's last when a step looked
	busy  atomic.Int64  // steps left until the road counts as calm
}

func newManners() manners {
	return manners{turns: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
}

// note tells what last a step found.
func (m *manners) note(last uint64) {
	if m.seen.Swap(last) != last {
		m.busy.Store(calmStep)
	} else if m.busy.Load() > 0 {
		m.busy.Add(-1)
	}
}

// guest is one goroutine of a scan.
type guest struct {
	*manners
	left int // steps until others get the turn; 0: the guest has none
}

// turn waits for a turn before a step if the road is busy.
func (g *guest) turn() {
	if g.left == 0 && g.busy.Load() > 0 {
		g.turns <- struct{}{}
		g.left = turnStep
	}
}

// pass lets others go on after a step.
func (g *guest) pass() {
	if g.left == 0 {
		return
	}
	if g.left == 1 || g.busy.Load() <= 0 {
		g.leave()
	} else {
		g.left--
	}
	runtime.Gosched()
}

// leave gives the turn back, if the guest has it.
func (g *guest) leave() {
	if g.left > 0 {
		<-g.turns
		g.left = 0
	}
}

// Scan visits every root with its events, customers without events too, on this many
// goroutines (0: one per processor); worker counts from 0. It takes the read lock itself
// and gives it up often, and processors too while events come in, so a customer who is new or regrouped meanwhile may be visited
// once, twice or not at all: who needs more evaluates those again. visit takes no lock
// and does not keep t. The first error ends the scan and is returned.
func (s *Store) Scan(ctx context.Context, cols []*Column, workers int, visit func(worker int, root Ord, t *Track) error) error {
	return s.scan(ctx, cols, workers, nil, visit)
}

// ScanSince is Scan that may pass over who has no event after a moment.
func (s *Store) ScanSince(ctx context.Context, cols []*Column, workers int, moment int64, visit func(worker int, root Ord, t *Track) error) error {
	return s.scan(ctx, cols, workers, &moment, visit)
}

func (s *Store) scan(ctx context.Context, cols []*Column, workers int, since *int64, visit func(worker int, root Ord, t *Track) error) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var next atomic.Int64
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			t := &Track{}
			me := guest{manners: &s.manners}
			defer me.leave()
			for ctx.Err() == nil {
				me.turn()
				first := int(next.Add(scanStep)) - scanStep
				more, err := s.scanStep(first, cols, since, t, func(root Ord) error { return visit(w, root, t) })
				me.pass()
				if err != nil {
					stop(err)
				}
				if !more {
					return
				}
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// scanStep visits the roots among scanStep customers; more says whether others follow.
func (s *Store) scanStep(first int, cols []*Column, since *int64, t *Track, visit func(Ord) error) (more bool, err error) {
	for end := first + scanStep; first < end && err == nil; {
		first, more, err = s.scanSome(first, end, cols, since, t, visit)
	}
	return more, err
}

// scanSome visits roots from first on and before end, under one hold of the lock. It gives
// the number to go on with.
func (s *Store) scanSome(first, end int, cols []*Column, since *int64, t *Track, visit func(Ord) error) (next int, more bool, err error) {
	s.RLock()
	defer s.RUnlock()
	s.manners.note(s.last)
	roots := s.groups.root
	if first >= len(roots) {
		return end, false, nil
	}
	more = end < len(roots)
	stop := min(end, len(roots))
	g := s.segments[first>>segmentBits] // a step lies within one segment
	t.start(len(cols))
	seen := 0
	for ord := Ord(max(first, 1)); int(ord) < stop; ord++ {
		if roots[ord] != ord {
			continue
		}
		switch {
		case s.groups.isJoint(ord):
			s.Read(ord, cols, t)
		case since != nil && g.idle(int(ord&(segmentSize-1)), *since):
			continue
		default:
			g.read(ord, cols, t)
		}
		if err := visit(ord); err != nil {
			return end, false, err
		}
		if seen += len(t.At); seen > scanEvents {
			return int(ord) + 1, more, nil
		}
	}
	return end, more, nil
}
