package taskhttp

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/task"
)

// Task is a task as operators see it. Title, script and note are as the step has them, or
// empty, for who may not see personal data.
type Task struct {
	ID         string     `json:"id"`
	State      task.State `json:"state" enum:"planned,unassigned,queued,open,overdue,done,cancelled"`
	Reason     string     `json:"reason,omitempty" doc:"why nobody has it, or why it was cancelled"`
	Playbook   string     `json:"playbook,omitempty" doc:"absent: made by hand"`
	Name       string     `json:"name,omitempty" doc:"of the playbook"`
	Version    int        `json:"version,omitempty"`
	Run        string     `json:"run,omitempty"`
	Step       string     `json:"step,omitempty"`
	Variant    string     `json:"variant,omitempty"`
	Kind       flow.Kind  `json:"kind" enum:"customer,staff,group,brand"`
	Customer   string     `json:"customer,omitempty"`
	Subject    string     `json:"subject,omitempty" doc:"CORP/USERID or CORP/CHATID"`
	Corp       string     `json:"corp,omitempty"`
	Staff      string     `json:"staff,omitempty"`
	Department int64      `json:"department,omitempty"`
	Card       string     `json:"card,omitempty"`
	Priority   int        `json:"priority"`
	Title      string     `json:"title"`
	Script     string     `json:"script,omitempty"`
	Materials  []string   `json:"materials,omitempty"`
	Checklist  []string   `json:"checklist,omitempty"`
	Ticks      []int      `json:"ticks,omitempty"`
	Results    []string   `json:"results"`
	Result     string     `json:"result,omitempty"`
	Note       string     `json:"note,omitempty"`
	Late       bool       `json:"late,omitempty"`
	MadeBy     string     `json:"made_by,omitempty"`
	DoneBy     string     `json:"done_by,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	OpenAt     *time.Time `json:"open_at,omitempty"`
	ToldAt     *time.Time `json:"told_at,omitempty"`
	OpenedAt   *time.Time `json:"opened_at,omitempty"`
	Deadline   time.Time  `json:"deadline"`
	OverdueAt  *time.Time `json:"overdue_at,omitempty"`
	Escalated  *time.Time `json:"escalated_at,omitempty"`
	EndedAt    *time.Time `json:"ended_at,omitempty"`
	SettledAt  *time.Time `json:"settled_at,omitempty" doc:"the playbook has heard of the end"`
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// wire shows a task; without clear what may be personal is left out.
func wire(t task.Task, clear bool) Task {
	out := Task{
		ID: t.ID, State: t.State, Reason: t.Reason, Playbook: t.Playbook, Name: t.Name, Version: t.Version, Run: t.Run, Step: t.Step, Variant: t.Variant,
		Kind: t.Kind, Subject: t.Subject, Corp: t.Corp, Staff: t.Staff, Department: t.Department, Card: t.Card, Priority: t.Priority,
		Title: t.Title, Script: t.Script, Materials: t.Spec.Materials, Checklist: t.Spec.Checklist, Ticks: t.Ticks, Results: t.Results(),
		Result: t.Result, Note: t.Note, Late: t.Late, MadeBy: t.MadeBy, DoneBy: t.DoneBy, CreatedAt: t.CreatedAt, OpenAt: optional(t.OpenAt),
		ToldAt: optional(t.ToldAt), OpenedAt: optional(t.OpenedAt), Deadline: t.Deadline, OverdueAt: optional(t.OverdueAt),
		Escalated: optional(t.EscalatedAt), EndedAt: optional(t.EndedAt), SettledAt: optional(t.SettledAt),
	}
	if t.Ord != 0 {
		out.Customer = id.Customer(t.Ord)
	}
	if clear {
		return out
	}
	out.Title, out.Script, out.Note = t.Spec.Title, t.Spec.Script, ""
	if t.Playbook == "" {
		out.Title, out.Script = "", ""
	}
	return out
}

func (h *handlers) wired(ctx context.Context, t task.Task) Task {
	return wire(t, access.Can(ctx, access.CustomersUnmask))
}

// Filter narrows tasks.
type Filter struct {
	Corp       string    `query:"corp"`
	Staff      string    `query:"staff"`
	Department int64     `query:"department"`
	Playbook   string    `query:"playbook"`
	Step       string    `query:"step"`
	Result     string    `query:"result"`
	From       string    `query:"from" doc:"first day of making, YYYY-MM-DD"`
	To         string    `query:"to" doc:"last day of making"`
	DueBefore  time.Time `query:"due_before"`
}

func (f Filter) filter() (task.Filter, error) {
	for name, day := range map[string]string{"from": f.From, "to": f.To} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return task.Filter{}, fault.BadField(name, "wants a day such as 2026-03-08")
		}
	}
	return task.Filter{
		Corp: f.Corp, Staff: f.Staff, Department: f.Department, Playbook: f.Playbook, Step: f.Step, Result: f.Result, From: f.From, To: f.To,
		DueBefore: f.DueBefore.UTC(),
	}, nil
}

type listInput struct {
	httpapi.PageQuery
	Filter
	State    string `query:"state" enum:"planned,unassigned,queued,open,overdue,done,cancelled"`
	Measure  string `query:"measure" enum:"created,told,opened,done,on_time,overdue" doc:"those behind a number of the statistics"`
	Customer string `query:"customer"`
	Live     bool   `query:"live" doc:"only what is still to do"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Task], error) {
	f, err := in.Filter.filter()
	if err != nil {
		return nil, err
	}
	f.State, f.Measure, f.Live, f.Cursor, f.Limit = task.State(in.State), in.Measure, in.Live, in.Cursor, in.Limit
	if in.Customer != "" {
		ord, err := id.ParseCustomer(in.Customer)
		if err != nil {
			return nil, err
		}
		if f.Leaves, err = h.Timeline.Records(ord); err != nil {
			return nil, err
		}
	}
	p, err := h.Tasks.List(ctx, f)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(t task.Task) Task { return h.wired(ctx, t) }), nil
}

