package playbookhttp

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/access"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/playbook"
)

// Run is one subject's pass through a playbook. Its deliveries: /deliveries?run=ID.
type Run struct {
	ID         string            `json:"id"`
	Playbook   string            `json:"playbook"`
	Version    int               `json:"version"`
	Customer   string            `json:"customer,omitempty"`
	Subject    string            `json:"subject,omitempty" doc:"of runs of staff and groups"`
	Key        string            `json:"key,omitempty"`
	Occurrence int               `json:"occurrence"`
	TriggerSeq uint64            `json:"trigger_seq,omitempty"`
	TriggerAt  time.Time         `json:"trigger_at"`
	Holdout    bool              `json:"holdout"`
	StartedAt  time.Time         `json:"started_at"`
	Step       string            `json:"step,omitempty" doc:"where it waits; absent when it has ended"`
	Since      *time.Time        `json:"since,omitempty"`
	Due        *time.Time        `json:"due,omitempty" doc:"when it goes on at the latest"`
	Results    map[string]string `json:"results,omitempty" doc:"of its tasks, by step"`
	EndedAt    *time.Time        `json:"ended_at,omitempty"`
	Outcome    flow.Outcome      `json:"outcome,omitempty"`
	Detail     string            `json:"detail,omitempty"`
}

func wireRun(r playbook.Run) Run {
	out := Run{
		ID: r.ID, Playbook: r.Playbook, Version: r.Version, Subject: r.Name, Key: r.Key, Occurrence: r.Occurrence, TriggerSeq: r.TriggerSeq,
		TriggerAt: r.TriggerAt, Holdout: r.Holdout, StartedAt: r.StartedAt, Step: r.Step, Results: r.Results, Outcome: r.Outcome, Detail: r.Detail,
		Due: when(r.Due), EndedAt: when(r.EndedAt),
	}
	if r.Ord != 0 {
		out.Customer = id.Customer(r.Ord)
	}
	if r.EndedAt.IsZero() {
		out.Since = when(r.Since)
	}
	return out
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type runsInput struct {
	httpapi.PageQuery
	Playbook string `query:"playbook"`
	Customer string `query:"customer" doc:"a customer id such as c42: runs of this person, over merged records"`
	Live     bool   `query:"live" doc:"only those that go on"`
}

func (h *handlers) runs(ctx context.Context, in *runsInput) (*httpapi.List[Run], error) {
	f := playbook.RunFilter{Playbook: in.Playbook, Live: in.Live, Limit: in.Limit, Cursor: in.Cursor}
	if in.Customer != "" {
		var err error
		if f.Customer, err = id.ParseCustomer(in.Customer); err != nil {
			return nil, err
		}
	}
	p, err := h.playbooks.Runs(ctx, f)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireRun), nil
}

// Line is one line of a run's history.
type Line struct {
	Step    string       `json:"step,omitempty" doc:"absent: the run as a whole"`
	Version int          `json:"version"`
	At      time.Time    `json:"at"`
	Outcome flow.Outcome `json:"outcome"`
	Detail  string       `json:"detail,omitempty"`
}

// RunWithHistory is a run and what it did.
type RunWithHistory struct {
	Run
	History []Line `json:"history"`
}

type runOutput struct{ Body RunWithHistory }

func (h *handlers) run(ctx context.Context, in *oneInput) (*runOutput, error) {
	r, err := h.playbooks.GetRun(ctx, in.ID)
	return h.shown(ctx, r, err)
}

func (h *handlers) shown(ctx context.Context, r playbook.Run, err error) (*runOutput, error) {
	if err != nil {
		return nil, err
	}
	lines, err := h.playbooks.History(ctx, r)
	if err != nil {
		return nil, err
	}
	out := RunWithHistory{Run: wireRun(r), History: make([]Line, len(lines))}
	for i, l := range lines {
		out.History[i] = Line{l.Step, l.Version, l.At, l.Outcome, l.Detail}
	}
	return &runOutput{out}, nil
}

func (h *handlers) stop(ctx context.Context, in *oneInput) (*runOutput, error) {
	p, _ := access.From(ctx)
	r, err := h.playbooks.StopRun(ctx, in.ID, p.ID)
	if err == nil {
		err = h.access.Audit(ctx, "run.stop", r.ID, map[string]any{"playbook": r.Playbook})
	}
	return h.shown(ctx, r, err)
}

type startInput struct {
	ID             string `path:"id"`
	IdempotencyKey string `header:"Idempotency-Key"`
	Body           struct {
		ID       string          `json:"id,omitempty" doc:"your own name of this run: asking twice starts one; default: the Idempotency-Key"`
		Customer string          `json:"customer,omitempty" doc:"a customer id such as c42"`
		Identity *event.Identity `json:"identity,omitempty" doc:"instead: an identity of the customer"`
		Key      string          `json:"key,omitempty" doc:"needed if the definition has a key"`
		Props    json.RawMessage `json:"properties,omitempty" doc:"what steps read as event.props"`
	}
}

func (h *handlers) start(ctx context.Context, in *startInput) (*runOutput, error) {
	o := playbook.StartOrder{ID: in.Body.ID, Key: in.Body.Key, Props: in.Body.Props}
	if o.ID == "" {
		o.ID = in.IdempotencyKey
	}
	var err error
	switch {
	case in.Body.Customer != "":
		o.Customer, err = id.ParseCustomer(in.Body.Customer)
	case in.Body.Identity != nil && h.lookup != nil:
		o.Customer, err = h.lookup(ctx, *in.Body.Identity)
	default:
		err = fault.BadField("/customer", "say which customer, by id or by identity")
	}
	if err != nil {
		return nil, err
	}
	r, err := h.playbooks.Start(ctx, in.ID, o)
	if err == nil {
		err = h.access.Audit(ctx, "run.start", r.ID, map[string]any{"playbook": r.Playbook})
	}
	return h.shown(ctx, r, err)
}
