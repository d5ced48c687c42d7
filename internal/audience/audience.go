// Package audience keeps audiences live: who matches each rule now, who entered and
// left, when and why.
//
// Promises. When an event is acknowledged, every audience already reflects it. Members
// whose rule changes by time alone (a window slides, a date passes) enter and leave by a
// timer, never early. A new or changed rule is evaluated for everybody before it goes
// live; until then the version before stays in force. Each change of membership is one
// row of the transition log, written in the transaction of the event that caused it.
//
// The states of an audience:
//
//	(create) ─▶ building ─▶ live ─▶ building (rule changed; old version in force) ─▶ live
//	                           └──▶ deleted
//
// Lifecycle stages and value tiers are computed by the same machinery: a level is the
// highest whose rule matches. Their storage belongs to package customer.
//
// Not here: the rule language (rule), what a transition starts (playbook).
//
// Everything in Engine is guarded by timeline.Store's lock; what changes it runs on the
// writer only.
package audience

import (
	"encoding/json"
	"time"
)

// Cause says why a membership changed.
type Cause uint8

// The causes. An edit is a changed rule of another audience that this one names.
const (
	ByEvent Cause = iota + 1
	ByTime
	ByMerge
	ByEdit
)

var causeNames = [...]string{"", "event", "time", "merge", "edit"}

// String is the cause's stable name.
func (c Cause) String() string { return causeNames[c] }

// Transition is one change of one customer's membership.
type Transition struct {
	Seq      uint64 // place in the transition log, from 1
	Audience string
	Version  int
	Root     uint32
	Entered  bool
	At       int64 // ms since 1970: of the evaluation, or the moment the timer was due
	Cause    Cause
	EventSeq uint64 // the event that was being handled, 0 if none
}

// State is an audience's state as users see it.
type State string

// The states.
const (
	Building State = "building" // never live yet
	Live     State = "live"
	Updating State = "updating" // live with the version before, the wanted one is being built
)

// Audience is an audience as the API shows it.
type Audience struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Rule        json.RawMessage `json:"rule"`
	Version     int             `json:"version" doc:"version of the rule shown"`
	LiveVersion int             `json:"live_version" doc:"version in force, 0 while the first is built"`
	State       State           `json:"state"`
	Progress    float64         `json:"progress" doc:"share of the build that is done, 1 when live"`
	Count       int             `json:"count"`
	CompleteTo  time.Time       `json:"complete_to" doc:"watermark: membership is exact up to this moment"`
	CreatedAt   time.Time       `json:"created_at"`
	UpdatedAt   time.Time       `json:"updated_at"`
	BuildError  string          `json:"build_error,omitempty" say:"zh"`
}
