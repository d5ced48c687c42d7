package privacy

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/page"
	"yutang/internal/timeline"
)

const (
	erasureFields = `id, ord, state, reason, block, counts, asked_by, asked_at, erased_at, done_at`
	erasureScope  = "erasure"
	insertErasure = `INSERT INTO erasure (` + erasureFields + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	updateErasure = `UPDATE erasure SET state = $2, counts = $3, erased_at = $4, done_at = $5 WHERE id = $1`
	selectErasure = `SELECT ` + erasureFields + ` FROM erasure WHERE id = $1`
	listErasures  = `SELECT ` + erasureFields + ` FROM erasure WHERE id < $1 ORDER BY id DESC LIMIT $2`
	listInState   = `SELECT ` + erasureFields + ` FROM erasure WHERE state = $1 ORDER BY id LIMIT 500`
	countWaiting  = `SELECT COUNT(*) FROM erasure WHERE ord = $1 AND state = 'waiting'`
)

func (s *Service) insertErasure(ctx context.Context, e Erasure) error {
	_, err := s.DB.Exec(ctx, insertErasure, e.ID, int64(e.Ord), string(e.State), s.Box.Seal(nil, []byte(e.Reason), erasureScope),
		e.Block, "{}", e.AskedBy, ms(e.AskedAt), int64(0), int64(0))
	return err
}

func (s *Service) saveErasure(ctx context.Context, e Erasure) error {
	counts, err := json.Marshal(e.Counts)
	if err != nil {
		return fmt.Errorf("save erasure: %w", err)
	}
	_, err = s.DB.Exec(ctx, updateErasure, e.ID, string(e.State), string(counts), ms(e.ErasedAt), ms(e.DoneAt))
	return err
}

func (s *Service) waits(ctx context.Context, ord uint32) (bool, error) {
	var n int
	err := s.DB.Get(ctx, countWaiting, []any{int64(ord)}, &n)
	return n > 0, err
}

func (s *Service) erasures(ctx context.Context, text string, args ...any) (out []Erasure, err error) {
	err = s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var e Erasure
		var reason []byte
		var counts string
		var asked, erased, done int64
		if err := rows.Scan(&e.ID, &e.Ord, &e.State, &reason, &e.Block, &counts, &e.AskedBy, &asked, &erased, &done); err != nil {
			return err
		}
		e.AskedAt, e.ErasedAt, e.DoneAt = at(asked), at(erased), at(done)
		plain, err := s.Box.Open(nil, reason, erasureScope)
		e.Reason = string(plain)
		if err == nil {
			err = json.Unmarshal([]byte(counts), &e.Counts)
		}
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read erasures: %w", err)
	}
	return out, nil
}

// Erasure is one erasure.
func (s *Service) Erasure(ctx context.Context, key string) (Erasure, error) {
	found, err := s.erasures(ctx, selectErasure, key)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "erasure_not_found", "there is no erasure %q", key)
	}
	if err != nil {
		return Erasure{}, err
	}
	return found[0], nil
}

// Erasures lists them, the newest first.
func (s *Service) Erasures(ctx context.Context, cursor string, limit int) (page.Page[Erasure], error) {
	before := "\x7f"
	if _, err := page.After(cursor, &before); err != nil {
		return page.Page[Erasure]{}, err
	}
	limit = page.Limit(limit)
	all, err := s.erasures(ctx, listErasures, before, limit+1)
	return page.Cut(all, limit, func(e Erasure) string { return e.ID }), err
}

// heldSeqs is seqs for the writer, who holds the timeline's lock.
func (s *Service) heldSeqs(root uint32) []uint64 {
	var t timeline.Track
	s.Timeline.Read(root, nil, &t)
	out := make([]uint64, t.Len())
	for i, seq := range t.Seq {
		out[i] = uint64(seq)
	}
	return out
}

const selectMentions = `SELECT type, sealed, event_seq FROM identity_conflict WHERE (other = $1 OR customer = $1) AND event_seq > 0`

