package masssendhttp

import (
	"context"
	"time"

	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/masssend"
	"yutang/internal/outreach"
)

// Preview is who will get a message and who will not.
type Preview struct {
	At      time.Time `json:"at" doc:"the moment of sending it was made for"`
	Total   int       `json:"total"`
	Gets    int       `json:"gets"`
	Later   int       `json:"later" doc:"of those: after quiet hours"`
	Shared  int       `json:"shared" doc:"of those: contacts of several members, of whom one is asked"`
	Calls   int       `json:"calls"`
	Quota   int       `json:"quota" doc:"messages that one customer may get in the platform's period"`
	Refused []Refused `json:"refused"`
	Staff   []Asked   `json:"staff"`
	Arms    []Arm     `json:"arms" doc:"customers by variant; control is held out"`
}

// Arm is an arm of the send's experiment with the number of customers.
type Arm struct {
	Arm   string `json:"arm"`
	Count int    `json:"count"`
}

// Refused is how many do not get it for one reason.
type Refused struct {
	Reason outreach.Reason `json:"reason" doc:"no_contact, no_consent, capped, quota, holdout, staff_gone, other_staff"`
	Count  int             `json:"count"`
	Sample []string        `json:"sample"`
}

// Asked is one member with the number of customers or groups.
type Asked struct {
	Staff string `json:"staff"`
	Count int    `json:"count"`
}

type previewOutput struct{ Body Preview }

func (h *handlers) preview(ctx context.Context, in *oneInput) (*previewOutput, error) {
	x, err := h.Sends.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return h.previewOf(ctx, x)
}

func (h *handlers) previewNew(ctx context.Context, in *createInput) (*previewOutput, error) {
	x, err := h.Sends.Try(in.Body.wish(ctx))
	if err != nil {
		return nil, err
	}
	return h.previewOf(ctx, x)
}

func (h *handlers) previewOf(ctx context.Context, x masssend.Send) (*previewOutput, error) {
	p, err := h.Sends.Preview(ctx, x)
	if err != nil {
		return nil, err
	}
	out := &previewOutput{Preview{
		At: p.At, Total: p.Total, Gets: p.Gets, Later: p.Later, Shared: p.Shared, Calls: p.Calls, Quota: p.Platform,
		Refused: []Refused{}, Staff: []Asked{}, Arms: []Arm{},
	}}
	for _, r := range p.Refused {
		out.Body.Refused = append(out.Body.Refused, Refused(r))
	}
	for _, a := range p.Staff {
		out.Body.Staff = append(out.Body.Staff, Asked(a))
	}
	for _, a := range p.Arms {
		out.Body.Arms = append(out.Body.Arms, Arm(a))
	}
	return out, nil
}

type previewListInput struct {
	ID string `path:"id"`
	httpapi.PageQuery
	Gets   bool   `query:"gets" doc:"those who get it; otherwise those who do not"`
	Reason string `query:"reason"`
	Staff  string `query:"staff"`
}

// Candidate is one customer of a preview.
type Candidate struct {
	Customer string          `json:"customer"`
	Staff    string          `json:"staff,omitempty"`
	Gets     bool            `json:"gets"`
	Reason   outreach.Reason `json:"reason,omitempty"`
	Due      *time.Time      `json:"due,omitempty" doc:"not before: quiet hours"`
	Contacts int             `json:"contacts" doc:"members who have this customer and may be asked"`
	Arm      string          `json:"arm,omitempty" doc:"variant, or control"`
}

func (h *handlers) previewList(ctx context.Context, in *previewListInput) (*httpapi.List[Candidate], error) {
	x, err := h.Sends.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	f := masssend.PreviewFilter{Gets: in.Gets, Reason: outreach.Reason(in.Reason), Staff: in.Staff, Cursor: in.Cursor, Limit: in.Limit}
	found, err := h.Sends.PreviewList(ctx, x, f)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(found, func(c masssend.Candidate) Candidate {
		return Candidate{id.Customer(c.Ord), c.Staff, c.Gets(), c.Refuse, optional(c.Due), c.Relations, c.Arm}
	}), nil
}

// Progress is how far a send has come.
type Progress struct {
	Counts   []outreach.Count  `json:"counts" doc:"customers by state and reason"`
	Chats    []outreach.Count  `json:"chats" doc:"groups by state and reason"`
	Staff    []StaffProgress   `json:"staff"`
	Variants []VariantProgress `json:"variants"`
}

// VariantProgress is what became of one variant.
type VariantProgress struct {
	Name     string `json:"name"`
	Calls    int    `json:"calls"`
	Size     int    `json:"size"`
	Accepted int    `json:"accepted"`
	Rejected int    `json:"rejected"`
	Expired  int    `json:"expired"`
}

// StaffProgress is what one member was asked and did.
type StaffProgress struct {
	Staff       string     `json:"staff"`
	Calls       int        `json:"calls"`
	Open        int        `json:"open"`
	Size        int        `json:"size"`
	Accepted    int        `json:"accepted"`
	Rejected    int        `json:"rejected"`
	Expired     int        `json:"expired"`
	Reminded    int        `json:"reminded"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"`
}

