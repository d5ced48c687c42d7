// Package outreach owns everything that is sent to customers: the send ledger, which is
// also the outbox, the policy that decides who may be reached now, and the dispatcher.
//
//	       Plan, in the road's transaction; PlanMany
//	          │
//	          ▼          committed, then the call       a person there confirms
//	┌────▶ planned ─────────────▶ attempting ──▶ handed ──────────┐
//	│       │ │ ▲                  │  │  │        ▲ │  │          ▼
//	│       │ │ └─ surely not sent ┘  │  │        │ │  └──────▶ accepted
//	│       │ │                       │  └────────┼─┼────────────▲
//	│       │ └──▶ suppressed         ▼           │ │            │
//	│       └────▶ expired ◀──┐    unknown ───────┴─┼── provider or human
//	│                         │       │             │            │
//	└── surely not sent ──────┼───────┘             ▼            ▼
//	                          └─────────────────── unconfirmed  rejected
//
// Promises. A touch has one row for ever, unique by (playbook, version, run, step,
// occurrence, customer record, channel). The row says attempting, on disk, before the
// call is made. A call whose result nobody knows (a crash, a timeout after the request was
// written) ends in unknown: it is reconciled with the provider if that can be asked, else
// it waits for a human; it is never sent again blindly. Every planned touch ends as
// accepted, rejected, suppressed with a reason, expired, or unknown. Accepted and rejected
// touches come back down the road as events, once each.
//
// Some channels only hand a message over: the other side has it, and a member of staff
// must confirm before it leaves, or a carrier that it arrived. Such a touch is handed until
// that is known; one that nobody confirms in time expires with the reason unconfirmed.
//
// Grouped touches travel many to a call. Whoever plans them (PlanMany) also carries them:
// a Block is attempted, handed over and settled together, a million rows in about a
// minute, by the same states, the same promises and the same policy (Screen). They have no
// jobs of their own.
//
// A copy of a database does not send: see Held. Quiet hours delay a touch; a cap, a
// missing consent, a quota or a holdout suppress it. When more is planned for a customer
// than a cap leaves, the touches of the best rank go (Allocator); one that is outranked
// waits for their turn, in case they fall away, and is suppressed then. One slow or failing
// endpoint delays only its own touches. What a message says is made by a Composer; how it travels is a
// Sender's.
package outreach

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

// Message is what a sender is to deliver. It is composed once; every attempt of a
// delivery carries the same message.
type Message struct {
	ID         string          `json:"id"` // of the delivery; also the idempotency key
	OccurredAt time.Time       `json:"occurred_at"`
	Playbook   Origin          `json:"playbook"`
	Customer   Recipient       `json:"customer"`
	Content    json.RawMessage `json:"message"` // what the template made
	Channel    string          `json:"-"`
	Endpoint   string          `json:"-"`
	ExpiresAt  time.Time       `json:"-"`
}

// Origin says which playbook sends.
type Origin struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version int    `json:"version"`
	Step    string `json:"step"`
}

// Recipient is the customer as far as the step asks to pass it on.
type Recipient struct {
	ID         string                     `json:"id"`
	Traits     map[string]json.RawMessage `json:"traits,omitempty"`
	Identities []event.Identity           `json:"identities,omitempty"`
}

// Verdict is what is known after an attempt.
type Verdict uint8

// The verdicts. The zero value is Unknown.
const (
	Unknown  Verdict = iota // it may or may not have been delivered
	Accepted                // the other side has taken it
	Rejected                // surely not delivered, and it never will be
	Again                   // surely not delivered, or deduplicated there: may be tried again
	Handed                  // taken over; a person there must confirm, SettleMany says what came of it
)

// String is the verdict's name.
func (v Verdict) String() string {
	return [...]string{"unknown", "accepted", "rejected", "again", "handed"}[v]
}

// Outcome is the result of an attempt. Reason and Detail must not hold personal data.
type Outcome struct {
	Verdict    Verdict
	Reason     Reason
	Detail     string
	ProviderID string
	RetryAfter time.Duration // with Again: how long the endpoint wants no calls; 0 unsaid
}

// Sender delivers messages of one channel. Send must honour ctx and bound its own time.
// An error means that nothing is known: it counts as Unknown.
type Sender interface {
	Send(ctx context.Context, m Message) (Outcome, error)
}

