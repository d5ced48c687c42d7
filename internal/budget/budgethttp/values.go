package budgethttp

import (
	"context"
	"time"

	"yutang/internal/budget"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/money"
	"yutang/internal/outreach"
)

// Values are what touches are expected to bring.
type Values struct {
	At       *time.Time `json:"at,omitempty" doc:"when they were found; absent before the first time"`
	Currency string     `json:"currency"`
	RateK    []float64  `json:"rate_k" doc:"touches that weigh as much as the parent, for playbook, step, and tier and stage"`
	MeanK    []float64  `json:"mean_k" doc:"the same in conversions, for the revenue of one"`
	Items    []Value    `json:"items" doc:"the brand first"`
}

// Value is the estimate of one group of touches.
type Value struct {
	Level       string  `json:"level" enum:"brand,playbook,step,cell"`
	Playbook    string  `json:"playbook,omitempty"`
	Step        string  `json:"step,omitempty"`
	Tier        string  `json:"tier,omitempty" doc:"of a cell; absent: without tier"`
	Stage       string  `json:"stage,omitempty" doc:"AIPL stage of a cell"`
	Touches     int64   `json:"touches"`
	Conversions int64   `json:"conversions"`
	Revenue     float64 `json:"revenue" doc:"of the conversions, net"`
	Rate        float64 `json:"rate" doc:"conversions per touch, shrunk"`
	Mean        float64 `json:"mean" doc:"revenue of a conversion, shrunk"`
	Value       float64 `json:"value" doc:"expected of one touch"`
}

type valuesInput struct {
	Playbook string `query:"playbook"`
}

type valuesOutput struct{ Body Values }

func (h *handlers) values(_ context.Context, in *valuesInput) (*valuesOutput, error) {
	m, cells, at := h.Budget.Values()
	out := &valuesOutput{Values{Currency: h.Budget.Customers.Currency(), RateK: m.RateK[:], MeanK: m.MeanK[:], Items: []Value{}}}
	if !at.IsZero() {
		out.Body.At = &at
	}
	scale := float64(money.Scale(out.Body.Currency))
	for _, c := range cells {
		if in.Playbook != "" && c.Playbook != in.Playbook {
			continue
		}
		e := m.Cells[c]
		out.Body.Items = append(out.Body.Items, Value{
			Level: [...]string{"brand", "playbook", "step", "cell"}[c.Level], Playbook: c.Playbook, Step: c.Step, Tier: c.Tier, Stage: c.Stage,
			Touches: e.Touches, Conversions: e.Conversions, Revenue: h.major(e.Revenue), Rate: e.Rate, Mean: e.Mean / scale, Value: h.major(e.Value),
		})
	}
	return out, nil
}

// Quota is one account's quota and its use.
type Quota struct {
	Account  string    `json:"account"`
	Channel  string    `json:"channel"`
	Rule     string    `json:"rule" doc:"the platform's rule: month, week or day"`
	Limit    int       `json:"limit" doc:"messages that each customer may get in the period"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Messages int       `json:"messages" doc:"accepted in the period, or open"`
	Full     int       `json:"full" doc:"customers whom the platform itself has called full"`
	Used     []Used    `json:"used" doc:"customers by how many messages they have had or are to get"`
}

// Used is how many customers have had so many messages.
type Used struct {
	Messages  int `json:"messages"`
	Customers int `json:"customers"`
}

type quotaOutput struct {
	Body struct {
		Items []Quota `json:"items"`
	}
}

func (h *handlers) quota(ctx context.Context, _ *httpapi.None) (*quotaOutput, error) {
	found, err := h.Budget.Quotas(ctx)
	if err != nil {
		return nil, err
	}
	out := &quotaOutput{}
	out.Body.Items = make([]Quota, len(found))
	for i, q := range found {
		out.Body.Items[i] = quota(q)
	}
	return out, nil
}

func quota(q budget.QuotaUse) Quota {
	out := Quota{
		Account: q.Account, Channel: outreach.WeComMass, Rule: q.Rule, Limit: q.Limit, Start: q.Start, End: q.End, Full: q.Full, Used: []Used{},
	}
	for _, u := range q.Used {
		out.Used = append(out.Used, Used(u))
		out.Messages += u.Messages * u.Customers
	}
	return out
}

type ledgerInput struct {
	From     string `query:"from" required:"true" format:"date" doc:"first day in the brand's zone"`
	To       string `query:"to" required:"true" format:"date" doc:"last day, inclusive"`
	Playbook string `query:"playbook"`
}

// DayCount is how many touches of one day ended, or stand, alike.
type DayCount struct {
	Day     string          `json:"day" doc:"when they were planned; see them with GET /deliveries?day="`
	Channel string          `json:"channel"`
	State   outreach.State  `json:"state"`
	Reason  outreach.Reason `json:"reason,omitempty"`
	Count   int             `json:"count"`
	Value   float64         `json:"value" doc:"expected of them, in the brand's currency"`
}

type ledgerOutput struct {
	Body struct {
		Items []DayCount `json:"items"`
	}
}

func (h *handlers) ledger(ctx context.Context, in *ledgerInput) (*ledgerOutput, error) {
	from, err := h.day("from", in.From)
	if err != nil {
		return nil, err
	}
	to, err := h.day("to", in.To)
	if err != nil {
		return nil, err
	}
	found, err := h.Outreach.Summary(ctx, from, to, in.Playbook)
	if err != nil {
		return nil, err
	}
	out := &ledgerOutput{}
	out.Body.Items = make([]DayCount, len(found))
	for i, c := range found {
		out.Body.Items[i] = DayCount{c.Day, c.Channel, c.State, c.Reason, c.Count, h.major(c.Value)}
	}
	return out, nil
}

func (h *handlers) day(name, text string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, text, h.Outreach.Zone())
	if err != nil {
		return t, fault.BadField(name, "is not a day such as 2026-03-31")
	}
	return t, nil
}
