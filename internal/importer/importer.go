// Package importer owns the way of files into the road: CSV, TSV and XLSX files of
// orders, events or customers become events, by a mapping document or by their headers.
//
// It promises: the same file again adds nothing, because message ids are made from the
// content; an import that was killed goes on where it stopped; rows = accepted +
// duplicates + rejected when it is done; memory is bounded whatever the file looks like;
// files and rejected rows lie sealed on disk, and the file goes when the import is done.
// An order is one event however its lines are spread over the file, and is stored whole
// or not at all.
//
//	queued ─▶ running ─▶ done
//	             │ └───▶ failed ────┐
//	             └─────▶ cancelled ─┴─▶ queued (the same file given again)
//
// It does not update: an order that is stored already is a duplicate, also when its
// lines differ. After a kill at most one batch is counted as duplicates that was
// accepted before.
package importer

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
	_ "time/tzdata" // mappings name zones; the machine may not have them

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/seal"
)

// Kind is what the rows of a file are.
type Kind string

// The kinds of file.
const (
	Orders    Kind = "orders"    // order lines or whole orders, and refunds
	Events    Kind = "events"    // one event a row
	Customers Kind = "customers" // one customer's traits and tags a row
)

// State is where an import stands.
type State string

// The states of an import.
const (
	Queued    State = "queued"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// DefaultSource names the source of imported events when the upload names none.
const DefaultSource = "import"

// Submitter stores events, all or none. The pipeline is one. After a nil error every
// event with a Seq is stored and the others were duplicates.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Config is what an importer needs. Every field is required unless it says otherwise.
type Config struct {
	DB       *db.DB
	Box      *seal.Box
	Clock    clock.Clock
	Zone     *time.Location // of times in files whose mapping names none; the brand's
	Dir      string         // where files lie while they are imported; made if absent
	Submit   Submitter
	SourceID func(ctx context.Context, name string) (int64, error) // finds or makes a source
	Log      *slog.Logger
	Limits   Limits // zero fields mean the defaults
}

// Limits bound what one import may take.
type Limits struct {
	File       int64 // bytes of the file as uploaded; default 1 GiB
	OrderLines int   // lines of one order; default 5,000
	BatchRows  int   // rows settled between two checkpoints; default 20,000
}

func (l Limits) orDefault() Limits {
	if l.File <= 0 {
		l.File = 1 << 30
	}
	if l.OrderLines <= 0 {
		l.OrderLines = 5000
	}
	if l.BatchRows <= 0 {
		l.BatchRows = 20_000
	}
	return l
}

// Upload is a file to import.
type Upload struct {
	Kind    Kind
	Name    string // of the file; for people only
	Source  string // "" is DefaultSource
	Mapping []byte // JSON; nil maps by the usual headers
	Body    io.Reader
	// Fill is called once Body is read, to set what is still open: in a form the file may
	// come before the other fields. Nil if nothing is open.
	Fill func(up *Upload) error
}

// Job is one import and how far it is.
type Job struct {
	ID         string
	Kind       Kind
	Name       string
	Source     string
	SHA256     string
	Mapping    *Mapping
	State      State
	Problem    string // why it failed
	CreatedAt  time.Time
	StartedAt  time.Time // zero until it starts
	FinishedAt time.Time // zero until it ends
	Total      int64     // rows in the file; 0 until counted
	Accepted   int64     // rows whose event was stored
	Duplicates int64     // rows that were stored before, or twice in the file
	Rejected   int64
	Events     int64            // events stored
	Reasons    map[string]int64 // of rejection

	fileBytes, rejectedBytes int64
	rowPos, spillPos         int64
}

// Rows is how many rows are settled. It is Total when the import is done.
func (j *Job) Rows() int64 { return j.Accepted + j.Duplicates + j.Rejected }

// Service imports files. Safe for concurrent use.
type Service struct {
	cfg  Config
	wake chan struct{}

	mu      sync.Mutex
	running map[string]context.CancelCauseFunc
	live    map[string]Progress
	cancel  context.CancelFunc
	done    chan struct{}
}

// New makes an importer. Jobs run after Start, or by Import.
func New(cfg Config) *Service {
	cfg.Limits = cfg.Limits.orDefault()
	return &Service{
		cfg:     cfg,
		wake:    make(chan struct{}, 1),
		running: map[string]context.CancelCauseFunc{},
		live:    map[string]Progress{},
	}
}
