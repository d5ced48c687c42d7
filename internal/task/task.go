// Package task owns the work of staff: what playbooks and operators ask members to do for
// customers, how members hear of it, and what came of it.
//
//	planned ──who?──▶ queued ──told──▶ open ──▶ done ◀──late── overdue
//	   │                 ▲  ▲           │ └────deadline────────▶ │
//	   └─nobody─▶ unassigned └─hand-over┴──────hand-over─────────┘
//	any but done ──run exits, playbook ends, operator──▶ cancelled
//	done ──undo, within the time for it──▶ open or overdue
//
// A task is planned on the road, in the transaction of the event that asks for it. A worker
// finds who does it, writes its text and puts it into a card: tasks of one member that come
// from the same step with the same script on the same day. A member gets one message for a
// card, not one for each customer. More customers on a card are told of with at most one
// message in each window. What exceeds a member's capacity of the day, or comes in quiet
// hours, stays queued: the higher priority goes first, then the earlier deadline. A deadline
// counts from when the member is told.
//
// Promises. Each message has one row, which says attempting before the call. If the answer
// is lost the same message is sent again only while the platform drops duplicates; later it
// ends as unknown. The playbook hears of each end at least once, after the time for undo.
// Titles, scripts and notes are sealed.
//
// Not promised: that a member reads a message, and that a queued task is told on the day it
// was made.
package task

import (
	"context"
	"log/slog"
	"time"

	"yutang/internal/clock"
	"yutang/internal/contact"
	"yutang/internal/corp"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/staff"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
)

// State is where a task stands; see the package comment.
type State string

// The states.
const (
	Planned    State = "planned"
	Unassigned State = "unassigned"
	Queued     State = "queued"
	Open       State = "open"
	Overdue    State = "overdue"
	Done       State = "done"
	Cancelled  State = "cancelled"
)

// Live says whether somebody may still do it.
func (s State) Live() bool { return s != Done && s != Cancelled }

// Why nobody has a task.
const (
	NoOwner     = "no_owner"     // the customer is nobody's contact
	NoLeader    = "no_leader"    // nobody leads the owner
	NoMember    = "no_member"    // the member named does not work here
	NoCorp      = "no_corp"      // several corps are connected and none is named
	NoText      = "no_text"      // title or script cannot be written for this customer
	NoCandidate = "no_candidate" // a brand or group has no member of its own
)

// Order asks for a task. It has the fields of the playbook's order.
type Order struct {
	ID         string // deterministic: the same run and step give the same
	Playbook   string
	Name       string
	Version    int
	Run        string
	Step       string
	Variant    string
	Ord        uint32
	Subject    flow.Subject
	Spec       flow.Task
	At         time.Time
	TriggerSeq uint64
	Priority   int // 1 to 100, 0 is 50
}

// Task is one piece of work. Title, Script and Note may hold personal data.
type Task struct {
	ID          string
	Playbook    string
	Name        string
	Version     int
	Run         string
	Step        string
	Variant     string
	Kind        flow.Kind
	Ord         uint32
	Subject     string
	TriggerSeq  uint64
	Spec        flow.Task
	Priority    int
	Corp        string
	Staff       string
	Department  int64
	Card        string
	State       State
	Reason      string
	Title       string
	Script      string
	Note        string
	Ticks       []int
	Result      string
	Late        bool
	Day         string
	MadeBy      string
	DoneBy      string
	Leader      string
	CreatedAt   time.Time
	AssignedAt  time.Time
	OpenAt      time.Time
	ToldAt      time.Time
	OpenedAt    time.Time
	Deadline    time.Time
	OverdueAt   time.Time
	EscalatedAt time.Time
	EndedAt     time.Time
	SettledAt   time.Time

	spec       string
	message    string
	fixed      bool
	escalateAt time.Time
}

