// Package masssend owns messages that go to many customers, or to customer groups, and
// that a member of staff must confirm on the phone: who is asked to send what to whom,
// the calls that ask, and what came of it.
//
//	draft ◀──▶ scheduled ──▶ preparing ──▶ waiting (for staff) ──▶ done
//	                │             │           │
//	                └─────────────┴───────────┴──▶ stopped
//	collecting (a playbook's pool) ──▶ preparing
//
// Preparing asks everybody in the target: the policy (package outreach), the platform's
// quota, and who of the staff is to send. Each customer is asked of one member only: who
// last talked to the customer if that is known, else who added the customer last. Who will
// not get it stands in the ledger with the reason. Then calls are cut: one member, at most
// 10,000 customers, or the groups of one owner.
//
//	                        committed, then the call
//	planned ────────────────────────▶ attempting ──▶ handed(msgid) ──▶ done
//	 │   ▲                               │  │           ▲
//	 │   └── surely not made ────────────┘  ▼           │
//	 │   └── not in the list after 5 min ─ unknown ─────┘ found in the list
//	 └──▶ dropped (stopped, expired)
//
// An answer that never came leaves a call unknown. It is never made again blindly: the
// platform's list is asked for a message of the same text, made by the API within minutes of
// the attempt, that no other call has, whose only sender is the call's, and all of whose
// receivers are the call's. While a call is unknown, no other call with the same member and
// text is made, so that such a message can be no other. If two complete looks, the last of
// them five minutes or more after the attempt, show none, the call was not made.
//
// Results are asked for densely at first and then ever more sparsely. What nobody has
// confirmed at the deadline is taken back there, if wanted, and expires.
//
// A send may have variants: each customer gets one, by a hash of the send and the customer,
// in calls of its own. Who would get it but is held out gets nothing. Both are exposures of
// the experiment SEND/ID, written with the recipients; customers whom the policy refuses
// are no part of it.
//
// The quota is the corp's: as many messages as the month has days, 7 a week or 1 a day, for
// each customer, in China's time. Our own open and accepted messages count; a customer whom
// the platform calls full (result 3) counts as full until the period ends. Messages that
// staff send by themselves are not seen before that.
//
// A playbook's touches of the channel wecom_mass collect in a pool for each step, content
// and window, and travel in calls like the others (see Pool).
//
// Not promised: the hour at which a customer reads it. Quiet hours hold back the request to
// the staff, who may confirm at any time until the deadline.
package masssend

import (
	"context"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/seal"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
)

// Relation is a living contact between a member of staff and a customer. LastAt is when
// they last talked, zero if that is not known.
type Relation struct {
	User, External string
	Leaf           uint32
	AddedAt        time.Time
	LastAt         time.Time
}

// Relations knows the living contacts of a corp. Scan visits them in order of Leaf.
type Relations interface {
	Scan(ctx context.Context, corp string, visit func(Relation) error) error
	OfLeaves(ctx context.Context, corp string, leaves []uint32) ([]Relation, error)
}

// Chat is a customer group with its owner.
type Chat struct {
	ID, Owner string
}

// Contents checks messages and makes them ready for the platform.
type Contents interface {
	Check(ctx context.Context, c content.Content, use content.Use, at ...string) error
	Ready(ctx context.Context, corp string, c content.Content, use content.Use) (string, []wecom.Attachment, error)
	Keep(ctx context.Context, owner, corp string, c content.Content, use content.Use) error
	Drop(ctx context.Context, owner string) error
	Stale(ctx context.Context, corp string, c content.Content, use content.Use) error
}

// Audiences tells who is in an audience now.
type Audiences interface {
	Get(ctx context.Context, id string) (audience.Audience, error)
	Members(ctx context.Context, id string, after uint32, limit int) (roots []uint32, more bool, err error)
}

// Config is what mass sending is made of.
type Config struct {
	DB          *db.DB
	Box         *seal.Box
	Clock       clock.Clock
	Jobs        *job.Queue
	Timeline    *timeline.Store
	Ledger      *outreach.Service
	Relations   Relations
	Audiences   Audiences
	Contents    Contents
	Follows     func(ctx context.Context, corp string) ([]string, error)                // staff who may contact customers
	Chats       func(ctx context.Context, corp string, owners []string) ([]Chat, error) // no owners: of everybody; nil: no groups
	Corp        func(ctx context.Context, corp string) (corp.Corp, error)
	Client      func(ctx context.Context, corp string) (*wecom.Client, error)
	Experiments Experiments                      // nil: variants and holdouts are not measured
	ZoneOf      func(root uint32) *time.Location // a customer's own zone, nil the brand's; the func may be nil
}

// Service is mass sending. Safe for concurrent use.
type Service struct {
	Config
}

// The kinds of job. Queues are corps, so that preparing is serial in each.
const (
	prepareKind = "masssend"
	callKind    = "masssend_call"
	askKind     = "masssend_ask"
	pollKind    = "masssend_poll"
	sweepKind   = "masssend_stop"
)

// New makes the service, registers its workers with cfg.Jobs, and its pool as the sender
// of the channel wecom_mass.
func New(cfg Config) *Service {
	s := &Service{Config: cfg}
	each := func(kind string, concurrency int, do func(ctx context.Context, j job.Job) error) {
		cfg.Jobs.Handle(kind, &job.Each{Queue: cfg.Jobs, Concurrency: concurrency, MaxAttempts: 1 << 30, Do: do})
	}
	each(prepareKind, 1, s.prepare)
	each(callKind, 4, s.makeCall)
	each(askKind, 4, s.ask)
	each(pollKind, 4, s.poll)
	each(sweepKind, 1, s.sweep)
	cfg.Ledger.Register(outreach.WeComMass, (*pool)(s))
	return s
}

// Start makes unknown the calls that a crash left open. The ledger is started before it,
// the job queue after it.
func (s *Service) Start(ctx context.Context) error { return s.recover(ctx) }
