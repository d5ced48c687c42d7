package httpapi

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/seal"
)

// KeyAge is how long an Idempotency-Key is remembered.
const KeyAge = 24 * time.Hour

const keyScope = "idempotency"

// keyStore remembers keyed writes. A row is made before the write runs (status 0) and
// gets the answer after. A row still at 0 that no request of this process is working on
// belongs to a write that was cut off: whether it had its effect is not known here.
//
//	absent ─ claim ─▶ running ─ keep ─▶ answered ─ KeyAge ─▶ absent
//	                     └───── free ─▶ absent
type keyStore struct {
	db    *db.DB
	box   *seal.Box
	clock clock.Clock

	mu      sync.Mutex
	running map[seal.Blind]bool
}

func newKeyStore(d *db.DB, box *seal.Box, clk clock.Clock) *keyStore {
	return &keyStore{db: d, box: box, clock: clk, running: map[seal.Blind]bool{}}
}

// answer is what was sent. Its body may hold personal data and is sealed in SQL.
type answer struct {
	status int
	Type   string `json:"type"`
	Body   []byte `json:"body"`
}

// claim is the right to run a write.
type claim struct {
	store *keyStore
	key   seal.Blind
}

// claim gives the right to run, or the answer given before, or an error.
func (s *keyStore) claim(ctx context.Context, principal, key string, request [32]byte) (*claim, *answer, error) {
	c := &claim{store: s, key: s.box.Blind("idempotency/"+principal, key)}
	if !s.enter(c.key) {
		return nil, nil, fault.New(fault.Conflict, "idempotency_in_progress", "a request with this %s is still running", KeyHeader)
	}
	before, err := s.find(ctx, c.key, request)
	if fault.Is(err, fault.NotFound) {
		if err = s.begin(ctx, c.key, request); err == nil {
			return c, nil, nil
		}
	}
	c.leave()
	return nil, before, err
}

func (s *keyStore) enter(key seal.Blind) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[key] {
		return false
	}
	s.running[key] = true
	return true
}

func (c *claim) leave() {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	delete(c.store.running, c.key)
}

const findKey = `
SELECT request, status, response
FROM idempotency
WHERE key = $1 AND created_at > $2`

func (s *keyStore) find(ctx context.Context, key seal.Blind, request [32]byte) (*answer, error) {
	var asked, sealed []byte
	var a answer
	err := s.db.Get(ctx, findKey, []any{key[:], s.cutoff()}, &asked, &a.status, &sealed)
	switch {
	case err != nil:
		return nil, err
	case subtle.ConstantTimeCompare(asked, request[:]) != 1:
		return nil, fault.New(fault.Invalid, "idempotency_mismatch", "this %s was used for another request", KeyHeader)
	case a.status == 0:
		return nil, fault.New(fault.Conflict, "idempotency_unknown",
			"the first request with this %s was cut off; see whether it had its effect, then use another key", KeyHeader)
	}
	raw, err := s.box.Open(nil, sealed, keyScope)
	if err == nil {
		err = json.Unmarshal(raw, &a)
	}
	if err != nil {
		return nil, fmt.Errorf("read kept answer: %w", err)
	}
	return &a, nil
}

func (s *keyStore) cutoff() int64 { return s.clock.Now().Add(-KeyAge).UnixMilli() }

const beginKey = `
INSERT INTO idempotency (key, request, status, response, created_at)
VALUES ($1, $2, 0, $3, $4)
ON CONFLICT (key) DO UPDATE
SET request = excluded.request,
    status = 0,
    response = excluded.response,
    created_at = excluded.created_at`

// begin writes the row; it replaces one that is older than KeyAge.
func (s *keyStore) begin(ctx context.Context, key seal.Blind, request [32]byte) error {
	_, err := s.db.Exec(ctx, beginKey, key[:], request[:], []byte{}, s.clock.Now().UnixMilli())
	if err != nil {
		return fmt.Errorf("claim idempotency key: %w", err)
	}
	return nil
}

const keepKey = `
UPDATE idempotency
SET status = $2,
    response = $3
WHERE key = $1`

func (c *claim) keep(ctx context.Context, a *answer) error {
	raw, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	_, err = c.store.db.Exec(ctx, keepKey, c.key[:], a.status, c.store.box.Seal(nil, raw, keyScope))
	return err
}

const freeKey = `DELETE FROM idempotency WHERE key = $1`

func (c *claim) free(ctx context.Context) error {
	_, err := c.store.db.Exec(ctx, freeKey, c.key[:])
	return err
}

const cleanKeys = `DELETE FROM idempotency WHERE created_at <= $1`

// clean forgets keys older than KeyAge.
func (s *keyStore) clean(ctx context.Context) error {
	_, err := s.db.Exec(ctx, cleanKeys, s.cutoff())
	return err
}
