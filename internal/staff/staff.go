// Package staff owns the directory of each connected corp: who works there, in which
// departments, who leads whom, and who may have customers.
//
// It promises that news older than what it holds change nothing, so callbacks may be late,
// repeated or out of order, and that a member who left stays known, with the time. A pull
// of the whole directory is the truth: see Merge. Names are sealed at rest.
//
// It does not call the platform (package reconcile does) and does not decide what staff
// may see (package sidepanel does, with Under).
package staff

import (
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/seal"
)

// The states of a member, as the platform numbers them.
const (
	Active       = 1
	Disabled     = 2
	NotActivated = 4
	Gone         = 5
)

// Member is someone of a corp. Name, Alias and Position are personal data.
type Member struct {
	Corp          string
	UserID        string
	Name          string
	Alias         string
	Position      string
	Departments   []int64
	Leader        []int64  // departments led
	DirectLeaders []string // user ids
	Status        int
	Follow        bool      // has 客户联系: may have customers
	Left          time.Time // zero: still there
}

// Here says that the member has not left.
func (m Member) Here() bool { return m.Left.IsZero() }

// Department is a part of a corp. Parent 0 is above the top.
type Department struct {
	Corp    string
	ID      int64
	Parent  int64
	Name    string
	Order   int64 // larger stands first
	Leaders []string
}

// Filter narrows a list of members; zero fields do not.
type Filter struct {
	Department int64 // in it or below
	Follow     bool  // only those who may have customers
	Left       bool  // those who left, too
	Cursor     string
	Limit      int
}

// Config is what the directory stands on.
type Config struct {
	DB    *db.DB
	Box   *seal.Box
	Clock clock.Clock
}

// Service is the directory. Safe for concurrent use.
type Service struct {
	Config
}

// New makes a directory on a migrated database.
func New(cfg Config) *Service { return &Service{Config: cfg} }
