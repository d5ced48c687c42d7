package task

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/event"
)

const (
	selectOpen     = `SELECT ` + taskFields + ` FROM task WHERE card = $1 AND state = 'open' AND deadline <= $2 ORDER BY deadline, id`
	selectLateCard = `SELECT ` + taskFields + ` FROM task WHERE card = $1 AND state = 'open' AND deadline <= $2 ORDER BY id LIMIT $3`
	selectLateOne  = `SELECT ` + taskFields + ` FROM task WHERE id = $1 AND state IN ('open', 'unassigned') AND deadline <= $2 LIMIT $3`
	selectEscalate = `SELECT ` + taskFields + ` FROM task WHERE corp = $1 AND leader = $2 AND escalate_at > 0 AND escalated_at = 0
		AND escalate_at <= $3 AND state = 'overdue' ORDER BY staff, deadline, id`
	updateSettled = `UPDATE task SET settled_at = $1 WHERE id = $2`
)

// openOf is what is open on a card with a deadline up to a moment.
func (s *Service) openOf(ctx context.Context, card string, until time.Time) ([]Task, error) {
	return s.tasks(ctx, selectOpen, card, ms(until))
}

// lateOn is what has passed its deadline: on a card, or the task of that id.
func (s *Service) lateOn(ctx context.Context, name string, now time.Time) ([]Task, error) {
	if len(name) > 4 && name[:4] == "tcd_" {
		return s.tasks(ctx, selectLateCard, name, ms(now), some)
	}
	return s.tasks(ctx, selectLateOne, name, ms(now), some)
}

func (s *Service) toEscalate(ctx context.Context, corp, leader string, now time.Time) ([]Task, error) {
	return s.tasks(ctx, selectEscalate, corp, leader, ms(now))
}

func (s *Service) settled(ctx context.Context, id string, now time.Time) error {
	_, err := s.DB.Exec(ctx, updateSettled, ms(now), id)
	return err
}

// submit records an end as an event of the customer. Its message id is made of the task and
// the end, so a repeat has no effect.
func (s *Service) submit(ctx context.Context, t Task, e ending) error {
	name, word, when := event.TaskCompleted, "completed", t.EndedAt
	if e.Result == string(Overdue) {
		name, word, when = event.TaskOverdue, "overdue", t.OverdueAt
	}
	if when.IsZero() {
		when = e.At
	}
	props, err := json.Marshal(map[string]any{
		"task": t.ID, "playbook": t.Playbook, "step": t.Step, "staff": t.Staff, "corp": t.Corp, "result": e.Result, "late": t.Late,
	})
	if err != nil {
		return err
	}
	ev := &event.Event{
		SourceID: s.Source, MessageID: t.ID + "/" + word, Name: name, Ord: t.Ord, At: when, ReceivedAt: s.Clock.Now(), Props: props,
	}
	if _, err := s.Submit.SubmitEvents(ctx, []*event.Event{ev}); err != nil {
		return fmt.Errorf("record the end of task %s: %w", t.ID, err)
	}
	return nil
}
