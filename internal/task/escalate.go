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
