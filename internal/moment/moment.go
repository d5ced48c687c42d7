// Package moment owns posts in the customers' moments that staff publish: what is posted,
// who is asked to publish it, who did, and which customers liked or commented.
//
//	draft ◀──▶ scheduled ──▶ attempting ──jobid──▶ making ──moment_id──▶ publishing ──▶ done
//	                │  ▲        │    │               │                       │
//	                │  │        │    ▼               └──▶ failed             │
//	                │  │        │  unknown ──found in the list───────────────▶
//	                │  └────────┴────┘ surely not made                       │
//	                └────────────────────────────────────────────────────────┴──▶ stopped
//
// Attempting is committed before the call is made. An answer that never came leaves the
// moment unknown: the platform's list is asked for one of the same text and kinds of
// attachments, made by the API since the attempt, that no other moment of ours has. If it
// is not there ten minutes after the attempt, in two complete looks, it was not made.
// Moments of one corp are made six seconds apart: the platform takes ten a minute.
//
// Nothing is posted before a member confirms it on the phone. Progress, likes and comments
// are asked for densely at first, then ever more sparsely, for 14 days. Each like and
// comment of a customer becomes one event, Moment Liked or Moment Commented.
//
// Not promised: who has seen it. The platform does not say.
package moment

import (
	"context"
	"time"

	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/wecom"
)

// State is where a moment stands; see the package comment.
type State string

// The states.
const (
	Draft      State = "draft"
	Scheduled  State = "scheduled"
	Attempting State = "attempting"
	Unknown    State = "unknown"
	Making     State = "making"
	Publishing State = "publishing"
	Done       State = "done"
	Failed     State = "failed"
	Stopped    State = "stopped"
)

// Range says who is asked to publish, and which customers may see it. Empty lists are
// everybody.
type Range struct {
	Staff       []string `json:"staff,omitempty"`       // userids
	Departments []int64  `json:"departments,omitempty"` // of staff
	Tags        []string `json:"tags,omitempty"`        // corp tag ids: customers with any of them
}

// Moment is one post.
type Moment struct {
	ID          string
	Corp        string
	Name        string
	Content     content.Content
	Visible     Range
	State       State
	Reason      string
	ScheduledAt time.Time
	WatchUntil  time.Time
	MomentID    string
	Invalid     Range // staff, departments and tags that the platform left out
	CreatedBy   string
	CreatedAt   time.Time
	PublishedAt time.Time // when the platform had made it
	EndedAt     time.Time

	mark        string
	attempt     int
	attemptedAt time.Time
	jobid       string
}

// Staff is one member who was asked to publish.
type Staff struct {
	User      string
	Published bool
	Likes     int
	Comments  int
}

// Contents checks posts and makes them ready for the platform.
type Contents interface {
	Check(ctx context.Context, c content.Content, use content.Use, at ...string) error
	Ready(ctx context.Context, corp string, c content.Content, use content.Use) (string, []wecom.Attachment, error)
	Keep(ctx context.Context, owner, corp string, c content.Content, use content.Use) error
	Drop(ctx context.Context, owner string) error
}

// Submitter takes events down the road.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Config is what moments are made of.
type Config struct {
	DB       *db.DB
	Box      *seal.Box
	Clock    clock.Clock
	Jobs     *job.Queue
	Contents Contents
	Submit   Submitter
	Source   int64 // the data source of the events
	Corp     func(ctx context.Context, corp string) (corp.Corp, error)
	Client   func(ctx context.Context, corp string) (*wecom.Client, error)
}

// Service is the moments. Safe for concurrent use.
type Service struct {
	Config
}

const workKind = "moment"

// New makes the service and registers its worker with cfg.Jobs.
func New(cfg Config) *Service {
	s := &Service{Config: cfg}
	cfg.Jobs.Handle(workKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 1 << 30, Do: s.work})
	return s
}

// Start makes unknown what a crash left attempting. Before the job queue.
func (s *Service) Start(ctx context.Context) error {
	return s.loseAttempts(ctx)
}
