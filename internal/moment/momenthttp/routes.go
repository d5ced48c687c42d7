// Package momenthttp serves moments over the management API: drafts, schedules, who has
// published, and how many customers liked or commented.
package momenthttp

import (
	"context"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/httpapi"
	"yutang/internal/moment"
)

// Deps are what the routes need.
type Deps struct {
	Moments *moment.Service
	Access  *access.Service
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const read, write = access.OutreachRead, access.OutreachWrite
	const created, none = http.StatusCreated, http.StatusNoContent

	httpapi.Register(a, op(get, "/moments", "list-moments", "List moments, newest first", read, 0), h.list)
	httpapi.Register(a, op(post, "/moments", "create-moment", "Draft a moment that staff publish", write, created), h.create)
	httpapi.Register(a, op(get, "/moments/{id}", "get-moment", "Show a moment", read, 0), h.get)
	httpapi.Register(a, op(put, "/moments/{id}", "update-moment", "Change a draft", write, 0), h.update)
	httpapi.Register(a, op(del, "/moments/{id}", "delete-moment", "Delete a draft", write, none), h.remove)
	httpapi.Register(a, op(post, "/moments/{id}/schedule", "schedule-moment", "Let a draft go at its time", write, 0), h.schedule)
	httpapi.Register(a, op(post, "/moments/{id}/stop", "stop-moment", "Stop it; what nobody has published is taken back", write, 0), h.stop)
	httpapi.Register(a, op(get, "/moments/{id}/staff", "list-moment-staff", "List who was asked to publish, with likes and comments", read, 0), h.staff)
}

func actor(ctx context.Context) string {
	p, _ := access.From(ctx)
	return p.ID
}

// Moment is a moment as the API shows it.
type Moment struct {
	ID          string          `json:"id"`
	Corp        string          `json:"corp"`
	Name        string          `json:"name"`
	Content     content.Content `json:"content"`
	Visible     moment.Range    `json:"visible"`
	State       moment.State    `json:"state" enum:"draft,scheduled,attempting,unknown,making,publishing,done,failed,stopped"`
	Reason      string          `json:"reason,omitempty"`
	MomentID    string          `json:"moment_id,omitempty"`
	Invalid     moment.Range    `json:"invalid" doc:"staff, departments and tags that the platform left out"`
	ScheduledAt *time.Time      `json:"scheduled_at,omitempty"`
	WatchUntil  *time.Time      `json:"watch_until,omitempty"`
	PublishedAt *time.Time      `json:"published_at,omitempty"`
	EndedAt     *time.Time      `json:"ended_at,omitempty"`
	CreatedBy   string          `json:"created_by"`
	CreatedAt   time.Time       `json:"created_at"`
}

func wire(m moment.Moment) Moment {
	return Moment{
		ID: m.ID, Corp: m.Corp, Name: m.Name, Content: m.Content, Visible: m.Visible, State: m.State, Reason: m.Reason, MomentID: m.MomentID,
		Invalid: m.Invalid, ScheduledAt: optional(m.ScheduledAt), WatchUntil: optional(m.WatchUntil), PublishedAt: optional(m.PublishedAt),
		EndedAt: optional(m.EndedAt), CreatedBy: m.CreatedBy, CreatedAt: m.CreatedAt,
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
	Corp        string          `json:"corp" doc:"the corp that posts; cannot be changed later"`
	Name        string          `json:"name" minLength:"1" maxLength:"100"`
	Content     content.Content `json:"content"`
	Visible     moment.Range    `json:"visible,omitempty"`
	ScheduledAt time.Time       `json:"scheduled_at,omitempty" doc:"absent: as soon as it is scheduled"`
}

func (w wish) wish(ctx context.Context) moment.Wish {
	return moment.Wish{Corp: w.Corp, Name: w.Name, Content: w.Content, Visible: w.Visible, ScheduledAt: w.ScheduledAt.UTC(), By: actor(ctx)}
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
	output    struct{ Body Moment }
	listInput struct {
		httpapi.PageQuery
		Corp  string `query:"corp"`
		State string `query:"state" enum:"draft,scheduled,attempting,unknown,making,publishing,done,failed,stopped"`
	}
	staffInput struct {
		ID string `path:"id"`
		httpapi.PageQuery
	}
)

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Moment], error) {
	found, err := h.Moments.List(ctx, moment.Filter{Corp: in.Corp, State: moment.State(in.State), Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(found, wire), nil
}

func (h *handlers) get(ctx context.Context, in *oneInput) (*output, error) {
	m, err := h.Moments.Get(ctx, in.ID)
	return &output{wire(m)}, err
}

// audited makes a change with its audit row, in one transaction.
func (h *handlers) audited(ctx context.Context, action string, change func(ctx context.Context) (moment.Moment, error)) (*output, error) {
	out := &output{}
	err := h.Access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		m, err := change(ctx)
		out.Body = wire(m)
		return m.ID, map[string]any{"name": m.Name, "corp": m.Corp, "visible": m.Visible, "state": m.State}, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (h *handlers) create(ctx context.Context, in *createInput) (*output, error) {
	return h.audited(ctx, "moment.create", func(ctx context.Context) (moment.Moment, error) {
		return h.Moments.Create(ctx, in.Body.wish(ctx))
	})
}

func (h *handlers) update(ctx context.Context, in *updateInput) (*output, error) {
	return h.audited(ctx, "moment.update", func(ctx context.Context) (moment.Moment, error) {
		return h.Moments.Update(ctx, in.ID, in.Body.wish(ctx))
	})
}

func (h *handlers) remove(ctx context.Context, in *oneInput) (*httpapi.Empty, error) {
	err := h.Access.Audited(ctx, "moment.delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.Moments.Delete(ctx, in.ID)
	})
	return &httpapi.Empty{}, err
}

func (h *handlers) schedule(ctx context.Context, in *oneInput) (*output, error) {
	return h.audited(ctx, "moment.schedule", func(ctx context.Context) (moment.Moment, error) { return h.Moments.Schedule(ctx, in.ID) })
}

// stop calls the platform, so its audit row follows the change.
func (h *handlers) stop(ctx context.Context, in *oneInput) (*output, error) {
	m, err := h.Moments.Stop(ctx, in.ID, actor(ctx))
	if err != nil {
		return nil, err
	}
	return &output{wire(m)}, h.Access.Audit(ctx, "moment.stop", in.ID, map[string]string{"name": m.Name})
}

// Staff is one member who was asked to publish.
type Staff struct {
	Staff     string `json:"staff"`
	Published bool   `json:"published"`
	Likes     int    `json:"likes" doc:"of customers"`
	Comments  int    `json:"comments" doc:"of customers"`
}

func (h *handlers) staff(ctx context.Context, in *staffInput) (*httpapi.List[Staff], error) {
	found, err := h.Moments.StaffOf(ctx, in.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(found, func(x moment.Staff) Staff { return Staff{x.User, x.Published, x.Likes, x.Comments} }), nil
}
