package task

import (
	"context"
	"errors"
	"slices"
	"time"

	"yutang/internal/fault"
)

// Act is what somebody does with a task.
type Act struct {
	Corp  string
	Reach []string // members whose tasks these are; nil: anybody's
	By    string   // principal
}

var (
	errNoTask    = fault.New(fault.NotFound, "task_not_found", "you have no task of this id")
	errNotOpen   = fault.New(fault.Precondition, "task_not_open", "the task is not open: it was not told yet, is done, or was taken back")
	errNotDone   = fault.New(fault.Precondition, "task_not_done", "the task is not done")
	errTooLate   = fault.New(fault.Precondition, "undo_too_late", "the time for taking it back is over; the playbook has gone on")
	errNoResult  = fault.BadField("/result", "is none of the results of this task")
	errNoItem    = fault.BadField("/item", "the checklist has no such item")
	errLongNote  = fault.BadField("/note", "has at most 500 characters")
	errNotMember = fault.BadField("/to", "name a member who works in the corp of the task")
)

// errLost is a race that the next try decides.
var errLost = errors.New("the task changed meanwhile")

const maxNote = 500

// may says whether a task is within reach.
func (a Act) may(t Task) bool {
	return a.Reach == nil || t.Corp == a.Corp && t.Staff != "" && slices.Contains(a.Reach, t.Staff)
}

// find is a task within reach; of others nothing is told.
func (s *Service) find(ctx context.Context, a Act, id string) (Task, error) {
	t, err := s.Get(ctx, id)
	if err != nil {
		return t, err
	}
	if !a.may(t) {
		return t, errNoTask
	}
	return t, nil
}

// Finish does a task with a result; "" is the first one. Doing it again with the same result
// changes nothing.
func (s *Service) Finish(ctx context.Context, a Act, id, result, note string) (Task, error) {
	set, err := s.Settings(ctx)
	if err != nil {
		return Task{}, err
	}
	var t Task
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if t, err = s.find(ctx, a, id); err != nil {
			return err
		}
		t, err = s.finish(ctx, set, a, t, result, note)
		return err
	})
	return t, err
}

func (s *Service) finish(ctx context.Context, set Settings, a Act, was Task, result, note string) (Task, error) {
	if result == "" {
		result = was.Results()[0]
	}
	switch {
	case !slices.Contains(was.Results(), result):
		return was, errNoResult
	case len([]rune(note)) > maxNote:
		return was, errLongNote
	case was.State == Done && was.Result == result:
		return was, nil
	case was.State != Open && was.State != Overdue:
		return was, errNotOpen
	}
	now := s.Clock.Now()
	t := was
	t.State, t.Result, t.Note, t.EndedAt, t.DoneBy = Done, result, note, now, a.By
	t.Late = was.State == Overdue || now.After(was.Deadline)
	if t.OpenedAt.IsZero() {
		t.OpenedAt = now
	}
	if err := s.change(ctx, was, t, Entry{What: WasDone, By: a.By, Detail: result}); err != nil {
		return was, err
	}
	return t, s.putSettle(ctx, t, result, now.Add(set.undo()))
}

// change saves a task and notes what happened.
func (s *Service) change(ctx context.Context, was, t Task, e Entry) error {
	ok, err := s.save(ctx, was, t)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Wrap(fault.Conflict, "task_changed", errLost)
	}
	e.Task = t.ID
	if e.Staff == "" {
		e.Staff = was.Staff
	}
	return s.note(ctx, e)
}

// Undo takes back what was done, within the time for it.
func (s *Service) Undo(ctx context.Context, a Act, id string) (Task, error) {
	set, err := s.Settings(ctx)
	if err != nil {
		return Task{}, err
	}
	var t Task
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		was, err := s.find(ctx, a, id)
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		if was.State != Done {
			return errNotDone
		}
		if !now.Before(was.EndedAt.Add(set.undo())) || !was.SettledAt.IsZero() && was.SettledAt.After(was.EndedAt) {
			return errTooLate
		}
		t = was
		t.State, t.Result, t.Note, t.EndedAt, t.DoneBy, t.Late = Open, "", "", time.Time{}, "", false
		if !was.OverdueAt.IsZero() {
			t.State = Overdue
		}
		if err := s.change(ctx, was, t, Entry{What: WasUndone, By: a.By}); err != nil {
			return err
		}
		if err := s.Jobs.Drop(ctx, settleJob, settleKey(t.ID, false)); err != nil {
			return err
		}
		if t.State == Open {
			return s.putOverdueAgain(ctx, t, now)
		}
		return nil
	})
	return t, err
}

