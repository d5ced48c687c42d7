// Package handoverhttp serves transfers and losses over the management API.
package handoverhttp

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/contact"
	"yutang/internal/handover"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/timeline"
)

// Deps are what the routes need.
type Deps struct {
	Handover *handover.Service
	Access   *access.Service
	Timeline *timeline.Store

	// WinBack finds or makes the audience of a name and rule and gives its id.
	WinBack func(ctx context.Context, name string, rule json.RawMessage) (string, error)
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const read, write = access.HandoverRead, access.HandoverWrite
	httpapi.Register(a, op(http.MethodGet, "/handover/transfers", "list-transfers", "List transfers of customers and groups, newest first", read, 0), h.list)
	httpapi.Register(a, op(http.MethodPost, "/handover/transfers", "start-transfer", "Hand customers or groups over to another member", write, http.StatusCreated), h.start)
	httpapi.Register(a, op(http.MethodGet, "/handover/transfers/{id}", "get-transfer", "Show a transfer with its progress", read, 0), h.get)
	httpapi.Register(a, op(http.MethodGet, "/handover/transfers/{id}/items", "list-transfer-items", "List who is handed over, and what came of it", read, 0), h.items)
	httpapi.Register(a, op(http.MethodGet, "/handover/unassigned", "list-unassigned", "List customers whose member has left", read, 0), h.unassigned)
	httpapi.Register(a, op(http.MethodGet, "/handover/losses", "list-losses", "List relations that ended, newest first", read, 0), h.losses)
	httpapi.Register(a, op(http.MethodPost, "/handover/winback", "make-winback-audience", "Make the audience of lost customers who can be won back", write, 0), h.winback)
}

type wireTransfer struct {
	ID      string                 `json:"id"`
	Corp    string                 `json:"corp"`
	Kind    handover.Kind          `json:"kind" enum:"active,resigned"`
	Object  handover.Object        `json:"object" enum:"customer,group"`
	From    string                 `json:"from"`
	To      string                 `json:"to"`
	Message string                 `json:"message,omitempty"`
	By      string                 `json:"by"`
	Created time.Time              `json:"created_at"`
	Ended   *time.Time             `json:"ended_at,omitempty"`
	State   string                 `json:"state" enum:"running,done"`
	Counts  map[handover.State]int `json:"counts"`
}

