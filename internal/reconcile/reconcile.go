// Package reconcile owns the comparison of what we hold with what the platform says.
//
// Callbacks get lost, and changes made through the API raise none, so a pull is the truth.
// A run pulls the kinds it was asked for, one after another, in the order of their
// registration: staff, contacts, and what other rooms register.
//
//	run   running ──▶ done, or failed if a kind failed
//	kind  waiting ──Plan──▶ running ──▶ done, failed
//	item  open ──(cursor moves)──▶ done, with an error if it was given up
//
// It promises: one run per corp at a time; a run that is killed, or outlives its slice of
// time, goes on from the cursor of each item; an item that fails is recorded with its error
// and does not stop the rest; what a pull found different is counted by kind of difference.
// An item that failed for a passing reason is tried again with the others still open, a few
// times. When the platform asks to wait, or does not answer, the whole run rests, and says why
// and until when. Refused credentials end it.
//
// Every hour a share of each corp is compared: members whose customers changed lately, and
// a twelfth of the rest by turns. Once a night, at the corp's hour, everything is.
//
// It does not decide what a difference means: the rooms do.
package reconcile

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"yutang/internal/clock"
	"yutang/internal/contact"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/job"
	"yutang/internal/staff"
	"yutang/internal/wecom"
)

// The kinds that this package pulls itself.
const (
	KindStaff    = "staff"
	KindContacts = "contacts"
)

// The states of runs and kinds.
const (
	Waiting = "waiting"
	Running = "running"
	Done    = "done"
	Failed  = "failed"
)

// Where a run came from.
const (
	ByHour  = "hour"
	ByNight = "night"
	ByHand  = "hand"
)

// Puller brings one kind up to date. It is called again after an error that passes, with
// the items that are still open; see Run. It returns errors of the platform as they are.
type Puller interface {
	Pull(ctx context.Context, run *Run) error
}

// PullerFunc is a function as a Puller.
type PullerFunc func(ctx context.Context, run *Run) error

// Pull calls f.
func (f PullerFunc) Pull(ctx context.Context, run *Run) error { return f(ctx, run) }

// Corps knows the connected corps and their clients.
type Corps interface {
	List(ctx context.Context) ([]corp.Corp, error)
	Client(ctx context.Context, corpID string) (*wecom.Client, error)
}

// Config is what reconciliation stands on.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	Jobs     *job.Queue
	Corps    Corps
	Staff    *staff.Service
	Contacts *contact.Service
	Zone     func() *time.Location // the brand's; nil is UTC
}

// Service starts runs and works on them. Safe for concurrent use.
type Service struct {
	Config
	kinds   []string
	pullers map[string]Puller
	closing atomic.Bool
}

// New makes the service with the pullers of staff and contacts.
func New(cfg Config) *Service {
	if cfg.Zone == nil {
		cfg.Zone = func() *time.Location { return time.UTC }
	}
	s := &Service{Config: cfg, pullers: map[string]Puller{}}
	s.Register(KindStaff, PullerFunc(s.pullStaff))
	s.Register(KindContacts, PullerFunc(s.pullContacts))
	s.Jobs.Handle(runJob, &worker{s})
	s.Jobs.Handle(clockJob, &job.Each{Queue: s.Jobs, Concurrency: 1, MaxAttempts: 1 << 30, Do: s.tick})
	return s
}

// Register adds a kind, after those that are there. Before Start.
func (s *Service) Register(kind string, p Puller) {
	s.kinds = append(s.kinds, kind)
	s.pullers[kind] = p
}

// RegisterBefore adds a kind whose news another kind's need. Before Start.
func (s *Service) RegisterBefore(other, kind string, p Puller) {
	s.kinds = slices.Insert(s.kinds, max(slices.Index(s.kinds, other), 0), kind)
	s.pullers[kind] = p
}

// Kinds lists the registered kinds in the order of work.
func (s *Service) Kinds() []string { return s.kinds }

// Start begins the hourly and nightly runs; the job queue does the work.
func (s *Service) Start(ctx context.Context) error { return s.putTick(ctx, s.Clock.Now()) }

// Stop has runs under way give their slices back at once; they go on after the next
// start. Before the job queue stops.
func (s *Service) Stop() { s.closing.Store(true) }

// Record is a run as it is shown.
type Record struct {
	ID      string
	Corp    string
	Full    bool
	Origin  string
	Actor   string // who started it by hand
	State   string
	Error   string
	Started time.Time
	Ended   time.Time // zero while it runs
	Rests   string    // why it rests, while it does
	GoesOn  time.Time // when it then goes on
	Kinds   []Kind
	Errors  []ItemError // of items, at most 200; only in Get
}

// Drift is all the run found different.
func (r Record) Drift() int {
	n := 0
	for _, k := range r.Kinds {
		for _, d := range k.Drift {
			n += d
		}
	}
	return n
}

// Kind is the progress of one kind in a run.
type Kind struct {
	Name  string
	State string
	Total int
	Done  int
	Drift map[string]int
	Error string
}

// ItemError says what went wrong with one item, such as a member of staff.
type ItemError struct {
	Kind, Item, Error string
	At                time.Time
}
