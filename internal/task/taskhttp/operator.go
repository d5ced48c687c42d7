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
	Reason    string            `json:"reason,omitempty" say:"zh"`
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
