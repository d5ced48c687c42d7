// Package contacthttp serves the relations between staff and customers over the management
// API. Remarks, descriptions and mobiles are shown to callers with customers.unmask only.
package contacthttp

import (
	"context"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/contact"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/timeline"
)

type handlers struct {
	contacts *contact.Service
	timeline *timeline.Store
}

// Routes lists what this package serves.
func Routes(a *httpapi.API, s *contact.Service, tl *timeline.Store) {
	h := &handlers{s, tl}
	op := httpapi.Op{Needs: access.ContactsRead, Scope: access.ScopeBrand}
	op.Method, op.Path, op.ID, op.Summary = http.MethodGet, "/contacts", "list-contacts", "List relations of staff and customers, ended ones too"
	httpapi.Register(a, op, h.list)
}

// Contact is a relation as the API shows it.
type Contact struct {
	Corp        string        `json:"corp"`
	Staff       string        `json:"staff"`
	External    string        `json:"external_userid"`
	Customer    string        `json:"customer"`
	State       contact.State `json:"state" enum:"active,half,lost,deleted,transferred"`
	Additions   int           `json:"additions" doc:"how often it became active"`
	AddedAt     *time.Time    `json:"added_at,omitempty"`
	EndedAt     *time.Time    `json:"ended_at,omitempty"`
	Provenance  Provenance    `json:"provenance"`
	Tags        []string      `json:"tags" doc:"corp tag ids"`
	Remark      string        `json:"remark,omitempty"`
	Description string        `json:"description,omitempty"`
	Company     string        `json:"company,omitempty"`
	Mobiles     []string      `json:"mobiles,omitempty"`
}

// Provenance says how the customer came to the member.
type Provenance struct {
	Channel  string `json:"channel,omitempty"`
	Code     string `json:"code,omitempty" doc:"live code or link"`
	CodeName string `json:"code_name,omitempty"`
	State    string `json:"state,omitempty" doc:"the state that the platform told"`
	AddWay   string `json:"add_way,omitempty"`
}

func (h *handlers) wire(ctx context.Context) func(c contact.Contact) Contact {
	show := access.Can(ctx, access.CustomersUnmask)
	return func(c contact.Contact) Contact {
		out := Contact{
			Corp: c.Corp, Staff: c.User, External: c.External, Customer: h.customer(c.Leaf), State: c.State, Additions: c.Count,
			AddedAt: optional(c.AddedAt), EndedAt: optional(c.EndedAt), Tags: c.Tags,
			Provenance: Provenance{Channel: c.Channel, Code: c.CodeID, CodeName: c.CodeName, State: c.Code, AddWay: contact.WayName(c.AddWay)},
		}
		if show {
			out.Remark, out.Description, out.Company, out.Mobiles = c.Remark, c.Description, c.Company, c.Mobiles
		}
		if out.Tags == nil {
			out.Tags = []string{}
		}
		return out
	}
}

// customer is the public id of the person whom a record belongs to.
func (h *handlers) customer(leaf uint32) string {
	if leaf == 0 {
		return ""
	}
	h.timeline.RLock()
	defer h.timeline.RUnlock()
	if int64(leaf) > int64(h.timeline.Customers()) {
		return id.Customer(leaf)
	}
	return id.Customer(h.timeline.Root(leaf))
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type listInput struct {
	httpapi.PageQuery
	Corp     string `query:"corp"`
	Staff    string `query:"staff" doc:"a user id"`
	Customer string `query:"customer" doc:"a customer id such as c42: over all merged records"`
	State    string `query:"state" enum:"active,half,lost,deleted,transferred"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Contact], error) {
	f := contact.Filter{Corp: in.Corp, User: in.Staff, State: contact.State(in.State), Cursor: in.Cursor, Limit: in.Limit}
	if in.Customer != "" {
		ord, err := id.ParseCustomer(in.Customer)
		if err != nil {
			return nil, err
		}
		if f.Leaves, err = h.timeline.Records(ord); err != nil {
			return nil, err
		}
	}
	p, err := h.contacts.List(ctx, f)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, h.wire(ctx)), nil
}
