// Package post owns what playbooks publish to groups and to Moments: each order of a step
// becomes one mass send to groups or one moment for each corp, which members of staff
// confirm on their phones.
//
//	Plan, on the road ─▶ Flush, in its transaction: a job ─▶ made and scheduled, with its row
//
// An order has one row for each corp for ever, written together with what it made. So a
// repeat makes nothing twice, and a crash between loses nothing. An order that its room
// refuses (a text too long, an asset that is gone) keeps its row with the reason.
package post

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/job"
	"yutang/internal/masssend"
	"yutang/internal/moment"
)

// Order is what a step wants published.
type Order struct {
	ID       string // the same for a repeat
	Playbook string
	Name     string // of the playbook
	Version  int
	Run      string
	Step     string
	Subject  flow.Subject // a member or a group narrows who is asked
	Spec     flow.Post
	At       time.Time
}

// Post is what became of an order in one corp.
type Post struct {
	Order    string
	Corp     string
	Playbook string
	Step     string
	Run      string
	Kind     string // groups or moments
	Target   string // the mass send or the moment, "" refused
	Reason   string
	At       time.Time
}

// Config is what posts stand on.
type Config struct {
	DB      *db.DB
	Clock   clock.Clock
	Jobs    *job.Queue
	Sends   *masssend.Service
	Moments *moment.Service
	Corps   func(ctx context.Context) ([]string, error)
	// Material gives the content of an approved material, Render fills in what is known of
	// the brand.
	Material func(ctx context.Context, id string) (json.RawMessage, error)
	Render   func(ctx context.Context, raw json.RawMessage) (json.RawMessage, error)
	// Chats gives the groups of a selection as CORP/CHATID.
	Chats func(ctx context.Context, sel flow.Select) ([]string, error)
}

// Service makes posts. Plan, Flush and Forget belong to the road's writer.
type Service struct {
	Config
	pending []job.Job
}

const kind = "post"

// New makes the service and registers its worker.
func New(cfg Config) *Service {
	s := &Service{Config: cfg}
	cfg.Jobs.Handle(kind, &job.Each{Queue: cfg.Jobs, Concurrency: 2, MaxAttempts: 20, Do: s.work})
	return s
}

// Plan takes an order with the batch that is on its way.
func (s *Service) Plan(o Order) {
	raw, _ := json.Marshal(o) // plain data
	s.pending = append(s.pending, job.Job{Kind: kind, Key: o.ID, Payload: raw, Due: o.At})
}

// Flush writes what was planned in ctx's transaction.
func (s *Service) Flush(ctx context.Context) error {
	if len(s.pending) == 0 {
		return nil
	}
	if err := s.Jobs.Put(ctx, s.pending...); err != nil {
		return fmt.Errorf("plan posts: %w", err)
	}
	s.pending = s.pending[:0]
	return nil
}

// Forget drops what was not flushed.
func (s *Service) Forget() { s.pending = nil }

// work makes what an order asks for, corp by corp.
func (s *Service) work(ctx context.Context, j job.Job) error {
	var o Order
	if err := json.Unmarshal(j.Payload, &o); err != nil {
		return fmt.Errorf("read order %s: %w", j.Key, err)
	}
	corps, err := s.corpsOf(ctx, o)
	if err != nil {
		return err
	}
	for _, corp := range corps {
		if err := s.make(ctx, o, corp); err != nil {
			return err
		}
	}
	return nil
}

// corpsOf is the corps that an order concerns.
func (s *Service) corpsOf(ctx context.Context, o Order) ([]string, error) {
	if corp, _, ok := strings.Cut(o.Subject.Name, "/"); ok {
		return []string{corp}, nil
	}
	for _, corp := range []string{o.Spec.Corp, o.Spec.Select.Corp} {
		if corp != "" {
			return []string{corp}, nil
		}
	}
	return s.Corps(ctx)
}

// make publishes in one corp, once.
func (s *Service) make(ctx context.Context, o Order, corp string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if done, err := s.exists(ctx, o.ID, corp); done || err != nil {
			return err
		}
		p := Post{Order: o.ID, Corp: corp, Playbook: o.Playbook, Step: o.Step, Run: o.Run, Kind: o.Spec.To, At: s.Clock.Now()}
		c, err := s.content(ctx, o)
		if err == nil {
			p.Target, err = s.publish(ctx, o, corp, c)
		}
		var refused *fault.Error
		if errors.As(err, &refused) && refused.Kind != fault.Internal && refused.Kind != fault.Unavailable {
			p.Target, p.Reason, err = "", refused.Error(), nil
		}
		if err != nil {
			return err
		}
		return s.insert(ctx, p)
	})
}

// content is what the order says, filled in.
func (s *Service) content(ctx context.Context, o Order) (c content.Content, err error) {
	raw := o.Spec.Content
	if o.Spec.Material != "" {
		if raw, err = s.Material(ctx, o.Spec.Material); err != nil {
			return c, err
		}
	}
	if raw, err = s.Render(ctx, raw); err != nil {
		return c, err
	}
	return content.Parse(raw)
}

func (s *Service) publish(ctx context.Context, o Order, corp string, c content.Content) (target string, err error) {
	if o.Spec.To == "moments" {
		return s.moment(ctx, o, corp, c)
	}
	return s.groups(ctx, o, corp, c)
}

func (s *Service) moment(ctx context.Context, o Order, corp string, c content.Content) (string, error) {
	visible := moment.Range{Staff: o.Spec.Select.Staff, Departments: o.Spec.Select.Departments}
	if _, user, ok := strings.Cut(o.Subject.Name, "/"); ok && o.Subject.Kind == flow.Staff {
		visible.Staff, visible.Departments = []string{user}, nil
	}
	m, err := s.Moments.Create(ctx, moment.Wish{Corp: corp, Name: name(o), Content: c, Visible: visible, By: o.Playbook})
	if err == nil {
		_, err = s.Moments.Schedule(ctx, m.ID)
	}
	return m.ID, err
}

func (s *Service) groups(ctx context.Context, o Order, corp string, c content.Content) (string, error) {
	target, err := s.target(ctx, o, corp)
	if err != nil {
		return "", err
	}
	x, err := s.Sends.Create(ctx, masssend.Wish{Corp: corp, Name: name(o), Chat: masssend.Group, Target: target, Content: c, By: o.Playbook})
	if err == nil {
		_, err = s.Sends.Schedule(ctx, x.ID)
	}
	return x.ID, err
}

// target is which groups get it.
func (s *Service) target(ctx context.Context, o Order, corp string) (t masssend.Target, err error) {
	sel := o.Spec.Select
	if _, chat, ok := strings.Cut(o.Subject.Name, "/"); ok && o.Subject.Kind == flow.Groups {
		return masssend.Target{Chats: []string{chat}}, nil
	}
	if len(sel.Groups)+len(sel.Tags) == 0 {
		return masssend.Target{Staff: sel.Staff}, nil
	}
	names, err := s.Chats(ctx, sel)
	for _, n := range names {
		if at, chat, ok := strings.Cut(n, "/"); ok && at == corp {
			t.Chats = append(t.Chats, chat)
		}
	}
	if err == nil && len(t.Chats) == 0 {
		err = fault.New(fault.Precondition, "no_groups", "no group of %s is selected", corp)
	}
	return t, err
}

// name is how operators find the post among others.
func name(o Order) string {
	if o.Name == "" {
		return o.Step
	}
	return o.Name + " / " + o.Step
}
