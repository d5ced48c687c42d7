package task

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/job"
)

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
