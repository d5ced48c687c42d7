package privacyhttp

import (
	"context"
	"time"

	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/privacy"
)

type previewOutput struct {
	Body struct {
		Customer string         `json:"customer"`
		Rows     map[string]int `json:"rows" doc:"by room: what goes, and what stays without a name"`
		Confirm  string         `json:"confirm" doc:"what the erasure wants as confirm"`
	}
}

func (h *handlers) preview(ctx context.Context, in *customerInput) (*previewOutput, error) {
	ord, err := h.find(in.ID)
	if err != nil {
		return nil, err
	}
	out := &previewOutput{}
	out.Body.Customer, out.Body.Confirm = id.Customer(ord), id.Customer(ord)
	out.Body.Rows, err = h.Privacy.Preview(ctx, ord)
	return out, err
}

type eraseInput struct {
	ID   string `path:"id" doc:"a customer id such as c42"`
	Body struct {
		Reason  string `json:"reason" doc:"4 to 200 characters"`
		Confirm string `json:"confirm" doc:"the customer's id once more"`
		Block   bool   `json:"block,omitempty" doc:"put the identities on the blocked list: who comes again is nobody"`
	}
}

// Erasure is the record that a customer was erased.
type Erasure struct {
	ID       string         `json:"id"`
	Customer string         `json:"customer"`
	State    string         `json:"state" enum:"waiting,erased,done" doc:"erased: gone from the database; done: from memory and snapshots, too"`
	Reason   string         `json:"reason"`
	Block    bool           `json:"block"`
	Rows     map[string]int `json:"rows"`
	AskedBy  string         `json:"asked_by"`
	AskedAt  time.Time      `json:"asked_at"`
	ErasedAt *time.Time     `json:"erased_at"`
	DoneAt   *time.Time     `json:"done_at"`
}

type erasureOutput struct{ Body Erasure }

func wireErasure(e privacy.Erasure) Erasure {
	return Erasure{
		e.ID, id.Customer(e.Ord), string(e.State), e.Reason, e.Block, e.Counts, e.AskedBy, e.AskedAt, moment(e.ErasedAt), moment(e.DoneAt),
	}
}

// moment is t, nil if it is zero.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (h *handlers) erase(ctx context.Context, in *eraseInput) (*erasureOutput, error) {
	ord, err := h.find(in.ID)
	if err != nil {
		return nil, err
	}
	if in.Body.Confirm != id.Customer(ord) {
		return nil, fault.BadField("/confirm", "must be %s, the id of the customer that is erased", id.Customer(ord))
	}
	e, err := h.Privacy.Erase(ctx, privacy.Order{Ord: ord, Reason: in.Body.Reason, Block: in.Body.Block, By: actor(ctx)})
	if err != nil {
		return nil, err
	}
	return &erasureOutput{wireErasure(e)}, nil
}

func (h *handlers) erasures(ctx context.Context, in *httpapi.PageQuery) (*httpapi.List[Erasure], error) {
	p, err := h.Privacy.Erasures(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireErasure), nil
}

func (h *handlers) erasure(ctx context.Context, in *keyInput) (*erasureOutput, error) {
	e, err := h.Privacy.Erasure(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &erasureOutput{wireErasure(e)}, nil
}
