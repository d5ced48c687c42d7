// Package acquisitionhttp serves customer acquisition links over the management API.
package acquisitionhttp

import (
	"context"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/acquisition"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
)

type handlers struct {
	links  *acquisition.Service
	access *access.Service
}

// Routes lists the routes of acquisition links.
func Routes(a *httpapi.API, s *acquisition.Service, acc *access.Service) {
	h := &handlers{links: s, access: acc}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const read, write = access.CodesRead, access.CodesWrite

	httpapi.Register(a, op(post, "/acquisition/links", "create-acquisition-link", "Create an acquisition link; its address follows", write, http.StatusCreated), h.create)
	httpapi.Register(a, op(get, "/acquisition/links", "list-acquisition-links", "List acquisition links, newest first", read, 0), h.list)
	httpapi.Register(a, op(get, "/acquisition/links/{id}", "get-acquisition-link", "Show an acquisition link", read, 0), h.get)
	httpapi.Register(a, op(put, "/acquisition/links/{id}", "update-acquisition-link", "Change an acquisition link", write, 0), h.update)
	httpapi.Register(a, op(del, "/acquisition/links/{id}", "delete-acquisition-link", "Delete an acquisition link, here and at the platform", write, http.StatusNoContent), h.remove)
	httpapi.Register(a, op(post, "/acquisition/links/{id}/retry", "retry-acquisition-link", "Look at a link again; one deleted at the platform is made anew", write, 0), h.retry)
	httpapi.Register(a, op(get, "/acquisition/links/{id}/customers", "list-acquisition-customers", "List who came through a link", read, 0), h.customers)
	httpapi.Register(a, op(get, "/acquisition/links/{id}/stats", "get-acquisition-stats", "Clicks and new customers of a link", read, 0), h.stats)
	httpapi.Register(a, op(get, "/acquisition/quota", "get-acquisition-quota", "The corp's quota as last pulled", read, 0), h.quota)
	httpapi.Register(a, op(post, "/acquisition/pull", "pull-acquisition", "Pull quota, links and customers of a corp now", write, 0), h.pull)
}

// Spec is what an operator says about a link.
type Spec struct {
	Name        string   `json:"name" minLength:"1" maxLength:"30"`
	Channel     string   `json:"channel,omitempty" maxLength:"60"`
	Users       []string `json:"users,omitempty" doc:"userids"`
	Departments []int64  `json:"departments,omitempty"`
	SkipVerify  bool     `json:"skip_verify,omitempty" doc:"customers are added without the member's confirmation"`
	Tags        []string `json:"tags,omitempty" maxItems:"20" doc:"put on who arrives: group/name"`
}

// Link is an acquisition link.
type Link struct {
	ID   string `json:"id"`
	Corp string `json:"corp"`
	Spec
	State     string               `json:"state" doc:"the customer_channel in the address; what the platform hands back"`
	LinkID    string               `json:"link_id,omitempty" doc:"the platform's id; absent until it is made there"`
	Address   string               `json:"address,omitempty" doc:"what customers open"`
	Adopted   bool                 `json:"adopted,omitempty" doc:"found at the platform, not made here"`
	Problem   *acquisition.Problem `json:"problem,omitempty"`
	PulledAt  time.Time            `json:"pulled_at,omitzero"`
	Counted   *Counted             `json:"counted,omitempty" doc:"absent until the first pull"`
	CreatedAt time.Time            `json:"created_at"`
	UpdatedAt time.Time            `json:"updated_at"`
}

// Counted is the use of a link as the platform counted it at the last pull.
type Counted struct {
	Clicks       int64     `json:"clicks" doc:"in the 30 days before at"`
	NewCustomers int64     `json:"new_customers" doc:"in the 30 days before at"`
	At           time.Time `json:"at"`
}

func wire(l acquisition.Link) Link {
	out := Link{
		ID: l.ID, Corp: l.Corp, Spec: Spec(l.Spec), State: l.State, LinkID: l.LinkID, Address: l.Address(), Adopted: l.Adopted, Problem: l.Problem,
		PulledAt: l.PulledAt, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt,
	}
	if c := l.Counted; !c.At.IsZero() {
		out.Counted = &Counted{c.Clicks, c.NewCustomers, c.At}
	}
	return out
}

