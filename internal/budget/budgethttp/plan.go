package budgethttp

import (
	"context"
	"time"

	"yutang/internal/budget"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/money"
)

type planInput struct {
	Days  int  `query:"days" minimum:"1" maximum:"31" default:"7"`
	Fresh bool `query:"fresh" doc:"make it anew although the latest is younger than five minutes"`
}

// Plan is what will be sent in the days ahead.
type Plan struct {
	At        time.Time `json:"at"`
	Until     time.Time `json:"until"`
	Days      int       `json:"days"`
	Customers int       `json:"customers"`
	Touches   int       `json:"touches"`
	Currency  string    `json:"currency"`
	Lines     []Line    `json:"lines"`
	Raises    []Raise   `json:"raises" doc:"what one limit more would give, the most valuable first"`
}

// Line counts touches that are alike.
type Line struct {
	Day      string  `json:"day" doc:"in the brand's zone"`
	Source   string  `json:"source" doc:"ledger: planned already; else what foresees them"`
	Channel  string  `json:"channel"`
	Playbook string  `json:"playbook"`
	Name     string  `json:"name,omitempty"`
	Step     string  `json:"step"`
	Verdict  string  `json:"verdict" doc:"send, or the reason why not: capped, outranked, quota, staff_full, no_consent, no_address, holdout, quiet ..."`
	Count    int     `json:"count"`
	Shifted  int     `json:"shifted" doc:"of those: later than due, by quiet hours or the capacity of staff"`
	Value    float64 `json:"value" doc:"expected of them, in the plan's currency"`
}

// Raise is what one limit more would give.
type Raise struct {
	Limit   string  `json:"limit" doc:"cap/per_day, cap/channels/sms, playbooks/ID/cap/per_week, quota, staff_messages_per_day, quiet_hours/to ..."`
	From    string  `json:"from"`
	To      string  `json:"to"`
	Touches int     `json:"touches" doc:"that would go beside those that go now"`
	Value   float64 `json:"value" doc:"expected of them less that of those that would go no more"`
}

type planOutput struct{ Body Plan }

func (h *handlers) plan(ctx context.Context, in *planInput) (*planOutput, error) {
	p, err := h.Budget.Plan(ctx, in.Days, in.Fresh)
	if err != nil {
		return nil, err
	}
	out := &planOutput{Plan{
		Currency: h.Budget.Customers.Currency(), At: p.At, Until: p.Until, Days: p.Days, Customers: p.Customers, Touches: p.Touches, Lines: make([]Line, len(p.Lines)), Raises: make([]Raise, len(p.Raises)),
	}}
	for i, l := range p.Lines {
		out.Body.Lines[i] = Line{l.Day, l.Source, l.Channel, l.Playbook, l.Name, l.Step, l.Verdict, l.Count, l.Shifted, h.major(l.Value)}
	}
	for i, r := range p.Raises {
		out.Body.Raises[i] = Raise{r.Limit, r.From, r.To, r.Touches, h.major(r.Value)}
	}
	return out, nil
}

// Touch is one touch of a plan.
type Touch struct {
	ID            string    `json:"id" doc:"of the delivery, if it is in the ledger"`
	Customer      string    `json:"customer"`
	Source        string    `json:"source"`
	Playbook      string    `json:"playbook"`
	Name          string    `json:"name,omitempty"`
	Step          string    `json:"step"`
	Channel       string    `json:"channel"`
	Endpoint      string    `json:"endpoint,omitempty"`
	Priority      int       `json:"priority"`
	Value         float64   `json:"value" doc:"expected of it, in the brand's currency"`
	Transactional bool      `json:"transactional"`
	Due           time.Time `json:"due"`
	At            time.Time `json:"at" doc:"when it goes, or would"`
	ExpiresAt     time.Time `json:"expires_at"`
	Verdict       string    `json:"verdict" doc:"send, or the reason why not"`
	Shifted       bool      `json:"shifted"`
	Detail        string    `json:"detail,omitempty" doc:"the rule that decides"`
}

// major is an amount as answers have it.
func (h *handlers) major(minor int64) float64 {
	return money.Major(minor, h.Budget.Customers.Currency())
}

func (h *handlers) wire(t budget.Planned) Touch {
	return Touch{
		ID: t.ID, Customer: id.Customer(t.Ord), Source: t.Source, Playbook: t.Playbook, Name: t.Name, Step: t.Step, Channel: t.Channel,
		Endpoint: t.Endpoint, Priority: t.Priority, Value: h.major(t.Value), Transactional: t.Transactional, Due: t.Due, At: t.At, ExpiresAt: t.Expires,
		Verdict: t.Verdict, Shifted: t.Shifted, Detail: t.Detail,
	}
}

type touchesInput struct {
	httpapi.PageQuery
	Day      string `query:"day" format:"date" doc:"YYYY-MM-DD in the brand's zone"`
	Source   string `query:"source"`
	Channel  string `query:"channel"`
	Playbook string `query:"playbook"`
	Step     string `query:"step"`
	Verdict  string `query:"verdict"`
	Shifted  bool   `query:"shifted" doc:"only those later than due"`
}

func (h *handlers) touches(ctx context.Context, in *touchesInput) (*httpapi.List[Touch], error) {
	found, err := h.Budget.Touches(ctx, budget.PlanFilter{
		Day: in.Day, Source: in.Source, Channel: in.Channel, Playbook: in.Playbook, Step: in.Step, Verdict: in.Verdict, Shifted: in.Shifted,
		Cursor: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(found, h.wire), nil
}

type customerInput struct {
	ID string `path:"id" doc:"a customer id such as c42"`
}

type customerOutput struct {
	Body struct {
		Items []Touch `json:"items"`
	}
}

func (h *handlers) customer(ctx context.Context, in *customerInput) (*customerOutput, error) {
	ord, err := id.ParseCustomer(in.ID)
	if err != nil {
		return nil, err
	}
	found, err := h.Budget.OfCustomer(ctx, ord)
	if err != nil {
		return nil, err
	}
	out := &customerOutput{}
	out.Body.Items = make([]Touch, len(found))
	for i, t := range found {
		out.Body.Items[i] = h.wire(t)
	}
	return out, nil
}
