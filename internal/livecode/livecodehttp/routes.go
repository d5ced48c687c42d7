// Package livecodehttp serves live codes over the management API.
package livecodehttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/clock"
	"yutang/internal/httpapi"
	"yutang/internal/livecode"
	"yutang/internal/page"
)

type handlers struct {
	codes  *livecode.Service
	access *access.Service
	clock  clock.Clock
}

// Routes lists the routes of live codes.
func Routes(a *httpapi.API, s *livecode.Service, acc *access.Service) {
	h := &handlers{codes: s, access: acc, clock: s.Clock}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	upload := func(o httpapi.Op) httpapi.Op {
		o.Upload, o.MaxBody = true, livecode.MaxBatchBytes+formOverhead
		return o
	}
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const read, write = access.CodesRead, access.CodesWrite

	httpapi.Register(a, op(post, "/codes", "create-code", "Create a live code; its QR image follows", write, http.StatusCreated), h.create)
	httpapi.Register(a, op(get, "/codes", "list-codes", "List live codes, newest first", read, 0), h.list)
	httpapi.Register(a, op(post, "/codes/plan", "plan-code", "Whom a code like this would show at a moment, and when that changes", read, 0), h.plan)
	httpapi.Register(a, op(get, "/codes/{id}", "get-code", "Show a live code and what the platform shows", read, 0), h.get)
	httpapi.Register(a, op(put, "/codes/{id}", "update-code", "Change a live code", write, 0), h.update)
	httpapi.Register(a, op(del, "/codes/{id}", "delete-code", "Delete a live code, here and at the platform", write, http.StatusNoContent), h.remove)
	httpapi.Register(a, op(post, "/codes/{id}/retry", "retry-code", "Look at a live code again now", write, 0), h.retry)
	httpapi.Register(a, op(get, "/codes/{id}/stats", "get-code-stats", "Contacts added, kept and lost, orders; by day and by staff", read, 0), h.stats)
	httpapi.Register(a, op(get, "/codes/{id}/contacts", "list-code-contacts", "List who came through a live code", read, 0), h.contacts)
	httpapi.Register(a, op(get, "/codes/{id}/image", "get-code-image", "The QR image of a live code", read, 0), h.image)
	httpapi.Register(a, upload(op(post, "/code-batches", "create-code-batch", "Make a live code of each row of a CSV file (multipart: corp, defaults, file)", write, http.StatusCreated)), h.createBatch)
	httpapi.Register(a, op(get, "/code-batches", "list-code-batches", "List batches, newest first", read, 0), h.batches)
	httpapi.Register(a, op(get, "/code-batches/{id}", "get-code-batch", "Show a batch with its progress and rejected rows", read, 0), h.batch)
	httpapi.Register(a, op(get, "/codes/sheet", "print-codes", "Live codes for print, as PDF, PNG or a zip of PNGs", read, 0), h.sheet)
	httpapi.Register(a, op(get, "/codes/collection", "get-code-collection", "What the last nightly comparison with the platform did", read, 0), h.collection)
	httpapi.Register(a, op(post, "/codes/collection", "run-code-collection", "Compare with the platform now: adopt, delete, remake", write, 0), h.collect)
}

type createInput struct {
	Body struct {
		Corp string `json:"corp" minLength:"1" maxLength:"64" doc:"corpid"`
		Spec
	}
}

type output struct{ Body Code }

func (h *handlers) create(ctx context.Context, in *createInput) (*output, error) {
	return h.audited(ctx, "code.create", func(ctx context.Context) (livecode.Code, error) {
		return h.codes.Create(ctx, in.Body.Corp, in.Body.spec())
	})
}

