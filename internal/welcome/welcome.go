// Package welcome owns the greeting of a new contact: who is told what, and that it is
// told within the 20 seconds that the platform gives, in a lane of its own.
//
// A greeting comes from the live code that was scanned, else from the rule for the member
// of staff or their department, else from the corp's default. It may differ by weekday and
// hour. All of it is held in memory, and the media it needs is uploaded beforehand and
// renewed (package content), so that between the callback and the call to the platform
// there is neither an upload nor a wait for SQL.
//
//	notice ─▶ queue ─▶ greeting, from memory ─▶ call ─▶ sent
//	            │              │                 │ ├ 41096, busy, no answer: again, soon
//	            │              │                 │ ├ refused attachments: the text alone, once
//	            │              │                 │ ├ 41051, 41050: missed
//	            │              │                 │ └ anything else: failed
//	            │              └ none ─▶ nothing is recorded
//	            └ full, or older than 20 s ─▶ missed
//
// Promises. A welcome code works once, so a call whose outcome is unknown is repeated without
// harm; a "delivered already" after it counts as sent. A greeting waits neither for one that
// is being retried nor for the ordinary way of callbacks. What
// became of each is written to a ledger and told to the customer's timeline, afterwards
// and in bulk.
//
// Not promised: that ledger rows of the last moments survive a crash. The customer was
// greeted then all the same.
package welcome

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/seal"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
)

// Submitter takes events onto the road.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (int, error)
}

// Person is a member of staff, as the lane needs to know them.
type Person struct {
	UserID      string
	Name        string
	Departments []int64
}

// Directory is the staff of a corp. Parents gives a department's parent.
type Directory struct {
	People  []Person
	Parents map[int64]int64
}

// Config is what the service is made of. Code, Directory and Zone answer from memory or
// are asked outside the lane only, as their comments say.
type Config struct {
	DB      *db.DB
	Box     *seal.Box
	Clock   clock.Clock
	Content *content.Service
	Client  func(ctx context.Context, corp string) (*wecom.Client, error) // in the lane

	// Code gives the greeting of the live code that state belongs to, as the JSON of a
	// Greeting, with the code's id. In the lane: memory only. May be nil.
	Code func(corp, user, state string) (raw json.RawMessage, codeID string, ok bool)

	Corps     func(ctx context.Context) ([]string, error)               // outside the lane
	Directory func(ctx context.Context, corp string) (Directory, error) // outside the lane
	Zone      func() *time.Location                                     // in the lane; nil: UTC
	Submit    Submitter
	Source    int64          // of events
	Workers   int            // greetings under way at once; 0 is 256
	Jitter    func() float64 // 0 to 1; nil: random

	// Observe hears of each greeting as it is settled. It does not block. May be nil.
	Observe func(Entry)
}

// Service greets new contacts. Safe for concurrent use.
type Service struct {
	Config
	book  atomic.Pointer[book]
	write sync.Mutex // one change of the book at a time

	queue  chan *attempt
	recent recent
	ledger ledger

	stirred chan struct{}
	stop    context.CancelFunc
	working sync.WaitGroup
	keeping sync.WaitGroup
}

const (
	// Window is how long a welcome code can be used.
	Window = 20 * time.Second
	// maxQueue is how many greetings may wait for a worker. At a call of 100 ms that is
	// more than the window can hold.
	maxQueue   = 16384
	maxWorkers = 256
	// refreshEvery is how often staff and departments are read again.
	refreshEvery = 5 * time.Minute
	// refreshRest gathers changes that come together.
	refreshRest = 5 * time.Second
)

// New makes the service. Nothing is greeted before Start.
func New(cfg Config) *Service {
	if cfg.Workers <= 0 {
		cfg.Workers = maxWorkers
	}
	if cfg.Zone == nil {
		cfg.Zone = func() *time.Location { return time.UTC }
	}
	if cfg.Observe == nil {
		cfg.Observe = func(Entry) {}
	}
	if cfg.Jitter == nil {
		cfg.Jitter = random
	}
	s := &Service{Config: cfg, queue: make(chan *attempt, maxQueue), stirred: make(chan struct{}, 1)}
	s.ledger.wake = make(chan struct{}, 1)
	s.book.Store(&book{})
	return s
}

// Start loads rules and staff and begins to greet. Call it before the inbox starts.
func (s *Service) Start(ctx context.Context) error {
	if err := s.Refresh(ctx); err != nil {
		return err
	}
	if err := s.remember(ctx); err != nil {
		return err
	}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	for range s.Workers {
		s.working.Go(func() { s.work(ctx) })
	}
	s.keeping.Go(func() { s.record(ctx) })
	s.keeping.Go(func() { s.upkeep(ctx) })
	return nil
}

// Stop ends the greetings under way after their present call and writes the ledger. Those
// that still wait are taken again at the next start, if they are young enough then.
func (s *Service) Stop(ctx context.Context) error {
	if s.stop == nil {
		return nil
	}
	s.stop()
	s.working.Wait()
	s.keeping.Wait()
	s.leave()
	return s.Flush(ctx)
}

// upkeep reads rules and staff again from time to time, and soon after the directory has
// changed.
func (s *Service) upkeep(ctx context.Context) {
	for {
		waiting, cancel := context.WithCancel(ctx)
		woken := make(chan struct{})
		go func() {
			defer close(woken)
			select {
			case <-s.stirred:
				cancel()
			case <-waiting.Done():
			}
		}()
		_ = s.Clock.WaitUntil(waiting, s.Clock.Now().Add(refreshEvery)) // an error means woken or stopped
		cancel()
		<-woken
		if ctx.Err() != nil || s.Clock.WaitUntil(ctx, s.Clock.Now().Add(refreshRest)) != nil {
			return
		}
		if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("welcome rules could not be refreshed; the old ones stay in force", "err", err)
		}
	}
}

// OnDirectory takes a notice that staff or departments have changed: they are read again
// within some seconds, together with what else changes meanwhile.
func (s *Service) OnDirectory(context.Context, notice.Notice) error {
	s.Stir()
	return nil
}

// Stir has rules and staff read again within some seconds. It never blocks.
func (s *Service) Stir() {
	select {
	case s.stirred <- struct{}{}:
	default:
	}
}
