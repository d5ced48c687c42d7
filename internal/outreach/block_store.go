package outreach

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A column written as "run || ”" is one whose index must not be used: the range of ids is
// what finds a block quickly.
const (
	selectBlock = `SELECT id, ord, state FROM delivery WHERE id >= $1 AND id <= $2 AND run || '' = $3 AND grouped ORDER BY id`

	updateBlockAttempting = `UPDATE delivery SET moved = TRUE, state = 'attempting', reason = '', attempt = attempt + 1,
		dispatched_at = CASE WHEN dispatched_at = 0 THEN $1 ELSE dispatched_at END
		WHERE id >= $2 AND id <= $3 AND run || '' = $4 AND grouped AND state = 'planned'`
	updateBlockHanded = `UPDATE delivery SET moved = TRUE, state = 'handed', reason = '', detail = '', provider_id = $1
		WHERE id >= $2 AND id <= $3 AND run || '' = $4 AND grouped AND state IN ('attempting', 'unknown')`
	updateBlockUnknown = `UPDATE delivery SET moved = TRUE, state = 'unknown', reason = $1
		WHERE id >= $2 AND id <= $3 AND run || '' = $4 AND grouped AND state = 'attempting'`
	updateBlockAgain = `UPDATE delivery SET moved = TRUE, state = 'planned', reason = $1, detail = $2, due = $3
		WHERE id >= $4 AND id <= $5 AND run || '' = $6 AND grouped AND state IN ('attempting', 'unknown')`
	updateBlockEnd = `UPDATE delivery SET moved = TRUE, state = $1, reason = $2, settled_at = $3
		WHERE id >= $4 AND id <= $5 AND run || '' = $6 AND grouped AND state = 'planned'`
	updateGroupedLost = `UPDATE delivery SET moved = TRUE, state = 'unknown', reason = 'interrupted' WHERE state = 'attempting' AND grouped`
)

