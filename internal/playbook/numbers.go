package playbook

import (
	"context"
	"maps"
	"slices"

	"yutang/internal/flow"
	"yutang/internal/outreach"
)

// Numbers are what became of a playbook's runs.
type Numbers struct {
	Runs       int
	Holdout    int
	Deliveries []outreach.Count
}

// Numbers counts runs and deliveries, over all versions.
func (s *Service) Numbers(ctx context.Context, key string) (n Numbers, err error) {
	if _, err := s.Get(ctx, key); err != nil {
		return n, err
	}
	if n.Runs, n.Holdout, err = s.countRuns(ctx, key); err != nil {
		return n, err
	}
	n.Deliveries, err = s.Outreach.Counts(ctx, key)
	return n, err
}

// standing is how many runs of a version wait in a step.
type standing struct {
	version, step, n int
}

// waiting counts the runs that wait.
func (s *Service) waiting(playbook string) (out []standing) {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	b := s.books[playbook]
	if b == nil {
		return nil
	}
	for _, version := range slices.Sorted(maps.Keys(b.editions)) {
		e := b.editions[version]
		counts := make([]int, len(e.Steps))
		for i := range s.slab.slots {
			if x := &s.slab.slots[i]; x.num != 0 && x.plan == e.at {
				counts[x.step]++
			}
		}
		for step, n := range counts {
			if n > 0 {
				out = append(out, standing{version, step, n})
			}
		}
	}
	return out
}

// viewSlice is how many runs are looked at under one hold of the lock.
const viewSlice = 4096

// Waiting visits the runs that go on now. A run that starts or ends meanwhile may be left
// out.
func (s *Service) Waiting(ctx context.Context, visit func(flow.Run) error) error {
	for from := 0; ; from += viewSlice {
		if err := ctx.Err(); err != nil {
			return err
		}
		runs, more := s.slice(from)
		for _, r := range runs {
			if err := visit(r); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
}

func (s *Service) slice(from int) (out []flow.Run, more bool) {
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	slots := s.slab.slots
	for at := from; at < min(from+viewSlice, len(slots)); at++ {
		if slots[at].num == 0 {
			continue
		}
		r, _ := s.load(uint32(at))
		r.ID = runID(slots[at].num)
		out = append(out, r)
	}
	return out, from+viewSlice < len(slots)
}
