package identity

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// Load forgets everything and reads it from SQL, and groups the customers in the timeline.
// The write lock is held, or nobody else is there yet.
func (s *Service) Load(ctx context.Context) error {
	s.reset()
	if err := s.readAll(ctx, 0, 1<<32); err != nil {
		return fmt.Errorf("load identities: %w", err)
	}
	s.group()
	return nil
}

// readAll reads the settings, the customers in a range with their identities, and the small
// tables.
func (s *Service) readAll(ctx context.Context, from, to int64) error {
	if err := s.LoadSettings(ctx); err != nil {
		return err
	}
	s.types.use(s.settings.Load())
	if err := s.readCustomers(ctx, from, to); err != nil {
		return err
	}
	if err := s.readIdentities(ctx, from, to); err != nil {
		return err
	}
	return s.readSmall(ctx)
}

const selectCustomers = `
SELECT ord, parent, merge_id
FROM customer
WHERE ord BETWEEN $1 AND $2
ORDER BY ord`

func (s *Service) readCustomers(ctx context.Context, from, to int64) error {
	return s.db.Each(ctx, selectCustomers, []any{from, to}, func(rows *sql.Rows) error {
		var ord, parent, merge uint32
		if err := rows.Scan(&ord, &parent, &merge); err != nil {
			return err
		}
		s.forest.grow(ord)
		n := &s.forest.nodes[ord]
		n.parent, n.merge = parent, merge
		return nil
	})
}

const selectIdentities = `
SELECT type, blind, ord, first_seen
FROM identity
WHERE ord BETWEEN $1 AND $2`

// readIdentities adds the identities that memory lacks.
func (s *Service) readIdentities(ctx context.Context, from, to int64) error {
	var typ, blind sql.RawBytes
	return s.db.Each(ctx, selectIdentities, []any{from, to}, func(rows *sql.Rows) error {
		var r record
		var firstSeen int64
		if err := rows.Scan(&typ, &blind, &r.leaf, &firstSeen); err != nil {
			return err
		}
		copy(r.key[:], blind)
		if s.index.owner(r.key) != 0 {
			return nil
		}
		number, known := s.types.numbers[string(typ)]
		if !known {
			number = s.types.number(string(typ))
		}
		r.typ, r.day = number, uint16(max(0, min(firstSeen/86_400_000, 1<<16-1)))
		s.insert(r)
		return nil
	})
}

const selectCounters = `
SELECT
    (SELECT COALESCE(MAX(id), 0) FROM identity),
    (SELECT COALESCE(MAX(id), 0) FROM identity_conflict),
    (SELECT COALESCE(MAX(id), 0) FROM identity_merge)`

// readSmall reads separations, the conflicts not known yet, and the counters.
func (s *Service) readSmall(ctx context.Context) error {
	clear(s.apart)
	err := s.db.Each(ctx, `SELECT a, b FROM identity_separation`, nil, func(rows *sql.Rows) error {
		var a, b uint32
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		s.setApart(a, b)
		return nil
	})
	if err != nil {
		return err
	}
	err = s.db.Each(ctx, `SELECT fingerprint FROM identity_conflict WHERE id > $1`, []any{s.pending.nextConflict},
		func(rows *sql.Rows) error {
			var mark int64
			err := rows.Scan(&mark)
			s.recorded[uint64(mark)] = struct{}{}
			return err
		})
	if err != nil {
		return err
	}
	var merges uint32
	err = s.db.Get(ctx, selectCounters, nil, &s.pending.nextIdentity, &s.pending.nextConflict, &merges)
	s.forest.nextMerge = merges + 1
	return err
}

// group tells the timeline who belongs together.
func (s *Service) group() {
	s.tl.Grow(s.forest.len())
	groups := map[uint32][]uint32{}
	for ord := uint32(1); ord <= s.forest.len(); ord++ {
		if s.forest.nodes[ord].parent != 0 {
			root := s.forest.root(ord)
			groups[root] = append(groups[root], ord)
		}
	}
	for root, leaves := range groups {
		groups[root] = append(leaves, root)
		slices.Sort(groups[root])
	}
	for ord := uint32(1); ord <= s.forest.len(); ord++ {
		if s.forest.nodes[ord].parent != 0 {
			continue
		}
		leaves, joined := groups[ord]
		if !joined {
			leaves = []uint32{ord}
		}
		if joined || s.tl.Root(ord) != ord || len(s.tl.Leaves(ord)) > 1 {
			s.tl.SetGroup(ord, leaves)
		}
	}
}

// rangeGap is how many unchanged customers between two changed ones are read with them.
const rangeGap = 64

// Reload reads again, from SQL, the customers that may have changed since a snapshot that
// Restore has read, and all settings. It must follow Restore, also without customers. The
// write lock is held, or nobody else is there yet.
func (s *Service) Reload(ctx context.Context, ords []uint32) error {
	sorted := slices.Clone(ords)
	slices.Sort(sorted)
	from := 0
	for i := range sorted {
		if i+1 < len(sorted) && sorted[i+1]-sorted[i] <= rangeGap {
			continue
		}
		lo, hi := int64(sorted[from]), int64(sorted[i])
		if err := s.readRange(ctx, lo, hi); err != nil {
			return fmt.Errorf("reload identities: %w", err)
		}
		from = i + 1
	}
	if err := s.readAll(ctx, 1, 0); err != nil {
		return fmt.Errorf("reload identities: %w", err)
	}
	s.group()
	return nil
}

func (s *Service) readRange(ctx context.Context, from, to int64) error {
	if err := s.readCustomers(ctx, from, to); err != nil {
		return err
	}
	return s.readIdentities(ctx, from, to)
}