// Rows are the touches of a block in order of their ids.
func (s *Service) Rows(ctx context.Context, b Block) (out []Row, err error) {
	err = s.DB.Each(ctx, selectBlock, []any{b.First, b.Last, b.Run}, func(rows *sql.Rows) error {
		var r Row
		err := rows.Scan(&r.ID, &r.Ord, &r.State)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read block of %s: %w", b.Run, err)
	}
	return out, nil
}

// RowsOf are the touches with these ids, in any order; ids that are not there are left out.
func (s *Service) RowsOf(ctx context.Context, ids []string) (out []Row, err error) {
	for chunk := range slices.Chunk(ids, idChunk) {
		err := s.DB.Each(ctx, selectRows, withIDs(chunk), func(rows *sql.Rows) error {
			var r Row
			err := rows.Scan(&r.ID, &r.Ord, &r.State)
			out = append(out, r)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read touches: %w", err)
		}
	}
	return out, nil
}

// RunFilter narrows the touches of one run that bear one step. Zero fields do not.
type RunFilter struct {
	Run, Step string
	After     uint32 // customers with a higher number
	State     State
	Reason    Reason
	Endpoint  string
	Limit     int
}

const selectRun = `SELECT ` + deliveryFields + ` FROM delivery
	WHERE run = $1 AND step = $2 AND occurrence = 1 AND ord > $3
	AND ($4 = '' OR state || '' = $4) AND ($5 = '' OR reason = $5) AND ($6 = '' OR endpoint = $6)
	ORDER BY ord LIMIT $7`

// OfRun lists touches in order of their customers, quickly for runs with very many.
func (s *Service) OfRun(ctx context.Context, f RunFilter) (out []Delivery, err error) {
	args := []any{f.Run, f.Step, int64(f.After), string(f.State), string(f.Reason), f.Endpoint, f.Limit}
	err = s.DB.Each(ctx, selectRun, args, func(rows *sql.Rows) error {
		var d Delivery
		err := d.scan(rows.Scan)
		out = append(out, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list touches of %s: %w", f.Run, err)
	}
	return out, nil
}

func (s *Service) attemptMany(ctx context.Context, b Block) error {
	_, err := s.alter(ctx, updateBlockAttempting, s.Clock.Now().UnixMilli(), b.First, b.Last, b.Run)
	return err
}

// Hand notes that the other side has the attempted touches of a block, under its own id.
func (s *Service) Hand(ctx context.Context, b Block, providerID string) error {
	_, err := s.alter(ctx, updateBlockHanded, providerID, b.First, b.Last, b.Run)
	return err
}

// Lose notes that nobody knows what became of the attempt of a block.
func (s *Service) Lose(ctx context.Context, b Block, why Reason) error {
	_, err := s.alter(ctx, updateBlockUnknown, string(why), b.First, b.Last, b.Run)
	return err
}

// Replan makes a block planned again after an attempt that surely did not deliver.
func (s *Service) Replan(ctx context.Context, b Block, detail string, due time.Time) error {
	_, err := s.alter(ctx, updateBlockAgain, string(Retrying), cut(detail, 500), due.UnixMilli(), b.First, b.Last, b.Run)
	return err
}

// End ends the planned touches of a block without an attempt, as Suppressed or Expired.
func (s *Service) End(ctx context.Context, b Block, state State, why Reason) error {
	_, err := s.alter(ctx, updateBlockEnd, string(state), string(why), s.Clock.Now().UnixMilli(), b.First, b.Last, b.Run)
	return err
}

// loseGrouped makes unknown what a crash left attempting.
func (s *Service) loseGrouped(ctx context.Context) error {
	_, err := s.alter(ctx, updateGroupedLost)
	return err
}

// idChunk is how many ids one statement names. A shorter list is filled up with its last
// id, so that the text of the statement stays the same.
const idChunk = 100

// idList is the placeholders $first to $(first+idChunk-1).
func idList(first int) string {
	places := make([]string, idChunk)
	for i := range places {
		places[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(places, ", ")
}

// withIDs gives the arguments of a statement with an id list.
func withIDs(ids []string, args ...any) []any {
	for i := range idChunk {
		args = append(args, ids[min(i, len(ids)-1)])
	}
	return args
}

var (
	selectRows      = `SELECT id, ord, state FROM delivery WHERE id IN (` + idList(1) + `)`
	selectOpenAmong = `SELECT ` + deliveryFields + ` FROM delivery
		WHERE state || '' IN ('attempting', 'handed', 'unknown', 'expired') AND id IN (` + idList(1) + `)`
	updateClosed = `UPDATE delivery SET moved = TRUE, state = $1, reason = $2, detail = $3, settled_at = $4
		WHERE state || '' IN ('attempting', 'handed', 'unknown', 'expired') AND id IN (` + idList(5) + `)`
	updateRefused = `UPDATE delivery SET moved = TRUE, state = 'suppressed', reason = $1, settled_at = $2, detail = $3
		WHERE state || '' = 'planned' AND id IN (` + idList(4) + `)`
)

func (s *Service) openAmong(ctx context.Context, ids []string) (out []Delivery, err error) {
	for chunk := range slices.Chunk(ids, idChunk) {
		err := s.DB.Each(ctx, selectOpenAmong, withIDs(chunk), func(rows *sql.Rows) error {
			var d Delivery
			err := d.scan(rows.Scan)
			if d.State != Expired || d.Reason == Unconfirmed {
				out = append(out, d)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read deliveries to settle: %w", err)
		}
	}
	return out, nil
}

// closing is what deliveries that end alike have in common.
type closing struct {
	state  State
	reason Reason
	detail string
	at     time.Time
}

// closeMany writes how deliveries ended, in ctx's transaction.
func (s *Service) closeMany(ctx context.Context, all []Delivery) error {
	alike := map[closing][]string{}
	for _, d := range all {
		c := closing{d.State, d.Reason, d.Detail, d.SettledAt}
		alike[c] = append(alike[c], d.ID)
	}
	for c, ids := range alike {
		for chunk := range slices.Chunk(ids, idChunk) {
			args := withIDs(chunk, string(c.state), string(c.reason), c.detail, ms(c.at))
			if _, err := s.alter(ctx, updateClosed, args...); err != nil {
				return fmt.Errorf("settle deliveries: %w", err)
			}
		}
	}
	return nil
}

func (s *Service) suppressMany(ctx context.Context, ids []string, why Reason, detail string) error {
	for chunk := range slices.Chunk(ids, idChunk) {
		if _, err := s.alter(ctx, updateRefused, withIDs(chunk, string(why), s.Clock.Now().UnixMilli(), detail)...); err != nil {
			return fmt.Errorf("suppress deliveries: %w", err)
		}
	}
	return nil
}
