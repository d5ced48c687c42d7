// Package playbook owns playbooks: their definitions and versions, the runs of subjects
// through them, and what their steps plan. What a definition means is package flow's; this
// package is the world in which it runs live.
//
//	draft ──submit──▶ in_review ──approve──▶ approved ──publish──▶ published ◀─pause, resume─▶ paused
//	   ▲ └─────────────────── publish, unless approval is asked for ──▲ │                        │
//	   └──────── reject, or a change of the draft ──────┘               └─────────end──▶ ended ◀─┘
//
// A published version never changes. Editing changes the draft until it is published as
// the next version, and then runs of older versions stay, move or exit, as was chosen.
//
// Everything a run does happens on the road's writer, in the road's transaction: a run, its
// history, its touches, tasks and events exist exactly if their cause does. A run belongs to
// the customer record it was started for: a merge shows it under the survivor, an unmerge
// gives it back. All records of one customer count together for limits and re-entry and
// hear the same signals. Two runs of a once-only playbook that a merge brings together both
// go on; no third one starts. Whether a customer is in the control group is decided once
// and kept.
//
// A run that waits is a row in SQL and some numbers in memory. It costs nothing until its
// time comes (a heap) or something happens to its customer (a list per record). A pause
// stops the time of runs and starts none; what happens to a customer still moves their
// runs, so that a goal is never missed, and what is planned then waits until the playbook
// goes on. A trigger that comes later than the definition's late starts nothing: importing
// last year's orders sends no messages.
//
// Every step that a run takes is one row of history, written once. The rows are numbered
// within counters, one for each thing that can happen in a step, so that each number of a
// report is exact, cheap, and a list of people. Sending itself, and what restrains it, is
// package outreach.
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
	"yutang/internal/experiment"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/identity"
	"yutang/internal/outreach"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

// State is where a playbook stands.
type State string

// The states.
const (
	Draft     State = "draft"
	InReview  State = "in_review" // never published; the draft waits for approval
	Approved  State = "approved"  // never published; the draft may be
	Published State = "published"
	Paused    State = "paused"
	Ended     State = "ended"
)

// Review is where the draft stands.
type Review string

// The reviews. "" was not asked for.
const (
	ReviewAsked    Review = "in_review"
	ReviewApproved Review = "approved"
	ReviewRejected Review = "rejected"
)

// Playbook is a playbook with its draft.
type Playbook struct {
	ID          string
	State       State
	Version     int // the last published, 0 none
	Draft       json.RawMessage
	Review      Review
	SubmittedBy string
	ReviewedBy  string
	ReviewNote  string
	CreatedAt   time.Time
	UpdatedAt   time.Time

	num   int64
	fired int64 // moments of its schedule up to here are dealt with
}

// Version is a published definition.
type Version struct {
	Playbook    string
	Version     int
	Definition  json.RawMessage
	Audiences   map[string]string // key in the definition → audience
	PublishedAt time.Time
	PublishedBy string
}

// Predicate is a rule that is asked about one customer, under the lock of derived state.
type Predicate interface {
	// Eval says whether the root matches at now (ms), and when that could change by itself.
	Eval(root uint32, now int64) (match bool, next int64)
	Close()
}