// mentions are the events in which a conflict about the person came up, and the identities
// that it was about.
func (s *Service) mentions(ctx context.Context, p person) (seqs []uint64, named []event.Identity, err error) {
	own := map[uint64]bool{}
	for _, seq := range s.heldSeqs(p.root) {
		own[seq] = true
	}
	for _, leaf := range p.leaves {
		err = s.DB.Each(ctx, selectMentions, []any{int64(leaf)}, func(rows *sql.Rows) error {
			var m mention
			var sealed []byte
			var seq int64
			if err := rows.Scan(&m.Type, &sealed, &seq); err != nil {
				return err
			}
			value, err := s.Box.Open(nil, sealed, "identity_conflict")
			if m.Value, m.seq = string(value), uint64(seq); err == nil && !own[m.seq] {
				seqs, named = append(seqs, m.seq), append(named, m.Identity)
			}
			return err
		})
		if err != nil {
			return nil, nil, fmt.Errorf("read conflicts: %w", err)
		}
	}
	return seqs, named, nil
}

const (
	selectCallbacks = `SELECT id, body FROM callback WHERE id > $1 ORDER BY id LIMIT 2000`
	dropCallback    = `UPDATE callback SET body = $2, lane = '', event = '', reason = '', state = CASE WHEN state = 'pending' THEN 'ignored' ELSE state END
		WHERE id = $1`
	callbackScope = "callback"
)

// callbacksOf finds the kept callbacks that name the person: they are opened, since one about a
// group may name many.
func (s *Service) callbacksOf(ctx context.Context, p person) (found []int64, err error) {
	if len(p.externals) == 0 {
		return nil, nil
	}
	for after, more := int64(0), true; more && err == nil; {
		more = false
		err = s.DB.Each(ctx, selectCallbacks, []any{after}, func(rows *sql.Rows) error {
			var sealed []byte
			if err := rows.Scan(&after, &sealed); err != nil {
				return err
			}
			more = true
			plain, err := s.Box.Open(nil, sealed, callbackScope)
			if err == nil && containsAny(string(plain), p.externals) {
				found = append(found, after)
			}
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("search callbacks: %w", err)
	}
	return found, nil
}

func (s *Service) dropCallbacks(ctx context.Context, ids []int64) error {
	for _, key := range ids {
		if _, err := s.DB.Exec(ctx, dropCallback, key, s.Box.Seal(nil, []byte("{}"), callbackScope)); err != nil {
			return fmt.Errorf("empty a callback: %w", err)
		}
	}
	return nil
}

const (
	selectAnswers = `SELECT key, response FROM idempotency WHERE status <> 0`
	dropAnswer    = `DELETE FROM idempotency WHERE key = $1`
	answerScope   = "idempotency"
)

// dropAnswers forgets kept answers in which one of the marks stands.
func (s *Service) dropAnswers(ctx context.Context, marks []string) error {
	var found [][]byte
	err := s.DB.Each(ctx, selectAnswers, nil, func(rows *sql.Rows) error {
		var key, sealed []byte
		if err := rows.Scan(&key, &sealed); err != nil {
			return err
		}
		plain, err := s.Box.Open(nil, sealed, answerScope)
		if err == nil && answers(plain, marks) {
			found = append(found, key)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("search kept answers: %w", err)
	}
	for _, key := range found {
		if _, err := s.DB.Exec(ctx, dropAnswer, key); err != nil {
			return fmt.Errorf("forget a kept answer: %w", err)
		}
	}
	return nil
}

// answers says whether a kept answer holds one of the marks. Its body is base64 in JSON.
func answers(plain []byte, marks []string) bool {
	var kept struct {
		Body []byte `json:"body"`
	}
	text := string(plain)
	if json.Unmarshal(plain, &kept) == nil {
		text += string(kept.Body)
	}
	return containsAny(text, marks)
}

func containsAny(text string, marks []string) bool {
	for _, m := range marks {
		if strings.Contains(text, m) {
			return true
		}
	}
	return false
}
