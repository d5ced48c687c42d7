package identityhttp

import (
	"context"
	"time"

	"yutang/internal/access"
	"yutang/internal/customer"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/identity"
)

type pairInput struct {
	Body struct {
		A string `json:"a" doc:"a customer's id"`
		B string `json:"b" doc:"another customer's id"`
	}
}

func (in *pairInput) ords() (a, b uint32, err error) {
	if a, err = id.ParseCustomer(in.Body.A); err != nil {
		return 0, 0, err
	}
	b, err = id.ParseCustomer(in.Body.B)
	return a, b, err
}

// Side is one customer of a preview.
type Side struct {
	ID         string     `json:"id"`
	Records    int        `json:"records" doc:"customer records joined in it"`
	Identities []Holding  `json:"identities"`
	Events     int        `json:"events"`
	FirstEvent *time.Time `json:"first_event,omitempty"`
	LastEvent  *time.Time `json:"last_event,omitempty"`
}

// Holding is how many identities of a type a customer has.
type Holding struct {
	Type  string `json:"type"`
	Count int    `json:"count"`
}

// Crowded is a type of which the customer would hold more values than events may give one.
type Crowded struct {
	Type  string `json:"type"`
	Limit int    `json:"limit"`
}

type previewOutput struct {
	Body struct {
		Kept      Side      `json:"kept" doc:"the survivor: its id stays"`
		Gone      Side      `json:"gone" doc:"its id will resolve to the survivor"`
		Why       string    `json:"why" enum:"stronger,older" doc:"why the survivor survives: known by a stronger identity, or older"`
		Conflicts []Crowded `json:"conflicts" doc:"limits that the merge would break"`
		Separated bool      `json:"separated" doc:"a person took the two apart before"`
	}
}

func (h *handlers) preview(ctx context.Context, in *pairInput) (*previewOutput, error) {
	a, b, err := in.ords()
	if err != nil {
		return nil, err
	}
	h.Timeline.RLock()
	p, err := h.Identity.PreviewMerge(ctx, a, b)
	h.Timeline.RUnlock()
	if err != nil {
		return nil, err
	}
	out := &previewOutput{}
	out.Body.Kept, out.Body.Gone, out.Body.Why, out.Body.Separated = wireSide(p.Kept), wireSide(p.Gone), p.KeptWhy, p.Separated
	out.Body.Conflicts = make([]Crowded, len(p.Conflicts))
	for i, c := range p.Conflicts {
		out.Body.Conflicts[i] = Crowded(c)
	}
	return out, nil
}

