package sidepanelhttp

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/contact"
	"yutang/internal/event"
	"yutang/internal/httpapi"
	"yutang/internal/sidepanel"
)

// Brief is a customer in a list.
type Brief struct {
	Customer  string          `json:"customer"`
	External  string          `json:"external_userid"`
	Staff     string          `json:"staff" doc:"whose customer it is"`
	State     contact.State   `json:"state" enum:"active,half"`
	Name      json.RawMessage `json:"name,omitempty"`
	Remark    string          `json:"remark,omitempty"`
	Channel   string          `json:"channel,omitempty"`
	AddedAt   *time.Time      `json:"added_at,omitempty"`
	Tags      []string        `json:"tags"`
	Lifecycle Lifecycle       `json:"lifecycle"`
	Tier      string          `json:"tier"`
}

// Lifecycle is a customer's stages, empty if none.
type Lifecycle struct {
	AIPL  string `json:"aipl"`
	AARRR string `json:"aarrr"`
}

func wireBrief(b sidepanel.Brief) Brief {
	c, p := b.Contact, b.Profile
	out := Brief{
		Customer: p.ID, External: c.External, Staff: c.User, State: c.State, Name: p.Traits["name"], Remark: c.Remark, Channel: c.Channel,
		AddedAt: moment(c.AddedAt), Tags: p.Tags, Lifecycle: Lifecycle(p.Lifecycle), Tier: p.Tier,
	}
	if out.Tags == nil {
		out.Tags = []string{}
	}
	return out
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type listInput struct {
	httpapi.PageQuery
	Staff string `query:"staff" maxLength:"64" doc:"a member whom I lead; myself if absent"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[Brief], error) {
	v, err := h.Panel.Who(ctx)
	if err != nil {
		return nil, err
	}
	p, err := h.Panel.List(ctx, v, in.Staff, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireBrief), nil
}

// Customer is all the panel shows of a customer.
type Customer struct {
	Brief
	Remarks    map[string]string          `json:"remarks" doc:"by userid"`
	Mobiles    []string                   `json:"mobiles,omitempty" doc:"masked"`
	Traits     map[string]json.RawMessage `json:"traits" doc:"personal ones masked, but for the name"`
	Orders     Orders                     `json:"orders"`
	FirstSeen  *time.Time                 `json:"first_seen,omitempty"`
	LastSeen   *time.Time                 `json:"last_seen,omitempty"`
	Colleagues []Colleague                `json:"colleagues" doc:"who has the customer, myself included"`
}

// Orders are a customer's orders in sum.
type Orders struct {
	Count      int        `json:"count"`
	NetRevenue float64    `json:"net_revenue" doc:"in major units, net of refunds"`
	Currency   string     `json:"currency"`
	LastAt     *time.Time `json:"last_at,omitempty"`
}

// Colleague is a member who has the customer.
type Colleague struct {
	Staff   string        `json:"staff"`
	Name    string        `json:"name"`
	State   contact.State `json:"state" enum:"active,half"`
	AddedAt *time.Time    `json:"added_at,omitempty"`
	Channel string        `json:"channel,omitempty"`
}

type one struct {
	External string `path:"external" doc:"external_userid"`
}

type customerOutput struct{ Body Customer }

func (h *handlers) get(ctx context.Context, in *one) (*customerOutput, error) {
	v, err := h.Panel.Who(ctx)
	if err != nil {
		return nil, err
	}
	c, err := h.Panel.Get(ctx, v, in.External)
	if err != nil {
		return nil, err
	}
	return &customerOutput{wireCustomer(c)}, nil
}

func wireCustomer(c sidepanel.Customer) Customer {
	p := c.Profile
	out := Customer{
		Brief: wireBrief(c.Brief), Remarks: c.Remarks, Mobiles: c.Mobiles, Traits: p.Traits, Colleagues: []Colleague{},
		FirstSeen: moment(p.FirstSeen), LastSeen: moment(p.LastSeen),
		Orders: Orders{Count: p.Orders.Count, NetRevenue: p.Orders.Decimal().Float(), Currency: p.Orders.Currency},
	}
	if p.Orders.LastAt != 0 {
		out.Orders.LastAt = moment(time.UnixMilli(p.Orders.LastAt).UTC())
	}
	for _, o := range c.Colleagues {
		out.Colleagues = append(out.Colleagues, Colleague{o.User, o.Name, o.State, moment(o.AddedAt), o.Channel})
	}
	return out
}

// Event is one event of a customer, personal values masked.
type Event struct {
	Seq        uint64          `json:"seq"`
	Name       string          `json:"name"`
	At         time.Time       `json:"at"`
	Properties json.RawMessage `json:"properties,omitempty"`
	Traits     []TraitChange   `json:"traits,omitempty"`
	Tags       []TagChange     `json:"tags,omitempty"`
}

// TraitChange is what an event did to a trait.
type TraitChange struct {
	Action string          `json:"action"`
	Name   string          `json:"name"`
	Value  json.RawMessage `json:"value,omitempty"`
}

// TagChange is what an event did to a tag.
type TagChange struct {
	Tag     string `json:"tag"`
	Removed bool   `json:"removed,omitempty"`
}

type eventsInput struct {
	httpapi.PageQuery
	External string `path:"external"`
}

func (h *handlers) events(ctx context.Context, in *eventsInput) (*httpapi.List[Event], error) {
	v, err := h.Panel.Who(ctx)
	if err != nil {
		return nil, err
	}
	p, err := h.Panel.Events(ctx, v, in.External, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireEvent), nil
}

func wireEvent(ev *event.Event) Event {
	out := Event{Seq: ev.Seq, Name: ev.Name, At: ev.At.UTC(), Properties: ev.Props}
	for _, op := range ev.Traits {
		out.Traits = append(out.Traits, TraitChange{string(op.Action), op.Name, op.Value})
	}
	for _, op := range ev.Tags {
		out.Tags = append(out.Tags, TagChange{op.Tag, op.Remove})
	}
	return out
}

type tagsInput struct {
	External string `path:"external"`
	Body     struct {
		Add    []string `json:"add,omitempty" maxItems:"50" doc:"labels"`
		Remove []string `json:"remove,omitempty" maxItems:"50" doc:"labels"`
	}
}

func (h *handlers) setTags(ctx context.Context, in *tagsInput) (*httpapi.Empty, error) {
	v, err := h.Panel.Who(ctx)
	if err != nil {
		return nil, err
	}
	return nil, h.Panel.SetTags(ctx, v, in.External, in.Body.Add, in.Body.Remove)
}
