package task

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"yutang/internal/fault"
)

const messageFields = `id, corp, staff, card, kind, n, day, tasks, state, reason, sealed, tries, created_at, first_at, ended_at`

const (
	insertMessage = `INSERT INTO task_message (` + messageFields + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	updateMessage  = `UPDATE task_message SET state = $1, reason = $2, tries = $3, first_at = $4, ended_at = $5 WHERE id = $6`
	selectMessage  = `SELECT ` + messageFields + ` FROM task_message WHERE id = $1`
	selectMessages = `SELECT ` + messageFields + ` FROM task_message WHERE card = $1 ORDER BY created_at, id`
	countUnderWay  = `SELECT COUNT(*) FROM task_message WHERE card = $1 AND state IN ('planned', 'attempting')`
	countSame      = `SELECT COUNT(*) FROM task_message WHERE card = $1 AND kind = $2 AND n = $3`
	markTask       = `UPDATE task SET message = $1 WHERE id = $2 AND state = 'queued'`
	selectMarked   = `SELECT ` + taskFields + ` FROM task WHERE message = $1 AND state = 'queued' ORDER BY id`
	countOpenOn    = `SELECT COUNT(*) FROM task WHERE card = $1 AND state IN ('open', 'overdue')`
)

func (s *Service) insertMessage(ctx context.Context, m Message) error {
	raw, err := json.Marshal(m.body)
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, insertMessage, m.ID, m.Corp, m.Staff, m.Card, m.Kind, m.N, m.Day, m.Tasks, string(m.State), m.Reason,
		s.Box.Seal(nil, raw, messageScope), m.Tries, ms(m.CreatedAt), ms(m.FirstAt), ms(m.EndedAt))
	if err != nil {
		return fmt.Errorf("plan message: %w", err)
	}
	return nil
}

func (s *Service) saveMessage(ctx context.Context, m Message) error {
	_, err := s.DB.Exec(ctx, updateMessage, string(m.State), m.Reason, m.Tries, ms(m.FirstAt), ms(m.EndedAt), m.ID)
	if err != nil {
		return fmt.Errorf("save message %s: %w", m.ID, err)
	}
	return nil
}

func (s *Service) messages(ctx context.Context, text, arg string) (out []Message, err error) {
	err = s.DB.Each(ctx, text, []any{arg}, func(rows *sql.Rows) error {
		var m Message
		var sealed []byte
		var created, first, ended int64
		err := rows.Scan(&m.ID, &m.Corp, &m.Staff, &m.Card, &m.Kind, &m.N, &m.Day, &m.Tasks, &m.State, &m.Reason, &sealed, &m.Tries,
			&created, &first, &ended)
		if err != nil {
			return err
		}
		m.CreatedAt, m.FirstAt, m.EndedAt = at(created), at(first), at(ended)
		raw, err := s.Box.Open(nil, sealed, messageScope)
		if err == nil {
			err = json.Unmarshal(raw, &m.body)
		}
		out = append(out, m)
		return err
	})
	return out, err
}

func (s *Service) message(ctx context.Context, id string) (Message, error) {
	found, err := s.messages(ctx, selectMessage, id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "message_not_found", "there is no message %q", id)
	}
	if err != nil {
		return Message{}, err
	}
	return found[0], nil
}

// Messages is what was sent about a card, the oldest first.
func (s *Service) Messages(ctx context.Context, card string) ([]Message, error) {
	return s.messages(ctx, selectMessages, card)
}

// onItsWay says whether a message about a card has not ended.
func (s *Service) onItsWay(ctx context.Context, card string) (bool, error) {
	var n int
	err := s.DB.Get(ctx, countUnderWay, []any{card}, &n)
	return n > 0, err
}

// planned says whether there is such a message already.
func (s *Service) already(ctx context.Context, card, kind, n string) (bool, error) {
	var found int
	err := s.DB.Get(ctx, countSame, []any{card, kind, n}, &found)
	return found > 0, err
}

func (s *Service) marked(ctx context.Context, task, message string) error {
	_, err := s.DB.Exec(ctx, markTask, message, task)
	return err
}

func (s *Service) ofMessage(ctx context.Context, id string) ([]Task, error) {
	return s.tasks(ctx, selectMarked, id)
}

func (s *Service) openOn(ctx context.Context, card string) (n int, err error) {
	err = s.DB.Get(ctx, countOpenOn, []any{card}, &n)
	return n, err
}
