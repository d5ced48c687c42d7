package task

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/job"
)

// some is how many tasks one transaction takes on.
const some = 200

// composeTries is how often writing a text may fail before nobody gets the task.
const composeTries = 5

// assign gives all planned tasks to somebody. One at a time does this.
func (s *Service) assign(ctx context.Context, j job.Job) error {
	after, failure := "", error(nil)
	for {
		batch, err := s.planned(ctx, after)
		if err != nil || len(batch) == 0 {
			return errors.Join(err, failure)
		}
		after = batch[len(batch)-1].ID
		var ready []move
		for _, t := range batch {
			t, err := s.prepare(ctx, t, j.Attempts >= composeTries)
			if err != nil {
				failure = fmt.Errorf("assign task %s: %w", t.ID, err)
				continue
			}
			ready = append(ready, move{Task: t})
		}
		if err := s.place(ctx, ready, Entry{What: WasAssigned}); err != nil {
			return err
		}
	}
}

// prepare finds who does a planned task and writes its text. final gives up on a text that
// cannot be written.
func (s *Service) prepare(ctx context.Context, t Task, final bool) (Task, error) {
	d, err := s.whose(ctx, t)
	if err != nil {
		return t, err
	}
	t.Corp, t.Staff, t.Department, t.Reason = d.corp, d.user, d.department, d.reason
	if t.Title != "" { // written before
		return t, nil
	}
	t.Title, t.Script = t.Spec.Title, t.Spec.Script
	if s.Compose == nil || t.Playbook == "" {
		return t, nil
	}
	title, script, err := s.Compose(ctx, orderOf(t))
	switch {
	case err == nil:
		t.Title, t.Script = title, script
	case final || fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.NotFound || fault.KindOf(err) == fault.Precondition:
		s.Log.WarnContext(ctx, "a task has no text", "task", t.ID, "playbook", t.Playbook, "step", t.Step, "error", err)
		t.Staff, t.Department, t.Reason = "", 0, NoText
	default:
		return t, err
	}
	return t, nil
}

// orderOf is the order that a task came from.
func orderOf(t Task) Order {
	return Order{
		ID: t.ID, Playbook: t.Playbook, Name: t.Name, Version: t.Version, Run: t.Run, Step: t.Step, Variant: t.Variant, Ord: t.Ord,
		Subject: flow.Subject{Kind: t.Kind, Ord: t.Ord, Name: t.Subject}, Spec: t.Spec, At: t.CreatedAt, TriggerSeq: t.TriggerSeq, Priority: t.Priority,
	}
}

// move is a task with the member it is to have; from is who has it until then.
type move struct {
	Task
	from string
}

// place puts tasks on the cards of the members they name, in one transaction; those that
// name nobody become unassigned. e is what the history says of it.
func (s *Service) place(ctx context.Context, list []move, e Entry) error {
	if len(list) == 0 {
		return nil
	}
	set, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		var notes []Entry
		for _, m := range list {
			e, ok, err := s.placeOne(ctx, set, m, e)
			if err != nil {
				return err
			}
			if ok {
				notes = append(notes, e)
			}
		}
		return s.note(ctx, notes...)
	})
}

// placeOne moves one task from the state and member that SQL still has.
func (s *Service) placeOne(ctx context.Context, set Settings, m move, e Entry) (Entry, bool, error) {
	now, t := s.Clock.Now(), m.Task
	held := Task{State: t.State, Staff: m.from} // what SQL still has, or the move does not hold
	e.Task, e.Staff = t.ID, t.Staff
	if e.What == WasHandedOver {
		e.Staff, e.Target = m.from, t.Staff
	}
	if t.Staff == "" {
		t.State, t.Card, t.message = Unassigned, "", ""
		e.What, e.Detail = WasUnassigned, t.Reason
		ok, err := s.save(ctx, held, t)
		if err != nil || !ok {
			return e, false, err
		}
		return e, true, s.putOverdue(ctx, t, now)
	}
	t.State, t.message, t.AssignedAt, t.Reason = Queued, "", now, ""
	t.OpenAt, t.ToldAt, t.OpenedAt, t.OverdueAt, t.escalateAt, t.EscalatedAt, t.Leader = time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}, ""
	card, err := s.join(ctx, set, t, now)
	if err != nil {
		return e, false, err
	}
	t.Card = card.ID
	ok, err := s.save(ctx, held, t)
	return e, ok, err
}

// join finds or makes the card that a task goes on, and has the member told of it.
func (s *Service) join(ctx context.Context, set Settings, t Task, now time.Time) (Card, error) {
	c := Card{
		Corp: t.Corp, Staff: t.Staff, Playbook: t.Playbook, Name: t.Name, Version: t.Version, Step: t.Step, Variant: t.Variant,
		Title: t.Title, Priority: t.Priority, Deadline: t.Deadline, CreatedAt: now, spec: t.spec, bucket: s.day(now),
	}
	if set.Group == "window" {
		c.bucket = strconv.FormatInt(now.Truncate(set.window()).UnixMilli(), 10)
	}
	c.ID = cardID(c)
	held, found, err := s.findCard(ctx, c.ID)
	if err != nil {
		return c, err
	}
	if !found {
		c.tellDue = now.Add(set.gather())
		return c, s.firstOf(ctx, c, s.insertCard(ctx, c))
	}
	held.Title, held.Priority = shared(held.Title, t.Title, t.Name), max(held.Priority, t.Priority)
	if t.Deadline.Before(held.Deadline) {
		held.Deadline = t.Deadline
	}
	if held.tellDue.IsZero() {
		held.tellDue = now
		if next := held.lastAt.Add(set.window()); !held.lastAt.IsZero() && next.After(now) {
			held.tellDue = next
		}
		return held, s.firstOf(ctx, held, s.saveCard(ctx, held))
	}
	return held, s.saveCard(ctx, held)
}

// firstOf puts the job that tells of a card when it is due.
func (s *Service) firstOf(ctx context.Context, c Card, err error) error {
	if err != nil {
		return err
	}
	return s.putTell(ctx, c)
}

// putTell has the cards of a member looked at when this one is due. Cards due at the same
// moment share the job; each moment has its own, so none is lost to one that just ends.
func (s *Service) putTell(ctx context.Context, c Card) error {
	key := c.Corp + "/" + c.Staff + "/" + strconv.FormatInt(c.tellDue.UnixMilli(), 10)
	if !c.tellDue.After(s.Clock.Now()) {
		key = c.ID + "/" + strconv.FormatInt(c.tellDue.UnixMilli(), 10)
	}
	return s.Jobs.Put(ctx, job.Job{Kind: tellJob, Key: key, Queue: c.Corp + "/" + c.Staff, Due: c.tellDue})
}
