package experimenthttp

import (
	"context"
	"time"

	"yutang/internal/experiment"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/money"
)

type (
	oneInput struct {
		Experiment string `path:"experiment" doc:"id, or the name with slashes escaped" maxLength:"600"`
	}
	infoOutput   struct{ Body experiment.Info }
	resultOutput struct{ Body Outcome }
	setInput     struct {
		Experiment string `path:"experiment" doc:"id, or the name with slashes escaped" maxLength:"600"`
		Body       experiment.Settings
	}
	decideInput struct {
		Experiment string `path:"experiment"`
		Body       struct {
			Arm  string `json:"arm,omitempty" doc:"the arm that is kept" maxLength:"100"`
			Note string `json:"note" minLength:"1" maxLength:"2000" doc:"why"`
		}
	}
)

func same(x experiment.Info) experiment.Info { return x }

func (h *handlers) list(ctx context.Context, in *httpapi.PageQuery) (*httpapi.List[experiment.Info], error) {
	found, err := h.Experiments.List(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(found, same), nil
}

func (h *handlers) results(ctx context.Context, in *oneInput) (*resultOutput, error) {
	r, err := h.Experiments.Results(ctx, in.Experiment)
	if err != nil {
		return nil, err
	}
	return &resultOutput{wireResult(r)}, nil
}

// audited makes a change with its audit row, in one transaction.
func (h *handlers) audited(ctx context.Context, action string, change func(ctx context.Context) (experiment.Info, any, error)) (*infoOutput, error) {
	out := &infoOutput{}
	err := h.Access.Audited(ctx, action, func(ctx context.Context) (string, any, error) {
		x, detail, err := change(ctx)
		out.Body = x
		return x.Name, detail, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (h *handlers) set(ctx context.Context, in *setInput) (*infoOutput, error) {
	return h.audited(ctx, "experiment.set", func(ctx context.Context) (experiment.Info, any, error) {
		x, err := h.Experiments.Put(ctx, in.Experiment, in.Body)
		return x, in.Body, err
	})
}

func (h *handlers) stop(ctx context.Context, in *oneInput) (*infoOutput, error) {
	return h.audited(ctx, "experiment.stop", func(ctx context.Context) (experiment.Info, any, error) {
		x, err := h.Experiments.Stop(ctx, in.Experiment)
		return x, nil, err
	})
}

func (h *handlers) resume(ctx context.Context, in *oneInput) (*infoOutput, error) {
	return h.audited(ctx, "experiment.resume", func(ctx context.Context) (experiment.Info, any, error) {
		x, err := h.Experiments.Resume(ctx, in.Experiment)
		return x, nil, err
	})
}

func (h *handlers) decide(ctx context.Context, in *decideInput) (*infoOutput, error) {
	return h.audited(ctx, "experiment.decide", func(ctx context.Context) (experiment.Info, any, error) {
		x, err := h.Experiments.Decide(ctx, in.Experiment, actor(ctx), experiment.Decision{Arm: in.Body.Arm, Note: in.Body.Note})
		return x, x.Decision, err
	})
}

// Exposure is that a customer record was assigned to an arm.
type Exposure struct {
	Customer string    `json:"customer" doc:"the customer's record; an old id resolves to the survivor"`
	Arm      string    `json:"arm"`
	Cluster  string    `json:"cluster,omitempty"`
	At       time.Time `json:"at"`
	Origin   string    `json:"origin,omitempty"`
}

type exposuresInput struct {
	Experiment string `path:"experiment"`
	httpapi.PageQuery
}

func (h *handlers) exposures(ctx context.Context, in *exposuresInput) (*httpapi.List[Exposure], error) {
	found, err := h.Experiments.Exposures(ctx, in.Experiment, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(found, func(e experiment.Exposure) Exposure {
		return Exposure{id.Customer(e.Ord), e.Arm, e.Cluster, e.At, e.Origin}
	}), nil
}

// Person is a customer behind a number.
type Person struct {
	Customer  string    `json:"customer"`
	Arm       string    `json:"arm"`
	Cluster   string    `json:"cluster,omitempty"`
	ExposedAt time.Time `json:"exposed_at"`
	Mature    bool      `json:"mature" doc:"the horizon is over"`
	Converted bool      `json:"converted"`
	Orders    int       `json:"orders"`
	Revenue   float64   `json:"revenue" doc:"net of refunds, in the currency of the results"`
}

type customersInput struct {
	Experiment string `path:"experiment"`
	httpapi.PageQuery
	Arm       string `query:"arm"`
	Cluster   string `query:"cluster"`
	Converted string `query:"converted" enum:"true,false" doc:"absent: both"`
	Mature    string `query:"mature" enum:"true,false" doc:"absent: both; comparisons count the mature"`
}

// yesNo reads an optional boolean.
func yesNo(text string) *bool {
	if text == "" {
		return nil
	}
	yes := text == "true"
	return &yes
}

func (h *handlers) customers(ctx context.Context, in *customersInput) (*httpapi.List[Person], error) {
	found, err := h.Experiments.People(ctx, in.Experiment, experiment.PeopleFilter{
		Arm: in.Arm, Cluster: in.Cluster, Converted: yesNo(in.Converted), Mature: yesNo(in.Mature), Cursor: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	currency := h.Experiments.Customers.Currency()
	return httpapi.Listed(found, func(p experiment.Person) Person {
		return Person{id.Customer(p.Root), p.Arm, p.Cluster, time.UnixMilli(p.At).UTC(), p.Mature, p.Converted, p.Orders, money.Major(p.Revenue, currency)}
	}), nil
}
