package console

import (
	"time"

	"yutang/internal/money"
)

// Numbers is what the overview shows.
type Numbers struct {
	At          time.Time // of the numbers
	Watermark   time.Time // every audience is exact up to here
	Events      int64
	Customers   int64
	Orders      int64
	NetRevenue  money.Amount
	Audiences   []Audience
	Transitions []Transition // newest first
	Playbooks   []Playbook
	Deliveries  []Count
	Feed        []Event // newest first
}

// Audience is one line of the list of audiences. State is building, live or updating;
// Progress is the share of a build that is done.
type Audience struct {
	ID       string
	Name     string
	State    string
	Progress float64
	Count    int
	Entered  int // in the last hour, -1 if not counted
	Left     int
}

// Transition is one customer entering or leaving an audience.
type Transition struct {
	At         time.Time
	Customer   string // public id
	AudienceID string
	Audience   string // name
	Entered    bool
	Cause      string // event, time, merge, edit
}

// Playbook is one playbook with its runs by state, in the order to be shown.
type Playbook struct {
	ID    string
	Name  string
	State string
	Runs  []Count
}

// Count is how many of a kind there are.
type Count struct {
	Name   string
	Reason string // of deliveries, "" if there is none
	N      int64
}

// Event is one event of a feed or a timeline. Detail is a short text without personal data.
type Event struct {
	At       time.Time
	Customer string // public id, "" for nobody
	Name     string
	Source   string
	Detail   string
}

// Members is one page of an audience's members.
type Members struct {
	Audience Audience
	Items    []Member
	Next     string // cursor, "" on the last page
}

// Member is one line of the list of members.
type Member struct {
	ID       string
	Name     string // masked
	AIPL     string
	Tier     string
	Orders   int64
	Net      money.Amount
	LastSeen time.Time
}

// Pair is a name with a value that is masked already.
type Pair struct{ Name, Value string }

// Customer is one customer.
type Customer struct {
	ID         string
	Name       string // masked
	Identities []Pair
	Traits     []Pair
	Tags       []string
	AIPL       string
	AARRR      string
	Tier       string
	FirstSeen  time.Time
	LastSeen   time.Time
	Orders     int64
	Net        money.Amount
	LastOrder  time.Time
	Timeline   []Event // newest first
}
