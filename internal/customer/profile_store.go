package customer

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"yutang/internal/fault"
	"yutang/internal/timeline"
)

const profileScope = "profile"

const selectProfile = `SELECT body FROM profile WHERE ord = $1`

// readDocument is leaf's document as last committed; empty if it has none.
func (s *Service) readDocument(ctx context.Context, leaf timeline.Ord) (*document, error) {
	var sealed []byte
	err := s.db.Get(ctx, selectProfile, []any{leaf}, &sealed)
	if fault.Is(err, fault.NotFound) {
		return newDocument(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	return s.open(nil, sealed)
}

func (s *Service) open(scratch, sealed []byte) (*document, error) {
	plain, err := s.box.Open(scratch, sealed, profileScope)
	if err != nil {
		return nil, fmt.Errorf("open profile: %w", err)
	}
	return decode(plain)
}

var profileColumns = []string{"ord", "body", "updated_at"}

const upsertProfile = `ON CONFLICT (ord) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`

// maxHeld is how many documents the writer keeps between batches.
const maxHeld = 8192

func (s *Service) flushProfiles(ctx context.Context) error {
	if len(s.unsaved) == 0 {
		return nil
	}
	now := s.clk.Now().UnixMilli()
	args := s.args[:0]
	var plain []byte
	for _, leaf := range slices.Sorted(maps.Keys(s.unsaved)) {
		plain = s.docs[leaf].encode(plain[:0])
		args = append(args, int64(leaf), s.box.Seal(nil, plain, profileScope), now)
	}
	s.args = args
	if err := s.db.InsertMany(ctx, "profile", profileColumns, args, upsertProfile); err != nil {
		return err
	}
	clear(s.args)
	clear(s.unsaved)
	return nil
}

const selectProfiles = `SELECT ord, body FROM profile WHERE ord > $1 ORDER BY ord LIMIT $2`

// sealedRow is one row of the table profile.
type sealedRow struct {
	ord  timeline.Ord
	body []byte
}

// profileChunk is how many rows one worker opens at a time.
const profileChunk = 2000

// profileRows reads up to profileChunk rows above after.
func (s *Service) profileRows(ctx context.Context, after timeline.Ord) ([]sealedRow, error) {
	out := make([]sealedRow, 0, profileChunk)
	err := s.db.Each(ctx, selectProfiles, []any{after, profileChunk}, func(rows *sql.Rows) error {
		var r sealedRow
		if err := rows.Scan(&r.ord, &r.body); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read profiles: %w", err)
	}
	return out, nil
}
