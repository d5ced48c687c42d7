package identity

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"yutang/internal/page"
)

// Merged is one row of the history of merges.
type Merged struct {
	Merge
	At       time.Time
	Type     string // of the identity that linked the two; empty if a person did
	Actor    string // who merged; empty if an event did
	EventSeq uint64
	Note     string
	UndoneAt time.Time // zero: in force
	UndoneBy string
}

const selectMerges = `
SELECT id, at, kept, gone, type, actor, event_seq, note, undone_at, undone_by
FROM identity_merge
WHERE id < $1 AND (kept = $2 OR gone = $2 OR $2 = 0)
ORDER BY id DESC
LIMIT $3`

// Merges lists the history, newest first: of all customers, or of the records that are one
// customer now, with merges that were undone. No lock.
func (s *Service) Merges(ctx context.Context, records []uint32, cursor string, limit int) (page.Page[Merged], error) {
	var out page.Page[Merged]
	before, err := beforeID(cursor)
	if err != nil {
		return out, err
	}
	if limit = page.Limit(limit); len(records) == 0 {
		records = []uint32{0}
	}
	found := map[int64]Merged{}
	for _, record := range records {
		if err := s.db.Each(ctx, selectMerges, []any{before, int64(record), limit + 1}, scanMerged(found)); err != nil {
			return out, fmt.Errorf("list merges: %w", err)
		}
	}
	order := slices.SortedFunc(maps.Keys(found), func(a, b int64) int { return cmp.Compare(b, a) })
	if len(order) > limit {
		order = order[:limit]
		out.Next = page.Cursor(order[limit-1])
	}
	for _, n := range order {
		out.Items = append(out.Items, found[n])
	}
	return out, nil
}

func scanMerged(into map[int64]Merged) func(rows *sql.Rows) error {
	return func(rows *sql.Rows) error {
		var m Merged
		var n, at, undone int64
		err := rows.Scan(&n, &at, &m.Kept, &m.Gone, &m.Type, &m.Actor, &m.EventSeq, &m.Note, &undone, &m.UndoneBy)
		m.ID, m.At = MergeID(uint32(n)), time.UnixMilli(at).UTC()
		if undone != 0 {
			m.UndoneAt = time.UnixMilli(undone).UTC()
		}
		into[n] = m
		return err
	}
}

const selectConflicts = `
SELECT id, at, type, sealed, customer, other, reason, over_type, event_seq
FROM identity_conflict
WHERE id < $1
ORDER BY id DESC
LIMIT $2`

// Conflicts lists the links that were seen and not made, newest first, as they were then:
// see which customers the records belong to now with the timeline's Root. Values are in
// clear. No lock.
func (s *Service) Conflicts(ctx context.Context, cursor string, limit int) (page.Page[Conflict], error) {
	var out page.Page[Conflict]
	before, err := beforeID(cursor)
	if err != nil {
		return out, err
	}
	limit = page.Limit(limit)
	var last int64
	err = s.db.Each(ctx, selectConflicts, []any{before, limit + 1}, func(rows *sql.Rows) error {
		if len(out.Items) == limit {
			out.Next = page.Cursor(last)
			return nil
		}
		var c Conflict
		var at int64
		var sealed []byte
		err := rows.Scan(&last, &at, &c.Identity.Type, &sealed, &c.Customer, &c.Other, &c.Reason, &c.OverType, &c.EventSeq)
		if err != nil {
			return err
		}
		value, err := s.box.Open(nil, sealed, conflictScope)
		c.ID, c.At, c.Identity.Value = "x"+strconv.FormatInt(last, 10), time.UnixMilli(at).UTC(), string(value)
		out.Items = append(out.Items, c)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("list identity conflicts: %w", err)
	}
	return out, nil
}

// beforeID reads a cursor of a list that is ordered by id, newest first.
func beforeID(cursor string) (int64, error) {
	before := int64(math.MaxInt64)
	_, err := page.After(cursor, &before)
	return before, err
}
