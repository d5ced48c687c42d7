// Package audiencehttp serves audiences over the management API.
package audiencehttp

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"yutang/internal/access"
	"yutang/internal/audience"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/page"
	"yutang/internal/timeline"
)

// handlers serves the routes below.
type handlers struct {
	audiences *audience.Service
	access    *access.Service
	tl        *timeline.Store
}

// Routes lists the routes of audiences.
func Routes(a *httpapi.API, s *audience.Service, acc *access.Service, tl *timeline.Store) {
	h := &handlers{audiences: s, access: acc, tl: tl}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const read, write = access.AudiencesRead, access.AudiencesWrite

	httpapi.Register(a, op(post, "/audiences", "create-audience", "Create an audience; it goes live when it is built", write, http.StatusCreated), h.create)
	httpapi.Register(a, op(get, "/audiences", "list-audiences", "List audiences", read, 0), h.list)
	httpapi.Register(a, op(post, "/audiences/preview", "preview-audience", "Count who would match a rule", read, 0), h.preview)
	httpapi.Register(a, op(get, "/audiences/{id}", "get-audience", "Show an audience with its live count and watermark", read, 0), h.get)
	httpapi.Register(a, op(put, "/audiences/{id}", "update-audience", "Change an audience; a changed rule is a new version", write, 0), h.update)
	httpapi.Register(a, op(del, "/audiences/{id}", "delete-audience", "Delete an audience that nothing uses", write, http.StatusNoContent), h.remove)
	httpapi.Register(a, op(get, "/audiences/{id}/members", "list-audience-members", "List the members now", read, 0), h.members)
	httpapi.Register(a, op(get, "/audiences/{id}/versions", "list-audience-versions", "List the versions of the rule, newest first", read, 0), h.versions)
	httpapi.Register(a, op(get, "/audiences/{id}/explain", "explain-audience", "Why a customer is in or out, now or at a past moment", read, 0), h.explain)
	httpapi.Register(a, op(get, "/audiences/{id}/moves", "list-audience-moves", "List who entered and left, newest first", read, 0), h.moves)
	httpapi.Register(a, op(get, "/customers/{id}/audiences", "list-customer-audiences", "List the audiences that a customer is in now", read, 0), h.of)
	httpapi.Register(a, op(get, "/transitions", "list-transitions", "The latest entries and exits of all audiences", read, 0), h.recent)
}

type body struct {
	Name        string          `json:"name" minLength:"1" maxLength:"200"`
	Description string          `json:"description,omitempty" maxLength:"2000"`
	Rule        json.RawMessage `json:"rule" doc:"a rule: see docs/rules.md"`
}

type createInput struct{ Body body }

type output struct{ Body audience.Audience }

func (h *handlers) create(ctx context.Context, in *createInput) (*output, error) {
	return h.audited(ctx, "audience.create", func(ctx context.Context) (audience.Audience, error) {
		return h.audiences.Create(ctx, input(ctx, in.Body))
	})
}

func input(ctx context.Context, b body) audience.Input {
	p, _ := access.From(ctx)
	return audience.Input{Name: b.Name, Description: b.Description, Rule: b.Rule, By: p.ID}
}

// audited runs a change and writes its audit row, in one transaction.
func (h *handlers) audited(ctx context.Context, action string, change func(context.Context) (audience.Audience, error)) (*output, error) {
	out := &output{}
	err := h.access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		a, err := change(ctx)
		out.Body = a
		return a.ID, map[string]any{"name": a.Name, "version": a.Version, "rule": a.Rule}, err
	})
	if err != nil {
		return nil, err
	}
	h.audiences.Build(out.Body)
	return out, nil
}

type updateInput struct {
	ID   string `path:"id"`
	Body body
}

func (h *handlers) update(ctx context.Context, in *updateInput) (*output, error) {
	return h.audited(ctx, "audience.update", func(ctx context.Context) (audience.Audience, error) {
		return h.audiences.Update(ctx, in.ID, input(ctx, in.Body))
	})
}

type idInput struct {
	ID string `path:"id"`
}

func (h *handlers) get(ctx context.Context, in *idInput) (*output, error) {
	a, err := h.audiences.Get(ctx, in.ID)
	return &output{a}, err
}

func (h *handlers) remove(ctx context.Context, in *idInput) (*httpapi.Empty, error) {
	err := h.audiences.Delete(ctx, in.ID, func(ctx context.Context) error {
		return h.access.Audit(ctx, "audience.delete", in.ID, nil)
	})
	return &httpapi.Empty{}, err
}

type listInput struct{ httpapi.PageQuery }

func same[T any](x T) T { return x }

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[audience.Audience], error) {
	p, err := h.audiences.Page(ctx, in.Cursor, page.Limit(in.Limit))
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, same[audience.Audience]), nil
}