type createInput struct {
	Body struct {
		Corp string `json:"corp" minLength:"1" maxLength:"64" doc:"corpid"`
		Spec
	}
}

type output struct{ Body Link }

func (h *handlers) create(ctx context.Context, in *createInput) (*output, error) {
	return h.audited(ctx, "acquisition.create", func(ctx context.Context) (acquisition.Link, error) {
		return h.links.Create(ctx, in.Body.Corp, acquisition.Spec(in.Body.Spec))
	})
}

func (h *handlers) audited(ctx context.Context, action string, change func(context.Context) (acquisition.Link, error)) (*output, error) {
	out := &output{}
	err := h.access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		l, err := change(ctx)
		out.Body = wire(l)
		return l.ID, map[string]any{"name": l.Spec.Name, "channel": l.Spec.Channel}, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

type listInput struct {
	Corp string `query:"corp"`
	httpapi.PageQuery
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Link], error) {
	p, err := h.links.List(ctx, in.Corp, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wire), nil
}

type idInput struct {
	ID string `path:"id"`
}

func (h *handlers) get(ctx context.Context, in *idInput) (*output, error) {
	l, err := h.links.Get(ctx, in.ID)
	return &output{wire(l)}, err
}

type updateInput struct {
	ID   string `path:"id"`
	Body Spec
}

func (h *handlers) update(ctx context.Context, in *updateInput) (*output, error) {
	return h.audited(ctx, "acquisition.update", func(ctx context.Context) (acquisition.Link, error) {
		return h.links.Update(ctx, in.ID, acquisition.Spec(in.Body))
	})
}

func (h *handlers) remove(ctx context.Context, in *idInput) (*httpapi.Empty, error) {
	err := h.access.Audited(ctx, "acquisition.delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.links.Delete(ctx, in.ID)
	})
	return &httpapi.Empty{}, err
}

func (h *handlers) retry(ctx context.Context, in *idInput) (*output, error) {
	return h.audited(ctx, "acquisition.retry", func(ctx context.Context) (acquisition.Link, error) {
		return h.links.Retry(ctx, in.ID)
	})
}

type customersInput struct {
	ID string `path:"id"`
	httpapi.PageQuery
}

func (h *handlers) customers(ctx context.Context, in *customersInput) (*httpapi.List[acquisition.Customer], error) {
	p, err := h.links.Customers(ctx, in.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(c acquisition.Customer) acquisition.Customer { return c }), nil
}

type statsInput struct {
	ID   string    `path:"id"`
	From time.Time `query:"from" doc:"30 days before to if absent"`
	To   time.Time `query:"to" doc:"now if absent"`
}

type statsOutput struct{ Body acquisition.Statistic }

func (h *handlers) stats(ctx context.Context, in *statsInput) (*statsOutput, error) {
	to := in.To
	if to.IsZero() {
		to = h.links.Clock.Now()
	}
	from := in.From
	if from.IsZero() {
		from = to.AddDate(0, 0, -30)
	}
	if from.After(to) || to.Sub(from) > 31*24*time.Hour {
		return nil, fault.BadField("/from", "must be at or before to, and at most 31 days earlier")
	}
	st, err := h.links.Stats(ctx, in.ID, from, to)
	return &statsOutput{st}, err
}

type corpInput struct {
	Corp string `query:"corp" required:"true" minLength:"1" doc:"corpid"`
}

type quotaOutput struct{ Body acquisition.Quota }

func (h *handlers) quota(ctx context.Context, in *corpInput) (*quotaOutput, error) {
	q, err := h.links.Quota(ctx, in.Corp)
	return &quotaOutput{q}, err
}

func (h *handlers) pull(ctx context.Context, in *corpInput) (*quotaOutput, error) {
	if err := h.access.Audit(ctx, "acquisition.pull", in.Corp, nil); err != nil {
		return nil, err
	}
	if err := h.links.Pull(ctx, in.Corp); err != nil {
		return nil, err
	}
	return h.quota(ctx, in)
}
