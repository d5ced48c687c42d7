// Package access owns who may do what: accounts, sessions, API tokens, roles and their
// permissions, the audit trail, and the settings of the brand.
//
// It promises that passwords are kept as argon2id and every other secret as a SHA-256
// hash, that e-mail addresses and names of accounts are sealed at rest, that repeated
// wrong passwords cost growing time per account and per address, and that an audit row
// commits together with the change it speaks of. Nobody may do what no permission says:
// the table in permission.go is all there is. It does not speak HTTP.
package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"sync/atomic"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/seal"
)

// Service is the door of the house. Safe for concurrent use.
type Service struct {
	db       *db.DB
	box      *seal.Box
	clock    clock.Clock
	throttle *throttle
	hashing  chan struct{} // slots for the memory-hungry password hash
	brand    atomic.Pointer[keptBrand]
	mask     atomic.Pointer[keptMask]

	mu    sync.Mutex
	setup [32]byte         // hash of the set-up token, zero if there is none
	used  map[string]int64 // token or session id → last use not yet in SQL
	staff StaffLookup      // nil: no staff can log in
	here  map[string]heldStaff

	stop context.CancelFunc
	done chan struct{}
}

// New makes the service on a migrated database.
func New(d *db.DB, box *seal.Box, clk clock.Clock) *Service {
	return &Service{
		db:       d,
		box:      box,
		clock:    clk,
		throttle: newThrottle(),
		hashing:  make(chan struct{}, 2),
		used:     map[string]int64{},
		here:     map[string]heldStaff{},
	}
}

// now is the present in ms.
func (s *Service) now() int64 { return s.clock.Now().UnixMilli() }

// newSecret is 256 random bits as text.
func newSecret() string {
	var raw [32]byte
	rand.Read(raw[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

func hashSecret(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }
