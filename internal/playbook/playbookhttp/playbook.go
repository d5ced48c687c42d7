package playbookhttp

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/outreach"
	"yutang/internal/playbook"
)

// Playbook is a playbook with its draft.
type Playbook struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	State      playbook.State  `json:"state" enum:"draft,in_review,approved,published,paused,ended"`
	Version    int             `json:"version" doc:"the last published, 0 none"`
	Definition json.RawMessage `json:"definition" doc:"the draft: see docs/playbooks.md"`
	Review     *Review         `json:"review,omitempty" doc:"of the draft; absent: nobody has asked for one"`
	CreatedAt  time.Time       `json:"created_at"`
	UpdatedAt  time.Time       `json:"updated_at"`
	Counts     *Counts         `json:"counts,omitempty" doc:"in lists"`
}

// Review is where the draft stands.
type Review struct {
	State       playbook.Review `json:"state" enum:"in_review,approved,rejected"`
	SubmittedBy string          `json:"submitted_by"`
	ReviewedBy  string          `json:"reviewed_by,omitempty"`
	Note        string          `json:"note,omitempty"`
}

// Counts are a playbook's runs in short.
type Counts struct {
	Runs int `json:"runs"`
	Live int `json:"live"`
	Goal int `json:"goal"`
}

func wire(b playbook.Playbook) Playbook {
	var named struct {
		Name string `json:"name"`
	}
	_ = json.Unmarshal(b.Draft, &named) // it was checked when it was saved
	out := Playbook{
		ID: b.ID, Name: named.Name, State: b.State, Version: b.Version, Definition: b.Draft, CreatedAt: b.CreatedAt, UpdatedAt: b.UpdatedAt,
	}
	if b.Review != "" {
		out.Review = &Review{b.Review, b.SubmittedBy, b.ReviewedBy, b.ReviewNote}
	}
	return out
}

type oneInput struct {
	ID string `path:"id"`
}

type output struct{ Body Playbook }

type definition struct {
	Definition json.RawMessage `json:"definition" doc:"see docs/playbooks.md"`
}