type progressOutput struct{ Body Progress }

func (h *handlers) progress(ctx context.Context, in *oneInput) (*progressOutput, error) {
	p, err := h.Sends.Progress(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &progressOutput{Progress{Counts: append([]outreach.Count{}, p.Counts...), Chats: append([]outreach.Count{}, p.Chats...), Staff: []StaffProgress{}, Variants: []VariantProgress{}}}
	for _, s := range p.Staff {
		out.Body.Staff = append(out.Body.Staff, StaffProgress{
			s.Staff, s.Calls, s.Open, s.Size, s.Accepted, s.Rejected, s.Expired, s.Reminded, optional(s.Confirmed),
		})
	}
	for _, v := range p.Variants {
		out.Body.Variants = append(out.Body.Variants, VariantProgress(v))
	}
	return out, nil
}

// Call is one request made to the platform.
type Call struct {
	N           int                `json:"n"`
	Staff       string             `json:"staff"`
	Size        int                `json:"size"`
	Variant     int                `json:"variant,omitempty" doc:"which message, from 1; absent: the send's own"`
	State       masssend.CallState `json:"state" enum:"planned,attempting,unknown,handed,done,dropped"`
	Reason      string             `json:"reason,omitempty"`
	Attempts    int                `json:"attempts"`
	MsgID       string             `json:"msgid,omitempty"`
	AttemptedAt *time.Time         `json:"attempted_at,omitempty"`
	HandedAt    *time.Time         `json:"handed_at,omitempty"`
	ConfirmedAt *time.Time         `json:"confirmed_at,omitempty"`
	CancelledAt *time.Time         `json:"cancelled_at,omitempty"`
	EndedAt     *time.Time         `json:"ended_at,omitempty"`
	Accepted    int                `json:"accepted"`
	Rejected    int                `json:"rejected"`
	Expired     int                `json:"expired"`
	Reminded    []time.Time        `json:"reminded"`
}

type pageInput struct {
	ID string `path:"id"`
	httpapi.PageQuery
}

func (h *handlers) calls(ctx context.Context, in *pageInput) (*httpapi.List[Call], error) {
	found, err := h.Sends.Calls(ctx, in.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(found, func(c masssend.Call) Call {
		return Call{
			N: c.N, Staff: c.Staff, Size: c.Size, Variant: c.Variant, State: c.State, Reason: c.Reason, Attempts: c.Attempt, MsgID: c.MsgID,
			AttemptedAt: optional(c.AttemptedAt), HandedAt: optional(c.HandedAt), ConfirmedAt: optional(c.ConfirmedAt),
			CancelledAt: optional(c.CancelledAt), EndedAt: optional(c.EndedAt),
			Accepted: c.Accepted, Rejected: c.Rejected, Expired: c.Expired, Reminded: append([]time.Time{}, c.Reminded...),
		}
	}), nil
}

// Receiver is one customer with what became of the message.
type Receiver struct {
	Customer string          `json:"customer"`
	Staff    string          `json:"staff,omitempty"`
	Delivery string          `json:"delivery"`
	State    outreach.State  `json:"state" enum:"planned,attempting,handed,accepted,rejected,suppressed,expired,unknown"`
	Reason   outreach.Reason `json:"reason,omitempty"`
	Detail   string          `json:"detail,omitempty" say:"zh"`
}

type receiversInput struct {
	ID string `path:"id"`
	httpapi.PageQuery
	State  string `query:"state" enum:"planned,attempting,handed,accepted,rejected,suppressed,expired,unknown"`
	Reason string `query:"reason"`
	Staff  string `query:"staff"`
}

func (h *handlers) receivers(ctx context.Context, in *receiversInput) (*httpapi.List[Receiver], error) {
	found, err := h.Sends.Receivers(ctx, in.ID, masssend.ReceiverFilter{
		State: outreach.State(in.State), Reason: outreach.Reason(in.Reason), Staff: in.Staff, Cursor: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(found, func(r masssend.Receiver) Receiver {
		return Receiver{id.Customer(r.Ord), r.Staff, r.Delivery, r.State, r.Reason, r.Detail}
	}), nil
}

// Chat is one customer group with what became of the message.
type Chat struct {
	Chat    string          `json:"chat"`
	Owner   string          `json:"owner"`
	State   outreach.State  `json:"state" enum:"planned,attempting,handed,accepted,rejected,suppressed,expired,unknown"`
	Reason  outreach.Reason `json:"reason,omitempty"`
	EndedAt *time.Time      `json:"ended_at,omitempty"`
}

func (h *handlers) chats(ctx context.Context, in *pageInput) (*httpapi.List[Chat], error) {
	found, err := h.Sends.ChatRows(ctx, in.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(found, func(r masssend.ChatRow) Chat {
		return Chat{r.Chat, r.Owner, r.State, r.Reason, optional(r.EndedAt)}
	}), nil
}
