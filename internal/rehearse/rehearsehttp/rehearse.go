package rehearsehttp

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/rehearse"
)

// TestBody says on whom a playbook is tried out.
type TestBody struct {
	Version    int               `json:"version,omitempty" minimum:"0" doc:"0 is the draft"`
	Definition json.RawMessage   `json:"definition,omitempty" doc:"instead of a version"`
	Customer   string            `json:"customer"`
	At         time.Time         `json:"at,omitzero" doc:"when the run starts; absent: now"`
	Event      json.RawMessage   `json:"event,omitempty" doc:"properties of a sample of the trigger's event; absent: the customer's newest one"`
	Assume     map[string]string `json:"assume,omitempty" doc:"by step id: met or timed_out, a way, an arm, a variant, a task's result; * for the playbook's own holdout"`
}

type testInput struct {
	ID   string `path:"id"`
	Body TestBody
}

type testDefinitionInput struct{ Body TestBody }

type testOutput struct{ Body *rehearse.Trial }

func (h *handlers) test(ctx context.Context, in *testInput) (*testOutput, error) {
	return h.try(ctx, in.ID, in.Body)
}

func (h *handlers) testDefinition(ctx context.Context, in *testDefinitionInput) (*testOutput, error) {
	if len(in.Body.Definition) == 0 {
		return nil, errNoDefinition()
	}
	return h.try(ctx, "", in.Body)
}

func errNoDefinition() error {
	return fault.BadField("/definition", "is missing; or name a playbook in the path")
}

func (h *handlers) try(ctx context.Context, playbook string, b TestBody) (*testOutput, error) {
	ord, err := id.ParseCustomer(b.Customer)
	if err != nil {
		return nil, err
	}
	t, err := h.Rehearse.Test(ctx, rehearse.TrialSpec{
		Playbook: playbook, Version: b.Version, Definition: b.Definition, Customer: ord, At: b.At, Event: b.Event, Assume: b.Assume,
		Unmask: access.Can(ctx, access.CustomersUnmask),
	})
	return &testOutput{t}, err
}

// ReplayBody says what to replay.
type ReplayBody struct {
	Version    int             `json:"version,omitempty" minimum:"0" doc:"0 is the draft"`
	Definition json.RawMessage `json:"definition,omitempty" doc:"instead of a version"`
	Days       int             `json:"days" minimum:"1" maximum:"365"`
	Customers  float64         `json:"customers,omitempty" minimum:"0" maximum:"100" doc:"percent of all customers, always the same ones; absent: all"`
}

type replayInput struct {
	ID   string `path:"id"`
	Body ReplayBody
}

type replayDefinitionInput struct{ Body ReplayBody }

// Replay is one replay.
type Replay struct {
	ID        string           `json:"id"`
	Playbook  string           `json:"playbook,omitempty"`
	Version   int              `json:"version" doc:"0 the draft, or a definition"`
	Days      int              `json:"days"`
	Customers float64          `json:"customers" doc:"percent of all"`
	Until     time.Time        `json:"until"`
	State     rehearse.State   `json:"state" enum:"waiting,running,done,failed"`
	Progress  float64          `json:"progress" doc:"0 to 1"`
	Error     string           `json:"error,omitempty" say:"zh"`
	Result    *rehearse.Result `json:"result,omitempty" doc:"absent in lists"`
	CreatedAt time.Time        `json:"created_at"`
	CreatedBy string           `json:"created_by"`
	EndedAt   time.Time        `json:"ended_at,omitzero"`
}

func wire(r rehearse.Replay) Replay {
	return Replay{
		ID: r.ID, Playbook: r.Playbook, Version: r.Version, Days: r.Days, Customers: r.Sample, Until: r.Until, State: r.State, Progress: r.Progress,
		Error: r.Error, Result: r.Result, CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy, EndedAt: r.EndedAt,
	}
}

type replayOutput struct{ Body Replay }

func (h *handlers) replay(ctx context.Context, in *replayInput) (*replayOutput, error) {
	return h.order(ctx, in.ID, in.Body)
}

func (h *handlers) replayDefinition(ctx context.Context, in *replayDefinitionInput) (*replayOutput, error) {
	if len(in.Body.Definition) == 0 {
		return nil, errNoDefinition()
	}
	return h.order(ctx, "", in.Body)
}

func (h *handlers) order(ctx context.Context, playbook string, b ReplayBody) (*replayOutput, error) {
	p, _ := access.From(ctx)
	r, err := h.Rehearse.Order(ctx, rehearse.Spec{
		Playbook: playbook, Version: b.Version, Definition: b.Definition, Days: b.Days, Sample: b.Customers,
	}, p.ID)
	if err != nil {
		return nil, err
	}
	err = h.Access.Audit(ctx, "playbook.replay", r.ID, map[string]any{"playbook": playbook, "version": b.Version, "days": b.Days})
	return &replayOutput{wire(r)}, err
}

type listInput struct {
	httpapi.PageQuery
	Playbook string `query:"playbook"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Replay], error) {
	p, err := h.Rehearse.Replays(ctx, in.Playbook, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wire), nil
}

type oneInput struct {
	ID string `path:"id"`
}

func (h *handlers) get(ctx context.Context, in *oneInput) (*replayOutput, error) {
	r, err := h.Rehearse.Find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &replayOutput{wire(r)}, nil
}
