package insighthttp

import (
	"context"
	"math"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/insight"
	"yutang/internal/insight/cost"
	"yutang/internal/money"
)

// costRoutes lists the routes of costs and phases.
func costRoutes(a *httpapi.API, h *handlers) {
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: "/insight/costs" + path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	upload := func(o httpapi.Op) httpapi.Op {
		o.Upload, o.MaxBody = true, cost.MaxFile+formOverhead
		return o
	}
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const read, write = access.InsightRead, access.InsightWrite

	httpapi.Register(a, op(get, "", "list-costs", "List what bringing customers in costs, newest first", read, 0), h.listCosts)
	httpapi.Register(a, op(post, "", "create-cost", "Add a cost of a day or of a span of days", write, http.StatusCreated), h.createCost)
	httpapi.Register(a, op(put, "/{id}", "update-cost", "Change a cost", write, 0), h.updateCost)
	httpapi.Register(a, op(del, "/{id}", "delete-cost", "Delete a cost", write, http.StatusNoContent), h.deleteCost)
	httpapi.Register(a, upload(op(post, "/import", "import-costs", "Take in a CSV file of costs (multipart: map, file)", write, 0)), h.importCosts)
	httpapi.Register(a, op(get, "/summary", "sum-costs", "Costs of some days by a dimension", read, 0), h.sumCosts)
	httpapi.Register(a, op(get, "/phases", "get-cost-phases", "The phases of growth and their plans", read, 0), h.getPhases)
	httpapi.Register(a, op(put, "/phases", "set-cost-phases", "Set the phases of growth and their plans", write, 0), h.setPhases)
}

// formOverhead is room for the fields beside the file.
const formOverhead = 1 << 16

// CostInput is a cost as it is written.
type CostInput struct {
	Date     string  `json:"date" doc:"the day, or the first of a span: 2026-01-31"`
	To       string  `json:"to,omitempty" doc:"the last day; the amount spreads evenly over the span"`
	Channel  string  `json:"channel,omitempty"`
	Staff    string  `json:"staff,omitempty" doc:"userid"`
	Campaign string  `json:"campaign,omitempty"`
	Phase    string  `json:"phase,omitempty" doc:"by the days if it is empty"`
	Amount   float64 `json:"amount" doc:"major units; below 0 is money that came back"`
	Currency string  `json:"currency,omitempty" doc:"the brand's; any other is refused"`
	Note     *string `json:"note,omitempty" doc:"an update without it keeps the old one"`
}

// Cost is a cost as it is shown.
type Cost struct {
	ID string `json:"id"`
	CostInput
	Hidden    bool      `json:"note_hidden,omitempty" doc:"there is a note that you may not see"`
	Origin    string    `json:"origin" enum:"manual,import"`
	CreatedAt time.Time `json:"created_at"`
	CreatedBy string    `json:"created_by"`
}

func wireCost(ctx context.Context) func(cost.Row) Cost {
	unmask := access.Can(ctx, access.CustomersUnmask)
	return func(r cost.Row) Cost {
		c := Cost{ID: r.ID, Origin: string(r.Origin), CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy}
		c.CostInput = CostInput{
			Date: r.First.String(), To: r.Last.String(), Channel: r.Channel, Staff: r.Staff, Campaign: r.Campaign, Phase: r.Phase,
			Amount: insight.Major(r.Amount, r.Currency), Currency: r.Currency,
		}
		if r.Note != "" && unmask {
			c.Note = &r.Note
		}
		c.Hidden = r.Note != "" && !unmask
		return c
	}
}

// minor reads an amount of major units.
func minor(amount float64, currency, ptr string) (int64, error) {
	scaled := amount * float64(money.Scale(currency))
	whole := math.Round(scaled)
	if math.Abs(whole) > 1e15 || math.Abs(scaled-whole) > 1e-4 {
		return 0, fault.BadField(ptr, "%v is no amount of %s", amount, currency)
	}
	return int64(whole), nil
}

func (h *handlers) costRow(in CostInput) (r cost.Row, err error) {
	r = cost.Row{Channel: in.Channel, Staff: in.Staff, Campaign: in.Campaign, Phase: in.Phase, Currency: in.Currency}
	if in.Note != nil {
		r.Note = *in.Note
	}
	if r.First, err = cost.ParseDay(in.Date, "/date"); err != nil {
		return r, err
	}
	if r.Last, err = cost.ParseDay(in.To, "/to"); err != nil {
		return r, err
	}
	r.Amount, err = minor(in.Amount, h.Costs.Currency(), "/amount")
	return r, err
}

