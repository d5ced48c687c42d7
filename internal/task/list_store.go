package task

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yutang/internal/page"
)

const (
	selectOnCard = `SELECT ` + taskFields + ` FROM task WHERE card = $1 ORDER BY deadline, id`
	updateLooked = `UPDATE task SET opened_at = $1 WHERE id = $2 AND opened_at = 0`
	selectLive   = `SELECT ` + taskFields + ` FROM task WHERE corp = $1 AND staff = $2 AND id > $3 AND state IN ('planned', 'queued', 'open', 'overdue')
		ORDER BY id LIMIT 200`
	selectNobodys      = `SELECT ` + taskFields + ` FROM task WHERE ord = $1 AND ord > 0 AND state = 'unassigned' ORDER BY id`
	countNobodys       = `SELECT COUNT(*) FROM task WHERE ord = $1 AND ord > 0 AND state = 'unassigned'`
	selectLivePlaybook = `SELECT ` + taskFields + ` FROM task WHERE playbook = $1 AND state <> 'done' AND state <> 'cancelled' ORDER BY id LIMIT 200`
)

// onCard is all tasks of a card, what was handed over excepted.
func (s *Service) onCard(ctx context.Context, card string) ([]Task, error) {
	return s.tasks(ctx, selectOnCard, card)
}

func (s *Service) looked(ctx context.Context, id string, now time.Time) error {
	n, err := s.DB.Exec(ctx, updateLooked, ms(now), id)
	if err != nil || n == 0 {
		return err
	}
	return s.note(ctx, Entry{Task: id, What: WasOpened})
}

func (s *Service) liveOf(ctx context.Context, corp, staff, after string) ([]Task, error) {
	return s.tasks(ctx, selectLive, corp, staff, after)
}

// ofNobody is the tasks for a customer's record that nobody has.
func (s *Service) ofNobody(ctx context.Context, leaf uint32) ([]Task, error) {
	return s.tasks(ctx, selectNobodys, int64(leaf))
}

// nobodys says that no task waits for somebody who has the customer.
func (s *Service) nobodys(ctx context.Context, leaf uint32) (idle bool, err error) {
	leaves, err := s.Timeline.Records(leaf)
	if err != nil {
		return true, notMissing(err)
	}
	for _, l := range leaves {
		var n int
		if err := s.DB.Get(ctx, countNobodys, []any{int64(l)}, &n); err != nil || n > 0 {
			return false, err
		}
	}
	return true, nil
}

func (s *Service) liveOfPlaybook(ctx context.Context, playbook string) ([]Task, error) {
	return s.tasks(ctx, selectLivePlaybook, playbook)
}

// The measures: the tasks behind a number of the statistics.
const (
	Created    = "created"
	WereTold   = "told"
	WereOpened = "opened"
	WereDone   = "done"
	OnTime     = "on_time"
	WereLate   = "overdue"
)

// measures are the conditions on a task that each number counts.
var measures = map[string]string{
	Created: "", WereTold: "told_at > 0", WereOpened: "opened_at > 0", WereDone: "state = 'done'",
	OnTime: "state = 'done' AND late = FALSE", WereLate: "overdue_at > 0",
}

// Filter narrows a list of tasks. Zero fields do not.
type Filter struct {
	State      State
	Corp       string
	Staff      string
	Department int64
	Playbook   string
	Step       string
	Result     string
	Measure    string   // those behind a number
	Leaves     []uint32 // records of one customer
	From, To   string   // days of making, inclusive
	DueBefore  time.Time
	Live       bool
	Cursor     string
	Limit      int
}

// clause collects conditions with their arguments.
type clause struct {
	where []string
	args  []any
}

func (c *clause) add(cond string, arg any) {
	c.args = append(c.args, arg)
	c.where = append(c.where, fmt.Sprintf(cond, len(c.args)))
}

func (c *clause) text(cond, v string) {
	if v != "" {
		c.add(cond, v)
	}
}

func (c *clause) String() string {
	if len(c.where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.where, " AND ")
}

func (f Filter) clause() *clause {
	c := &clause{}
	c.text("state = $%d", string(f.State))
	c.text("corp = $%d", f.Corp)
	c.text("staff = $%d", f.Staff)
	c.text("playbook = $%d", f.Playbook)
	c.text("step = $%d", f.Step)
	c.text("result = $%d", f.Result)
	c.text("day >= $%d", f.From)
	c.text("day <= $%d", f.To)
	if f.Department != 0 {
		c.add("department = $%d", f.Department)
	}
	if !f.DueBefore.IsZero() {
		c.add("deadline < $%d", ms(f.DueBefore))
	}
	if f.Live {
		c.where = append(c.where, "state <> 'done' AND state <> 'cancelled'")
	}
	if m := measures[f.Measure]; m != "" {
		c.where = append(c.where, m)
	}
	if len(f.Leaves) > 0 {
		var marks []string
		for _, l := range f.Leaves {
			c.args = append(c.args, int64(l))
			marks = append(marks, fmt.Sprintf("$%d", len(c.args)))
		}
		c.where = append(c.where, "ord IN ("+strings.Join(marks, ", ")+")")
	}
	return c
}

// key is where a page of tasks stops.
type key struct {
	At int64  `json:"a"`
	ID string `json:"i"`
}

// List is tasks, the newest first.
func (s *Service) List(ctx context.Context, f Filter) (page.Page[Task], error) {
	var out page.Page[Task]
	var after key
	more, err := page.After(f.Cursor, &after)
	if err != nil {
		return out, err
	}
	c := f.clause()
	if more {
		c.args = append(c.args, after.At, after.ID)
		c.where = append(c.where, fmt.Sprintf("(created_at < $%[1]d OR created_at = $%[1]d AND id < $%[2]d)", len(c.args)-1, len(c.args)))
	}
	limit := page.Limit(f.Limit)
	c.args = append(c.args, limit+1)
	list, err := s.tasks(ctx, "SELECT "+taskFields+" FROM task"+c.String()+fmt.Sprintf(" ORDER BY created_at DESC, id DESC LIMIT $%d", len(c.args)), c.args...)
	if err != nil {
		return out, fmt.Errorf("list tasks: %w", err)
	}
	return page.Cut(list, limit, func(t Task) key { return key{ms(t.CreatedAt), t.ID} }), nil
}
