package experiment

import (
	"slices"

	"yutang/internal/event"
)

// arms is who has which arm of one experiment: a byte for each customer record of the
// pages in which anybody has one.
type arms struct {
	names  []string
	pages  map[uint32]*[pageSize]uint8 // 1 + index in names, and sure; 0 none
	counts []int                       // records by arm
}

const (
	pageSize = 1024
	maxArms  = 100
	sure     = 0x80 // the row is on disk, or goes there with the road's batch
)

func newArms() *arms { return &arms{pages: map[uint32]*[pageSize]uint8{}} }

func (a *arms) at(ord uint32) uint8 {
	if p := a.pages[ord/pageSize]; p != nil {
		return p[ord%pageSize]
	}
	return 0
}

// of is the arm of a record, "" none.
func (a *arms) of(ord uint32) string {
	if x := a.at(ord) &^ sure; x != 0 {
		return a.names[x-1]
	}
	return ""
}

// index is the place of an arm's name, made if there is none; -1 if there are too many.
func (a *arms) index(arm string) int {
	i := slices.Index(a.names, arm)
	if i < 0 && len(a.names) < maxArms {
		i = len(a.names)
		a.names, a.counts = append(a.names, arm), append(a.counts, 0)
	}
	return i
}

// set gives a record its arm, and mark with it. It reports false if the record has one, or
// there are too many arms.
func (a *arms) set(ord uint32, arm string, mark uint8) bool {
	i := a.index(arm)
	if i < 0 {
		return false
	}
	p := a.pages[ord/pageSize]
	if p == nil {
		p = &[pageSize]uint8{}
		a.pages[ord/pageSize] = p
	}
	if p[ord%pageSize] != 0 {
		p[ord%pageSize] |= mark
		return false
	}
	p[ord%pageSize] = uint8(i+1) | mark
	a.counts[i]++
	return true
}

func (a *arms) unset(ord uint32) {
	if x := a.at(ord) &^ sure; x != 0 {
		a.pages[ord/pageSize][ord%pageSize] = 0
		a.counts[x-1]--
	}
}

// note keeps the arm in memory; false if the record has one already.
func (s *Service) note(experiment, arm string, ord uint32, mark uint8) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.arms[experiment]
	if a == nil {
		a = newArms()
		s.arms[experiment] = a
	}
	return a.set(ord, arm, mark)
}

// surely says that the record's arm is on disk.
func (s *Service) surely(experiment string, ord uint32) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a := s.arms[experiment]
	return a != nil && a.at(ord)&sure != 0
}

// Expose notes an exposure with the batch that is on its way; Flush writes it. A record
// that has an arm of the experiment keeps it.
func (s *Service) Expose(e Exposure) {
	if e.Experiment == "" || e.Arm == "" || e.Ord == 0 || s.surely(e.Experiment, e.Ord) {
		return
	}
	s.note(e.Experiment, e.Arm, e.Ord, sure)
	s.pending = append(s.pending, e)
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
	clear(s.registered)
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

// exposed is how many records have each arm.
func (s *Service) exposed(experiment string) map[string]int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := map[string]int{}
	if a := s.arms[experiment]; a != nil {
		for i, name := range a.names {
			out[name] = a.counts[i]
		}
	}
	return out
}

// fingerprint numbers an experiment by its name.
func fingerprint(name string) int64 { return int64(event.Fingerprint(0, name) >> 1) }
