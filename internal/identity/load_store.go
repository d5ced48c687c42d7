package identity

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
)

// Load forgets everything and reads it from SQL, and groups the customers in the timeline.
// The write lock is held, or nobody else is there yet.
func (s *Service) Load(ctx context.Context) error {
	s.reset()
	if err := s.LoadSettings(ctx); err != nil {
		return err
	}
	s.types.use(s.settings.Load())
	if err := s.readRange(ctx, 0, math.MaxUint32); err != nil {
		return fmt.Errorf("load identities: %w", err)
	}
	if err := s.readSmall(ctx); err != nil {
		return fmt.Errorf("load identities: %w", err)
	}
	s.group()
	return nil
}

// readRange reads the customers in a range of numbers, with their identities.
func (s *Service) readRange(ctx context.Context, from, to int64) error {
	if err := s.readCustomers(ctx, from, to); err != nil {
		return err
	}
	return s.readIdentities(ctx, from, to)
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
FROM identity`

const selectIdentitiesOf = selectIdentities + `
WHERE ord BETWEEN $1 AND $2`

// readIdentities adds the identities that memory lacks. Everything is read as one scan of
// the table: by the index on ord it would take several times as long.
func (s *Service) readIdentities(ctx context.Context, from, to int64) error {
	query, args := selectIdentitiesOf, []any{from, to}
	if to-from >= math.MaxUint32 {
		query, args = selectIdentities, nil
	}
	var typ, blind sql.RawBytes
	return s.db.Each(ctx, query, args, func(rows *sql.Rows) error {
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

// readSmall reads separations, the marks of stored conflicts, and the counters.
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
	err = s.db.Each(ctx, `SELECT fingerprint FROM identity_conflict`, nil,
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
	if err := s.LoadSettings(ctx); err != nil {
		return err
	}
	s.types.use(s.settings.Load())
	if err := s.reloadRows(ctx, slices.Clone(ords)); err != nil {
		return fmt.Errorf("reload identities: %w", err)
	}
	whole, err := s.matches(ctx)
	if err != nil {
		return fmt.Errorf("reload identities: %w", err)
	}
	if !whole {
		return s.Load(ctx)
	}
	s.group()
	return nil
}

func (s *Service) reloadRows(ctx context.Context, ords []uint32) error {
	slices.Sort(ords)
	from := 0
	for i := range ords {
		if i+1 < len(ords) && ords[i+1]-ords[i] <= rangeGap {
			continue
		}
		if err := s.readRange(ctx, int64(ords[from]), int64(ords[i])); err != nil {
			return err
		}
		from = i + 1
	}
	return s.readSmall(ctx)
}

const selectSizes = `
SELECT
    (SELECT COALESCE(MAX(ord), 0) FROM customer),
    (SELECT COUNT(*) FROM customer WHERE parent > 0)`

// matches says whether memory holds as much as SQL: a snapshot may hold what a transaction
// that failed later had learned.
func (s *Service) matches(ctx context.Context) (bool, error) {
	var customers uint32
	var joined int
	if err := s.db.Get(ctx, selectSizes, nil, &customers, &joined); err != nil {
		return false, err
	}
	for _, n := range s.forest.nodes {
		if n.parent != 0 {
			joined--
		}
	}
	whole, err := s.wholeIndex(ctx)
	return customers == s.forest.len() && joined == 0 && whole, err
}

// wholeIndex says whether the index holds every identity. Their numbers tell, as long as none
// was erased; else they are counted.
func (s *Service) wholeIndex(ctx context.Context) (bool, error) {
	count := int64(s.index.count)
	if count == s.pending.nextIdentity {
		return true, nil
	}
	var stored int64
	err := s.db.Get(ctx, "SELECT COUNT(*) FROM identity", nil, &stored)
	return count == stored, err
}
