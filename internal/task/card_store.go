package task

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"yutang/internal/fault"
)

const cardFields = `id, corp, staff, playbook, name, version, step, spec, variant, bucket, sealed, priority, deadline, created_at, tell_due,
	waits, messages, last_at, told_day`

const (
	selectPlanned = `SELECT ` + taskFields + ` FROM task WHERE state = 'planned' AND id > $1 ORDER BY id LIMIT $2`
	selectCard    = `SELECT ` + cardFields + ` FROM task_card WHERE id = $1`
	insertCard    = `INSERT INTO task_card (` + cardFields + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`
	updateCard = `UPDATE task_card SET sealed = $1, priority = $2, deadline = $3, tell_due = $4, waits = $5, messages = $6, last_at = $7,
		told_day = $8 WHERE id = $9`
	selectDueCards = `SELECT ` + cardFields + ` FROM task_card WHERE corp = $1 AND staff = $2 AND tell_due > 0 AND tell_due <= $3
		ORDER BY priority DESC, deadline, created_at, id`
	countToldCards = `SELECT COUNT(*) FROM task_card WHERE corp = $1 AND staff = $2 AND told_day = $3`
	sumToldTasks   = `SELECT COALESCE(SUM(tasks), 0) FROM task_message WHERE corp = $1 AND staff = $2 AND day = $3 AND kind <> 'remind' AND kind <> 'escalate'
		AND state <> 'dropped'`
	selectQueued = `SELECT ` + taskFields + ` FROM task WHERE card = $1 AND state = 'queued' AND message = '' ORDER BY deadline, id LIMIT $2`
	countQueued  = `SELECT COUNT(*) FROM task WHERE card = $1 AND state = 'queued' AND message = ''`
)

func (s *Service) planned(ctx context.Context, after string) ([]Task, error) {
	return s.tasks(ctx, selectPlanned, after, some)
}

func (s *Service) scanCard(scan func(...any) error) (c Card, err error) {
	var sealed []byte
	var deadline, created, due, last int64
	err = scan(&c.ID, &c.Corp, &c.Staff, &c.Playbook, &c.Name, &c.Version, &c.Step, &c.spec, &c.Variant, &c.bucket, &sealed, &c.Priority,
		&deadline, &created, &due, &c.Waits, &c.Messages, &last, &c.toldDay)
	if err != nil {
		return c, err
	}
	c.Deadline, c.CreatedAt, c.tellDue, c.lastAt = at(deadline), at(created), at(due), at(last)
	title, err := s.Box.Open(nil, sealed, cardScope)
	c.Title = string(title)
	return c, err
}

func (s *Service) cards(ctx context.Context, text string, args ...any) (out []Card, err error) {
	err = s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		c, err := s.scanCard(rows.Scan)
		out = append(out, c)
		return err
	})
	return out, err
}

func (s *Service) findCard(ctx context.Context, id string) (Card, bool, error) {
	found, err := s.cards(ctx, selectCard, id)
	if err != nil || len(found) == 0 {
		return Card{}, false, err
	}
	return found[0], true, nil
}

// Card is one card.
func (s *Service) Card(ctx context.Context, id string) (Card, error) {
	c, found, err := s.findCard(ctx, id)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "card_not_found", "there is no card %q", id)
	}
	return c, err
}

func (s *Service) insertCard(ctx context.Context, c Card) error {
	_, err := s.DB.Exec(ctx, insertCard, c.ID, c.Corp, c.Staff, c.Playbook, c.Name, c.Version, c.Step, c.spec, c.Variant, c.bucket,
		s.Box.Seal(nil, []byte(c.Title), cardScope), c.Priority, ms(c.Deadline), ms(c.CreatedAt), ms(c.tellDue), c.Waits, c.Messages,
		ms(c.lastAt), c.toldDay)
	if err != nil {
		return fmt.Errorf("make card: %w", err)
	}
	return nil
}

func (s *Service) saveCard(ctx context.Context, c Card) error {
	_, err := s.DB.Exec(ctx, updateCard, s.Box.Seal(nil, []byte(c.Title), cardScope), c.Priority, ms(c.Deadline), ms(c.tellDue), c.Waits,
		c.Messages, ms(c.lastAt), c.toldDay, c.ID)
	if err != nil {
		return fmt.Errorf("save card %s: %w", c.ID, err)
	}
	return nil
}

func (s *Service) dueCards(ctx context.Context, corp, staff string, now time.Time) ([]Card, error) {
	return s.cards(ctx, selectDueCards, corp, staff, ms(now))
}

// told counts what a member was told of on a day.
func (s *Service) told(ctx context.Context, corp, staff, day string) (cards, tasks int, err error) {
	err = s.DB.Get(ctx, countToldCards, []any{corp, staff, day}, &cards)
	if err == nil {
		err = s.DB.Get(ctx, sumToldTasks, []any{corp, staff, day}, &tasks)
	}
	return cards, tasks, err
}

func (s *Service) queued(ctx context.Context, card string, limit int) ([]Task, error) {
	return s.tasks(ctx, selectQueued, card, limit)
}

func (s *Service) queuedCount(ctx context.Context, card string) (n int, err error) {
	err = s.DB.Get(ctx, countQueued, []any{card}, &n)
	return n, err
}
