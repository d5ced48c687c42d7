// Package handover owns what happens when customers change hands: transfers from one
// member of staff to another, active or gone, and the alarm when a relation ends.
//
// A transfer has one item for each customer or group:
//
//	planned ──▶ asking ──▶ waiting ──24 h──▶ done
//	   ▲           │           ├──▶ refused   by the customer
//	   │           │           └──▶ full      the other member has no room
//	   │           ├──▶ failed                the platform said why
//	   └─ no record of it there ─┘
//
// Promises. asking is on disk before the call. When a call's answer is lost, the
// platform's own record decides: an item it does not know is asked again, one it knows goes
// on from there. Nothing is asked beyond the platform's limits: a customer changes hands
// twice in 90 days at most, and a member takes over 300 groups a day. Every item ends, with a
// reason where it did not succeed, and as an event of the customer.
//
// A relation that ends is a loss, written down once. The member and the managers are told
// together, not one message for each. Who was lost and is nobody's contact any more is the
// win-back audience; see WinBackRule.
package handover

import (
	"context"
	"log/slog"
	"time"

	"yutang/internal/clock"
	"yutang/internal/contact"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/job"
	"yutang/internal/staff"
	"yutang/internal/wecom"
)

// Kind says where the handing member stands.
type Kind string

// The kinds.
const (
	Active   Kind = "active"   // still works here
	Resigned Kind = "resigned" // has left
)

// Object says what is handed over.
type Object string

// The objects.
const (
	Customers Object = "customer"
	Groups    Object = "group"
)

// State is where an item stands; see the package comment.
type State string

// The states.
const (
	Planned State = "planned"
	Asking  State = "asking"
	Waiting State = "waiting"
	Done    State = "done"
	Refused State = "refused"
	Full    State = "full"
	Failed  State = "failed"
)

// Transfer is one order to hand over.
type Transfer struct {
	ID      string
	Corp    string
	Kind    Kind
	Object  Object
	From    string // userid
	To      string // userid
	Message string // what the customer is told; "" is the platform's own text
	By      string // who ordered it
	Created time.Time
	Ended   time.Time // zero while running
	Counts  map[State]int
}

// Item is one customer or group of a transfer.
type Item struct {
	Item    string // external_userid or chat_id
	Leaf    uint32 // customer record; 0 for groups
	State   State
	Reason  string
	Asked   time.Time
	Settled time.Time
}

// Submitter takes events down the road.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Clients gives a corp's client and settings.
type Clients interface {
	Client(ctx context.Context, corpID string) (*wecom.Client, error)
	Get(ctx context.Context, corpID string) (corp.Corp, error)
}

// Config is what the service is made of.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	Jobs     *job.Queue
	Log      *slog.Logger
	Clients  Clients
	Staff    *staff.Service
	Contacts *contact.Service
	Submit   Submitter
	Source   int64

	// Groups lists the groups that a member owns; package groupchat knows.
	Groups func(ctx context.Context, corp, owner string) ([]string, error)
	// Name is how a customer may be called in a message to staff; "" when unknown.
	Name func(ctx context.Context, leaf uint32) string
}

// Service hands over and raises the alarm. Safe for concurrent use.
type Service struct{ Config }

// The kinds of job.
const (
	transferJob = "transfer"
	lossJob     = "loss_alert"
)

// New makes the service and registers its workers with cfg.Jobs.
func New(cfg Config) *Service {
	s := &Service{cfg}
	cfg.Jobs.Handle(transferJob, &job.Each{Queue: cfg.Jobs, Concurrency: 2, MaxAttempts: 50, Do: s.advance})
	cfg.Jobs.Handle(lossJob, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: tries, Do: s.tell})
	return s
}

// WinBackRule is the rule of the win-back audience: customers with whom a relation ended
// in the last 90 days and who are nobody's contact now.
const WinBackRule = `{"all":[{"did":{"event":["` + event.ContactLost + `","` + event.ContactDeleted + `"],"within":"90d"}},{"trait":"contacts","op":"eq","value":0}]}`