// Road takes work and events to the writer: package pipeline.
type Road interface {
	Do(ctx context.Context, fn func(ctx context.Context) error) error
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// TaskOrder is a task that a step gives to staff.
type TaskOrder struct {
	ID         string // the same for the same run and step
	Playbook   string
	Name       string // of the playbook
	Version    int
	Run        string
	Step       string
	Variant    string
	Ord        uint32
	Subject    flow.Subject
	Spec       flow.Task
	Priority   int // of the playbook
	At         time.Time
	TriggerSeq uint64
}

// PostOrder is something to publish to groups or Moments.
type PostOrder struct {
	ID       string // the same for the same run and step
	Playbook string
	Name     string
	Version  int
	Run      string
	Step     string
	Subject  flow.Subject // a member or a group: only theirs
	Spec     flow.Post
	At       time.Time
}

// LinkOrder says what the links of a message belong to, so that they tell who clicked.
type LinkOrder struct {
	Ord      uint32
	Playbook string
	Step     string
	Run      string
	Delivery string
}

// Tasks takes tasks with the batch that is on its way; they are written by its own Flush.
// Cancel takes back what is still to do for a run that has ended early, End what is still
// to do for a playbook.
type Tasks interface {
	Plan(o TaskOrder)
	Cancel(run string)
	End(playbook string)
}

// Posts takes posts as Tasks takes tasks.
type Posts interface{ Plan(o PostOrder) }

// Exposures keeps who was assigned to which arm. Declare makes an experiment known before
// anybody takes part, in ctx's transaction.
type Exposures interface {
	Declare(ctx context.Context, name, origin string, kind experiment.Kind, arms []experiment.Arm) error
	Expose(e experiment.Exposure)
	Assigned(experiment string, leaves []uint32) string
}

// Config is what playbooks are made of. A hook that is nil makes a definition that needs
// it impossible to publish, with a clear fault; CheckContent, Address, Value and Links
// may be nil without that.
type Config struct {
	DB        *db.DB
	Clock     clock.Clock
	Box       *seal.Box // of coupon codes; nil: no coupons
	Timeline  *timeline.Store
	Log       *event.Log
	Customers *customer.Service
	Identity  *identity.Service
	Outreach  *outreach.Service
	Zone      func() *time.Location // of the brand

	// CheckEndpoint and CheckAudience say whether a definition may name an endpoint of a
	// channel, or an audience. CheckContent tells the faults of a content that its channel
	// would refuse, Address the type of identity that a channel writes to, "" none.
	CheckEndpoint func(ctx context.Context, channel, endpoint string) error
	CheckAudience func(ctx context.Context, id string) error
	CheckContent  func(ctx context.Context, channel, endpoint string, content json.RawMessage, ptr string) ([]fault.Field, error)
	Address       func(ctx context.Context, channel, endpoint string) (identity string, err error)

	// CheckAssignee says whether a member can be given tasks, "" is the only corp; CheckCorp
	// whether a corp is connected that publishes. Nil: nobody is asked.
	CheckAssignee func(ctx context.Context, corp, user string) error
	CheckCorp     func(ctx context.Context) error

	// Predicate makes a rule to ask, not on the writer; Watch does under the write lock.
	Predicate func(ctx context.Context, raw json.RawMessage) (Predicate, error)
	Watch     func(raw json.RawMessage) (Predicate, error)
	Member    func(audience string, root uint32) bool // under the lock of derived state
	// Ensure makes an audience for the playbook of a name, or changes the one that was made before.
	Ensure func(ctx context.Context, playbook, made string, a flow.Audience) (id string, err error)

	Forget    func(ctx context.Context, playbook string) error   // a draft goes; in the transaction, nil: nobody remembers drafts
	Brand     func(ctx context.Context) (name string, err error) // what templates read as brand.name; nil: they do not
	Tasks     Tasks
	Posts     Posts
	Exposures Exposures
	Value     func(playbook, step string, root uint32) int64
	Material  func(ctx context.Context, id string) (json.RawMessage, error)
	Script    func(ctx context.Context, id string) (string, error)
	Links     func(ctx context.Context, content json.RawMessage, o LinkOrder) (json.RawMessage, error) // makes web addresses short links
	Select    func(ctx context.Context, kind flow.Kind, sel flow.Select) ([]string, error)
	Cluster   func(by string, leaves []uint32) string
}

// Service holds the playbooks. OnEvent, OnTransition, OnTouched, OnRebuilt, Advance, NextDue, Emitted,
// TaskSettled, Flush and Load belong to the road's writer, which holds the lock of derived
// state (Flush does without); everything else is safe for concurrent use.
type Service struct {
	Config
	road      Road
	source    int64 // of events that steps make
	listening atomic.Pointer[index]
	edit      sync.Mutex // one change of state at a time

	*writer // what only the writer touches, or others under the lock

	mu       sync.Mutex
	versions map[versionKey]*plan // immutable once there
}

type versionKey struct {
	playbook string
	version  int
}

// New makes the service. It composes what cfg.Outreach sends.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, versions: map[versionKey]*plan{}}
	s.listening.Store(&index{state: map[string]State{}})
	s.writer = newWriter(s)
	cfg.Outreach.UseComposer(s)
	return s
}

// UseRoad gives the way to the writer, and the source of the events that steps make.
// Before Load.
func (s *Service) UseRoad(r Road, source int64) { s.road, s.source = r, source }

// do runs fn on the writer, in a transaction, under the lock of derived state.
func (s *Service) do(ctx context.Context, fn func(ctx context.Context) error) error {
	if s.road != nil {
		return s.road.Do(ctx, fn)
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		s.Timeline.Lock()
		err := fn(ctx)
		s.Timeline.Unlock()
		if err == nil {
			err = s.Flush(ctx)
		}
		if err == nil {
			err = s.Outreach.Flush(ctx)
		}
		return err
	})
}
