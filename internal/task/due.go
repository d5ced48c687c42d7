package task

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"yutang/internal/id"
	"yutang/internal/job"
)

// minute rounds up: what falls due within one minute shares a job.
func minute(t time.Time) time.Time { return t.Truncate(time.Minute).Add(time.Minute) }

// putOverdue has a task looked at when its deadline has passed.
func (s *Service) putOverdue(ctx context.Context, t Task, now time.Time) error {
	key, due := t.ID, t.Deadline
	if t.Card != "" && t.Deadline.After(now.Add(time.Minute)) {
		due = minute(t.Deadline)
		key = t.Card + "/" + strconv.FormatInt(due.UnixMilli(), 10)
	} else {
		key += "/" + strconv.FormatInt(due.UnixMilli(), 10)
	}
	return s.Jobs.Put(ctx, job.Job{Kind: overdueJob, Key: key, Queue: t.Corp + "/" + t.Staff, Due: due})
}

// putReminders has a card's member reminded before the deadline of a task.
func (s *Service) putReminders(ctx context.Context, t Task, now time.Time) error {
	for _, before := range reminders(t.Spec) {
		due := t.Deadline.Add(-before)
		if !due.After(now) {
			continue
		}
		due = minute(due)
		key := t.Card + "/" + before.String() + "/" + strconv.FormatInt(due.UnixMilli(), 10)
		if err := s.Jobs.Put(ctx, job.Job{
			Kind: remindJob, Key: key, Queue: t.Corp + "/" + t.Staff, Due: due, Payload: []byte(before.String()),
		}); err != nil {
			return err
		}
	}
	return nil
}

// remind plans one message about what is open on a card, unless there was one for this
// moment before the deadline, or nothing is open.
func (s *Service) remind(ctx context.Context, j job.Job) error {
	card, _, _ := strings.Cut(j.Key, "/")
	before, err := time.ParseDuration(string(j.Payload))
	if err != nil {
		return fmt.Errorf("remind of card %s: %w", card, err)
	}
	set, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	if end, quiet := set.quietUntil(now, s.Zone()); quiet {
		return &job.Later{At: end.UTC(), Reason: WaitsQuiet}
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if had, err := s.already(ctx, card, Remind, before.String()); err != nil || had {
			return err
		}
		c, found, err := s.findCard(ctx, card)
		if err != nil || !found {
			return err
		}
		open, err := s.openOf(ctx, card, now.Add(before))
		if err != nil || len(open) == 0 {
			return err
		}
		m := Message{
			ID: id.New("tsm"), Corp: c.Corp, Staff: c.Staff, Card: card, Kind: Remind, N: before.String(), Day: s.day(now), Tasks: len(open),
			State: MessagePlanned, CreatedAt: now,
		}
		if m.body, err = s.bodyOf(ctx, c, m, open, now); err != nil {
			return err
		}
		if err := s.insertMessage(ctx, m); err != nil {
			return err
		}
		return s.putMessage(ctx, m)
	})
}

// pastDue marks what is overdue on a card, or one task of nobody.
func (s *Service) pastDue(ctx context.Context, j job.Job) error {
	name, _, _ := strings.Cut(j.Key, "/")
	now := s.Clock.Now()
	for {
		list, err := s.lateOn(ctx, name, now)
		if err != nil || len(list) == 0 {
			return err
		}
		leader, err := s.above(ctx, list[0])
		if err != nil {
			return err
		}
		if err := s.DB.InTx(ctx, func(ctx context.Context) error {
			for _, t := range list {
				if err := s.mark(ctx, t, leader, now); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
}

// above is who hears of what stays overdue.
func (s *Service) above(ctx context.Context, t Task) (string, error) {
	if t.Staff == "" || t.Spec.Escalate == "" {
		return "", nil
	}
	l, err := s.leader(ctx, t.Corp, t.Staff)
	if err != nil || l != "" {
		return l, err
	}
	c, err := s.Corps.Get(ctx, t.Corp)
	if err != nil || len(c.Settings.Managers) == 0 {
		return "", err
	}
	return c.Settings.Managers[0], nil
}

// mark makes one task overdue, in ctx's transaction.
func (s *Service) mark(ctx context.Context, was Task, leader string, now time.Time) error {
	t := was
	t.State, t.OverdueAt, t.Leader = Overdue, now, leader
	after := within(t.Spec.Escalate, -1)
	if after >= 0 && leader != "" && leader != t.Staff {
		t.escalateAt = t.Deadline.Add(after)
	}
	ok, err := s.save(ctx, was, t)
	if err != nil || !ok {
		return err
	}
	if err := s.note(ctx, Entry{Task: t.ID, What: WasOverdue, Staff: t.Staff}); err != nil {
		return err
	}
	if err := s.putSettle(ctx, t, string(Overdue), now); err != nil {
		return err
	}
	if t.escalateAt.IsZero() {
		return nil
	}
	due := t.escalateAt
	if due.Before(now) {
		due = now
	}
	return s.putEscalate(ctx, t.Corp, leader, due)
}
