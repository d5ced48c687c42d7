// Package tag owns the tags that a brand defines, and keeps those of its corps the same
// on both sides: what staff do in WeCom reaches our customers, and what happens to our
// customers reaches WeCom.
//
// A tag is of a corp (it exists at the platform), internal, or of a corp but held back,
// with the reason, until there is room. Customers carry its label: "group/name", or the
// name alone. A tag bound to an audience is a rule tag: its members have it, nobody else.
//
// The life of one tag on one contact, as we tell the platform:
//
//	(wanted) ─▶ pending ──mark_tag──▶ done ──seen so by a later pull──▶ (gone)
//	               ├──refused──▶ failed, with the reason ──retry by hand──▶ pending
//	               └──contact or tag does not exist any more──▶ (gone)
//
// Promises. What decides is the customer's own record, in which the newest act by event
// time wins. A push that waits is not undone by what a pull says meanwhile, and a pull
// that was asked for before a push ended says nothing about that tag. The difference
// between two pulls is the act of a member. So after a pull both sides agree and nothing
// flaps; README.md has the rule and its proof. Each change is an event on the road, once.
//
// Not here: who is in contact with whom (contact), and plain tags that nobody defined:
// any event may put those.
package tag

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
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
)

// MaxCorpTags is how many tags a corp may have at the platform, rule groups' included;
// MaxPairTags how many one contact may carry.
const (
	MaxCorpTags = 3000
	MaxPairTags = 3000
)

// Submitter takes events down the road; pipeline does.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Audiences tells who is in an audience, and who matches a rule.
type Audiences interface {
	Members(ctx context.Context, id string, after uint32, limit int) (roots []uint32, more bool, err error)
	Matching(ctx context.Context, rule json.RawMessage, at time.Time) (roots []uint32, err error)
}

// Pair is one active contact.
type Pair struct {
	Corp, User, External string
	Leaf                 uint32
}

// Config is what tags are made of. Source is the data source of events made here. Client
// gives the corp's client, Contacts the active contacts of customer records.
type Config struct {
	DB        *db.DB
	Clock     clock.Clock
	Jobs      *job.Queue
	Timeline  *timeline.Store
	Identity  *identity.Service
	Customers *customer.Service
	Audiences Audiences
	Submit    Submitter
	Source    int64
	Client    func(ctx context.Context, corp string) (*wecom.Client, error)
	Contacts  func(ctx context.Context, leaves []uint32) ([]Pair, error)

	// Wrote hears which tag ids of the corp were written to a contact. May be nil.
	Wrote func(ctx context.Context, corp, user, external string, added, removed []string) error
}

// Service holds the definitions and moves tags. OnEvent, OnTransition, OnRegroup, Flush and Load
// belong to the road's writer; everything else is safe for concurrent use.
type Service struct {
	Config

	defining sync.Mutex // one change of definitions at a time
	known    atomic.Pointer[index]

	mu      sync.Mutex
	strange map[string]time.Time // corp and tag ids that the platform did not explain, when asked

	transitions []outgoing // pending for Flush
	spreads     []spread
}

// New makes the service and takes its jobs. Load follows.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, strange: map[string]time.Time{}}
	s.known.Store(newIndex(nil, nil))
	s.handle()
	return s
}

// Group is a group of tags. Corp is "" for an internal one.
type Group struct {
	ID        string
	Corp      string
	Remote    string // the platform's id, "" if it is not there
	Name      string
	Position  int64 // higher ones stand first, as at the platform
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Tag is one definition.
type Tag struct {
	ID        string
	Corp      string
	Group     string // "" for none, internal tags only
	Remote    string
	Name      string
	Label     string // what customers carry
	Position  int64
	Held      string // why a corp's tag is not at the platform: "quota"
	Audience  string // "" unless a rule tag
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Label is what customers carry of a tag.
func Label(group, name string) string {
	if group == "" {
		return name
	}
	return group + "/" + name
}
