package customerhttp

import (
	"context"
	"encoding/json"
	"time"

	"yutang/internal/customer"
	"yutang/internal/fault"
	"yutang/internal/id"
)

// View is a customer.
type View struct {
	ID         string                     `json:"id"`
	Identities []Identity                 `json:"identities"`
	Traits     map[string]json.RawMessage `json:"traits"`
	Tags       []string                   `json:"tags"`
	Lifecycle  Lifecycle                  `json:"lifecycle"`
	Tier       string                     `json:"tier" doc:"V1 to V5, empty if none"`
	FirstSeen  *time.Time                 `json:"first_seen"`
	LastSeen   *time.Time                 `json:"last_seen"`
	Events     int                        `json:"events" doc:"how many events the customer has"`
	Orders     Orders                     `json:"orders"`
	Name       string                     `json:"name" doc:"the trait that tells it best, empty if none"`
	Phone      string                     `json:"phone"`
	Letter     string                     `json:"letter" doc:"first letter of the name, for an avatar"`
	Channel    string                     `json:"channel" doc:"where the customer came from"`
	Staff      []StaffName                `json:"staff" doc:"who has the customer as a contact now"`
}

// Identity is one of a customer's identities.
type Identity struct {
	Type      string    `json:"type"`
	Value     string    `json:"value"`
	FirstSeen time.Time `json:"first_seen"`
}

// Lifecycle is a customer's stages, empty if none.
type Lifecycle struct {
	AIPL  string `json:"aipl"`
	AARRR string `json:"aarrr"`
}

// Orders are a customer's orders in sum.
type Orders struct {
	Count           int        `json:"count"`
	NetRevenue      float64    `json:"net_revenue" doc:"in major units, net of refunds, in the brand's currency"`
	Currency        string     `json:"currency"`
	LastAt          *time.Time `json:"last_at"`
	OtherCurrencies []string   `json:"other_currencies,omitempty" doc:"currencies of orders that net_revenue leaves out"`
}

type output struct{ Body View }

// find reads a public id and gives the survivor's number.
func (h *handlers) find(public string) (uint32, error) {
	ord, err := id.ParseCustomer(public)
	if err != nil {
		return 0, err
	}
	h.Timeline.RLock()
	defer h.Timeline.RUnlock()
	if int64(ord) > int64(h.Timeline.Customers()) {
		return 0, fault.New(fault.NotFound, "customer_not_found", "no customer has the id %q", public)
	}
	return h.Timeline.Root(ord), nil
}

// view is root as the caller may see it.
func (h *handlers) view(ctx context.Context, root uint32) (View, error) {
	all, err := h.views(ctx, []uint32{root})
	if err != nil {
		return View{}, err
	}
	return all[0], nil
}

func wire(p *customer.Profile) View {
	v := View{
		ID: p.ID, Identities: []Identity{}, Traits: p.Traits, Tags: p.Tags,
		Lifecycle: Lifecycle(p.Lifecycle), Tier: p.Tier,
		FirstSeen: moment(p.FirstSeen), LastSeen: moment(p.LastSeen), Events: p.Events,
	}
	v.Orders = Orders{
		Count: p.Orders.Count, NetRevenue: p.Orders.Decimal().Float(), Currency: p.Orders.Currency,
		OtherCurrencies: p.Orders.Others,
	}
	if p.Orders.LastAt != 0 {
		v.Orders.LastAt = moment(time.UnixMilli(p.Orders.LastAt).UTC())
	}
	return v
}

// moment is t, nil if it is zero.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type oneInput struct {
	ID string `path:"id" doc:"a customer id such as c42"`
}

func (h *handlers) get(ctx context.Context, in *oneInput) (*output, error) {
	root, err := h.find(in.ID)
	if err != nil {
		return nil, err
	}
	v, err := h.view(ctx, root)
	return &output{v}, err
}
