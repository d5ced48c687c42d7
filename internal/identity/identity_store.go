package identity

import (
	"context"
	"database/sql"
	"fmt"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/seal"
)

// Rows that wait for Flush.
type (
	customerRow struct {
		ord       uint32
		createdAt int64
	}
	identityRow struct {
		who       event.Identity
		blind     seal.Blind
		leaf      uint32
		firstSeen int64
	}
	conflictRow struct {
		Conflict
		blind seal.Blind
		mark  uint64
	}
	pending struct {
		customers  []customerRow
		identities []identityRow
		merges     []mergeRow
		moved      []uint32 // records whose parent changed
		conflicts  []conflictRow

		nextIdentity, nextConflict int64
	}
)

const (
	identityScope = "identity"
	conflictScope = "identity_conflict"
)

// Columns in the order of the rows that Flush makes.
var (
	customerColumns = []string{"ord", "created_at", "parent", "merge_id"}
	identityColumns = []string{"id", "type", "blind", "sealed", "ord", "first_seen"}
	mergeColumns    = []string{
		"id", "at", "kept", "gone", "via", "type", "actor", "event_seq", "note", "undone_at", "undone_by",
	}
	conflictColumns = []string{
		"id", "at", "type", "blind", "sealed", "customer", "other", "reason", "over_type", "event_seq", "fingerprint",
	}
)

const updateParent = `
UPDATE customer
SET parent = $2, merge_id = $3
WHERE ord = $1`

// Flush writes what was learned since the last Flush. Inside a transaction, the write lock
// held.
func (s *Service) Flush(ctx context.Context) error {
	p := &s.pending
	if len(p.customers)+len(p.identities)+len(p.merges)+len(p.moved)+len(p.conflicts) == 0 {
		return nil
	}
	for _, write := range [...]func(context.Context) error{
		s.flushCustomers, s.flushIdentities, s.flushMerges, s.flushConflicts,
	} {
		if err := write(ctx); err != nil {
			return fmt.Errorf("flush identities: %w", err)
		}
	}
	return nil
}

func (s *Service) flushCustomers(ctx context.Context) error {
	p := &s.pending
	var args []any
	for _, c := range p.customers {
		n := s.forest.nodes[c.ord]
		args = append(args, int64(c.ord), c.createdAt, int64(n.parent), int64(n.merge))
	}
	if err := s.db.InsertMany(ctx, "customer", customerColumns, args, ""); err != nil {
		return err
	}
	for _, ord := range p.moved {
		if len(p.customers) > 0 && ord >= p.customers[0].ord {
			continue // just inserted as it is
		}
		n := s.forest.nodes[ord]
		if _, err := s.db.Exec(ctx, updateParent, int64(ord), int64(n.parent), int64(n.merge)); err != nil {
			return err
		}
	}
	p.customers, p.moved = p.customers[:0], p.moved[:0]
	return nil
}

func (s *Service) flushIdentities(ctx context.Context) error {
	p := &s.pending
	var args []any
	for i := range p.identities {
		r := &p.identities[i]
		p.nextIdentity++
		args = append(args, p.nextIdentity, r.who.Type, r.blind[:],
			s.box.Seal(nil, []byte(r.who.Value), identityScope), int64(r.leaf), r.firstSeen)
	}
	defer func() {
		clear(p.identities) // values in clear do not linger
		p.identities = p.identities[:0]
	}()
	return s.db.InsertMany(ctx, "identity", identityColumns, args, "")
}

func (s *Service) flushMerges(ctx context.Context) error {
	p := &s.pending
	var args []any
	for _, m := range p.merges {
		args = append(args, int64(m.number), m.at, int64(m.kept), int64(m.gone), int64(m.via), m.typ, m.actor,
			int64(m.seq), m.note, int64(0), "")
	}
	p.merges = p.merges[:0]
	return s.db.InsertMany(ctx, "identity_merge", mergeColumns, args, "")
}

func (s *Service) flushConflicts(ctx context.Context) error {
	p := &s.pending
	var args []any
	for i := range p.conflicts {
		c := &p.conflicts[i]
		p.nextConflict++
		args = append(args, p.nextConflict, c.At.UnixMilli(), c.Identity.Type, c.blind[:],
			s.box.Seal(nil, []byte(c.Identity.Value), conflictScope), int64(c.Customer), int64(c.Other),
			string(c.Reason), c.OverType, int64(c.EventSeq), int64(c.mark))
	}
	defer func() {
		clear(p.conflicts)
		p.conflicts = p.conflicts[:0]
	}()
	return s.db.InsertMany(ctx, "identity_conflict", conflictColumns, args, "")
}

// Dirty gives and forgets the customer records whose rows changed, or are about to by the
// next Flush, since Dirty was last called. The write lock is held.
func (s *Service) Dirty() []uint32 {
	out := s.dirty.ToArray()
	s.dirty.Clear()
	return out
}

const selectOpenMerge = `
SELECT gone, via, undone_at
FROM identity_merge
WHERE id = $1`

// openMerge reads a merge that is in force.
func (s *Service) openMerge(ctx context.Context, number uint32) (gone, via uint32, err error) {
	var undone int64
	err = s.db.Get(ctx, selectOpenMerge, []any{int64(number)}, &gone, &via, &undone)
	switch {
	case fault.Is(err, fault.NotFound):
		return 0, 0, fault.New(fault.NotFound, "merge_not_found", "no merge has the id %q", MergeID(number))
	case err != nil:
		return 0, 0, err
	case undone != 0 || s.forest.nodes[gone].merge != number:
		return 0, 0, fault.New(fault.Precondition, "merge_undone", "this merge is undone already")
	}
	return gone, via, nil
}

const updateUndone = `
UPDATE identity_merge
SET undone_at = $2, undone_by = $3
WHERE id = $1`

// closeMerge notes that a merge is undone, and keeps gone apart from the others.
func (s *Service) closeMerge(ctx context.Context, number, gone uint32, others []uint32, by string) error {
	now := s.clock.Now().UnixMilli()
	if _, err := s.db.Exec(ctx, updateUndone, int64(number), now, by); err != nil {
		return err
	}
	for _, other := range others {
		s.setApart(gone, other)
		_, err := s.db.Exec(ctx, `INSERT INTO identity_separation (a, b, at, merge_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			int64(min(gone, other)), int64(max(gone, other)), now, int64(number))
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) deleteSeparation(ctx context.Context, a, b uint32) error {
	_, err := s.db.Exec(ctx, `DELETE FROM identity_separation WHERE a = $1 AND b = $2`, int64(min(a, b)), int64(max(a, b)))
	return err
}

const selectOwned = `
WITH RECURSIVE tree (ord) AS (
    SELECT ord FROM customer WHERE ord = $1
    UNION ALL
    SELECT c.ord FROM customer c JOIN tree t ON c.parent = t.ord
    WHERE c.parent > 0
)
SELECT i.ord, i.type, i.sealed, i.first_seen
FROM identity i JOIN tree t ON i.ord = t.ord
ORDER BY i.id`

// Identities lists the identities of a customer with their values opened, oldest first.
// It reads SQL and needs no lock; inside a transaction it sees what was flushed.
func (s *Service) Identities(ctx context.Context, root uint32) ([]Owned, error) {
	var out []Owned
	err := s.db.Each(ctx, selectOwned, []any{int64(root)}, func(rows *sql.Rows) error {
		o, err := s.owned(rows)
		out = append(out, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read identities of customer %d: %w", root, err)
	}
	return out, nil
}
