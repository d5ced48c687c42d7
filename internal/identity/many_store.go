package identity

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const selectOfLeaves = `SELECT ord, type, sealed, first_seen FROM identity WHERE ord IN `

// ofLeaves is how many records one query asks for.
const ofLeaves = 500

// OfLeaves lists the identities of records with their values opened, by record, oldest
// first. It reads SQL and needs no lock.
func (s *Service) OfLeaves(ctx context.Context, leaves []uint32) (map[uint32][]Owned, error) {
	out := make(map[uint32][]Owned, len(leaves))
	for some := range slices.Chunk(leaves, ofLeaves) {
		var marks strings.Builder
		args := make([]any, len(some))
		for i, leaf := range some {
			args[i] = int64(leaf)
			marks.WriteString(", $" + strconv.Itoa(i+1))
		}
		query := selectOfLeaves + "(" + strings.TrimPrefix(marks.String(), ", ") + ") ORDER BY id"
		err := s.db.Each(ctx, query, args, func(rows *sql.Rows) error {
			o, err := s.owned(rows)
			out[o.Leaf] = append(out[o.Leaf], o)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read identities of %d records: %w", len(leaves), err)
		}
	}
	return out, nil
}

// OfCustomers lists the identities of each root, oldest first, with few queries. No lock held.
func (s *Service) OfCustomers(ctx context.Context, roots []uint32) ([][]Owned, error) {
	var all []uint32
	groups := make([][]uint32, len(roots))
	s.tl.RLock()
	for i, root := range roots {
		groups[i] = slices.Clone(s.tl.Leaves(root))
		all = append(all, groups[i]...)
	}
	s.tl.RUnlock()
	byLeaf, err := s.OfLeaves(ctx, all)
	if err != nil {
		return nil, err
	}
	out := make([][]Owned, len(roots))
	for i, leaves := range groups {
		for _, leaf := range leaves {
			out[i] = append(out[i], byLeaf[leaf]...)
		}
		slices.SortStableFunc(out[i], func(a, b Owned) int { return a.FirstSeen.Compare(b.FirstSeen) })
	}
	return out, nil
}

// owned opens one row.
func (s *Service) owned(rows *sql.Rows) (o Owned, err error) {
	var sealed []byte
	var firstSeen int64
	if err := rows.Scan(&o.Leaf, &o.Type, &sealed, &firstSeen); err != nil {
		return o, err
	}
	value, err := s.box.Open(nil, sealed, identityScope)
	o.Value, o.FirstSeen = string(value), time.UnixMilli(firstSeen).UTC()
	return o, err
}
