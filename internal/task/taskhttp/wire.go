package taskhttp

import (
	"context"
	"time"

	"yutang/internal/access"
	"yutang/internal/flow"
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
