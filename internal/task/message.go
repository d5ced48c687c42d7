package task

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

// The kinds of message.
const (
	Told     = "told"     // the first of a card
	More     = "more"     // more customers on a card
	Remind   = "remind"   // before the deadline
	Escalate = "escalate" // to the leader, of what stays overdue
)

// MessageState is where a message stands: planned, attempting while its outcome is not
// known, then one of the others.
type MessageState string

// The states of a message.
const (
	MessagePlanned    MessageState = "planned"
	MessageAttempting MessageState = "attempting"
	MessageSent       MessageState = "sent"
	MessageFailed     MessageState = "failed"  // the platform refused it
	MessageUnknown    MessageState = "unknown" // the answer was lost for longer than the platform drops duplicates
	MessageDropped    MessageState = "dropped" // nothing was left to say
)

// Message is one message to a member.
type Message struct {
	ID        string
	Corp      string
	Staff     string
	Card      string
	Kind      string
	N         string
	Day       string
	Tasks     int
	State     MessageState
	Reason    string
	Tries     int
	CreatedAt time.Time
	FirstAt   time.Time // of the first attempt that may have arrived
	EndedAt   time.Time

	body wecom.AppMessage
}

const (
	dedupe = 4 * time.Hour           // the platform drops an equal message within it
	retry  = dedupe - 15*time.Minute // a lost answer is asked for again within it
	pause  = 30 * time.Second        // before it is
	margin = 128                     // bytes of a title that the platform takes
	most   = 512                     // bytes of a description
)

// planMessage writes a message about tasks with its job, in ctx's transaction.
func (s *Service) planMessage(ctx context.Context, c Card, kind string, list []Task, now time.Time) error {
	m := Message{
		ID: id.New("tsm"), Corp: c.Corp, Staff: c.Staff, Card: c.ID, Kind: kind, N: strconv.Itoa(c.Messages + 1), Day: s.day(now),
		Tasks: len(list), State: MessagePlanned, CreatedAt: now,
	}
	body, err := s.bodyOf(ctx, c, m, list, now)
	if err != nil {
		return err
	}
	m.body = body
	if err := s.insertMessage(ctx, m); err != nil {
		return err
	}
	for _, t := range list {
		if err := s.marked(ctx, t.ID, m.ID); err != nil {
			return err
		}
	}
	return s.putMessage(ctx, m)
}

func (s *Service) putMessage(ctx context.Context, m Message) error {
	return s.Jobs.Put(ctx, job.Job{Kind: messageJob, Key: m.ID, Queue: m.Corp + "/" + m.Staff, Due: m.CreatedAt})
}

// deliver sends one message, or finds out that it must not.
func (s *Service) deliver(ctx context.Context, j job.Job) error {
	m, err := s.message(ctx, j.Key)
	if err != nil || m.State != MessagePlanned && m.State != MessageAttempting {
		return err
	}
	now := s.Clock.Now()
	if !m.FirstAt.IsZero() && now.Sub(m.FirstAt) >= retry {
		return s.ended(ctx, m, MessageUnknown, "answer_lost")
	}
	if m.State == MessagePlanned {
		if dropped, err := s.pointless(ctx, m); err != nil || dropped {
			return err
		}
	}
	client, err := s.Corps.Client(ctx, m.Corp)
	if err != nil {
		return fmt.Errorf("tell a member of tasks: %w", err)
	}
	m.State, m.Tries = MessageAttempting, m.Tries+1
	before := m.FirstAt
	if m.FirstAt.IsZero() {
		m.FirstAt = now
	}
	if err := s.saveMessage(ctx, m); err != nil {
		return err
	}
	sent, err := client.MessageSend(ctx, m.body)
	return s.outcome(ctx, m, before, sent, err)
}

// outcome writes what became of a call. before is when an earlier one may have arrived.
func (s *Service) outcome(ctx context.Context, m Message, before time.Time, sent wecom.SentMessage, failure error) error {
	ctx = context.WithoutCancel(ctx)
	switch {
	case failure == nil && slices.Contains(strings.Split(sent.InvalidUser+"|"+sent.UnlicensedUser, "|"), m.Staff):
		return s.ended(ctx, m, MessageFailed, "unknown_member")
	case failure == nil:
		return s.ended(ctx, m, MessageSent, "")
	case !wecom.Unsent(failure):
		return &job.Later{At: s.Clock.Now().Add(pause), Reason: "the answer is unknown: " + failure.Error()}
	}
	switch wecom.ClassOf(failure) {
	case wecom.Business, wecom.Permission, wecom.Relation:
		return s.ended(ctx, m, MessageFailed, fmt.Sprintf("wecom_%d", wecom.CodeOf(failure)))
	}
	m.State, m.FirstAt = MessagePlanned, before
	if !before.IsZero() {
		m.State = MessageAttempting
	}
	if err := s.saveMessage(ctx, m); err != nil {
		return err
	}
	var later *job.Later
	if wait := wecom.RetryAfter(failure); wait > 0 && !errors.As(failure, &later) {
		return &job.Later{At: s.Clock.Now().Add(wait), Reason: failure.Error()}
	}
	return failure
}

// ended closes a message and opens the tasks it tells of, whatever came of it: a member who
// could not be told finds them on the page.
func (s *Service) ended(ctx context.Context, m Message, state MessageState, why string) error {
	now := s.Clock.Now()
	m.State, m.Reason, m.EndedAt = state, why, now
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.saveMessage(ctx, m); err != nil {
			return err
		}
		if m.Kind != Told && m.Kind != More {
			return nil
		}
		list, err := s.ofMessage(ctx, m.ID)
		if err != nil {
			return err
		}
		for _, t := range list {
			if err := s.begin(ctx, t, m, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// begin opens a task: its deadline counts from now.
func (s *Service) begin(ctx context.Context, t Task, m Message, now time.Time) error {
	was, e := t, Entry{Task: t.ID, What: WasTold, Staff: t.Staff}
	t.State, t.OpenAt = Open, now
	if m.State == MessageSent {
		t.ToldAt = now
	} else {
		e.What, e.Detail = WasUntold, m.Reason
	}
	if !t.fixed {
		t.Deadline = now.Add(deadlineOf(t.Spec))
	}
	ok, err := s.save(ctx, was, t)
	if err != nil || !ok {
		return err
	}
	if err := s.note(ctx, e); err != nil {
		return err
	}
	if err := s.putReminders(ctx, t, now); err != nil {
		return err
	}
	return s.putOverdue(ctx, t, now)
}

// pointless drops a message about tasks that have all gone elsewhere.
func (s *Service) pointless(ctx context.Context, m Message) (bool, error) {
	n := 0
	var err error
	switch m.Kind {
	case Told, More:
		var list []Task
		list, err = s.ofMessage(ctx, m.ID)
		n = len(list)
	case Remind:
		n, err = s.openOn(ctx, m.Card)
	case Escalate:
		n = 1
	}
	if err != nil || n > 0 {
		return false, err
	}
	return true, s.ended(ctx, m, MessageDropped, "nothing_left")
}
