// Package inbox owns the door through which WeCom tells us things.
//
//	POST ─▶ verify, decrypt ─▶ raw row on disk ─▶ 200        (welcome: also the fast lane)
//	                               │
//	                               ▼ in order per lane
//	        pending ──handlers──▶ done
//	           │ ├─ nobody handles it ─▶ ignored
//	           └─ refused, or given up ─▶ dead ──Retry──▶ pending
//
// Promises. An authentic callback is on disk before it is answered, and is answered
// before it is processed. The same body has an effect once, however often it arrives. What
// concerns one customer (or one group, one member of staff, the tags) is processed in order
// of arrival; a failing one is tried again with growing pauses and delays only its own
// lane. After a crash everything pending is processed again: handlers are idempotent.
// Nothing that fails verification is stored.
//
// Not promised: that every callback arrives, or in the order of its making. Callbacks are
// hints; package reconcile makes the truth.
package inbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/seal"
	"yutang/internal/wecom/crypt"
	"yutang/internal/wecom/notice"
)

// State says what became of a callback.
type State string

// The states.
const (
	Pending State = "pending"
	Done    State = "done"
	Ignored State = "ignored" // authentic, but nothing handles it
	Dead    State = "dead"    // cannot be processed; see the reason
)

// Callback is one row of the inbox.
type Callback struct {
	ID       int64
	Corp     string
	App      string
	Received time.Time
	Event    string // "change_external_contact/add_external_contact"
	Lane     string
	State    State
	Attempts int
	Reason   string

	hash []byte
	body []byte // decrypted
}

// Handler processes one notice. It is idempotent. An error of kind invalid or not_found
// ends in dead at once, any other is tried again.
type Handler func(ctx context.Context, n notice.Notice) error

// Config is what an inbox is made of.
type Config struct {
	DB      *db.DB
	Box     *seal.Box
	Clock   clock.Clock
	Log     *slog.Logger
	Keys    func(ctx context.Context, corp, app string) (crypt.Keys, error)
	Workers int // handlers under way at once, most of them waiting for the disk; 0 is 32

	// Observe hears of each callback that came in: its event, or why it was refused.
	Observe func(event, refused string, took time.Duration)
}

// Service is the inbox. Handle and Fast come before Start; then it is safe for concurrent
// use.
type Service struct {
	Config

	handlers []registered
	fast     []func(ctx context.Context, n notice.Notice, received time.Time)

	arrivals chan *arrival
	settled  chan settlement
	lanes    *lanes
	ready    chan struct{} // closed by Start

	stop    context.CancelFunc
	stopped sync.WaitGroup
	last    int64 // id given last; belongs to the writing goroutine
}

type registered struct {
	event, change, name string
	fn                  Handler
}

// FastWindow is how long a welcome code lives.
const FastWindow = 20 * time.Second

// maxWaiting is how many callbacks may wait to be written before the door answers 503.
const maxWaiting = 4096

// New makes an inbox.
func New(cfg Config) *Service {
	if cfg.Workers == 0 {
		cfg.Workers = 32
	}
	if cfg.Observe == nil {
		cfg.Observe = func(string, string, time.Duration) {}
	}
	return &Service{
		Config: cfg, arrivals: make(chan *arrival, maxWaiting), settled: make(chan settlement, maxWaiting),
		ready: make(chan struct{}),
	}
}

// Handle gives notices of an event to fn; changeType "" is any. Handlers of one notice run
// in order of registration. name appears in reasons and logs.
func (s *Service) Handle(event, changeType, name string, fn Handler) {
	s.handlers = append(s.handlers, registered{event, changeType, name, fn})
}

// Fast lets fn see every notice as soon as it is on disk, before handlers do, and again
// after a restart when it is younger than FastWindow. fn must not block.
func (s *Service) Fast(fn func(ctx context.Context, n notice.Notice, received time.Time)) {
	s.fast = append(s.fast, fn)
}

// Start takes up what is pending and begins to work.
func (s *Service) Start(ctx context.Context) error {
	var err error
	if s.last, err = s.lastID(ctx); err != nil {
		return err
	}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.lanes = newLanes(s)
	if err := s.lanes.refill(ctx, 0); err != nil {
		s.stop()
		return err
	}
	if err := s.again(ctx); err != nil {
		s.stop()
		return err
	}
	s.stopped.Go(func() { s.write(ctx) })
	for range s.Workers {
		s.stopped.Go(func() { s.work(ctx) })
	}
	s.stopped.Go(func() { s.lanes.wake(ctx) })
	s.stopped.Go(func() { s.upkeep(ctx) })
	close(s.ready)
	return nil
}

// Stop finishes what handlers have begun. What is pending waits for the next Start.
func (s *Service) Stop(context.Context) error {
	if s.stop == nil {
		return nil
	}
	s.stop()
	s.lanes.close()
	s.stopped.Wait()
	return nil
}

// again hands young notices to the fast lane once more: the process may have ended before
// it had its turn.
func (s *Service) again(ctx context.Context) error {
	list, err := s.bodies(ctx, selectYoung, s.Clock.Now().Add(-FastWindow).UnixMilli(), s.last-maxYoung)
	for _, c := range list {
		s.hurry(ctx, c)
	}
	return err
}

func (s *Service) hurry(ctx context.Context, c *Callback) {
	n, err := notice.Parse(c.body)
	if err != nil {
		return // dead on its ordinary way, with the reason
	}
	for _, fn := range s.fast {
		fn(ctx, n, c.Received)
	}
}