// CostFilter selects costs.
type CostFilter struct {
	From     string `query:"from" doc:"costs that touch the days from this one on"`
	To       string `query:"to"`
	Channel  string `query:"channel"`
	Staff    string `query:"staff"`
	Campaign string `query:"campaign"`
	Phase    string `query:"phase"`
}

func (f CostFilter) filter() (out cost.Filter, err error) {
	out = cost.Filter{Channel: f.Channel, Staff: f.Staff, Campaign: f.Campaign, Phase: f.Phase}
	if out.From, err = cost.ParseDay(f.From, "/from"); err != nil {
		return out, err
	}
	out.To, err = cost.ParseDay(f.To, "/to")
	return out, err
}

type listCostsInput struct {
	httpapi.PageQuery
	CostFilter
}

func (h *handlers) listCosts(ctx context.Context, in *listCostsInput) (*httpapi.List[Cost], error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	p, err := h.Costs.List(ctx, f, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, wireCost(ctx)), nil
}

func (h *handlers) createCost(ctx context.Context, in *input[CostInput]) (*output[Cost], error) {
	r, err := h.costRow(in.Body)
	if err != nil {
		return nil, err
	}
	who, _ := access.From(ctx)
	err = h.Access.Audited(ctx, "insight.cost_create", func(ctx context.Context) (string, any, error) {
		r, err = h.Costs.Create(ctx, r, who.ID)
		return r.ID, costDetail(r), err
	})
	if err != nil {
		return nil, err
	}
	return &output[Cost]{wireCost(ctx)(r)}, nil
}

// costDetail is what the audit trail keeps: the note is not among it.
func costDetail(r cost.Row) map[string]any {
	return map[string]any{"from": r.First.String(), "to": r.Last.String(), "channel": r.Channel, "minor": r.Amount}
}

type updateCostInput struct {
	ID   string `path:"id"`
	Body CostInput
}

func (h *handlers) updateCost(ctx context.Context, in *updateCostInput) (*output[Cost], error) {
	r, err := h.costRow(in.Body)
	if err != nil {
		return nil, err
	}
	r.ID = in.ID
	err = h.Access.Audited(ctx, "insight.cost_update", func(ctx context.Context) (string, any, error) {
		if in.Body.Note == nil {
			old, err := h.Costs.Get(ctx, in.ID)
			if err != nil {
				return "", nil, err
			}
			r.Note = old.Note
		}
		var err error
		r, err = h.Costs.Update(ctx, r)
		return in.ID, costDetail(r), err
	})
	if err != nil {
		return nil, err
	}
	return &output[Cost]{wireCost(ctx)(r)}, nil
}

type costID struct {
	ID string `path:"id"`
}

func (h *handlers) deleteCost(ctx context.Context, in *costID) (*httpapi.Empty, error) {
	err := h.Access.Audited(ctx, "insight.cost_delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.Costs.Delete(ctx, in.ID)
	})
	return &httpapi.Empty{}, err
}

type sumCostsInput struct {
	CostFilter
	By string `query:"by" enum:"day,month,channel,staff,campaign,phase" default:"channel"`
}

// CostSummary is costs by a dimension, in major units.
type CostSummary struct {
	By       string    `json:"by"`
	Currency string    `json:"currency"`
	Total    float64   `json:"total"`
	Sums     []CostSum `json:"sums" doc:"they add up to the total"`
}

// CostSum is the cost of one value.
type CostSum struct {
	Value  string  `json:"value" doc:"(unknown) for rows that name none"`
	Amount float64 `json:"amount"`
}

func (h *handlers) sumCosts(ctx context.Context, in *sumCostsInput) (*output[CostSummary], error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	s, err := h.Costs.Sum(ctx, f, cost.Dimension(in.By))
	if err != nil {
		return nil, err
	}
	currency := h.Costs.Currency()
	out := CostSummary{By: in.By, Currency: currency, Total: insight.Major(s.Total, currency), Sums: []CostSum{}}
	for _, x := range s.Sums {
		out.Sums = append(out.Sums, CostSum{x.Value, insight.Major(x.Amount, currency)})
	}
	return &output[CostSummary]{out}, nil
}
