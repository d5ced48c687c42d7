package experiment

import (
	"slices"

	"yutang/internal/event"
)

// arms is who has which arm of one experiment: a byte for each customer record of the
// pages in which anybody has one.
type arms struct {
	names []string
	pages map[uint32]*[pageSize]uint8 // 1 + index in names; 0 none
	count int
}

const (
	pageSize = 1024
	maxArms  = 250
)

// of is the arm of a record, "" none.
func (a *arms) of(ord uint32) string {
	if p := a.pages[ord/pageSize]; p != nil && p[ord%pageSize] != 0 {
		return a.names[p[ord%pageSize]-1]
	}
	return ""
}

// set gives a record its arm. It reports false if the record has one, or there are too
// many arms.
func (a *arms) set(ord uint32, arm string) bool {
	i := slices.Index(a.names, arm)
	if i < 0 {
		if len(a.names) == maxArms {
			return false
		}
		i, a.names = len(a.names), append(a.names, arm)
	}
	p := a.pages[ord/pageSize]
	if p == nil {
		p = &[pageSize]uint8{}
		a.pages[ord/pageSize] = p
	}
	if p[ord%pageSize] != 0 {
		return false
	}
	p[ord%pageSize] = uint8(i + 1)
	a.count++
	return true
}

func (a *arms) unset(ord uint32) {
	if p := a.pages[ord/pageSize]; p != nil && p[ord%pageSize] != 0 {
		p[ord%pageSize] = 0
		a.count--
	}
}

// note keeps the arm in memory; false if the record has one already.
func (s *Service) note(experiment, arm string, ord uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.arms[experiment]
	if a == nil {
		a = &arms{pages: map[uint32]*[pageSize]uint8{}}
		s.arms[experiment] = a
	}
	return a.set(ord, arm)
}

// Expose notes an exposure with the batch that is on its way; Flush writes it. A record
// that has an arm of the experiment keeps it.
func (s *Service) Expose(e Exposure) {
	if e.Experiment == "" || e.Arm == "" || e.Ord == 0 {
		return
	}
	if s.note(e.Experiment, e.Arm, e.Ord) {
		s.pending = append(s.pending, e)
	}
}

// Forget drops what was not flushed: the batch has failed.
func (s *Service) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.pending {
		if a := s.arms[e.Experiment]; a != nil {
			a.unset(e.Ord)
		}
	}
	s.pending = nil
}

// Assigned is the arm that one of these records of a person has, of the oldest record
// that has one; "" none.
func (s *Service) Assigned(experiment string, leaves []uint32) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a := s.arms[experiment]
	if a == nil {
		return ""
	}
	arm, oldest := "", uint32(0)
	for _, leaf := range leaves {
		if oldest != 0 && leaf > oldest {
			continue
		}
		if name := a.of(leaf); name != "" {
			arm, oldest = name, leaf
		}
	}
	return arm
}

// fingerprint numbers an experiment by its name.
func fingerprint(name string) int64 { return int64(event.Fingerprint(0, name) >> 1) }
