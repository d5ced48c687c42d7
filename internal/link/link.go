// Package link owns short links: what they lead to, who opened them, and how an address in
// a message becomes one.
//
//	address ──Shorten──▶ /l/{code} ──visit──▶ 302 to the address
//	                                    └──▶ row of the click ──job──▶ event Link Clicked
//
// Promises. The code of a link is made from a secret key and from what was ordered, so the
// same order gives the same link and nobody can guess a code. A link leads to what was
// stored and nowhere else. A click is a row before it is an event, so a road that is busy
// loses none; the event's message id is made of the row, so it is recorded once. What looks
// at a link without a person (HEAD, previews of messengers, crawlers, prefetching) is no
// click, and clicks of one device on one link within ten seconds are one.
//
// Addresses are sealed: they may name a person. Of a device only a keyed hash is kept.
//
// Not promised: that every visit is counted. When clicks come faster than rows can be
// written, visitors are sent on uncounted rather than kept waiting.
package link

import (
	"context"
	"strings"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

// Submitter takes clicks down the road.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (int, error)
}

// Config is what the service is made of. Source is the data source of the events.
type Config struct {
	DB       *db.DB
	Box      *seal.Box
	Clock    clock.Clock
	Jobs     *job.Queue
	Timeline *timeline.Store
	Submit   Submitter
	Source   int64
}

// Order asks for a link. URL is needed; the rest says what the link belongs to, and orders
// that differ in it get links of their own.
type Order struct {
	URL      string
	Ord      uint32 // customer record, 0 anybody
	Playbook string
	Step     string
	Run      string
	Delivery string
}

// Link is one short link.
type Link struct {
	Code      string
	Name      string // given by who made it, "" by a playbook
	Order            // what it is for
	Clicks    int
	FirstAt   time.Time // of the clicks; zero without
	LastAt    time.Time
	CreatedAt time.Time
	CreatedBy string    // "" a playbook
	ExpiresAt time.Time // zero: never
	ClosedAt  time.Time // zero: open
}

// Open says whether the link leads anywhere now.
func (l Link) Open(now time.Time) bool {
	return l.ClosedAt.IsZero() && (l.ExpiresAt.IsZero() || now.Before(l.ExpiresAt))
}

// Service makes and follows short links. Safe for concurrent use.
type Service struct {
	Config
	known  cache
	keeper keeper
}

// New makes the service and takes over its kind of jobs. Call it before the queue starts.
func New(cfg Config) *Service {
	s := &Service{Config: cfg}
	s.keeper.s = s
	cfg.Jobs.Handle(kindReport, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: maxReports, Do: s.report})
	return s
}

// Start begins to write clicks and links in groups and returns at once. Without it each is
// written by itself.
func (s *Service) Start(ctx context.Context) error {
	if err := s.recall(ctx); err != nil {
		return err
	}
	s.keeper.start()
	return nil
}

// Stop writes what is waiting and ends what Start began.
func (s *Service) Stop() { s.keeper.stop() }

var errNoPublicURL = fault.New(fault.Precondition, "no_public_url",
	"say under which address customers reach this server: PUT /api/v1/links/settings with public_url")

// PublicURL is the address under which customers reach this server, "" if nobody said.
func (s *Service) PublicURL(ctx context.Context) (string, error) { return s.selectSetting(ctx) }

// SetPublicURL says under which address customers reach this server.
func (s *Service) SetPublicURL(ctx context.Context, text string) error {
	if text != "" {
		u, err := checkURL(text, "/public_url")
		if err != nil {
			return err
		}
		if u.RawQuery != "" || u.Fragment != "" {
			return fault.BadField("/public_url", "has no query and no fragment: https://go.example.com")
		}
	}
	return s.saveSetting(ctx, strings.TrimRight(text, "/"))
}