func wireSide(s identity.Side) Side {
	out := Side{
		ID: id.Customer(s.Customer), Records: s.Records, Identities: make([]Holding, len(s.Identities)),
		Events: s.Events, FirstEvent: optional(s.First), LastEvent: optional(s.Last),
	}
	for i, c := range s.Identities {
		out.Identities[i] = Holding(c)
	}
	return out
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type mergeOutput struct {
	Body struct {
		MergeID    string `json:"merge_id" doc:"names the merge for undoing it"`
		CustomerID string `json:"customer_id" doc:"the survivor"`
	}
}

func (h *handlers) merge(ctx context.Context, in *pairInput) (*mergeOutput, error) {
	a, b, err := in.ords()
	if err != nil {
		return nil, err
	}
	m, err := h.Merger.Merge(ctx, a, b, actor(ctx))
	if err != nil {
		return nil, err
	}
	out := &mergeOutput{}
	out.Body.MergeID, out.Body.CustomerID = m.ID, id.Customer(m.Kept)
	detail := map[string]string{"merge": m.ID, "gone": id.Customer(m.Gone)}
	return out, h.Access.Audit(ctx, "customer.merge", out.Body.CustomerID, detail)
}

type unmergeInput struct {
	Body struct {
		MergeID string `json:"merge_id"`
	}
}

type unmergeOutput struct {
	Body struct {
		CustomerID string `json:"customer_id" doc:"the customer that was kept"`
		RestoredID string `json:"restored_id" doc:"the customer that stands for itself again"`
	}
}

func (h *handlers) unmerge(ctx context.Context, in *unmergeInput) (*unmergeOutput, error) {
	kept, gone, err := h.Merger.Unmerge(ctx, in.Body.MergeID, actor(ctx))
	if err != nil {
		return nil, err
	}
	out := &unmergeOutput{}
	out.Body.CustomerID, out.Body.RestoredID = id.Customer(kept), id.Customer(gone)
	detail := map[string]string{"merge": in.Body.MergeID, "restored": out.Body.RestoredID}
	return out, h.Access.Audit(ctx, "customer.unmerge", out.Body.CustomerID, detail)
}

// Merge is one row of the history.
type Merge struct {
	ID       string     `json:"id"`
	At       time.Time  `json:"at"`
	Kept     string     `json:"kept" doc:"the survivor then"`
	Gone     string     `json:"gone" doc:"the customer that was joined to it"`
	Type     string     `json:"type,omitempty" doc:"type of the identity that linked them; absent if a person merged"`
	Actor    string     `json:"actor,omitempty" doc:"who merged; absent if an event did"`
	EventSeq uint64     `json:"event_seq,omitempty"`
	Note     string     `json:"note,omitempty"`
	UndoneAt *time.Time `json:"undone_at,omitempty"`
	UndoneBy string     `json:"undone_by,omitempty"`
}

func wireMerge(m identity.Merged) Merge {
	return Merge{
		ID: m.ID, At: m.At, Kept: id.Customer(m.Kept), Gone: id.Customer(m.Gone), Type: m.Type, Actor: m.Actor,
		EventSeq: m.EventSeq, Note: m.Note, UndoneAt: optional(m.UndoneAt), UndoneBy: m.UndoneBy,
	}
}

type mergesInput struct {
	httpapi.PageQuery
	Customer string `query:"customer" doc:"a customer's id: merges of all records that are this person now"`
}

func (h *handlers) merges(ctx context.Context, in *mergesInput) (*httpapi.List[Merge], error) {
	var records []uint32
	if in.Customer != "" {
		ord, err := id.ParseCustomer(in.Customer)
		if err != nil {
			return nil, err
		}
		h.Timeline.RLock()
		records = append([]uint32{ord}, h.Timeline.Leaves(h.root(ord))...)
		h.Timeline.RUnlock()
	}
	p, err := h.Identity.Merges(ctx, records, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireMerge), nil
}

// Conflict is a link that an event suggested and the policy refused.
type Conflict struct {
	ID         string    `json:"id"`
	At         time.Time `json:"at"`
	Type       string    `json:"type"`
	Value      string    `json:"value" doc:"masked unless you may see personal data"`
	CustomerID string    `json:"customer_id,omitempty" doc:"who the event went to, under today's id"`
	OtherID    string    `json:"other_id,omitempty" doc:"who the identity belongs to, under today's id; absent: it was not attached to anybody"`
	Reason     string    `json:"reason" enum:"exclusive,limit,identified,separated,not_allowed"`
	OverType   string    `json:"over_type,omitempty" doc:"the type whose limit stood in the way"`
	Resolved   bool      `json:"resolved" doc:"the two are one customer now"`
	EventSeq   uint64    `json:"event_seq,omitempty"`
}

func (h *handlers) conflicts(ctx context.Context, in *httpapi.PageQuery) (*httpapi.List[Conflict], error) {
	p, err := h.Identity.Conflicts(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	open := access.Can(ctx, access.CustomersUnmask)
	h.Timeline.RLock()
	defer h.Timeline.RUnlock()
	return httpapi.Listed(p, func(c identity.Conflict) Conflict {
		out := Conflict{
			ID: c.ID, At: c.At, Type: c.Identity.Type, Value: shown(open, c.Identity.Type, c.Identity.Value),
			CustomerID: h.today(c.Customer), OtherID: h.today(c.Other), Reason: string(c.Reason),
			OverType: c.OverType, EventSeq: c.EventSeq,
		}
		out.Resolved = out.CustomerID != "" && out.CustomerID == out.OtherID
		return out
	}), nil
}

// root is the customer that a record belongs to now, or itself where nobody has the number.
// The read lock is held.
func (h *handlers) root(ord uint32) uint32 {
	if int(ord) > h.Timeline.Customers() {
		return ord
	}
	return h.Timeline.Root(ord)
}

// today is the public id that a record's customer has now. The read lock is held.
func (h *handlers) today(ord uint32) string {
	if ord == 0 {
		return ""
	}
	return id.Customer(h.Timeline.Root(ord))
}

// shown is a value as the caller may see it.
func shown(open bool, typ, value string) string {
	if open {
		return value
	}
	return customer.MaskIdentity(typ, value)
}