// putOverdueAgain has a task looked at whose look may have come while it was done.
func (s *Service) putOverdueAgain(ctx context.Context, t Task, now time.Time) error {
	if t.Deadline.After(now.Add(time.Minute)) {
		return s.putOverdue(ctx, t, now)
	}
	t.Card = "" // a job of its own
	return s.putOverdue(ctx, t, now)
}

// Tick checks an item of a task's list, or takes the check away.
func (s *Service) Tick(ctx context.Context, a Act, id string, item int, on bool) (Task, error) {
	var t Task
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		was, err := s.find(ctx, a, id)
		if err != nil {
			return err
		}
		if was.State != Open && was.State != Overdue {
			return errNotOpen
		}
		if item < 0 || item >= len(was.Spec.Checklist) {
			return errNoItem
		}
		t = was
		t.Ticks = slices.DeleteFunc(slices.Clone(was.Ticks), func(n int) bool { return n == item })
		if on {
			t.Ticks = append(t.Ticks, item)
			slices.Sort(t.Ticks)
		}
		ok, err := s.save(ctx, was, t)
		if err == nil && !ok {
			err = fault.Wrap(fault.Conflict, "task_changed", errLost)
		}
		return err
	})
	return t, err
}

// FinishCard does all that is open on a card and says how many that were.
func (s *Service) FinishCard(ctx context.Context, a Act, card, result string) (n int, err error) {
	set, err := s.Settings(ctx)
	if err != nil {
		return 0, err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		_, list, err := s.cardOf(ctx, a, card)
		if err != nil {
			return err
		}
		for _, t := range list {
			if t.State != Open && t.State != Overdue {
				continue
			}
			if _, err := s.finish(ctx, set, a, t, result, ""); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// cardOf is a card within reach, with its tasks.
func (s *Service) cardOf(ctx context.Context, a Act, card string) (Card, []Task, error) {
	c, err := s.Card(ctx, card)
	if err != nil {
		return c, nil, err
	}
	if a.Reach != nil && (c.Corp != a.Corp || !slices.Contains(a.Reach, c.Staff)) {
		return c, nil, fault.New(fault.NotFound, "card_not_found", "you have no card of this id")
	}
	list, err := s.onCard(ctx, card)
	return c, list, err
}

// Look notes that a member has opened a card, and gives it with its tasks. Only the member's
// own look counts.
func (s *Service) Look(ctx context.Context, a Act, user, card string) (Card, []Task, error) {
	c, list, err := s.cardOf(ctx, a, card)
	if err != nil || c.Staff != user {
		return c, list, err
	}
	now := s.Clock.Now()
	fresh := func(t Task) bool { return t.OpenedAt.IsZero() && (t.State == Open || t.State == Overdue) }
	if !slices.ContainsFunc(list, fresh) {
		return c, list, nil
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		for i, t := range list {
			if !fresh(t) {
				continue
			}
			if err := s.looked(ctx, t.ID, now); err != nil {
				return err
			}
			list[i].OpenedAt = now
		}
		return nil
	})
	return c, list, err
}

// Opened notes that a member looks at one task.
func (s *Service) Opened(ctx context.Context, a Act, id string) (Task, error) {
	t, err := s.find(ctx, a, id)
	if err != nil || !t.OpenedAt.IsZero() || t.State != Open && t.State != Overdue {
		return t, err
	}
	t.OpenedAt = s.Clock.Now()
	return t, s.DB.InTx(ctx, func(ctx context.Context) error { return s.looked(ctx, t.ID, t.OpenedAt) })
}