func wire(t handover.Transfer) wireTransfer {
	out := wireTransfer{t.ID, t.Corp, t.Kind, t.Object, t.From, t.To, t.Message, t.By, t.Created, when(t.Ended), "running", t.Counts}
	if out.Ended != nil {
		out.State = "done"
	}
	return out
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type listInput struct {
	Corp    string `query:"corp"`
	Running bool   `query:"running"`
	Cursor  string `query:"cursor"`
	Limit   int    `query:"limit" minimum:"0" maximum:"1000"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[wireTransfer], error) {
	p, err := h.Handover.List(ctx, handover.Filter{Corp: in.Corp, Running: in.Running, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wire), nil
}

type startInput struct {
	Body struct {
		Corp    string   `json:"corp"`
		Kind    string   `json:"kind" enum:"active,resigned"`
		Object  string   `json:"object" enum:"customer,group"`
		From    string   `json:"from" doc:"userid of who hands over"`
		To      string   `json:"to" doc:"userid of who takes over"`
		Items   []string `json:"items,omitempty" doc:"external_userids or chat_ids; absent: all"`
		Message string   `json:"message,omitempty" doc:"What the customer is told, 200 letters at most"`
	}
}

type answer struct{ Body wireTransfer }

func (h *handlers) start(ctx context.Context, in *startInput) (*answer, error) {
	b := in.Body
	who, _ := access.From(ctx)
	t, err := h.Handover.Start(ctx, handover.Order{
		Corp: b.Corp, Kind: handover.Kind(b.Kind), Object: handover.Object(b.Object), From: b.From, To: b.To,
		Items: b.Items, Message: b.Message, By: who.ID,
	}, func(ctx context.Context, id string) error {
		return h.Access.Audit(ctx, "transfer.start", id, map[string]any{"corp": b.Corp, "kind": b.Kind, "object": b.Object, "from": b.From, "to": b.To})
	})
	if err != nil {
		return nil, err
	}
	return &answer{wire(t)}, nil
}

type one struct {
	ID string `path:"id"`
}

func (h *handlers) get(ctx context.Context, in *one) (*answer, error) {
	t, err := h.Handover.Get(ctx, in.ID)
	return &answer{wire(t)}, err
}

type itemsInput struct {
	ID     string `path:"id"`
	State  string `query:"state" enum:"planned,asking,waiting,done,refused,full,failed"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"0" maximum:"1000"`
}

type wireItem struct {
	Item     string         `json:"item"`
	Customer string         `json:"customer,omitempty"`
	State    handover.State `json:"state"`
	Reason   string         `json:"reason,omitempty" say:"zh"`
	Asked    *time.Time     `json:"asked_at,omitempty"`
	Settled  *time.Time     `json:"settled_at,omitempty"`
}

func (h *handlers) items(ctx context.Context, in *itemsInput) (*httpapi.List[wireItem], error) {
	if _, err := h.Handover.Get(ctx, in.ID); err != nil {
		return nil, err
	}
	p, err := h.Handover.Items(ctx, in.ID, handover.State(in.State), in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(i handover.Item) wireItem {
		return wireItem{i.Item, h.customer(i.Leaf), i.State, i.Reason, when(i.Asked), when(i.Settled)}
	}), nil
}

// customer is the public id of the person that a record belongs to, "" for none.
func (h *handlers) customer(leaf uint32) string {
	if leaf == 0 {
		return ""
	}
	h.Timeline.RLock()
	defer h.Timeline.RUnlock()
	return id.Customer(h.Timeline.Root(leaf))
}

type lossesInput struct {
	Corp   string `query:"corp"`
	Staff  string `query:"staff"`
	Kind   string `query:"kind" enum:"lost,deleted"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"0" maximum:"1000"`
}

type wireLoss struct {
	Corp     string        `json:"corp"`
	Staff    string        `json:"staff"`
	External string        `json:"external_userid"`
	Customer string        `json:"customer,omitempty"`
	Kind     contact.State `json:"kind" enum:"lost,deleted" doc:"lost: the customer ended it; deleted: the member did"`
	At       time.Time     `json:"at"`
	Told     *time.Time    `json:"told_at,omitempty"`
	Untold   string        `json:"untold,omitempty" doc:"why nobody could be told: nobody, unknown_member, unreachable, or wecom_ and the platform's code"`
	Returned *time.Time    `json:"returned_at,omitempty"`
}

func (h *handlers) losses(ctx context.Context, in *lossesInput) (*httpapi.List[wireLoss], error) {
	p, err := h.Handover.Losses(ctx, handover.LossFilter{
		Corp: in.Corp, User: in.Staff, Kind: contact.State(in.Kind), Cursor: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(l handover.Loss) wireLoss {
		return wireLoss{l.Corp, l.User, l.External, h.customer(l.Leaf), l.Kind, l.At, when(l.Told), l.Untold, when(l.Returned)}
	}), nil
}

type unassignedInput struct {
	Corp   string `query:"corp" required:"true"`
	Cursor string `query:"cursor" doc:"The platform's own"`
}

type wireUnassigned struct {
	From     string    `json:"from"`
	External string    `json:"external_userid"`
	LeftAt   time.Time `json:"left_at"`
}

func (h *handlers) unassigned(ctx context.Context, in *unassignedInput) (*httpapi.List[wireUnassigned], error) {
	p, err := h.Handover.Unassigned(ctx, in.Corp, in.Cursor)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(u handover.Unassigned) wireUnassigned { return wireUnassigned{u.From, u.External, u.Left} }), nil
}

type winbackInput struct {
	Body struct {
		Name string `json:"name,omitempty" maxLength:"100"`
	}
}

type winbackAnswer struct {
	Body struct {
		Audience string `json:"audience"`
	}
}

func (h *handlers) winback(ctx context.Context, in *winbackInput) (*winbackAnswer, error) {
	name := in.Body.Name
	if name == "" {
		name = "可挽回的流失客户"
	}
	out := &winbackAnswer{}
	var err error
	out.Body.Audience, err = h.WinBack(ctx, name, json.RawMessage(handover.WinBackRule))
	return out, err
}
