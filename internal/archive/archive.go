// Package archive owns the conversation archive: what staff and customers wrote to each
// other, as far as the corp, the member's seat and the customer allow it to be kept.
//
//	Source ──rows after cursor──▶ open (RSA, then the source's cipher)
//	   ▲                            │
//	   │                            ▼
//	msgaudit_notify, every 5 min   consent ──▶ events ──▶ messages and cursor, one transaction
//
// Promises. A message is kept once, sealed, and is an event on the customer once: Message
// Sent or Message Replied, which say who, when and of what kind, never what. A crash repeats
// a batch without effect. Kept is what a permitted member and a customer who agrees said to
// each other; nothing else leaves a trace but a count. A row that is damaged is counted and
// passed over; a row whose key is not known stops the pull, because the key may be entered
// before the platform forgets the row. Without a source everything else works: the state
// says what is missing.
//
// Not here: pictures and files of messages, and how to reach the platform, whose library is
// native code: see Source.
package archive

import (
	"context"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/wecom"
)

// Row is one encrypted row of the archive.
type Row struct {
	Seq        int64
	MsgID      string
	KeyVersion int    // of the corp's key pair
	RandomKey  string // base64 of the random key under the public key, PKCS #1 v1.5
	Message    string // under the random key, in the source's cipher
}

// Source gives the rows of one corp. The platform's native library is one, the simulator
// another.
type Source interface {
	// Rows gives at most limit rows with a number above after, in order.
	Rows(ctx context.Context, after int64, limit int) ([]Row, error)
	// Decrypt opens a row's message with its random key.
	Decrypt(randomKey []byte, message string) ([]byte, error)
}

// Open makes the source of a corp with the secret of its archive.
type Open func(ctx context.Context, corpID, secret string) (Source, error)

// Corps finds the client that may ask who is archived and who agrees.
type Corps interface {
	ClientOf(ctx context.Context, corpID, app string) (*wecom.Client, error)
}

// Submitter takes events down the road.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Config is what the archive stands on. Sources are known by name. Member says whether an
// id is a member of the corp's staff, also one who left.
type Config struct {
	DB       *db.DB
	Box      *seal.Box
	Clock    clock.Clock
	Jobs     *job.Queue
	Corps    Corps
	Member   func(ctx context.Context, corpID, user string) (bool, error)
	Submit   Submitter
	SourceID int64 // the data source of the events
	Sources  map[string]Open
}

// Service keeps the archives of all corps. Safe for concurrent use.
type Service struct {
	Config
}

// New makes the service and takes its jobs.
func New(cfg Config) *Service {
	s := &Service{cfg}
	cfg.Jobs.Handle(pullJob, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 10, Do: s.work})
	return s
}

// State says whether messages come in.
type State string

// The states.
const (
	NotConfigured State = "not_configured"
	Running       State = "running"
	Failing       State = "failing" // see Reason; it goes on trying
)

// Status is how the archive of a corp is. Withheld counts messages that were not kept,
// Unread damaged rows.
type Status struct {
	State    State
	Reason   string // "" when running
	Source   string
	Keys     []int // versions of the private keys held
	Cursor   int64
	PulledAt time.Time // zero: never
	Stored   int64
	Withheld int64
	Unread   int64
}

func (a account) status() Status {
	st := Status{
		State: Running, Source: a.source, Cursor: a.cursor, PulledAt: a.pulledAt, Stored: a.stored, Withheld: a.withheld, Unread: a.unread,
		Reason: a.problem, Keys: a.versions(),
	}
	if a.problem != "" {
		st.State = Failing
	}
	return st
}