func (h *handlers) of(ctx context.Context, in *idInput) (*httpapi.List[audience.Audience], error) {
	root, err := h.customer(in.ID)
	if err != nil {
		return nil, err
	}
	all, err := h.audiences.Of(ctx, root)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(page.Page[audience.Audience]{Items: all}, same[audience.Audience]), nil
}

// Member is a customer in an audience.
type Member struct {
	ID string `json:"id"`
}

type membersInput struct {
	ID string `path:"id"`
	httpapi.PageQuery
}

func (h *handlers) members(ctx context.Context, in *membersInput) (*httpapi.List[Member], error) {
	var after uint32
	if _, err := page.After(in.Cursor, &after); err != nil {
		return nil, err
	}
	roots, more, err := h.audiences.Members(ctx, in.ID, after, page.Limit(in.Limit))
	if err != nil {
		return nil, err
	}
	p := page.Page[uint32]{Items: roots}
	if more {
		p.Next = page.Cursor(roots[len(roots)-1])
	}
	return httpapi.Listed(p, func(root uint32) Member { return Member{ID: id.Customer(root)} }), nil
}

func (h *handlers) versions(ctx context.Context, in *idInput) (*httpapi.List[audience.Version], error) {
	all, err := h.audiences.Versions(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(page.Page[audience.Version]{Items: all}, same[audience.Version]), nil
}

type previewInput struct {
	Body struct {
		Rule json.RawMessage `json:"rule"`
		At   time.Time       `json:"at,omitempty" doc:"the moment to evaluate at; now if absent"`
	}
}

type previewOutput struct {
	Body struct {
		Count  int      `json:"count"`
		Sample []Member `json:"sample"`
		TookMS float64  `json:"took_ms"`
	}
}

func (h *handlers) preview(ctx context.Context, in *previewInput) (*previewOutput, error) {
	p, err := h.audiences.Preview(ctx, in.Body.Rule, in.Body.At)
	if err != nil {
		return nil, err
	}
	out := &previewOutput{}
	out.Body.Count, out.Body.TookMS = p.Count, float64(p.Took.Microseconds())/1000
	out.Body.Sample = make([]Member, len(p.Sample))
	for i, root := range p.Sample {
		out.Body.Sample[i].ID = id.Customer(root)
	}
	return out, nil
}

type explainInput struct {
	ID       string    `path:"id"`
	Customer string    `query:"customer" required:"true"`
	At       time.Time `query:"at" doc:"a past moment; now if absent"`
}

type explainOutput struct {
	Body audience.Explanation
}

func (h *handlers) explain(ctx context.Context, in *explainInput) (*explainOutput, error) {
	root, err := h.customer(in.Customer)
	if err != nil {
		return nil, err
	}
	e, err := h.audiences.Explain(ctx, in.ID, root, in.At)
	return &explainOutput{e}, err
}

// customer finds the surviving customer of a public id.
func (h *handlers) customer(public string) (uint32, error) {
	ord, err := id.ParseCustomer(public)
	if err != nil {
		return 0, err
	}
	h.tl.RLock()
	defer h.tl.RUnlock()
	if int(ord) > h.tl.Customers() || ord == 0 {
		return 0, fault.New(fault.NotFound, "customer_not_found", "no customer has the id %s", strconv.Quote(public))
	}
	return h.tl.Root(ord), nil
}

// Transition is one change of membership.
type Transition struct {
	Seq      uint64    `json:"seq"`
	Audience string    `json:"audience"`
	Customer string    `json:"customer"`
	Entered  bool      `json:"entered"`
	At       time.Time `json:"at"`
	Cause    string    `json:"cause" enum:"event,time,merge,edit"`
}

type recentOutput struct {
	Body struct {
		Items []Transition `json:"items"`
	}
}

func (h *handlers) recent(_ context.Context, _ *httpapi.None) (*recentOutput, error) {
	out := &recentOutput{}
	out.Body.Items = []Transition{}
	for _, t := range h.audiences.Recent(page.DefaultLimit) {
		out.Body.Items = append(out.Body.Items, wire(t))
	}
	return out, nil
}

func wire(t audience.Transition) Transition {
	return Transition{
		Seq: t.Seq, Audience: t.Audience, Customer: id.Customer(t.Root), Entered: t.Entered,
		At: time.UnixMilli(t.At).UTC(), Cause: t.Cause.String(),
	}
}

type movesInput struct {
	ID string `path:"id"`
	httpapi.PageQuery
	Which string `query:"which" enum:"entered,left" doc:"absent: both"`
}

func (h *handlers) moves(ctx context.Context, in *movesInput) (*httpapi.List[Transition], error) {
	p, err := h.audiences.Moves(ctx, in.ID, audience.MoveFilter{Which: in.Which, Cursor: in.Cursor, Limit: page.Limit(in.Limit)})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wire), nil
}
