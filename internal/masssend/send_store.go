package masssend

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/page"
)

// ms is t in ms since 1970, 0 for the zero time; at is the way back.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

const sendFields = `id, corp, name, chat, target, content, variants, mark, options, priority, state, reason, scheduled_at, deadline,
	chosen_to, pool, created_by, created_at, started_at, ended_at`

const sealScope = "masssend"

func (s *Service) scanSend(scan func(...any) error) (x Send, err error) {
	var target, options string
	var sealed, variants []byte
	var scheduled, deadline, created, started, ended int64
	err = scan(&x.ID, &x.Corp, &x.Name, &x.Chat, &target, &sealed, &variants, &x.mark, &options, &x.Priority, &x.State, &x.Reason,
		&scheduled, &deadline, &x.chosenTo, &x.pool, &x.CreatedBy, &created, &started, &ended)
	if err != nil {
		return x, err
	}
	x.ScheduledAt, x.Deadline, x.CreatedAt, x.StartedAt, x.EndedAt = at(scheduled), at(deadline), at(created), at(started), at(ended)
	plain, err := s.Box.Open(nil, sealed, sealScope)
	if err == nil {
		err = json.Unmarshal(plain, &x.Content)
	}
	if err == nil && len(variants) > 0 {
		if plain, err = s.Box.Open(nil, variants, sealScope); err == nil {
			err = json.Unmarshal(plain, &x.Variants)
		}
	}
	if err == nil {
		err = json.Unmarshal([]byte(target), &x.Target)
	}
	if err == nil {
		err = json.Unmarshal([]byte(options), &x.Options)
	}
	if err != nil {
		return x, fmt.Errorf("read mass send %s: %w", x.ID, err)
	}
	return x, nil
}

// texts are the parts of a send that are stored as JSON.
func (s *Service) texts(x Send) (target, options string, sealed, variants []byte, err error) {
	t, err := json.Marshal(x.Target)
	if err != nil {
		return "", "", nil, nil, err
	}
	o, err := json.Marshal(x.Options)
	if err != nil {
		return "", "", nil, nil, err
	}
	c, err := json.Marshal(x.Content)
	if err != nil {
		return "", "", nil, nil, err
	}
	if len(x.Variants) > 0 {
		v, err := json.Marshal(x.Variants)
		if err != nil {
			return "", "", nil, nil, err
		}
		variants = s.Box.Seal(nil, v, sealScope)
	}
	return string(t), string(o), s.Box.Seal(nil, c, sealScope), variants, nil
}

const insertSend = `INSERT INTO masssend (` + sendFields + `)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`

func (s *Service) insertSend(ctx context.Context, x Send) error {
	target, options, sealed, variants, err := s.texts(x)
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, insertSend, x.ID, x.Corp, x.Name, x.Chat, target, sealed, variants, x.mark, options, x.Priority, string(x.State), x.Reason,
		ms(x.ScheduledAt), ms(x.Deadline), x.chosenTo, x.pool, x.CreatedBy, ms(x.CreatedAt), ms(x.StartedAt), ms(x.EndedAt))
	return err
}

const updateDraft = `UPDATE masssend SET name = $1, chat = $2, target = $3, content = $4, mark = $5, options = $6, priority = $7,
	scheduled_at = $8, deadline = $9, variants = $10 WHERE id = $11 AND state = 'draft'`

func (s *Service) updateDraft(ctx context.Context, x Send) error {
	target, options, sealed, variants, err := s.texts(x)
	if err != nil {
		return err
	}
	n, err := s.DB.Exec(ctx, updateDraft, x.Name, x.Chat, target, sealed, x.mark, options, x.Priority, ms(x.ScheduledAt), ms(x.Deadline), variants, x.ID)
	if err == nil && n == 0 {
		err = fault.New(fault.Precondition, "not_draft", "mass send %s is not a draft any more", x.ID)
	}
	return err
}

const selectSend = `SELECT ` + sendFields + ` FROM masssend WHERE id = $1`

// Get is one send.
func (s *Service) Get(ctx context.Context, id string) (x Send, err error) {
	err = s.DB.Each(ctx, selectSend, []any{id}, func(rows *sql.Rows) (err error) {
		x, err = s.scanSend(rows.Scan)
		return err
	})
	if err == nil && x.ID == "" {
		err = fault.New(fault.NotFound, "mass_send_not_found", "there is no mass send %q", id)
	}
	return x, err
}

// Filter narrows a list of sends. Zero fields do not.
type Filter struct {
	Corp   string
	State  State
	Limit  int
	Cursor string
}

// List is sends, the newest first.
func (s *Service) List(ctx context.Context, f Filter) (out page.Page[Send], err error) {
	before := ""
	if _, err := page.After(f.Cursor, &before); err != nil {
		return out, err
	}
	var where []string
	var args []any
	add := func(cond, value string) {
		if value != "" {
			args = append(args, value)
			where = append(where, fmt.Sprintf(cond, len(args)))
		}
	}
	add("corp = $%d", f.Corp)
	add("state = $%d", string(f.State))
	add("id < $%d", before)
	text := "SELECT " + sendFields + " FROM masssend"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	limit := page.Limit(f.Limit)
	args = append(args, limit+1)
	items := []Send{}
	err = s.DB.Each(ctx, text+fmt.Sprintf(" ORDER BY id DESC LIMIT $%d", len(args)), args, func(rows *sql.Rows) error {
		x, err := s.scanSend(rows.Scan)
		items = append(items, x)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("list mass sends: %w", err)
	}
	return page.Cut(items, limit, func(x Send) string { return x.ID }), nil
}

const (
	updateState  = `UPDATE masssend SET state = $1, reason = $2, started_at = $3, ended_at = $4 WHERE id = $5 AND state = $6`
	updateChosen = `UPDATE masssend SET chosen_to = $1 WHERE id = $2 AND state = 'preparing'`
	deleteDraft  = `DELETE FROM masssend WHERE id = $1 AND state = 'draft'`
)

// move takes a send from the state that x has to another; precondition if it is in a third
// by now.
func (s *Service) move(ctx context.Context, x *Send, to State, reason string) error {
	now := s.Clock.Now()
	started, ended := x.StartedAt, x.EndedAt
	if to == Preparing && started.IsZero() {
		started = now
	}
	if to == Done || to == Stopped {
		ended = now
	}
	n, err := s.DB.Exec(ctx, updateState, string(to), reason, ms(started), ms(ended), x.ID, string(x.State))
	if err != nil {
		return fmt.Errorf("move mass send %s to %s: %w", x.ID, to, err)
	}
	if n == 0 {
		return fault.New(fault.Precondition, "state_changed", "mass send %s is not %s any more", x.ID, x.State)
	}
	x.State, x.Reason, x.StartedAt, x.EndedAt = to, reason, started, ended
	return nil
}

// chosen notes how far preparing has come; false if the send was stopped.
func (s *Service) chosen(ctx context.Context, id, to string) (going bool, err error) {
	n, err := s.DB.Exec(ctx, updateChosen, to, id)
	return n > 0, err
}
