// Package rehearse runs playbooks without running them: the same flow machine in worlds
// that do nothing.
//
//	Test      one customer, a simulated clock: each step, when, why, what it would say
//	Replay    all customers, the last days of real events: what would have been sent
//	Forecast  the runs of now, walked forward as if nothing happened: what is planned
//
// Promises. Nothing is written to customers, nothing is sent, no run is made. Decisions
// are those of the live road: package flow walks, rules are the compiled rules of package
// audience, draws are the same hashes, restraint is the policy of package outreach. Rules
// are asked as of the simulated moment: they see the events up to then. What has no
// history in memory is taken as it is now: traits, tags, stages and tiers, consent,
// addresses, owners. An answer says so in its notes.
//
//	Replay:  waiting ──▶ running ──▶ done
//	                        └──────▶ failed
//
// A replay reads one customer at a time under the lock of derived state, so the road goes
// on. Its result is kept; progress is in memory. A process that ends begins it again.
//
// Not here: what a playbook brings (package experiment measures that), which touch wins a
// place when many want it (package budget).
package rehearse

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/timeline"
)

// Playbooks is where flows come from. Version 0 is the draft.
type Playbooks interface {
	Flow(ctx context.Context, playbook string, version int) (*flow.Flow, error)
	Waiting(ctx context.Context, visit func(flow.Run) error) error
}

// Owner is the member of staff who has a customer as a contact, the newest one.
type Owner struct {
	Corp string
	User string
}

// Period is one span in which a platform lets a customer have a number of messages.
type Period struct {
	From  time.Time
	To    time.Time
	Limit int
}

// Book names a version of a playbook.
type Book struct {
	Playbook string
	Version  int
}

// Config is what rehearsals stand on. The functions may be nil: then nobody has an owner,
// no channel needs an address, and so on.
type Config struct {
	DB        *db.DB
	Clock     clock.Clock
	Jobs      *job.Queue
	Timeline  *timeline.Store
	Log       *event.Log
	Customers *customer.Service
	Audiences *audience.Service
	Outreach  *outreach.Service
	Playbooks Playbooks
	Zone      func() *time.Location // of the brand

	// Address is the type of identity that a channel writes to, "" if it needs none.
	Address func(ctx context.Context, channel, endpoint string) (identity string, err error)
	// Owners visits the living contacts of all corps, those added later last.
	Owners func(ctx context.Context, visit func(leaf uint32, o Owner) error) error
	// Team is a member's department and leader, "" unknown.
	Team func(ctx context.Context, o Owner) (department, leader string, err error)
	// Quota is the platform's quota of a channel's endpoint at a moment; ok false: none.
	Quota func(ctx context.Context, channel, endpoint string, at time.Time) (account string, p Period, ok bool)
	// Assigned is the arm of an experiment that a customer has had before, "" none.
	Assigned func(experiment string, leaves []uint32) string
	// Identities are the identities of a customer, opened.
	Identities func(ctx context.Context, root uint32) ([]identity.Owned, error)
	// Select names the members or group chats that a selection means.
	Select func(ctx context.Context, kind flow.Kind, sel flow.Select) ([]string, error)
	// Material is the content of an approved material, and Script the text of an approved script.
	Material func(ctx context.Context, id string) (json.RawMessage, error)
	Script   func(ctx context.Context, id string) (string, error)
	// Brand is the name that templates read as brand.name.
	Brand func(ctx context.Context) (name string, err error)
	// Past is how many runs of a playbook a customer had and when the last was triggered
	// (ms). It is called under the lock of derived state.
	Past func(playbook string, leaves []uint32) (runs int, last int64)
	// Published lists the playbooks in force, for Forecast.
	Published func(ctx context.Context) ([]Book, error)
}

// Service rehearses. Safe for concurrent use.
type Service struct {
	Config

	mu      sync.Mutex
	running map[string]*progress // replays of this process, by id
}

// replayKind is the kind of job.
const replayKind = "replay"

// New makes the service and registers its worker with cfg.Jobs.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, running: map[string]*progress{}}
	cfg.Jobs.Handle(replayKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 3, Do: s.work})
	return s
}
