// Package playbook owns playbooks: their definitions and versions, the runs of customers
// through them, and what their steps plan.
//
//	draft ──publish──▶ published ◀──pause, resume──▶ paused ──end──▶ ended
//	                      └──────────────end────────────────────────▶
//
// A published version never changes; editing changes the draft until it is published as
// the next version. A trigger (an event, or entering or leaving an audience) starts a run
// inside the transaction of the event that caused it, so a run exists exactly if its
// cause does. A run belongs to the customer record it was started for: a merge shows it
// under the survivor, an unmerge gives it back. Whether a customer is in the control group
// is decided once, by hash, and kept.
//
// A trigger that comes later than the step's expiry starts nothing: importing last year's
// orders sends no messages. Pausing keeps planned touches until the playbook goes on; they
// may expire. Sending itself, and what restrains it, is package outreach.
package playbook

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/identity"
	"yutang/internal/outreach"
	"yutang/internal/timeline"
)

// State is where a playbook stands.
type State string

// The states.
const (
	Draft     State = "draft"
	Published State = "published"
	Paused    State = "paused"
	Ended     State = "ended"
)

// Playbook is a playbook with its draft.
type Playbook struct {
	ID        string
	State     State
	Version   int // the last published, 0 none
	Draft     json.RawMessage
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Version is a published definition.
type Version struct {
	Playbook    string
	Version     int
	Definition  json.RawMessage
	PublishedAt time.Time
	PublishedBy string
}

// Run is one customer's pass through a playbook.
type Run struct {
	ID         string
	Playbook   string
	Version    int
	Ord        uint32 // the record it was started for
	Occurrence int
	TriggerSeq uint64 // event that caused it, 0 none
	TriggerAt  time.Time
	Holdout    bool
	StartedAt  time.Time
}

// Config is what playbooks are made of. CheckEndpoint and CheckAudience say whether a
// definition may name an endpoint of a channel, or an audience. CheckContent and Address
// may be nil: they tell the faults of a content that its channel would refuse, and the
// type of identity that a channel writes to ("" if it needs none).
type Config struct {
	DB            *db.DB
	Clock         clock.Clock
	Timeline      *timeline.Store
	Log           *event.Log
	Customers     *customer.Service
	Identity      *identity.Service
	Outreach      *outreach.Service
	Zone          func() *time.Location // of the brand
	CheckEndpoint func(ctx context.Context, channel, endpoint string) error
	CheckAudience func(ctx context.Context, id string) error
	CheckContent  func(ctx context.Context, channel, endpoint string, content json.RawMessage, ptr string) ([]fault.Field, error)
	Address       func(ctx context.Context, channel, endpoint string) (identity string, err error)
}

// Service holds the playbooks. OnEvent, OnTransition, Flush and Load belong to the road's
// writer, which holds the lock of derived state; everything else is safe for concurrent use.
type Service struct {
	Config
	listening atomic.Pointer[index]
	edit      sync.Mutex // one change of state at a time

	pending []Run                        // writer only
	past    map[string]map[uint32]record // playbook → record of customer; writer only

	mu       sync.Mutex
	versions map[versionKey]*plan // immutable once there
}

type versionKey struct {
	playbook string
	version  int
}

// New makes the service. It composes what cfg.Outreach sends.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, past: map[string]map[uint32]record{}, versions: map[versionKey]*plan{}}
	s.listening.Store(&index{})
	cfg.Outreach.UseComposer(s)
	return s
}
