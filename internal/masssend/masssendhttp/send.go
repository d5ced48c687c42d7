package masssendhttp

import (
	"cmp"
	"context"
	"time"

	"yutang/internal/content"
	"yutang/internal/httpapi"
	"yutang/internal/masssend"
)

// Send is a mass send as the API shows it.
type Send struct {
	ID          string             `json:"id"`
	Corp        string             `json:"corp"`
	Name        string             `json:"name"`
	Chat        string             `json:"chat" enum:"single,group"`
	Target      masssend.Target    `json:"target"`
	Content     content.Content    `json:"content"`
	Variants    []masssend.Variant `json:"variants,omitempty" doc:"instead of content"`
	Experiment  string             `json:"experiment,omitempty" doc:"where variants and holdout are compared"`
	Options     masssend.Options   `json:"options"`
	Priority    int                `json:"priority"`
	State       masssend.State     `json:"state" enum:"draft,scheduled,collecting,preparing,waiting,done,stopped"`
	Reason      string             `json:"reason,omitempty"`
	ScheduledAt *time.Time         `json:"scheduled_at,omitempty"`
	Deadline    *time.Time         `json:"deadline,omitempty"`
	CreatedBy   string             `json:"created_by"`
	CreatedAt   time.Time          `json:"created_at"`
	StartedAt   *time.Time         `json:"started_at,omitempty"`
	EndedAt     *time.Time         `json:"ended_at,omitempty"`
}

func wire(x masssend.Send) Send {
	return Send{
		Variants: x.Variants, Experiment: x.Experiment(), ID: x.ID, Corp: x.Corp, Name: x.Name, Chat: x.Chat, Target: x.Target, Content: x.Content, Options: x.Options, Priority: x.Priority,
		State: x.State, Reason: x.Reason, ScheduledAt: optional(x.ScheduledAt), Deadline: optional(x.Deadline), CreatedBy: x.CreatedBy,
		CreatedAt: x.CreatedAt, StartedAt: optional(x.StartedAt), EndedAt: optional(x.EndedAt),
	}
}

// optional is nil for the zero time.
func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type wish struct {
	Corp        string             `json:"corp" doc:"the corp that sends; cannot be changed later"`
	Name        string             `json:"name" minLength:"1" maxLength:"100"`
	Chat        string             `json:"chat,omitempty" enum:"single,group" doc:"absent: single"`
	Target      masssend.Target    `json:"target"`
	Content     content.Content    `json:"content,omitempty"`
	Variants    []masssend.Variant `json:"variants,omitempty" maxItems:"10" doc:"several messages instead of content: each customer gets one, always the same"`
	Options     masssend.Options   `json:"options,omitempty"`
	Priority    int                `json:"priority,omitempty" minimum:"0" maximum:"9" doc:"of sends due together the higher goes first"`
	ScheduledAt time.Time          `json:"scheduled_at,omitempty" doc:"absent: as soon as it is scheduled"`
	Deadline    time.Time          `json:"deadline,omitempty" doc:"until when staff may confirm; absent: three days"`
}

func (w wish) wish(ctx context.Context) masssend.Wish {
	return masssend.Wish{
		Corp: w.Corp, Name: w.Name, Chat: cmp.Or(w.Chat, masssend.Single), Target: w.Target, Content: w.Content, Variants: w.Variants, Options: w.Options, Priority: w.Priority,
		ScheduledAt: w.ScheduledAt.UTC(), Deadline: w.Deadline.UTC(), By: actor(ctx),
	}
}

type (
	createInput struct{ Body wish }
	updateInput struct {
		ID   string `path:"id"`
		Body wish
	}
	oneInput struct {
		ID string `path:"id"`
	}
	sendOutput struct{ Body Send }
	listInput  struct {
		httpapi.PageQuery
		Corp  string `query:"corp"`
		State string `query:"state" enum:"draft,scheduled,collecting,preparing,waiting,done,stopped"`
	}
)

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Send], error) {
	found, err := h.Sends.List(ctx, masssend.Filter{Corp: in.Corp, State: masssend.State(in.State), Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(found, wire), nil
}

func (h *handlers) get(ctx context.Context, in *oneInput) (*sendOutput, error) {
	x, err := h.Sends.Get(ctx, in.ID)
	return &sendOutput{wire(x)}, err
}

// audited makes a change with its audit row, in one transaction.
func (h *handlers) audited(ctx context.Context, action string, change func(ctx context.Context) (masssend.Send, error)) (*sendOutput, error) {
	out := &sendOutput{}
	err := h.Access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		x, err := change(ctx)
		out.Body = wire(x)
		detail := map[string]any{"name": x.Name, "corp": x.Corp, "target": x.Target, "options": x.Options, "state": x.State}
		for _, v := range x.Variants {
			detail["variant "+v.Name] = v.Percent
		}
		return x.ID, detail, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (h *handlers) create(ctx context.Context, in *createInput) (*sendOutput, error) {
	return h.audited(ctx, "mass_send.create", func(ctx context.Context) (masssend.Send, error) {
		return h.Sends.Create(ctx, in.Body.wish(ctx))
	})
}

func (h *handlers) update(ctx context.Context, in *updateInput) (*sendOutput, error) {
	return h.audited(ctx, "mass_send.update", func(ctx context.Context) (masssend.Send, error) {
		return h.Sends.Update(ctx, in.ID, in.Body.wish(ctx))
	})
}

func (h *handlers) remove(ctx context.Context, in *oneInput) (*httpapi.Empty, error) {
	err := h.Access.Audited(ctx, "mass_send.delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.Sends.Delete(ctx, in.ID)
	})
	return &httpapi.Empty{}, err
}

func (h *handlers) schedule(ctx context.Context, in *oneInput) (*sendOutput, error) {
	return h.audited(ctx, "mass_send.schedule", func(ctx context.Context) (masssend.Send, error) { return h.Sends.Schedule(ctx, in.ID) })
}

func (h *handlers) unschedule(ctx context.Context, in *oneInput) (*sendOutput, error) {
	return h.audited(ctx, "mass_send.unschedule", func(ctx context.Context) (masssend.Send, error) { return h.Sends.Unschedule(ctx, in.ID) })
}

func (h *handlers) stop(ctx context.Context, in *oneInput) (*sendOutput, error) {
	return h.audited(ctx, "mass_send.stop", func(ctx context.Context) (masssend.Send, error) {
		return h.Sends.Stop(ctx, in.ID, actor(ctx))
	})
}

type remindInput struct {
	ID   string `path:"id"`
	Body struct {
		Staff string `json:"staff,omitempty" doc:"only this member; absent: all who have not confirmed"`
	}
}

type remindOutput struct{ Body masssend.Reminded }

func (h *handlers) remind(ctx context.Context, in *remindInput) (*remindOutput, error) {
	out, err := h.Sends.Remind(ctx, in.ID, in.Body.Staff)
	if err != nil {
		return nil, err
	}
	return &remindOutput{out}, h.Access.Audit(ctx, "mass_send.remind", in.ID, out)
}
