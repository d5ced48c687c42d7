package task

import (
	"context"
	"encoding/json"
	"errors"
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

// gathers is how long a leader's news wait for each other.
const gathers = 5 * time.Minute

func (s *Service) putEscalate(ctx context.Context, corp, leader string, due time.Time) error {
	due = due.Truncate(gathers).Add(gathers)
	return s.Jobs.Put(ctx, job.Job{
		Kind: escalateJob, Key: corp + "/" + leader + "/" + strconv.FormatInt(due.UnixMilli(), 10), Queue: corp + "/" + leader, Due: due,
	})
}

// shown is how many members one message names.
const shown = 8

// escalate tells a leader in one message of all that stays overdue and was not told yet.
func (s *Service) escalate(ctx context.Context, j job.Job) error {
	corp, leader, _ := strings.Cut(j.Queue, "/")
	set, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	if end, quiet := set.quietUntil(now, s.Zone()); quiet {
		return &job.Later{At: end.UTC(), Reason: WaitsQuiet}
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		list, err := s.toEscalate(ctx, corp, leader, now)
		if err != nil || len(list) == 0 {
			return err
		}
		m := Message{
			ID: id.New("tsm"), Corp: corp, Staff: leader, Kind: Escalate, N: j.Key, Day: s.day(now), Tasks: len(list),
			State: MessagePlanned, CreatedAt: now,
		}
		lines, err := s.byMember(ctx, corp, list)
		if err != nil {
			return err
		}
		if m.body, err = s.appMessage(ctx, corp, m, fmt.Sprintf("团队有 %d 项任务逾期", len(list)), lines, "team", "查看"); err != nil {
			return err
		}
		if err := s.insertMessage(ctx, m); err != nil {
			return err
		}
		for _, t := range list {
			if err := s.escalated(ctx, t, leader, now); err != nil {
				return err
			}
		}
		return s.putMessage(ctx, m)
	})
}

func (s *Service) escalated(ctx context.Context, was Task, leader string, now time.Time) error {
	t := was
	t.EscalatedAt = now
	if ok, err := s.save(ctx, was, t); err != nil || !ok {
		return err
	}
	return s.note(ctx, Entry{Task: t.ID, What: WasEscalated, Staff: t.Staff, Target: leader})
}

// byMember lists how many tasks each member has, those with most first.
func (s *Service) byMember(ctx context.Context, corp string, list []Task) ([]string, error) {
	counts, order := map[string]int{}, []string{}
	for _, t := range list {
		if counts[t.Staff]++; counts[t.Staff] == 1 {
			order = append(order, t.Staff)
		}
	}
	var lines []string
	for i, user := range order {
		if i == shown {
			lines = append(lines, fmt.Sprintf("… 另有 %d 人", len(order)-shown))
			break
		}
		m, err := s.Staff.Get(ctx, corp, user)
		if notMissing(err) != nil {
			return nil, err
		}
		name := m.Name
		if name == "" {
			name = user
		}
		lines = append(lines, fmt.Sprintf("%s：%d 项", name, counts[user]))
	}
	return lines, nil
}

// ending is what a settle job carries.
type ending struct {
	Task   string    `json:"task"`
	Result string    `json:"result"`
	At     time.Time `json:"at"`
}

// putSettle has the playbook and the customer's road hear of an end when it is due.
func (s *Service) putSettle(ctx context.Context, t Task, result string, due time.Time) error {
	raw, err := json.Marshal(ending{t.ID, result, s.Clock.Now()})
	if err != nil {
		return err
	}
	return s.Jobs.Put(ctx, job.Job{Kind: settleJob, Key: settleKey(t.ID, result == string(Overdue)), Queue: t.Playbook, Due: due, Payload: raw})
}

// settleKey names the one job that tells of an end, so that it can be taken back.
func settleKey(task string, overdue bool) string {
	if overdue {
		return task + "/overdue"
	}
	return task + "/done"
}

// settle tells of an end: first the customer's road, then the playbook.
func (s *Service) settle(ctx context.Context, j job.Job) error {
	var e ending
	if err := json.Unmarshal(j.Payload, &e); err != nil {
		return fmt.Errorf("settle task: %w", err)
	}
	t, err := s.Get(ctx, e.Task)
	if err != nil {
		return notMissing(err)
	}
	late := e.Result == string(Overdue)
	if !late && t.State != Done {
		return nil
	}
	if t.Ord != 0 && t.Staff != "" || t.Ord != 0 && late {
		if err := s.submit(ctx, t, e); err != nil {
			return err
		}
	}
	if s.Settled != nil && t.Run != "" {
		if err := s.Settled(ctx, t.Run, t.Step, e.Result); err != nil {
			return fmt.Errorf("tell the playbook of task %s: %w", t.ID, err)
		}
	}
	return s.settled(ctx, t.ID, s.Clock.Now())
}

// errLost is a race that the next try decides.
var errLost = errors.New("the task changed meanwhile")