// audited runs a change and writes its audit row.
func (h *handlers) audited(ctx context.Context, action string, change func(context.Context) (livecode.Code, error)) (*output, error) {
	out := &output{}
	err := h.access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		c, err := change(ctx)
		out.Body = wire(c)
		return c.ID, map[string]any{"name": c.Spec.Name, "kind": c.Spec.Kind, "members": len(c.Spec.Members)}, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

type listInput struct {
	Corp     string `query:"corp"`
	Batch    string `query:"batch"`
	Channel  string `query:"channel"`
	Name     string `query:"name" doc:"a part of the name"`
	Problems bool   `query:"problems" doc:"only codes with a problem"`
	httpapi.PageQuery
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Code], error) {
	p, err := h.codes.List(ctx, livecode.Query{
		Corp: in.Corp, Batch: in.Batch, Channel: in.Channel, Name: in.Name, Problems: in.Problems, Cursor: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	recent, err := h.codes.Recent(ctx, p.Items)
	return httpapi.Listed(p, func(c livecode.Code) Code {
		out, tally := wire(c), recent[c.Number]
		out.Recent = &tally
		return out
	}), err
}

type idInput struct {
	ID string `path:"id"`
}

func (h *handlers) get(ctx context.Context, in *idInput) (*output, error) {
	c, err := h.codes.Get(ctx, in.ID)
	return &output{wire(c)}, err
}

type updateInput struct {
	ID   string `path:"id"`
	Body Spec
}

func (h *handlers) update(ctx context.Context, in *updateInput) (*output, error) {
	return h.audited(ctx, "code.update", func(ctx context.Context) (livecode.Code, error) {
		return h.codes.Update(ctx, in.ID, in.Body.spec())
	})
}

func (h *handlers) remove(ctx context.Context, in *idInput) (*httpapi.Empty, error) {
	err := h.access.Audited(ctx, "code.delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.codes.Delete(ctx, in.ID)
	})
	return &httpapi.Empty{}, err
}

func (h *handlers) retry(ctx context.Context, in *idInput) (*output, error) {
	return h.audited(ctx, "code.retry", func(ctx context.Context) (livecode.Code, error) {
		return h.codes.Retry(ctx, in.ID)
	})
}

type statsInput struct {
	ID   string `path:"id"`
	From string `query:"from" doc:"first date, YYYY-MM-DD in the brand's zone; 30 days to to if absent"`
	To   string `query:"to" doc:"last date; today if absent"`
}

type statsOutput struct{ Body Stats }

func (h *handlers) stats(ctx context.Context, in *statsInput) (*statsOutput, error) {
	st, err := h.codes.Stats(ctx, in.ID, livecode.Range{From: in.From, To: in.To})
	if err != nil {
		return nil, err
	}
	brand, err := h.access.Brand(ctx)
	if err != nil {
		return nil, err
	}
	return &statsOutput{wireStats(st, brand.Currency)}, nil
}

type contactsInput struct {
	ID string `path:"id"`
	httpapi.PageQuery
}

func (h *handlers) contacts(ctx context.Context, in *contactsInput) (*httpapi.List[Contact], error) {
	p, err := h.codes.Arrivals(ctx, in.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireContact), nil
}

type corpInput struct {
	Corp string `query:"corp" required:"true" minLength:"1" doc:"corpid"`
}

type collectionOutput struct{ Body livecode.Collection }

func (h *handlers) collection(ctx context.Context, in *corpInput) (*collectionOutput, error) {
	c, err := h.codes.LastCollection(ctx, in.Corp)
	return &collectionOutput{c}, err
}

func (h *handlers) collect(ctx context.Context, in *corpInput) (*collectionOutput, error) {
	if err := h.access.Audit(ctx, "code.collect", in.Corp, nil); err != nil {
		return nil, err
	}
	c, err := h.codes.Collect(ctx, in.Corp)
	return &collectionOutput{c}, err
}

func (h *handlers) batches(ctx context.Context, in *listBatchesInput) (*httpapi.List[Batch], error) {
	p, err := h.codes.Batches(ctx, in.Corp, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(page.Page[livecode.Batch]{Items: p.Items, Next: p.Next}, func(b livecode.Batch) Batch {
		out := wireBatch(b)
		out.Progress = nil
		return out
	}), nil
}
