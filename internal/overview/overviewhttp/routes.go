// Package overviewhttp serves the first page over the management API.
package overviewhttp

import (
	"context"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/overview"
)

type handlers struct{ overview *overview.Service }

// Routes lists what this package serves.
func Routes(a *httpapi.API, s *overview.Service) {
	h := &handlers{s}
	httpapi.Register(a, httpapi.Op{
		Method: http.MethodGet, Path: "/overview", ID: "get-overview", Needs: access.InsightRead, Scope: access.ScopeBrand,
		Summary: "Money of the last 30 days, what was proved, the plan, and what needs attention today",
	}, h.report)
}

// Number is one figure.
type Number struct {
	ID     string     `json:"id" enum:"net_revenue,orders,new_contacts,losses,spend,ltv_to_cac,cac"`
	Unit   string     `json:"unit" enum:"money,count,times"`
	Value  *float64   `json:"value" doc:"null if it is not known"`
	Before *float64   `json:"before" doc:"of the 30 days before"`
	Series []*float64 `json:"series" doc:"by day"`
	Reason string     `json:"reason,omitempty" say:"zh" doc:"why it is not known"`
}

// Lift is what an experiment has brought beyond its control group.
type Lift struct {
	Experiment string   `json:"experiment"`
	Name       string   `json:"name"`
	Kind       string   `json:"kind"`
	Arm        string   `json:"arm"`
	Amount     float64  `json:"amount" doc:"incremental revenue, major units"`
	Low        *float64 `json:"low,omitempty"`
	High       *float64 `json:"high,omitempty"`
}

// Goal is one number of the plan.
type Goal struct {
	Name       string   `json:"name"`
	Unit       string   `json:"unit"`
	Planned    *float64 `json:"planned" doc:"to the end"`
	PlannedNow *float64 `json:"planned_to_date"`
	Actual     float64  `json:"actual"`
	Gap        *float64 `json:"gap"`
	Behind     bool     `json:"behind" doc:"surely so"`
}

// Plan is the running plan so far.
type Plan struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	From    string  `json:"from"`
	To      string  `json:"to"`
	Elapsed float64 `json:"elapsed" doc:"share of its days"`
	Goals   []Goal  `json:"goals"`
}

// Matter is something that needs attention.
type Matter struct {
	Key    string         `json:"key" doc:"names the sentence"`
	Level  overview.Level `json:"level" enum:"bad,warn,note"`
	Link   string         `json:"link" doc:"names the page that deals with it"`
	Count  int            `json:"count"`
	More   bool           `json:"more,omitempty" doc:"there are more than count"`
	Detail string         `json:"detail,omitempty" say:"zh"`
}

type output struct {
	Body struct {
		AsOf     time.Time  `json:"as_of" doc:"of the money; a minute old, or older where stale says so"`
		Stale    bool       `json:"stale,omitempty" doc:"a newer answer is being made: ask again in a moment"`
		From     *time.Time `json:"from"`
		To       *time.Time `json:"to"`
		Currency string     `json:"currency"`
		Numbers  []Number   `json:"numbers"`
		Lifts    []Lift     `json:"lifts" doc:"by experiment, the brand's own control group first; they overlap and are not added up"`
		Plan     *Plan      `json:"plan" doc:"null without a plan that runs"`
		Matters  []Matter   `json:"attention" doc:"the worst first"`
		Missing  []string   `json:"missing,omitempty" doc:"parts that could not be told"`
	}
}

func (h *handlers) report(ctx context.Context, _ *httpapi.None) (*output, error) {
	r := h.overview.Report(ctx)
	out := &output{}
	b := &out.Body
	b.AsOf, b.Stale, b.Missing = r.AsOf, r.Stale, r.Missing
	b.Numbers, b.Lifts, b.Matters = []Number{}, []Lift{}, []Matter{}
	if r.Money != nil {
		b.From, b.To, b.Currency = &r.Money.From, &r.Money.To, r.Money.Currency
		for _, n := range r.Money.Numbers {
			b.Numbers = append(b.Numbers, Number(n))
		}
	}
	for _, l := range r.Lifts {
		b.Lifts = append(b.Lifts, Lift(l))
	}
	if p := r.Plan; p != nil {
		b.Plan = &Plan{ID: p.ID, Name: p.Name, From: p.From, To: p.To, Elapsed: p.Elapsed, Goals: []Goal{}}
		for _, g := range p.Goals {
			b.Plan.Goals = append(b.Plan.Goals, Goal(g))
		}
	}
	for _, m := range r.Matters {
		b.Matters = append(b.Matters, Matter(m))
	}
	return out, nil
}