// Card is what a member is told of together.
type Card struct {
	ID        string
	Corp      string
	Staff     string
	Playbook  string
	Name      string
	Version   int
	Step      string
	Variant   string
	Title     string
	Priority  int
	Deadline  time.Time // the earliest so far
	CreatedAt time.Time
	Waits     string // why it is not told yet: capacity or quiet
	Messages  int

	spec, bucket, toldDay string
	tellDue, lastAt       time.Time
}

// Corps knows the connected corps and their clients.
type Corps interface {
	List(ctx context.Context) ([]corp.Corp, error)
	Get(ctx context.Context, id string) (corp.Corp, error)
	Client(ctx context.Context, id string) (*wecom.Client, error)
}

// Submitter takes events down the road.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Material is a piece of content to hand to a customer.
type Material struct {
	ID    string
	Title string
	Kind  string
	Text  string
	URL   string
}

// Config is what the service stands on.
type Config struct {
	DB        *db.DB
	Box       *seal.Box
	Clock     clock.Clock
	Jobs      *job.Queue
	Log       *slog.Logger
	Timeline  *timeline.Store
	Customers *customer.Service
	Contacts  *contact.Service
	Staff     *staff.Service
	Corps     Corps
	Zone      func() *time.Location // the brand's
	Submit    Submitter
	Source    int64 // the data source of the events

	// Compose writes title and script for a task; nil leaves them as the step has them.
	Compose func(ctx context.Context, o Order) (title, script string, err error)
	// Settled tells the playbook what came of a task, at least once; nil tells nobody.
	Settled func(ctx context.Context, run, step, result string) error
	// GroupOwner is the member who owns a group; nil: nobody.
	GroupOwner func(ctx context.Context, corp, chat string) (string, error)
	// Material finds an approved material; nil shows none.
	Material func(ctx context.Context, id string) (Material, error)
}

// Service keeps tasks. Plan, PlanCancel, PlanEnd, Flush and Forget belong to the road's writer;
// everything else is safe for concurrent use.
type Service struct {
	Config

	pending []Order
	exits   []string        // runs whose tasks are cancelled
	ends    []string        // playbooks whose tasks are
	specs   map[string]bool // known to be stored
}

// The kinds of job.
const (
	assignJob   = "task.assign"
	tellJob     = "task.tell"
	messageJob  = "task.message"
	remindJob   = "task.remind"
	overdueJob  = "task.overdue"
	escalateJob = "task.escalate"
	settleJob   = "task.settle"
	moveJob     = "task.move"
	endJob      = "task.end"
)

// many is how often a job is tried: the platform may be away for a weekend.
const many = 1000

// settles is how many ends of one playbook are told at once: the road takes them together.
const settles = 32

// New makes the service and takes over its kinds of jobs. Call it before the queue starts.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, specs: map[string]bool{}}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	for kind, do := range map[string]func(context.Context, job.Job) error{
		assignJob: s.assign, tellJob: s.tell, messageJob: s.deliver, remindJob: s.remind,
		overdueJob: s.pastDue, escalateJob: s.escalate, settleJob: s.settle, moveJob: s.move, endJob: s.endPlaybook,
	} {
		at := 1 // of a member: what is told first counts first
		if kind == settleJob {
			at = settles
		}
		s.Jobs.Handle(kind, &job.Each{Queue: s.Jobs, Concurrency: at, MaxAttempts: many, Do: do})
	}
	return s
}

// Plan notes an order. Writer only.
func (s *Service) Plan(o Order) { s.pending = append(s.pending, o) }

// PlanCancel notes that a run has ended: what is still to do for it is cancelled. Writer only.
func (s *Service) PlanCancel(run string) { s.exits = append(s.exits, run) }

// PlanEnd notes that a playbook has ended: a job cancels what is still to do for it. Writer
// only.
func (s *Service) PlanEnd(playbook string) { s.ends = append(s.ends, playbook) }

// Forget drops what was noted since the last Flush, after a batch that failed. Writer only.
func (s *Service) Forget() {
	s.pending, s.exits, s.ends = s.pending[:0], s.exits[:0], s.ends[:0]
	clear(s.specs)
}
