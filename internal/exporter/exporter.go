// Package exporter owns files of many customers that are made in the background: who is in
// them, which columns they have, how far they are, and for how long they can be fetched.
//
//	queued ──▶ running ──▶ done ──▶ expired
//	  │           ├──▶ failed
//	  └───────────┴──▶ cancelled
//
// Promises. Who is in a file is decided when it is asked for, and so is whether personal values
// stand in it in clear; what is written of them is what is true when their row is made. A file
// is offered when it is whole. An interrupted one goes on where it was last made durable. At
// any time a few hundred customers are in memory, however many there are. Files lie sealed below
// the data directory, for 7 days; when a customer in one is erased it is gone at once. Whoever
// asked can fetch it, and an owner; asking, fetching and deleting stand in the audit trail.
//
// Sheet and Lines make the rows, also for files that are answered at once.
package exporter

import (
	"context"
	"encoding/json"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/access"
	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/search"
	"yutang/internal/timeline"
)

// State is where an export stands.
type State string

// The states.
const (
	Queued    State = "queued"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Expired   State = "expired" // there is no file any more
)

// Kind says whose customers a file has.
type Kind string

// The kinds.
const (
	Customers Kind = "customers" // of a filter, or chosen by hand
	Audience  Kind = "audience"  // members of one
	Report    Kind = "report"    // behind a number of a report
)

// Keep is how long a file can be fetched, from when it was asked for.
const Keep = 7 * 24 * time.Hour

// Export is one file and how far it is.
type Export struct {
	ID         string
	Kind       Kind
	Name       string // for people
	Subject    string // id of the audience, name of the report
	Columns    []Column
	Unmasked   bool // holds personal values in clear
	State      State
	Problem    string // why it failed, or expired early
	Total      int64  // customers
	Done       int64  // customers that are in the file
	Bytes      int64
	By         string
	CreatedAt  time.Time
	StartedAt  time.Time // zero until it starts
	FinishedAt time.Time // zero until it ends
	ExpiresAt  time.Time

	people    []byte // bitmap of customers
	next      uint32 // the customer with whom it goes on
	fileBytes int64
}

// Behind are the customers behind a number of a report.
type Behind struct {
	Report string          `json:"report" doc:"name of the report"`
	Query  json.RawMessage `json:"query" doc:"the report's query"`
	Cell   json.RawMessage `json:"cell" doc:"which number, in the report's words: {\"step\":1} of a funnel"`
}

// Order asks for a file. Everything that narrows must hold.
type Order struct {
	Name    string // "" is none
	Filter  search.Filter
	Behind  *Behind // nil: no report
	Columns []Column
	Expect  *int // the count that was shown
}

func (o *Order) kind() (k Kind, subject string) {
	switch {
	case o.Behind != nil:
		return Report, o.Behind.Report
	case o.Filter.Audience != "":
		return Audience, o.Filter.Audience
	}
	return Customers, ""
}

// Config is what the service is made of.
type Config struct {
	DB       *db.DB
	Box      *seal.Box
	Clock    clock.Clock
	Jobs     *job.Queue
	Access   *access.Service
	Timeline *timeline.Store
	Search   *search.Service
	Zone     func() *time.Location // the brand's; moments are written in it
	Dir      string                // of the files; made if absent
	// Rows makes the cells of customers; Sheet does.
	Rows func(ctx context.Context, roots []uint32, look Look) ([][]string, error)
	// People finds the customers behind a number of a report.
	People func(ctx context.Context, b Behind) (*roaring.Bitmap, error)
}

// Service makes files of customers. Safe for concurrent use.
type Service struct {
	Config
	working context.Context //nolint:containedctx // ends with Stop
	stop    context.CancelFunc
}

// The kinds of job.
const (
	makeKind   = "export.make"
	expireKind = "export.expire"
)

// maxAttempts is how often a file is tried.
const maxAttempts = 5

// New makes the service and registers its workers with cfg.Jobs.
func New(cfg Config) *Service {
	s := &Service{Config: cfg}
	s.working, s.stop = context.WithCancel(context.Background())
	cfg.Jobs.Handle(makeKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 1 << 30, Do: s.run})
	cfg.Jobs.Handle(expireKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 1 << 30, Do: s.expire})
	return s
}

// Stop interrupts the file that is being made where it was last made durable. It comes
// before the end of the jobs.
func (s *Service) Stop() { s.stop() }