func (h *handlers) list(ctx context.Context, in *httpapi.PageQuery) (*httpapi.List[Playbook], error) {
	p, err := h.playbooks.List(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := httpapi.Listed(p, wire)
	for i := range out.Body.Items {
		item := &out.Body.Items[i]
		if item.Version == 0 {
			continue
		}
		n, err := h.playbooks.Totals(ctx, item.ID)
		if err != nil {
			return nil, err
		}
		item.Counts = &Counts{Runs: n.Runs, Live: n.Live, Goal: n.Goal}
	}
	return out, nil
}

type createInput struct{ Body definition }

func (h *handlers) create(ctx context.Context, in *createInput) (*output, error) {
	b, err := h.playbooks.Create(ctx, in.Body.Definition)
	return h.noted(ctx, "playbook.create", b, underDefinition(err))
}

// underDefinition moves the pointers of a definition's faults to where it stands in the
// request's body.
func underDefinition(err error) error {
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != fault.Invalid {
		return err
	}
	moved := *e
	moved.Fields = make([]fault.Field, len(e.Fields))
	for i, f := range e.Fields {
		moved.Fields[i] = fault.Field{Pointer: "/definition" + f.Pointer, Detail: f.Detail}
	}
	return &moved
}

// ofDraft is underDefinition for routes that check the draft: its faults are at the same
// places as when it is saved. Faults of the request stay where they are.
func ofDraft(err error) error {
	if e := (*fault.Error)(nil); errors.As(err, &e) && e.Code == "invalid_playbook" {
		return underDefinition(err)
	}
	return err
}

// noted writes the audit row of a change and answers with the playbook.
func (h *handlers) noted(ctx context.Context, action string, b playbook.Playbook, err error) (*output, error) {
	if err != nil {
		return nil, err
	}
	if err := h.access.Audit(ctx, action, b.ID, map[string]any{"version": b.Version, "state": b.State}); err != nil {
		return nil, err
	}
	return &output{wire(b)}, nil
}

func (h *handlers) get(ctx context.Context, in *oneInput) (*output, error) {
	b, err := h.playbooks.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &output{wire(b)}, nil
}

type updateInput struct {
	ID   string `path:"id"`
	Body definition
}

func (h *handlers) update(ctx context.Context, in *updateInput) (*output, error) {
	b, err := h.playbooks.Update(ctx, in.ID, in.Body.Definition)
	return h.noted(ctx, "playbook.update", b, underDefinition(err))
}

type publishInput struct {
	ID   string `path:"id"`
	Body *struct {
		InFlight playbook.InFlight `json:"in_flight,omitempty" enum:"stay,move,exit" doc:"what happens to runs of older versions; stay if absent"`
	}
}

func (h *handlers) publish(ctx context.Context, in *publishInput) (*output, error) {
	p, _ := access.From(ctx)
	choice := playbook.Stay
	if in.Body != nil && in.Body.InFlight != "" {
		choice = in.Body.InFlight
	}
	b, err := h.playbooks.PublishWith(ctx, in.ID, p.ID, choice)
	return h.noted(ctx, "playbook.publish", b, ofDraft(err))
}

func (h *handlers) pause(ctx context.Context, in *oneInput) (*output, error) {
	b, err := h.playbooks.Pause(ctx, in.ID)
	return h.noted(ctx, "playbook.pause", b, err)
}

func (h *handlers) resume(ctx context.Context, in *oneInput) (*output, error) {
	b, err := h.playbooks.Resume(ctx, in.ID)
	return h.noted(ctx, "playbook.resume", b, err)
}

func (h *handlers) end(ctx context.Context, in *oneInput) (*output, error) {
	b, err := h.playbooks.End(ctx, in.ID)
	return h.noted(ctx, "playbook.end", b, err)
}

func (h *handlers) remove(ctx context.Context, in *oneInput) (*struct{}, error) {
	return nil, h.playbooks.Delete(ctx, in.ID, func(ctx context.Context, b playbook.Playbook) error {
		return h.access.Audit(ctx, "playbook.delete", b.ID, map[string]any{"name": b.Name()})
	})
}

// Version is a published definition.
type Version struct {
	Version     int             `json:"version"`
	Definition  json.RawMessage `json:"definition"`
	PublishedAt time.Time       `json:"published_at"`
	PublishedBy string          `json:"published_by"`
}

type versionsOutput struct {
	Body struct {
		Items []Version `json:"items"`
	}
}

func (h *handlers) versions(ctx context.Context, in *oneInput) (*versionsOutput, error) {
	if _, err := h.playbooks.Get(ctx, in.ID); err != nil {
		return nil, err
	}
	list, err := h.playbooks.Versions(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &versionsOutput{}
	out.Body.Items = make([]Version, len(list))
	for i, v := range list {
		out.Body.Items[i] = Version{v.Version, v.Definition, v.PublishedAt, v.PublishedBy}
	}
	return out, nil
}

// Numbers are what became of a playbook's runs.
type Numbers struct {
	Runs       int              `json:"runs"`
	Holdout    int              `json:"holdout" doc:"of the runs, those of the control group"`
	Deliveries []outreach.Count `json:"deliveries"`
}

type numbersOutput struct{ Body Numbers }

func (h *handlers) numbers(ctx context.Context, in *oneInput) (*numbersOutput, error) {
	n, err := h.playbooks.Numbers(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &numbersOutput{Numbers(n)}, nil
}

type renderInput struct {
	Body struct {
		Definition json.RawMessage `json:"definition"`
		Customer   string          `json:"customer"`
		Event      json.RawMessage `json:"event,omitempty" doc:"properties of the event that would start it"`
	}
}

type renderOutput struct {
	Body struct {
		Message  outreach.Message `json:"message"`
		Suppress outreach.Reason  `json:"suppress,omitempty" doc:"why it would not be sent to this customer"`
	}
}

func (h *handlers) render(ctx context.Context, in *renderInput) (*renderOutput, error) {
	ord, err := id.ParseCustomer(in.Body.Customer)
	if err != nil {
		return nil, err
	}
	d, err := h.playbooks.Try(ctx, in.Body.Definition, ord, in.Body.Event)
	if err != nil {
		return nil, underDefinition(err)
	}
	out := &renderOutput{}
	out.Body.Message, out.Body.Suppress = d.Message, d.Refuse
	return out, nil
}
