package identity

import (
	"context"
	"fmt"
	"slices"

	"yutang/internal/fault"
	"yutang/internal/id"
)

// mergeRow is one row of the history of merges.
type mergeRow struct {
	number          uint32
	kept, gone, via uint32
	typ             string
	actor           string
	note            string
	seq             uint64
	at              int64
}

// link draws the edge of a merge and tells the timeline.
func (s *Service) link(row mergeRow) Merge {
	row.number, row.at = s.forest.nextMerge, s.clock.Now().UnixMilli()
	s.forest.nextMerge++
	leaves := append(slices.Clone(s.tl.Leaves(row.kept)), s.tl.Leaves(row.gone)...)
	slices.Sort(leaves)
	s.forest.nodes[row.gone].parent = row.via
	s.forest.nodes[row.gone].merge = row.number
	s.tl.SetGroup(row.kept, leaves)
	s.pending.merges = append(s.pending.merges, row)
	s.pending.moved = append(s.pending.moved, row.gone)
	s.dirty.Add(row.kept)
	s.dirty.Add(row.gone)
	return Merge{ID: MergeID(row.number), Kept: row.kept, Gone: row.gone}
}

// pair finds the roots of two customers that are to become one.
func (s *Service) pair(a, b uint32) (uint32, uint32, error) {
	for _, ord := range [...]uint32{a, b} {
		if ord == 0 || ord > s.forest.len() {
			return 0, 0, fault.New(fault.NotFound, "customer_not_found", "no customer has the id %q", id.Customer(ord))
		}
	}
	a, b = s.tl.Root(a), s.tl.Root(b)
	if a == b {
		return 0, 0, fault.New(fault.Precondition, "same_customer", "both ids name the customer %s", id.Customer(a))
	}
	if s.outranks(b, a) {
		a, b = b, a
	}
	return a, b, nil
}

// Merge joins two customers by the decision of a person: limits and separations give way,
// and the history notes which. The write lock is held, inside a transaction.
func (s *Service) Merge(ctx context.Context, a, b uint32, by string) (Merge, error) {
	s.types.use(s.settings.Load())
	keep, gone, err := s.pair(a, b)
	if err != nil {
		return Merge{}, err
	}
	note := ""
	if over := s.crowded(map[uint16][2]int{}, keep, gone, dayOf(s.clock.Now())); len(over) > 0 {
		note = "over the limit of " + over[0].Type
	}
	if err := s.reunite(ctx, keep, gone); err != nil {
		return Merge{}, fmt.Errorf("merge customers: %w", err)
	}
	m := s.link(mergeRow{kept: keep, gone: gone, via: keep, actor: by, note: note})
	return m, s.Flush(ctx)
}

// reunite forgets that a person took two customers apart.
func (s *Service) reunite(ctx context.Context, a, b uint32) error {
	for _, leaf := range s.tl.Leaves(a) {
		for _, other := range slices.Clone(s.apart[leaf]) {
			if s.tl.Root(other) != b {
				continue
			}
			s.forgetApart(leaf, other)
			if err := s.deleteSeparation(ctx, leaf, other); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) setApart(a, b uint32) {
	if !slices.Contains(s.apart[a], b) {
		s.apart[a] = append(s.apart[a], b)
		s.apart[b] = append(s.apart[b], a)
	}
}

func (s *Service) forgetApart(a, b uint32) {
	for _, way := range [...][2]uint32{{a, b}, {b, a}} {
		left := slices.DeleteFunc(s.apart[way[0]], func(x uint32) bool { return x == way[1] })
		s.apart[way[0]] = left
		if len(left) == 0 {
			delete(s.apart, way[0])
		}
	}
}

// Unmerge undoes a merge, whatever was merged before or after it: the record that went and
// all that came in through it stand for themselves again, and no event joins the two sides
// from now on. The write lock is held, inside a transaction.
func (s *Service) Unmerge(ctx context.Context, mergeID, by string) (kept, gone uint32, err error) {
	number, err := ParseMergeID(mergeID)
	if err != nil {
		return 0, 0, err
	}
	if len(s.pending.merges) > 0 {
		if err := s.Flush(ctx); err != nil {
			return 0, 0, err
		}
	}
	gone, via, err := s.openMerge(ctx, number)
	if err != nil {
		return 0, 0, fmt.Errorf("unmerge %s: %w", mergeID, err)
	}
	kept = s.tl.Root(gone)
	var rest, below []uint32
	for _, leaf := range slices.Clone(s.tl.Leaves(kept)) {
		if s.forest.under(leaf, gone) {
			below = append(below, leaf)
		} else {
			rest = append(rest, leaf)
		}
	}
	s.forest.nodes[gone].parent, s.forest.nodes[gone].merge = 0, 0
	s.tl.SetGroup(kept, rest)
	s.tl.SetGroup(gone, below)
	s.pending.moved = append(s.pending.moved, gone)
	s.dirty.Add(kept)
	s.dirty.Add(gone)
	if err := s.closeMerge(ctx, number, gone, []uint32{via, kept}, by); err != nil {
		return 0, 0, fmt.Errorf("unmerge %s: %w", mergeID, err)
	}
	return kept, gone, s.Flush(ctx)
}
