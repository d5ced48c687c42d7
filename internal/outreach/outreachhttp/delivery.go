package outreachhttp

import (
	"context"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/money"
	"yutang/internal/outreach"
)

// Delivery is one row of the send ledger.
type Delivery struct {
	ID            string            `json:"id"`
	Customer      string            `json:"customer" doc:"the customer's record that was reached; an old id resolves to the survivor"`
	Playbook      string            `json:"playbook"`
	Version       int               `json:"version"`
	Run           string            `json:"run"`
	Step          string            `json:"step"`
	Occurrence    int               `json:"occurrence"`
	Channel       string            `json:"channel"`
	Endpoint      string            `json:"endpoint,omitempty"`
	Transactional bool              `json:"transactional"`
	State         outreach.State    `json:"state" enum:"planned,attempting,handed,accepted,rejected,suppressed,expired,unknown"`
	Reason        outreach.Reason   `json:"reason,omitempty" doc:"why it is in this state: capped, quiet, no_consent, outranked, quota, holdout, stale, no_address ..."`
	Detail        string            `json:"detail,omitempty" say:"zh"`
	Priority      int               `json:"priority" doc:"1 to 100, the higher first"`
	Value         float64           `json:"value" doc:"expected when it was planned, in the brand's currency"`
	Attempts      int               `json:"attempts"`
	TriggerSeq    uint64            `json:"trigger_seq,omitempty" doc:"the event that caused it"`
	TriggerAt     time.Time         `json:"trigger_at"`
	PlannedAt     time.Time         `json:"planned_at"`
	Due           time.Time         `json:"due"`
	ExpiresAt     time.Time         `json:"expires_at"`
	DispatchedAt  *time.Time        `json:"dispatched_at,omitempty"`
	SettledAt     *time.Time        `json:"settled_at,omitempty"`
	ProviderID    string            `json:"provider_id,omitempty"`
	Message       *outreach.Message `json:"message,omitempty" doc:"what was sent; only if you may see personal data"`
}

func wire(d outreach.Delivery, currency string) Delivery {
	return Delivery{
		ID: d.ID, Customer: id.Customer(d.Ord), Playbook: d.Playbook, Version: d.Version, Run: d.Run, Step: d.Step,
		Occurrence: d.Occurrence, Channel: d.Channel, Endpoint: d.Endpoint, Transactional: d.Transactional,
		State: d.State, Reason: d.Reason, Detail: d.Detail, Priority: d.Priority, Value: money.Major(d.Value, currency), Attempts: d.Attempt, TriggerSeq: d.TriggerSeq, TriggerAt: d.TriggerAt,
		PlannedAt: d.PlannedAt, Due: d.Due, ExpiresAt: d.ExpiresAt,
		DispatchedAt: optional(d.DispatchedAt), SettledAt: optional(d.SettledAt), ProviderID: d.ProviderID,
	}
}

// optional is nil for the zero time.
func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type listInput struct {
	httpapi.PageQuery
	State    string `query:"state" enum:"planned,attempting,handed,accepted,rejected,suppressed,expired,unknown"`
	Reason   string `query:"reason"`
	Customer string `query:"customer" doc:"a customer id such as c42: everything sent to this person, over merged records"`
	Playbook string `query:"playbook"`
	Channel  string `query:"channel"`
	Run      string `query:"run"`
	Step     string `query:"step"`
	Day      string `query:"day" format:"date" doc:"YYYY-MM-DD in the brand's zone: when it was planned"`
	Priority int    `query:"priority" minimum:"0" maximum:"100"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Delivery], error) {
	f := outreach.Filter{
		State: outreach.State(in.State), Reason: outreach.Reason(in.Reason), Playbook: in.Playbook, Channel: in.Channel, Run: in.Run,
		Step: in.Step, Priority: in.Priority, Limit: in.Limit, Cursor: in.Cursor,
	}
	if in.Day != "" {
		var err error
		if f.Day, err = time.ParseInLocation(time.DateOnly, in.Day, h.Outreach.Zone()); err != nil {
			return nil, fault.BadField("day", "is not a day such as 2026-03-31")
		}
	}
	if in.Customer != "" {
		var err error
		if f.Customer, err = id.ParseCustomer(in.Customer); err != nil {
			return nil, err
		}
	}
	page, err := h.Outreach.List(ctx, f)
	if err != nil {
		return nil, err
	}
	brand, err := h.Access.Brand(ctx)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(page, func(d outreach.Delivery) Delivery { return wire(d, brand.Currency) }), nil
}

type countsInput struct {
	Playbook string `query:"playbook"`
}

type countsOutput struct {
	Body struct {
		Items []outreach.Count `json:"items"`
	}
}

func (h *handlers) counts(ctx context.Context, in *countsInput) (*countsOutput, error) {
	out := &countsOutput{}
	var err error
	out.Body.Items, err = h.Outreach.Counts(ctx, in.Playbook)
	return out, err
}

type oneInput struct {
	ID string `path:"id"`
}

type deliveryOutput struct{ Body Delivery }

func (h *handlers) get(ctx context.Context, in *oneInput) (*deliveryOutput, error) {
	d, m, err := h.Outreach.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	brand, err := h.Access.Brand(ctx)
	if err != nil {
		return nil, err
	}
	out := &deliveryOutput{wire(d, brand.Currency)}
	if access.Can(ctx, access.CustomersUnmask) {
		out.Body.Message = m
	}
	return out, nil
}

type resolveInput struct {
	ID   string `path:"id"`
	Body struct {
		Sent   bool `json:"sent" doc:"true: it was delivered; false: it was not"`
		Resend bool `json:"resend,omitempty" doc:"with sent false: plan it again"`
	}
}

func (h *handlers) resolve(ctx context.Context, in *resolveInput) (*deliveryOutput, error) {
	err := h.Access.Audited(ctx, "delivery.resolve", func(ctx context.Context) (string, any, error) {
		detail := map[string]bool{"sent": in.Body.Sent, "resend": in.Body.Resend}
		return in.ID, detail, h.Outreach.Resolve(ctx, in.ID, in.Body.Sent, in.Body.Resend, actor(ctx))
	})
	if err != nil {
		return nil, err
	}
	return h.get(ctx, &oneInput{ID: in.ID})
}