// Entry is one thing that happened to a task.
type Entry struct {
	At     time.Time `json:"at"`
	What   string    `json:"what"`
	By     string    `json:"by"`
	Staff  string    `json:"staff,omitempty"`
	Target string    `json:"to,omitempty"`
	Detail string    `json:"detail,omitempty"`
}

// Message is a message to the member about the card of a task.
type Message struct {
	ID        string            `json:"id"`
	Kind      string            `json:"kind" enum:"told,more,remind,escalate"`
	State     task.MessageState `json:"state" enum:"planned,attempting,sent,failed,unknown,dropped"`
	Reason    string            `json:"reason,omitempty"`
	Tasks     int               `json:"tasks"`
	Tries     int               `json:"tries"`
	CreatedAt time.Time         `json:"created_at"`
	EndedAt   *time.Time        `json:"ended_at,omitempty"`
}

type oneInput struct {
	ID string `path:"id"`
}

type detailOutput struct {
	Body struct {
		Task
		Waits    string    `json:"waits,omitempty" doc:"why a queued task is not told yet: capacity or quiet"`
		History  []Entry   `json:"history"`
		Messages []Message `json:"messages"`
	}
}

func (h *handlers) get(ctx context.Context, in *oneInput) (*detailOutput, error) {
	t, err := h.Tasks.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &detailOutput{}
	out.Body.Task, out.Body.History, out.Body.Messages = h.wired(ctx, t), []Entry{}, []Message{}
	past, err := h.Tasks.History(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range past {
		out.Body.History = append(out.Body.History, Entry{e.At, e.What, e.By, e.Staff, e.Target, e.Detail})
	}
	if t.Card == "" {
		return out, nil
	}
	c, err := h.Tasks.Card(ctx, t.Card)
	if err != nil {
		return nil, err
	}
	if t.State == task.Queued {
		out.Body.Waits = c.Waits
	}
	sent, err := h.Tasks.Messages(ctx, t.Card)
	for _, m := range sent {
		out.Body.Messages = append(out.Body.Messages, Message{m.ID, m.Kind, m.State, m.Reason, m.Tasks, m.Tries, m.CreatedAt, optional(m.EndedAt)})
	}
	return out, err
}

type createInput struct {
	Body struct {
		Customers []string  `json:"customers,omitempty" maxItems:"1000" doc:"one task for each; absent: one task for the member named"`
		Title     string    `json:"title" minLength:"1" maxLength:"60"`
		Script    string    `json:"script,omitempty" maxLength:"2000"`
		Materials []string  `json:"materials,omitempty" maxItems:"9"`
		Checklist []string  `json:"checklist,omitempty" maxItems:"30"`
		Results   []string  `json:"results,omitempty" maxItems:"10"`
		Assign    string    `json:"assign,omitempty" doc:"owner (default), leader, or a userid"`
		Corp      string    `json:"corp,omitempty" doc:"with a userid, if several corps are connected"`
		Due       time.Time `json:"due,omitempty" doc:"absent: a day after the member was told"`
		Deadline  string    `json:"deadline,omitempty" doc:"a duration from telling instead, such as 2h"`
		Remind    []string  `json:"remind,omitempty" maxItems:"5" doc:"durations before the deadline"`
		Escalate  string    `json:"escalate,omitempty" doc:"duration after the deadline until the leader is told"`
		Priority  int       `json:"priority,omitempty" minimum:"0" maximum:"100"`
	}
}

type createdOutput struct {
	Body struct {
		IDs []string `json:"ids"`
	}
}

func (h *handlers) create(ctx context.Context, in *createInput) (*createdOutput, error) {
	b := in.Body
	p, _ := access.From(ctx)
	w := task.Wish{Due: b.Due.UTC(), Priority: b.Priority, By: p.ID, Spec: flow.Task{
		Title: b.Title, Script: b.Script, Materials: b.Materials, Checklist: b.Checklist, Results: b.Results, Assign: b.Assign, Corp: b.Corp,
		Deadline: b.Deadline, Remind: b.Remind, Escalate: b.Escalate,
	}}
	for i, text := range b.Customers {
		ord, err := id.ParseCustomer(text)
		if err != nil {
			return nil, fault.BadField(fmt.Sprintf("/customers/%d", i), "is no customer's id")
		}
		w.Customers = append(w.Customers, ord)
	}
	out := &createdOutput{}
	err := h.Access.Audited(ctx, "task.create", func(ctx context.Context) (string, any, error) {
		ids, err := h.Tasks.Make(ctx, w)
		if err != nil {
			return "", nil, err
		}
		out.Body.IDs = ids
		return ids[0], map[string]any{"tasks": len(ids), "assign": b.Assign}, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Stat is what came of the tasks of one group.
type Stat struct {
	Corp       string         `json:"corp,omitempty"`
	Key        string         `json:"key" doc:"id of the playbook, step, member, department, or the day"`
	Name       string         `json:"name,omitempty" doc:"of the playbook"`
	Created    int            `json:"created"`
	Told       int            `json:"told"`
	Opened     int            `json:"opened"`
	Done       int            `json:"done"`
	OnTime     int            `json:"on_time"`
	Overdue    int            `json:"overdue" doc:"passed the deadline, done late or not"`
	Cancelled  int            `json:"cancelled"`
	Unassigned int            `json:"unassigned"`
	Queued     int            `json:"queued"`
	Results    map[string]int `json:"results"`
	OnTimeRate float64        `json:"on_time_rate" doc:"of those done or past their deadline, 0 to 1"`
	Median     float64        `json:"median_seconds" doc:"from telling to done"`
}

type statsInput struct {
	Filter
	By string `query:"by" enum:"playbook,step,staff,department,day" default:"playbook" doc:"staff and department come as a league table"`
}

type statsOutput struct {
	Body struct {
		Items []Stat `json:"items"`
	}
}

func (h *handlers) stats(ctx context.Context, in *statsInput) (*statsOutput, error) {
	f, err := in.Filter.filter()
	if err != nil {
		return nil, err
	}
	found, err := h.Tasks.Stats(ctx, in.By, f)
	if err != nil {
		return nil, err
	}
	out := &statsOutput{}
	out.Body.Items = []Stat{}
	for _, x := range found {
		out.Body.Items = append(out.Body.Items, Stat{
			Corp: x.Corp, Key: x.Key, Name: x.Name, Created: x.Created, Told: x.Told, Opened: x.Opened, Done: x.Done, OnTime: x.OnTime,
			Overdue: x.Overdue, Cancelled: x.Cancelled, Unassigned: x.Unassigned, Queued: x.Queued, Results: x.Results,
			OnTimeRate: x.OnTimeRate(), Median: x.Median.Seconds(),
		})
	}
	return out, nil
}

type settingsOutput struct{ Body task.Settings }

func (h *handlers) settings(ctx context.Context, _ *httpapi.None) (*settingsOutput, error) {
	x, err := h.Tasks.Settings(ctx)
	return &settingsOutput{x}, err
}

type settingsInput struct{ Body task.Settings }

func (h *handlers) setSettings(ctx context.Context, in *settingsInput) (*settingsOutput, error) {
	err := h.Access.Audited(ctx, "task.settings", func(ctx context.Context) (string, any, error) {
		return "settings", in.Body, h.Tasks.SetSettings(ctx, in.Body)
	})
	if err != nil {
		return nil, err
	}
	return &settingsOutput{in.Body}, nil
}

type taskOutput struct{ Body Task }

type overInput struct {
	ID   string `path:"id"`
	Body struct {
		To string `json:"to" minLength:"1" doc:"userid of who takes over"`
	}
}

func anybody(ctx context.Context) task.Act {
	p, _ := access.From(ctx)
	return task.Act{By: p.ID}
}

func (h *handlers) handOver(ctx context.Context, in *overInput) (*taskOutput, error) {
	t, err := h.Tasks.HandOver(ctx, anybody(ctx), in.ID, in.Body.To)
	if err != nil {
		return nil, err
	}
	return &taskOutput{h.wired(ctx, t)}, h.Access.Audit(ctx, "task.hand_over", in.ID, map[string]string{"to": in.Body.To})
}

type allOverInput struct {
	Body struct {
		Corp string `json:"corp" minLength:"1"`
		From string `json:"from" minLength:"1"`
		To   string `json:"to" minLength:"1"`
	}
}

type countOutput struct {
	Body struct {
		Tasks int `json:"tasks"`
	}
}

func (h *handlers) handOverAll(ctx context.Context, in *allOverInput) (*countOutput, error) {
	n, err := h.Tasks.HandOverAll(ctx, anybody(ctx), in.Body.Corp, in.Body.From, in.Body.To)
	if err != nil {
		return nil, err
	}
	out := &countOutput{}
	out.Body.Tasks = n
	return out, h.Access.Audit(ctx, "task.hand_over_all", in.Body.Corp+"/"+in.Body.From, map[string]any{"to": in.Body.To, "tasks": n})
}

func (h *handlers) cancel(ctx context.Context, in *oneInput) (*taskOutput, error) {
	var t task.Task
	err := h.Access.Audited(ctx, "task.cancel", func(ctx context.Context) (string, any, error) {
		var err error
		t, err = h.Tasks.Cancel(ctx, anybody(ctx), in.ID, "operator")
		return in.ID, nil, err
	})
	if err != nil {
		return nil, err
	}
	return &taskOutput{h.wired(ctx, t)}, nil
}
