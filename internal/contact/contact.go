// Package contact owns the relations between staff and customers: who is in whose list,
// since when, through which code, and how it ended.
//
// A relation is the fold over what happened to it, sorted by the time it happened and not
// by arrival:
//
//	(none) ──half_added──▶ half ──added──▶ active ──lost──────────▶ lost         the customer deleted the member
//	   └──────────added─────────────────────▲ │ ├──deleted─────────▶ deleted      the member deleted the customer
//	                                        │ │ └──transferred─────▶ transferred  another member took over
//	                                        │ └────gone────────────▶ deleted      a pull does not list it any more
//	                                        └──added, Count+1── lost, deleted, transferred
//
// So news may come late, twice or in any order: the same set of facts gives the same
// relation. An end that is older than the last addition, or an addition older than the last
// end, changes nothing but the past. Of equal times an end counts as the later. An explicit
// end refines a gone one. A second addition within five minutes is the same one; later,
// without an end between, it is a new one whose end was missed.
//
// What a pull says (see Merge and Absent) becomes facts too. A listed relation whose time of
// adding is not newer than an end that somebody told us of stays ended: the platform may go
// on listing a customer who deleted the member. Lists do not tell half-added relations from
// active ones: for a day those are left to callbacks, then the list decides.
//
// Every change becomes events on the customer's road, at the time it happened, before the
// row is written; message ids are made of the fact, so a repeat has no effect. Then
// subscribers hear of it, at least once and in order for each external contact. News that
// something newer has overtaken reaches the timeline only, not the subscribers.
//
// Events out: Contact Added, Contact Half Added, Contact Edited, Contact Lost, Contact
// Deleted (property reason: staff, transfer, unknown). Traits: channel (set once), staff and
// contacts (of the person as a whole, over all corps), and what the platform tells of the
// person: name, unionid, gender.
//
// Not promised: that the details of a new relation are known at once. A callback brings ids
// only; the rest follows by a refresh job or the next pull.
package contact

import (
	"context"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
)

// State is where a relation stands.
type State string

// The states.
const (
	Active      State = "active"
	Half        State = "half"        // the customer added, the member has not confirmed
	Lost        State = "lost"        // the customer deleted the member
	Deleted     State = "deleted"     // the member deleted the customer, or nobody knows who did
	Transferred State = "transferred" // another member took over
)

// Alive says whether the two can still talk, or could at once if the member confirmed.
func (s State) Alive() bool { return s == Active || s == Half }

// Kind is what a transition did.
type Kind string

// The kinds of transitions.
const (
	Added          Kind = "added"
	HalfAdded      Kind = "half_added"
	Edited         Kind = "edited"
	WasLost        Kind = "lost"
	WasDeleted     Kind = "deleted"
	WasTransferred Kind = "transferred"
)

// Origins of a transition.
const (
	ByCallback = "callback"
	BySync     = "sync"
)

// Contact is one relation. Remark, Description, Company and Mobiles are personal data.
type Contact struct {
	Corp      string
	User      string
	External  string
	Leaf      uint32 // customer record
	State     State
	Count     int       // additions so far
	AddedAt   time.Time // of the last addition; zero: none
	EndedAt   time.Time // zero while it lives
	AddWay    int       // as the platform numbers it, 0 unknown
	Code      string    // state of the contact way or link it came through
	Channel   string    // where the customer came from
	CodeID    string
	CodeName  string
	Tags      []string // corp tag ids
	ChangedAt time.Time

	Remark      string
	Description string
	Company     string
	Mobiles     []string
}

// Transition is one change of a relation. Contact is the relation after it.
type Transition struct {
	Contact     Contact
	Kind        Kind
	At          time.Time
	Origin      string   // ByCallback or BySync
	WelcomeCode bool     // a welcome message could be sent
	OldTags     []string // before an edit
}

// Provenance says where a contact-way state or link comes from.
type Provenance struct {
	Channel  string
	CodeID   string
	CodeName string
}

// Submitter takes events down the road.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Clients finds the platform client of a corp.
type Clients interface {
	Client(ctx context.Context, corp string) (*wecom.Client, error)
}

// Config is what the relations stand on.
type Config struct {
	DB       *db.DB
	Box      *seal.Box
	Clock    clock.Clock
	Jobs     *job.Queue
	Identity *identity.Service
	Timeline *timeline.Store
	Submit   Submitter
	Source   int64 // the data source of the events
	Clients  Clients
}
