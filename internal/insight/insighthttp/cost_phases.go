package insighthttp

import (
	"context"
	"fmt"

	"yutang/internal/httpapi"
	"yutang/internal/insight"
	"yutang/internal/insight/cost"
)

// Phases are the phases of growth.
type Phases struct {
	Phases []Phase `json:"phases" doc:"in order of time; empty: launch, growth and steady from the first connected customer on"`
}

// Phase is one of them.
type Phase struct {
	Name string    `json:"name"`
	From string    `json:"from"`
	To   string    `json:"to" doc:"the last day"`
	Plan PhasePlan `json:"plan"`
}

// PhasePlan is what is aimed at; what is missing is not planned. Money in major units.
type PhasePlan struct {
	Cost        *float64 `json:"cost,omitempty"`
	Connected   *int64   `json:"connected,omitempty"`
	FirstOrders *int64   `json:"first_orders,omitempty"`
	Revenue     *float64 `json:"revenue,omitempty"`
	CAC         *float64 `json:"cac,omitempty"`
	LTVToCAC    *float64 `json:"ltv_cac,omitempty"`
}

func (h *handlers) getPhases(ctx context.Context, _ *httpapi.None) (*output[Phases], error) {
	all, err := h.Costs.Phases(ctx)
	if err != nil {
		return nil, err
	}
	out := Phases{Phases: []Phase{}}
	for _, p := range all {
		out.Phases = append(out.Phases, Phase{p.Name, p.First.String(), p.Last.String(), PhasePlan{
			Cost: h.major(p.Plan.Cost), Connected: p.Plan.Connected, FirstOrders: p.Plan.FirstOrders,
			Revenue: h.major(p.Plan.Revenue), CAC: h.major(p.Plan.CAC), LTVToCAC: p.Plan.LTVToCAC,
		}})
	}
	return &output[Phases]{out}, nil
}

func (h *handlers) major(minor *int64) *float64 {
	if minor == nil {
		return nil
	}
	v := insight.Major(*minor, h.Costs.Currency())
	return &v
}

func (h *handlers) setPhases(ctx context.Context, in *input[Phases]) (*output[Phases], error) {
	var phases []cost.Phase
	for i, p := range in.Body.Phases {
		x, err := h.phase(p, fmt.Sprintf("/phases/%d", i))
		if err != nil {
			return nil, err
		}
		phases = append(phases, x)
	}
	err := h.Access.Audited(ctx, "insight.cost_phases", func(ctx context.Context) (string, any, error) {
		return "", in.Body, h.Costs.SetPhases(ctx, phases)
	})
	if err != nil {
		return nil, err
	}
	return h.getPhases(ctx, nil)
}

func (h *handlers) phase(p Phase, ptr string) (x cost.Phase, err error) {
	x = cost.Phase{Name: p.Name, Plan: cost.Plan{Connected: p.Plan.Connected, FirstOrders: p.Plan.FirstOrders, LTVToCAC: p.Plan.LTVToCAC}}
	if x.First, err = cost.ParseDay(p.From, ptr+"/from"); err != nil {
		return x, err
	}
	if x.Last, err = cost.ParseDay(p.To, ptr+"/to"); err != nil {
		return x, err
	}
	for _, m := range []struct {
		in   *float64
		out  **int64
		name string
	}{{p.Plan.Cost, &x.Plan.Cost, "cost"}, {p.Plan.Revenue, &x.Plan.Revenue, "revenue"}, {p.Plan.CAC, &x.Plan.CAC, "cac"}} {
		if m.in == nil {
			continue
		}
		v, err := minor(*m.in, h.Costs.Currency(), ptr+"/plan/"+m.name)
		if err != nil {
			return x, err
		}
		*m.out = &v
	}
	return x, nil
}
