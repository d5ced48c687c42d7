package task

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/job"
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

const (
	specScope    = "task_spec"
	textScope    = "task"
	cardScope    = "task_card"
	messageScope = "task_message"
)

// texts are what is sealed of a task.
type texts struct {
	Title  string `json:"t,omitempty"`
	Script string `json:"s,omitempty"`
	Note   string `json:"n,omitempty"`
}

func (s *Service) sealTexts(t Task) ([]byte, error) {
	raw, err := json.Marshal(texts{t.Title, t.Script, t.Note})
	return s.Box.Seal(nil, raw, textScope), err
}

var taskColumns = []string{
	"id", "playbook", "name", "version", "run", "step", "variant", "kind", "ord", "subject", "trigger_seq", "spec", "priority",
	"corp", "staff", "department", "card", "message", "state", "reason", "sealed", "ticks", "result", "late", "fixed", "day", "made_by",
	"done_by", "leader", "created_at", "assigned_at", "open_at", "told_at", "opened_at", "deadline", "overdue_at", "escalate_at",
	"escalated_at", "ended_at", "settled_at",
}

const taskFields = `id, playbook, name, version, run, step, variant, kind, ord, subject, trigger_seq, spec, priority,
	corp, staff, department, card, message, state, reason, sealed, ticks, result, late, fixed, day, made_by,
	done_by, leader, created_at, assigned_at, open_at, told_at, opened_at, deadline, overdue_at, escalate_at,
	escalated_at, ended_at, settled_at`

func (s *Service) taskArgs(args []any, t Task) ([]any, error) {
	sealed, err := s.sealTexts(t)
	if err != nil {
		return nil, err
	}
	ticks, err := json.Marshal(append([]int{}, t.Ticks...))
	return append(args, t.ID, t.Playbook, t.Name, t.Version, t.Run, t.Step, t.Variant, string(t.Kind), int64(t.Ord), t.Subject,
		int64(t.TriggerSeq), t.spec, t.Priority, t.Corp, t.Staff, t.Department, t.Card, t.message, string(t.State), t.Reason, sealed,
		string(ticks), t.Result, t.Late, t.fixed, t.Day, t.MadeBy, t.DoneBy, t.Leader, ms(t.CreatedAt), ms(t.AssignedAt), ms(t.OpenAt),
		ms(t.ToldAt), ms(t.OpenedAt), ms(t.Deadline), ms(t.OverdueAt), ms(t.escalateAt), ms(t.EscalatedAt), ms(t.EndedAt), ms(t.SettledAt)), err
}

// scanTask reads a row; the spec follows by its id.
func (s *Service) scanTask(scan func(...any) error) (t Task, err error) {
	var sealed []byte
	var ticks string
	var ord, seq int64
	var created, assigned, opened, told, looked, deadline, overdue, escalate, escalated, ended, settled int64
	err = scan(&t.ID, &t.Playbook, &t.Name, &t.Version, &t.Run, &t.Step, &t.Variant, &t.Kind, &ord, &t.Subject, &seq, &t.spec, &t.Priority,
		&t.Corp, &t.Staff, &t.Department, &t.Card, &t.message, &t.State, &t.Reason, &sealed, &ticks, &t.Result, &t.Late, &t.fixed, &t.Day,
		&t.MadeBy, &t.DoneBy, &t.Leader, &created, &assigned, &opened, &told, &looked, &deadline, &overdue, &escalate, &escalated, &ended, &settled)
	if err != nil {
		return t, err
	}
	t.Ord, t.TriggerSeq = uint32(ord), uint64(seq)
	t.CreatedAt, t.AssignedAt, t.OpenAt, t.ToldAt, t.OpenedAt, t.Deadline = at(created), at(assigned), at(opened), at(told), at(looked), at(deadline)
	t.OverdueAt, t.escalateAt, t.EscalatedAt, t.EndedAt, t.SettledAt = at(overdue), at(escalate), at(escalated), at(ended), at(settled)
	plain, err := s.Box.Open(nil, sealed, textScope)
	var x texts
	if err == nil {
		err = json.Unmarshal(plain, &x)
	}
	if err == nil {
		err = json.Unmarshal([]byte(ticks), &t.Ticks)
	}
	if err != nil {
		return t, fmt.Errorf("read task %s: %w", t.ID, err)
	}
	t.Title, t.Script, t.Note = x.Title, x.Script, x.Note
	return t, nil
}

