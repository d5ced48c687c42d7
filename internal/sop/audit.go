package sop

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/content"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
)

// States of an audit.
const (
	Open = "open"
	Done = "done"
)

// Verdicts on an item.
const (
	OK      = "ok"
	NotOK   = "not_ok"
	Without = "without" // does not apply here
)

const (
	remindKind  = "sop_audit"
	remindAhead = 3 * 24 * time.Hour
	defaultDue  = 7 * 24 * time.Hour
	unscored    = -1
)

// Audit is a checklist held against one account, group or campaign.
type Audit struct {
	ID        string
	Checklist string
	Name      string // of the checklist
	About     string
	Subject   string // userid, chat id, or the name of a campaign
	Corp      string
	Staff     string // who answers it
	Items     []Item
	Answers   map[string]Answer // by item
	State     string
	Score     int // percent of what was found in order among what applies; -1 before the first
	DueAt     time.Time
	CreatedAt time.Time
	DoneAt    time.Time
	Before    string // the audit that this one repeats
}

// Answer is what was found.
type Answer struct {
	Verdict string    `json:"verdict" enum:"ok,not_ok,without"`
	Note    string    `json:"note,omitempty" maxLength:"1000"`
	Photo   string    `json:"photo,omitempty" doc:"id of an image asset"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// NewAudit asks for one.
type NewAudit struct {
	Checklist string
	Subject   string
	Corp      string
	Staff     string // "" for accounts: the account itself
	DueAt     time.Time
}

// CreateAudit begins an audit and asks its member for it, at the latest three days before
// it is due.
func (s *Service) CreateAudit(ctx context.Context, n NewAudit) (Audit, error) {
	c, err := s.Checklist(ctx, n.Checklist)
	if err != nil {
		return Audit{}, err
	}
	if n.Staff == "" && c.About == OfAccount {
		n.Staff = n.Subject
	}
	now := s.Clock.Now()
	if n.DueAt.IsZero() {
		n.DueAt = now.Add(defaultDue)
	}
	switch {
	case strings.TrimSpace(n.Subject) == "" || utf8.RuneCountInString(n.Subject) > maxTitle:
		return Audit{}, fault.BadField("/subject", "names a userid, a chat id or a campaign, in at most %d characters", maxTitle)
	case n.Corp == "":
		return Audit{}, fault.BadField("/corp", "names the corp of the member")
	case n.Staff == "":
		return Audit{}, fault.BadField("/staff", "names the member who answers it")
	case n.DueAt.Before(now):
		return Audit{}, fault.BadField("/due_at", "lies in the past")
	}
	a := begin(c, n, now, "")
	return a, s.keep(ctx, a)
}

func begin(c Checklist, n NewAudit, now time.Time, before string) Audit {
	return Audit{
		ID: id.New("adt"), Checklist: c.ID, Name: c.Name, About: c.About, Subject: n.Subject, Corp: n.Corp, Staff: n.Staff, Items: c.Items,
		Answers: map[string]Answer{}, State: Open, Score: unscored, DueAt: n.DueAt, CreatedAt: now, Before: before,
	}
}

// keep writes a new audit with the job that reminds of it.
func (s *Service) keep(ctx context.Context, a Audit) error {
	due := a.DueAt.Add(-remindAhead)
	if due.Before(a.CreatedAt) {
		due = a.CreatedAt
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.insertAudit(ctx, a); err != nil {
			return fmt.Errorf("begin audit: %w", err)
		}
		return s.Jobs.Put(ctx, job.Job{Kind: remindKind, Key: a.ID, Due: due})
	})
}

// remind asks the member of an audit that is still open.
func (s *Service) remind(ctx context.Context, j job.Job) error {
	a, err := s.Audit(ctx, j.Key)
	if fault.Is(err, fault.NotFound) || err == nil && a.State != Open || s.Remind == nil {
		return nil
	}
	if err != nil {
		return err
	}
	r := Reminder{Audit: a.ID, Corp: a.Corp, Staff: a.Staff, Checklist: a.Name, About: a.About + " " + a.Subject, Due: a.DueAt}
	if now := s.Clock.Now(); r.Due.Before(now) { // the program was off when it was due
		r.Due = now.Add(24 * time.Hour)
	}
	for _, it := range a.Items {
		if _, answered := a.Answers[it.ID]; !answered {
			r.Items = append(r.Items, it.Title)
		}
	}
	return s.Remind(ctx, r)
}

// Tick answers one item of an open audit. mine, if not nil, must be the member who answers
// it. The last answer closes the audit, and begins the next if the checklist repeats.
func (s *Service) Tick(ctx context.Context, key, item string, ans Answer, mine *Member) (a Audit, err error) {
	if err := s.checkAnswer(ctx, ans); err != nil {
		return a, err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if a, err = s.Audit(ctx, key); err != nil {
			return err
		}
		if mine != nil && (a.Corp != mine.Corp || a.Staff != mine.Staff) {
			return noSuch("audit", key)
		}
		if a.State != Open {
			return fault.New(fault.Precondition, "audit_done", "the audit %s is done; begin another", key)
		}
		if !slices.ContainsFunc(a.Items, func(it Item) bool { return it.ID == item }) {
			return noSuch("item", item)
		}
		ans.At = s.Clock.Now()
		a.Answers[item] = ans
		a.score()
		if len(a.Answers) == len(a.Items) {
			a.State, a.DoneAt = Done, ans.At
		}
		if err := s.updateAudit(ctx, a); err != nil {
			return err
		}
		return s.repeat(ctx, a)
	})
	return a, err
}

func (s *Service) checkAnswer(ctx context.Context, ans Answer) error {
	switch {
	case !slices.Contains([]string{OK, NotOK, Without}, ans.Verdict):
		return fault.BadField("/verdict", "is ok, not_ok or without")
	case utf8.RuneCountInString(ans.Note) > 1000:
		return fault.BadField("/note", "has more than 1000 characters")
	case ans.Photo == "":
		return nil
	}
	photo, err := s.Contents.Asset(ctx, ans.Photo)
	if fault.Is(err, fault.NotFound) || err == nil && photo.Kind != content.AssetImage {
		return fault.BadField("/photo", "there is no image asset %q", ans.Photo)
	}
	return err
}

// score works out the percent of items in order among those that apply.
func (a *Audit) score() {
	fine, applies := 0, 0
	for _, x := range a.Answers {
		switch x.Verdict {
		case OK:
			fine++
			applies++
		case NotOK:
			applies++
		}
	}
	a.Score = 100
	if applies > 0 {
		a.Score = fine * 100 / applies
	}
}

// repeat begins the next audit of the same thing, if this one is done and its checklist
// repeats.
func (s *Service) repeat(ctx context.Context, a Audit) error {
	if a.State != Done {
		return nil
	}
	c, err := s.Checklist(ctx, a.Checklist)
	if fault.Is(err, fault.NotFound) || err == nil && c.RepeatDays == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	due := a.DoneAt.AddDate(0, 0, c.RepeatDays)
	return s.keep(ctx, begin(c, NewAudit{Subject: a.Subject, Corp: a.Corp, Staff: a.Staff, DueAt: due}, a.DoneAt, a.ID))
}
