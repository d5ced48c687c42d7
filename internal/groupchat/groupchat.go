// Package groupchat owns customer groups: which there are, who is in them, the codes that
// lead into them, and how they greet.
//
// A group is what the platform said last; callbacks only say that it should be asked. A
// member's stay has a beginning and an end:
//
//	(not in) ──seen in a pull──▶ in ──missing in a pull, or a notice──▶ left
//	                             ▲                                        │
//	                             └────seen with a later time of joining───┘
//
// Each stay of an external member is two events on the customer, Group Joined and Group
// Left, made once whoever tells of it how often. Notices carry the version of the member
// list before and after. When the version before is ours, who left is known at once;
// otherwise a notice was lost, and the group is pulled by a job, one for many notices.
//
// A join code leads to at most five groups and to one that is not full. It has a longer list
// of groups to fill; a job moves it on before the platform's limit for codes (200 members)
// is reached.
//
// Not here: sending to groups (masssend), giving them to other owners (handover).
package groupchat

import (
	"context"
	"hash/maphash"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
)

// Submitter takes events down the road; pipeline does.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Config is what groups are made of. Source is the data source of their events. Owners
// lists who of a corp may own customer groups. Zone is the platform's days.
type Config struct {
	DB       *db.DB
	Box      *seal.Box
	Clock    clock.Clock
	Jobs     *job.Queue
	Timeline *timeline.Store
	Identity *identity.Service
	Content  *content.Service
	Submit   Submitter
	Source   int64
	Client   func(ctx context.Context, corp string) (*wecom.Client, error)
	Owners   func(ctx context.Context, corp string) ([]string, error)
}

// Service keeps the groups of all corps. Safe for concurrent use.
type Service struct {
	Config

	seed  maphash.Seed
	locks [stripes]sync.Mutex // guard the groups that fall on them
}

// stripes is how many locks the groups share.
const stripes = 64

// New makes the service and takes its jobs.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, seed: maphash.MakeSeed()}
	s.handle()
	return s
}

// Group is a customer group.
type Group struct {
	Corp        string
	Chat        string // the platform's id
	Name        string
	Owner       string
	Status      int // of the owner, as wecom.GroupOwned and so on
	Size        int // members now
	Externals   int
	CreatedAt   time.Time
	DismissedAt time.Time // zero: exists
	PulledAt    time.Time // when the platform was asked last

	version string // of the members, as the platform numbers it
}

// How somebody came in, and how they went.
const (
	Invited = "invited"
	ByLink  = "link"
	ByCode  = "code"

	QuitLeft      = "left"
	QuitRemoved   = "removed"
	QuitDismissed = "dismissed"
	QuitUnknown   = "unknown"
)

var scenes = map[int]string{1: Invited, 2: ByLink, 3: ByCode}

// Member is somebody's last stay in a group. Name and Nickname are personal data.
type Member struct {
	Corp     string
	Chat     string
	ID       string // userid or external_userid
	External bool
	Leaf     uint32 // customer record, 0 for staff
	Scene    string
	Inviter  string
	State    string // of the join code
	Stays    int    // how often joined
	JoinedAt time.Time
	LeftAt   time.Time // zero: is in
	Quit     string
	Name     string
	Nickname string
}

// In says whether the member is in the group now.
func (m Member) In() bool { return m.LeftAt.IsZero() }
