package identity

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Preview tells what a merge by a person would do.
type Preview struct {
	Kept, Gone Side
	KeptWhy    string    // "stronger" or "older"
	Conflicts  []Crowded // types of which the customer would hold more values than allowed
	Separated  bool      // a person took the two apart before
}

// Side is one customer of a preview.
type Side struct {
	Customer   uint32
	Class      Class // of the strongest identity; 0 if there is none
	Records    int   // customer records: 1 and the merges in force
	Identities []TypeCount
	Events     int
	First      time.Time // of the events; zero if there is none
	Last       time.Time
}

// TypeCount is how many identities of a type a customer has.
type TypeCount struct {
	Type  string
	Count int
}

// Crowded is a type whose limit a merge would break.
type Crowded struct {
	Type  string // as in the policy
	Limit int
}

// PreviewMerge tells what Merge would do with two customers. The read lock is held.
func (s *Service) PreviewMerge(_ context.Context, a, b uint32) (Preview, error) {
	keep, gone, err := s.pair(a, b)
	if err != nil {
		return Preview{}, err
	}
	st := s.settings.Load()
	p := Preview{Kept: s.side(st, keep), Gone: s.side(st, gone), KeptWhy: "older", Separated: s.separated(keep, gone)}
	if p.Kept.Class > p.Gone.Class {
		p.KeptWhy = "stronger"
	}
	for _, over := range s.crowded(map[uint16][2]int{}, keep, gone, dayOf(s.clock.Now())) {
		p.Conflicts = append(p.Conflicts, Crowded{over.Type, over.Limit})
	}
	return p, nil
}

func (s *Service) side(st *settings, root uint32) Side {
	side := Side{Customer: root, Records: len(s.tl.Leaves(root))}
	counts := map[string]int{}
	s.eachRecord(root, func(r *record) {
		name := s.types.names[r.typ]
		counts[name]++
		side.Class = max(side.Class, st.policy(name).Class)
	})
	for name, n := range counts {
		side.Identities = append(side.Identities, TypeCount{name, n})
	}
	slices.SortFunc(side.Identities, func(x, y TypeCount) int {
		return cmp.Or(st.policy(x.Type).Priority-st.policy(y.Type).Priority, cmp.Compare(x.Type, y.Type))
	})
	first, last, n := s.tl.Bounds(root)
	if side.Events = n; n > 0 {
		side.First, side.Last = time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC()
	}
	return side
}
