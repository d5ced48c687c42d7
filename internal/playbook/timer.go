package playbook

import (
	"context"

	"yutang/internal/failpoint"
	"yutang/internal/flow"
)

// NextDue is when the earliest waiting run goes on, or a schedule next starts some.
func (s *Service) NextDue() (ms int64, ok bool) {
	if len(s.moves) > 0 || s.busy() {
		return s.now, true
	}
	if w, some := s.slab.next(); some {
		ms, ok = w.due, true
	}
	for _, b := range s.books {
		if b.next != 0 && (!ok || b.next < ms) {
			ms, ok = b.next, true
		}
	}
	return ms, ok
}

// batchRuns is how many runs time moves in one transaction: events that arrive meanwhile
// wait no longer than it takes to write them, about 0.1 s. The rest has its turn at once.
const batchRuns = 4096

// Advance goes on with what is due: changes of membership that were heard of, moments of
// schedules, work on many runs, waiting runs; at most about limit of them. more says that
// others are due and belong into the same transaction; NextDue tells of the rest.
func (s *Service) Advance(ctx context.Context, now int64, limit int) (more bool, err error) {
	s.now = max(s.now, now)
	s.epoch++
	if err := s.settle(ctx); err != nil {
		return false, err
	}
	s.fire()
	if len(s.changes) >= batchRuns {
		return false, s.grant(ctx)
	}
	left, err := s.carryOn(ctx, limit)
	if err != nil {
		return false, err
	}
	for left > 0 {
		w, ok := s.slab.next()
		if !ok || w.due > s.now {
			return s.busy(), s.grant(ctx)
		}
		s.slab.due.pop()
		left--
		if err := s.wake(ctx, w.at); err != nil {
			return false, err
		}
	}
	return true, nil
}

// wake lets a run look at the time. Those of a paused playbook rest: see resume.
func (s *Service) wake(ctx context.Context, at uint32) error {
	b := s.editions[s.slab.slots[at].plan].book
	if b.state == Paused {
		return nil
	}
	err := s.step(ctx, at, 0, func(e *edition, r *flow.Run) error { return e.Wake(&s.world, r) })
	failpoint.Hit(failpoint.RunsDue)
	if err != nil {
		return err
	}
	if x := &s.slab.slots[at]; x.num != 0 && x.due != 0 && x.due <= s.now {
		s.slab.wake(at, x.due) // it was looked at too early
	}
	return s.grant(ctx)
}

// rouse puts the wishes of a playbook's runs, which a pause has passed over, back.
func (s *Service) rouse(b *book) {
	for at := range s.slab.slots {
		if x := &s.slab.slots[at]; x.num != 0 && x.due != 0 && s.editions[x.plan].book == b {
			s.slab.wake(uint32(at), x.due)
		}
	}
}
