package moment

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"yutang/internal/content"
	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/job"
)

// Wish is what somebody wants posted. ScheduledAt zero is as soon as it is scheduled.
type Wish struct {
	Corp        string
	Name        string
	Content     content.Content
	Visible     Range
	ScheduledAt time.Time
	By          string
}

const (
	maxName  = 100
	maxStaff = 100_000
	watchFor = 14 * 24 * time.Hour
)

// Validate names each fault with its JSON pointer.
func (w Wish) Validate() error {
	switch n := utf8.RuneCountInString(w.Name); {
	case strings.TrimSpace(w.Name) == "" || n > maxName:
		return fault.BadField("/name", "is 1 to %d characters", maxName)
	case w.Corp == "":
		return fault.BadField("/corp", "name the corp that posts")
	case len(w.Visible.Staff) > maxStaff:
		return fault.BadField("/visible/staff", "at most %d", maxStaff)
	}
	return nil
}

func (s *Service) check(ctx context.Context, w Wish) error {
	if err := w.Validate(); err != nil {
		return err
	}
	if _, err := s.Corp(ctx, w.Corp); err != nil {
		return fault.BadField("/corp", "the corp %q is not connected", w.Corp)
	}
	return s.Contents.Check(ctx, w.Content, content.Moment, "/content")
}

func (w Wish) fill(m Moment) Moment {
	m.Corp, m.Name, m.Content, m.Visible, m.ScheduledAt, m.mark = w.Corp, w.Name, w.Content, w.Visible, w.ScheduledAt, w.Content.Mark()
	return m
}

// Create makes a draft.
func (s *Service) Create(ctx context.Context, w Wish) (Moment, error) {
	if err := s.check(ctx, w); err != nil {
		return Moment{}, err
	}
	m := w.fill(Moment{ID: id.New("mom"), State: Draft, CreatedBy: w.By, CreatedAt: s.Clock.Now()})
	if err := s.insert(ctx, m); err != nil {
		return Moment{}, fmt.Errorf("create moment: %w", err)
	}
	return m, nil
}

// Update changes a draft. Its corp stays.
func (s *Service) Update(ctx context.Context, key string, w Wish) (Moment, error) {
	m, err := s.Get(ctx, key)
	if err != nil {
		return m, err
	}
	w.Corp = m.Corp
	if err := s.check(ctx, w); err != nil {
		return m, err
	}
	m = w.fill(m)
	return m, s.save(ctx, m, Draft)
}

// Delete removes a draft.
func (s *Service) Delete(ctx context.Context, key string) error {
	n, err := s.DB.Exec(ctx, deleteDraft, key)
	if err == nil && n == 0 {
		if _, err = s.Get(ctx, key); err == nil {
			err = fault.New(fault.Precondition, "not_draft", "moment %s is not a draft; stop it instead", key)
		}
	}
	return err
}

// Schedule lets a draft go at its time.
func (s *Service) Schedule(ctx context.Context, key string) (Moment, error) {
	m, err := s.Get(ctx, key)
	if err != nil {
		return m, err
	}
	if now := s.Clock.Now(); m.ScheduledAt.Before(now) {
		m.ScheduledAt = now
	}
	m.State, m.WatchUntil = Scheduled, m.ScheduledAt.Add(watchFor)
	return m, s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.save(ctx, m, Draft); err != nil {
			return err
		}
		if err := s.Contents.Keep(ctx, keeper(key), m.Corp, m.Content, content.Moment); err != nil {
			return err
		}
		return s.Jobs.Put(ctx, job.Job{Kind: workKind, Key: key, Queue: m.Corp, Due: m.ScheduledAt})
	})
}

func keeper(key string) string { return "moment:" + key }

// Stop ends a moment: it is not made, or what nobody has published yet is taken back.
// Posts that are out stay.
func (s *Service) Stop(ctx context.Context, key, by string) (Moment, error) {
	m, err := s.Get(ctx, key)
	if err != nil {
		return m, err
	}
	was := m.State
	switch was {
	case Scheduled:
	case Publishing:
		client, err := s.Client(ctx, m.Corp)
		if err != nil {
			return m, err
		}
		if err := client.CancelMomentTask(ctx, m.MomentID); err != nil {
			return m, err
		}
	default:
		return m, fault.New(fault.Precondition, "cannot_stop", "moment %s is %s", key, was)
	}
	m.State, m.Reason, m.EndedAt = Stopped, "by "+by, s.Clock.Now()
	return m, s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.save(ctx, m, was); err != nil {
			return err
		}
		return s.Contents.Drop(ctx, keeper(key))
	})
}
