// Package sop owns the library of ready playbooks, and how staff accounts and groups are
// dressed.
//
// The library is embedded: one skeleton for each playbook, and words for each industry and
// language. Together they make a plain document of package flow; what an operator gets has
// no trace of how it was put together. Installing makes a draft and remembers which text of
// the library it came from, so that a later library can show what is new. Nothing is
// published by itself, and an installed draft is never changed.
//
//	skeleton + words + parameters ──render──▶ document ──Install──▶ draft of package playbook
//	                                             └──▶ kept, to compare with later libraries
//
// Personas say how a member of staff appears. Checklists say what an account, a group or a
// campaign needs; an audit is a checklist held against one of them:
//
//	open ──each item answered──▶ done ──the checklist repeats──▶ the next one, open
//
// Not promised: that a brand has the events and traits that a playbook listens to. List
// counts them, so that an operator sees it before.
package sop

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/job"
	"yutang/internal/seal"
)

// Drafts keeps playbooks: package playbook.
type Drafts interface {
	// Create makes a draft from a definition and gives its id.
	Create(ctx context.Context, def json.RawMessage) (id string, err error)
}

// Endpoint is an account that a channel can send from.
type Endpoint struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Brand is what texts say of the brand.
type Brand struct {
	Name string
	Zone *time.Location
}

// Reminder asks a member to fill in an audit.
type Reminder struct {
	Audit     string // the same for a repeat
	Corp      string
	Staff     string
	Checklist string // name
	About     string // what is looked at
	Items     []string
	Due       time.Time
}

// Config is what the service stands on.
type Config struct {
	DB     *db.DB
	Box    *seal.Box
	Clock  clock.Clock
	Jobs   *job.Queue
	Drafts Drafts
	Brand  func(ctx context.Context) (Brand, error)
	// Count is how many customers match a rule now.
	Count func(ctx context.Context, rule json.RawMessage) (int, error)
	// Endpoints lists the accounts of a channel. Those of wecom_mass are corps.
	Endpoints func(ctx context.Context, channel string) ([]Endpoint, error)
	// Host is the member of a corp who is responsible for contents and campaigns, "" if
	// nobody is known.
	Host func(ctx context.Context, corp string) (userid string, err error)
	// Contents keeps the photos of audits.
	Contents *content.Service
	// Remind gives a member the task to fill in an audit. It may be called again for the
	// same one. Nil: audits are only listed.
	Remind func(ctx context.Context, r Reminder) error
}

// Service serves the library and keeps personas, checklists and audits. Safe for
// concurrent use.
type Service struct {
	Config
	lib *Library
}

// New makes the service and registers its worker. It panics if the embedded library cannot
// be read, which its tests exclude.
func New(cfg Config) *Service {
	lib, err := Embedded()
	if err != nil {
		panic(err)
	}
	s := &Service{Config: cfg, lib: lib}
	cfg.Jobs.Handle(remindKind, &job.Each{Queue: cfg.Jobs, Concurrency: 1, MaxAttempts: 8, Do: s.remind})
	return s
}

// Library is the library that the service serves.
func (s *Service) Library() *Library { return s.lib }

func noSuch(what, id string) error {
	return fault.New(fault.NotFound, what+"_not_found", "there is no %s %q", what, id)
}
