// Package desk owns WeChat customer service (微信客服): the accounts of each corp, what
// customers and servicers said there, and how fast they were answered.
//
//	kf_msg_or_event ─▶ told+1, token ─▶ pull ─▶ events ─▶ rows, cursor, greetings: one transaction
//	every hour, without a callback ───▲  └── until has_more is 0
//
// A session, as the events tell it:
//
//	entered ─▶ Service Started (how: entered)      the customer opened the account
//	   1, 4 ─▶ Service Started (how: taken, reopened) a servicer took it
//	      2 ─▶ Service Transferred                 to another servicer
//	      3 ─▶ Service Ended
//
// A greeting:
//
//	waiting ◀─▶ calling ─▶ sent ─▶ failed    the platform could not deliver it after all
//	   └▶ late     └▶ refused, unknown       unknown: called, and the answer never came
//
// Promises. What sync_msg gives is kept once, also kinds that nobody knows, and tells the
// customer's timeline once: the message id of an event is made of the platform's. The cursor
// is stored with the rows, after the events are on the road, so a crash repeats a page
// without effect. Callbacks that come while a pull runs are not forgotten, and many become
// one pull. Lost ones are made good by the hourly pull, as long as the platform keeps
// messages (three days). A greeting goes out once: its code works once.
//
// Events say who, when and of what kind, never what. What was said is sealed and forgotten
// after the time that is set; the rows stay for the figures.
//
// Not here: writing to customers beside the greeting, pictures and files of messages, and
// what an app itself sent, which sync_msg does not tell.
package desk

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/wecom"
)

// Corps finds the client of a corp's app, see package corp.
type Corps interface {
	ClientOf(ctx context.Context, corpID, app string) (*wecom.Client, error)
}

// Submitter takes events down the road.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Config is what customer service stands on.
type Config struct {
	DB     *db.DB
	Box    *seal.Box
	Clock  clock.Clock
	Jobs   *job.Queue
	Corps  Corps
	Submit Submitter
	Source int64 // the data source of the events
	Log    *slog.Logger
	Page   int // items of one pull; 0 is the platform's 1,000
}

// Service keeps customer service of all corps. Safe for concurrent use.
type Service struct {
	Config

	mu   sync.Mutex
	rest map[string]time.Time // by corp: when a pull without a token may go
}

// The jobs. Pulls of one account go one after another; their key ends in the number of the
// callback that asks, or in sweep.
const (
	roundJob   = "desk_round"
	pullJob    = "desk_pull"
	welcomeJob = "desk_welcome"
	sweep      = "sweep"
)

// New makes the service and takes its jobs.
func New(cfg Config) *Service {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Page == 0 {
		cfg.Page = pageItems
	}
	s := &Service{Config: cfg, rest: map[string]time.Time{}}
	cfg.Jobs.Handle(roundJob, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 20, Do: s.round})
	cfg.Jobs.Handle(pullJob, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 20, Do: s.pull})
	cfg.Jobs.Handle(welcomeJob, &job.Each{Queue: cfg.Jobs, Concurrency: 4, MaxAttempts: 20, Do: s.greet})
	return s
}

// CorpAdded has the accounts of a corp looked for now and every hour. Saying it twice has
// no effect beyond a look.
func (s *Service) CorpAdded(ctx context.Context, corpID string) error {
	err := s.Jobs.Put(ctx, job.Job{Kind: roundJob, Key: corpID, Queue: corpID, Due: s.Clock.Now()})
	if err != nil {
		return err
	}
	return s.Jobs.Hasten(ctx, roundJob, corpID)
}

// look has it done once now, also when a round that began before is under way.
func (s *Service) look(ctx context.Context, corpID string) error {
	now := s.Clock.Now()
	key := corpID + "/" + strconv.FormatInt(now.UnixMilli(), 10)
	return s.Jobs.Put(ctx, job.Job{Kind: roundJob, Key: key, Queue: corpID, Due: now})
}

// lane names an account in the queue of jobs.
func lane(corpID, account string) string { return corpID + "/" + account }

func ofLane(queue string) (corpID, account string) {
	corpID, account, _ = strings.Cut(queue, "/")
	return corpID, account
}