// tasks reads rows of tasks with their specs.
func (s *Service) tasks(ctx context.Context, text string, args ...any) ([]Task, error) {
	var out []Task
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		t, err := s.scanTask(rows.Scan)
		out = append(out, t)
		return err
	})
	specs := map[string]flow.Task{}
	for i := 0; err == nil && i < len(out); i++ {
		x, ok := specs[out[i].spec]
		if !ok {
			x, err = s.readSpec(ctx, out[i].spec)
			specs[out[i].spec] = x
		}
		out[i].Spec = x
	}
	return out, err
}

const selectSpec = `SELECT sealed FROM task_spec WHERE id = $1`

func (s *Service) readSpec(ctx context.Context, id string) (spec flow.Task, err error) {
	var sealed []byte
	if err := s.DB.Get(ctx, selectSpec, []any{id}, &sealed); err != nil {
		return spec, fmt.Errorf("read what task is asked %s: %w", id, err)
	}
	plain, err := s.Box.Open(nil, sealed, specScope)
	if err == nil {
		err = json.Unmarshal(plain, &spec)
	}
	return spec, err
}

// insertSpec stores what a step asks for, once.
func (s *Service) insertSpec(ctx context.Context, id string, raw []byte) error {
	return s.DB.InsertMany(ctx, "task_spec", []string{"id", "sealed"}, []any{id, s.Box.Seal(nil, raw, specScope)}, "ON CONFLICT (id) DO NOTHING")
}

const (
	selectTask = `SELECT ` + taskFields + ` FROM task WHERE id = $1`
	cancelRuns = `UPDATE task SET state = 'cancelled', reason = 'run_ended', ended_at = $1 WHERE run <> '' AND run IN (%s) AND state <> 'done' AND state <> 'cancelled'`
)

// cancels is how many runs one statement takes the tasks of.
const cancels = 500

// Flush writes what was planned in ctx's transaction, with one job that takes it on.
// Writer only. Planning the same id twice is one task.
func (s *Service) Flush(ctx context.Context) error {
	if len(s.pending) > 0 {
		if err := s.writeOrders(ctx, s.pending); err != nil {
			return fmt.Errorf("save tasks: %w", err)
		}
	}
	now := s.Clock.Now()
	for runs := range slices.Chunk(s.exits, cancels) {
		args, names := []any{ms(now)}, make([]string, len(runs))
		for i, run := range runs {
			args, names[i] = append(args, run), "$"+strconv.Itoa(i+2)
		}
		if _, err := s.DB.Exec(ctx, fmt.Sprintf(cancelRuns, strings.Join(names, ", ")), args...); err != nil {
			return fmt.Errorf("cancel tasks of runs: %w", err)
		}
	}
	for _, playbook := range s.ends {
		if err := s.Jobs.Put(ctx, job.Job{Kind: endJob, Key: fmt.Sprint(playbook, "/", ms(now)), Payload: []byte(playbook), Due: now}); err != nil {
			return err
		}
	}
	s.pending, s.exits, s.ends = s.pending[:0], s.exits[:0], s.ends[:0]
	return nil
}