// Reconciler is a Sender that can find out what became of an unknown delivery.
type Reconciler interface {
	Reconcile(ctx context.Context, m Message) (Outcome, error)
}

// Draft is a composed delivery, or why there is none.
type Draft struct {
	Message  Message
	Zone     *time.Location // the customer's own; nil: the brand's
	Quiet    *Quiet         // instead of the brand's; nil: the brand's
	PerDay   int            // touches of this playbook to one customer a day; 0 unlimited
	PerWeek  int            // in a calendar week, from Monday
	PerMonth int            // in a calendar month
	Refuse   Reason         // set: the touch is suppressed
	Later    Reason         // set: the touch waits until LaterAt
	LaterAt  time.Time
}

// Composer makes the message of a delivery when it is about to be sent.
type Composer interface {
	Compose(ctx context.Context, d Delivery) (Draft, error)
}

// Submitter takes receipts down the road.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Config is what outreach is made of.
type Config struct {
	DB       *db.DB
	Box      *seal.Box
	Clock    clock.Clock
	Jobs     *job.Queue
	Timeline *timeline.Store
	Zone     func() *time.Location // of the brand
}

// Service is the send ledger and its dispatcher. Plan, Consent, Flush and Forget belong
// to the road's writer; everything else is safe for concurrent use.
type Service struct {
	Config
	senders  map[string]Sender
	composer Composer
	submit   Submitter
	source   int64 // of receipts
	terms    func(ctx context.Context, playbook string, version int) (Terms, error)
	exposed  func(ctx context.Context, all []Exposed) error

	pending []Touch   // writer only
	news    []consent // writer only
	moves   moves
	held    atomic.Pointer[Hold]
	policy  atomic.Pointer[Policy]

	mu       sync.Mutex
	breakers map[string]*breaker
	paces    map[string]*pace
	results  *batcher[result]
	receipts *batcher[receipt]
}

// The kinds of job.
const (
	deliverKind   = "delivery"
	reconcileKind = "reconcile"
)

// New makes the service and registers its workers with cfg.Jobs.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, senders: map[string]Sender{}, breakers: map[string]*breaker{}, paces: map[string]*pace{}}
	s.policy.Store(&DefaultPolicy)
	cfg.Jobs.Handle(deliverKind, s)
	cfg.Jobs.Handle(tallyKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 12, Do: s.recount})
	cfg.Jobs.Handle(reconcileKind, &job.Each{Queue: cfg.Jobs, Concurrency: 4, MaxAttempts: 12, Do: s.reconcile})
	return s
}

// Register gives the channel its sender. Before Start.
func (s *Service) Register(channel string, sender Sender) { s.senders[channel] = sender }

// UseComposer sets who makes messages. Before Start.
func (s *Service) UseComposer(c Composer) { s.composer = c }

// UseTerms sets who knows the quiet hours and caps of a playbook's version, for touches that
// are weighed against another one. Without it they are taken to have none. Before Start.
func (s *Service) UseTerms(of func(ctx context.Context, playbook string, version int) (Terms, error)) {
	s.terms = of
}

// UseExposures sets who is told, in the transaction that decides about a touch, whom the
// brand's control group concerned. It may be told of a customer again. Before Start.
func (s *Service) UseExposures(note func(ctx context.Context, all []Exposed) error) { s.exposed = note }

// UseSubmitter sets the road that receipts take and their source. Before Start.
func (s *Service) UseSubmitter(road Submitter, source int64) { s.submit, s.source = road, source }

// Start reads the settings, settles what a crash left open as unknown, and begins to
// take results. The job queue is started after it.
func (s *Service) Start(ctx context.Context) error {
	if err := s.loadSettings(ctx); err != nil {
		return err
	}
	if err := s.recover(ctx); err != nil {
		return err
	}
	if many, err := s.manyMoved(ctx); err != nil {
		return err
	} else if many {
		s.moves.n.Store(tallyAfter)
	}
	s.receipts = newBatcher(s.deliverReceipts)
	s.results = newBatcher(s.settle)
	return nil
}

// Stop waits until every result is written and every receipt submitted. The job queue is
// stopped before it, the road after it.
func (s *Service) Stop() {
	if s.results != nil {
		s.results.stop()
		s.receipts.stop()
	}
}