func (s *Service) writeOrders(ctx context.Context, orders []Order) error {
	var args []any
	now := s.Clock.Now()
	for _, o := range orders {
		key, raw, err := specID(o.Spec)
		if err != nil {
			return err
		}
		if !s.specs[key] {
			if err := s.insertSpec(ctx, key, raw); err != nil {
				return err
			}
			s.specs[key] = true
		}
		t := s.taskOf(o, key, now)
		if args, err = s.taskArgs(args, t); err != nil {
			return err
		}
	}
	if err := s.DB.InsertMany(ctx, "task", taskColumns, args, "ON CONFLICT (id) DO NOTHING"); err != nil {
		return err
	}
	return s.putAssign(ctx, orders[0].ID, now)
}

// putAssign has planned tasks given to somebody; name is one of theirs.
func (s *Service) putAssign(ctx context.Context, name string, now time.Time) error {
	return s.Jobs.Put(ctx, job.Job{Kind: assignJob, Key: name, Due: now})
}

// taskOf is the first state of a task.
func (s *Service) taskOf(o Order, spec string, now time.Time) Task {
	kind := o.Subject.Kind
	if kind == "" {
		kind = flow.Customers
	}
	ord := o.Ord
	if ord == 0 {
		ord = o.Subject.Ord
	}
	return Task{
		ID: o.ID, Playbook: o.Playbook, Name: o.Name, Version: o.Version, Run: o.Run, Step: o.Step, Variant: o.Variant, Kind: kind, Ord: ord,
		Subject: o.Subject.Name, TriggerSeq: o.TriggerSeq, Priority: priorityOf(o.Priority), State: Planned, Day: s.day(now),
		CreatedAt: now, Deadline: now.Add(deadlineOf(o.Spec)), spec: spec,
	}
}

// day is the brand's date.
func (s *Service) day(t time.Time) string { return t.In(s.Zone()).Format(time.DateOnly) }

// Get is one task.
func (s *Service) Get(ctx context.Context, id string) (Task, error) {
	found, err := s.tasks(ctx, selectTask, id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "task_not_found", "there is no task %q", id)
	}
	if err != nil {
		return Task{}, err
	}
	return found[0], nil
}

const updateTask = `UPDATE task SET corp = $1, staff = $2, department = $3, card = $4, message = $5, state = $6, reason = $7, sealed = $8,
	ticks = $9, result = $10, late = $11, fixed = $12, done_by = $13, leader = $14, assigned_at = $15, open_at = $16, told_at = $17,
	opened_at = $18, deadline = $19, overdue_at = $20, escalate_at = $21, escalated_at = $22, ended_at = $23, settled_at = $24
	WHERE id = $25 AND state = $26 AND staff = $27`

// save writes a task that was in a state with a member; false if it is elsewhere by now.
func (s *Service) save(ctx context.Context, was, t Task) (bool, error) {
	sealed, err := s.sealTexts(t)
	if err != nil {
		return false, err
	}
	ticks, err := json.Marshal(append([]int{}, t.Ticks...))
	if err != nil {
		return false, err
	}
	n, err := s.DB.Exec(ctx, updateTask, t.Corp, t.Staff, t.Department, t.Card, t.message, string(t.State), t.Reason, sealed, string(ticks),
		t.Result, t.Late, t.fixed, t.DoneBy, t.Leader, ms(t.AssignedAt), ms(t.OpenAt), ms(t.ToldAt), ms(t.OpenedAt), ms(t.Deadline),
		ms(t.OverdueAt), ms(t.escalateAt), ms(t.EscalatedAt), ms(t.EndedAt), ms(t.SettledAt), t.ID, string(was.State), was.Staff)
	if err != nil {
		return false, fmt.Errorf("save task %s: %w", t.ID, err)
	}
	return n > 0, nil
}

const (
	selectSetting = `SELECT body FROM task_setting WHERE one = 1`
	upsertSetting = `INSERT INTO task_setting (one, body) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET body = excluded.body`
)

func (s *Service) settingBody(ctx context.Context) (body string, err error) {
	err = s.DB.Get(ctx, selectSetting, nil, &body)
	return body, err
}

func (s *Service) storeSetting(ctx context.Context, body string) error {
	_, err := s.DB.Exec(ctx, upsertSetting, body)
	return err
}
