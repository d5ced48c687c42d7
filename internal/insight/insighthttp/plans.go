package insighthttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/insight/planner"
	"yutang/internal/page"
)

// planRoutes lists the routes of growth plans.
func planRoutes(a *httpapi.API, h *handlers) {
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: "/insight/plans" + path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const read, write = access.InsightRead, access.InsightWrite

	httpapi.Register(a, op(post, "/simulate", "simulate-plan", "What a revenue target takes, by own rates or by rates one sets", read, 0), h.simulatePlan)
	httpapi.Register(a, op(get, "", "list-plans", "List growth plans, newest first", read, 0), h.listPlans)
	httpapi.Register(a, op(post, "", "create-plan", "Keep a growth plan", write, http.StatusCreated), h.createPlan)
	httpapi.Register(a, op(get, "/alarms", "list-alarms", "Numbers that were behind any plan, newest day first", read, 0), h.alarms)
	httpapi.Register(a, op(get, "/{id}", "get-plan", "A plan at its newest version, or at one", read, 0), h.getPlan)
	httpapi.Register(a, op(put, "/{id}", "update-plan", "Add a version to a plan", write, 0), h.updatePlan)
	httpapi.Register(a, op(del, "/{id}", "delete-plan", "Delete a plan", write, http.StatusNoContent), h.deletePlan)
	httpapi.Register(a, op(get, "/{id}/versions", "list-plan-versions", "All versions of a plan, newest first", read, 0), h.planVersions)
	httpapi.Register(a, op(get, "/{id}/progress", "get-plan-progress", "A plan beside what has happened, with a forecast", read, 0), h.planProgress)
	httpapi.Register(a, op(get, "/{id}/alarms", "list-plan-alarms", "Numbers that were behind the plan, by day", read, 0), h.planAlarms)
}

func (h *handlers) simulatePlan(ctx context.Context, in *input[planner.Scenario]) (*output[planner.Answer], error) {
	a, err := h.Plans.Simulate(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return &output[planner.Answer]{a}, nil
}

type planListInput struct {
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit"`
}

func (h *handlers) listPlans(ctx context.Context, in *planListInput) (*output[page.Page[planner.Plan]], error) {
	list, err := h.Plans.List(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return &output[page.Page[planner.Plan]]{list}, nil
}

func (h *handlers) createPlan(ctx context.Context, in *input[planner.Input]) (*output[planner.Plan], error) {
	who, _ := access.From(ctx)
	d, err := h.Plans.Draft(ctx, in.Body, who.ID)
	if err != nil {
		return nil, err
	}
	var p planner.Plan
	err = h.Access.Audited(ctx, "plan.create", func(ctx context.Context) (string, any, error) {
		var err error
		p, err = h.Plans.Create(ctx, d)
		return p.ID, map[string]any{"name": p.Name, "target": in.Body.Scenario.Target}, err
	})
	if err != nil {
		return nil, err
	}
	return &output[planner.Plan]{p}, nil
}

type planInput struct {
	ID      string `path:"id"`
	Version int    `query:"version" minimum:"0" doc:"0 is the newest"`
}

func (h *handlers) getPlan(ctx context.Context, in *planInput) (*output[planner.Plan], error) {
	p, err := h.Plans.Get(ctx, in.ID, in.Version)
	if err != nil {
		return nil, err
	}
	return &output[planner.Plan]{p}, nil
}

type planEdit struct {
	ID   string `path:"id"`
	Body planner.Input
}

func (h *handlers) updatePlan(ctx context.Context, in *planEdit) (*output[planner.Plan], error) {
	who, _ := access.From(ctx)
	d, err := h.Plans.Draft(ctx, in.Body, who.ID)
	if err != nil {
		return nil, err
	}
	var p planner.Plan
	err = h.Access.Audited(ctx, "plan.update", func(ctx context.Context) (string, any, error) {
		var err error
		p, err = h.Plans.Update(ctx, in.ID, d)
		return in.ID, map[string]any{"version": p.Version, "target": in.Body.Scenario.Target}, err
	})
	if err != nil {
		return nil, err
	}
	return &output[planner.Plan]{p}, nil
}

type planID struct {
	ID string `path:"id"`
}

func (h *handlers) deletePlan(ctx context.Context, in *planID) (*struct{}, error) {
	return nil, h.Access.Audited(ctx, "plan.delete", func(ctx context.Context) (string, any, error) {
		return in.ID, nil, h.Plans.Delete(ctx, in.ID)
	})
}

type planVersionsOutput struct {
	Body struct {
		Items []planner.Revision `json:"items"`
	}
}

func (h *handlers) planVersions(ctx context.Context, in *planID) (*planVersionsOutput, error) {
	list, err := h.Plans.Versions(ctx, in.ID)
	out := &planVersionsOutput{}
	out.Body.Items = list
	return out, err
}

type planProgressInput struct {
	ID     string  `path:"id"`
	Behind float64 `query:"behind" doc:"the gap in percent that makes an alarm; 0 for 10"`
}

func (h *handlers) planProgress(ctx context.Context, in *planProgressInput) (*output[planner.Progress], error) {
	p, err := h.Plans.Progress(ctx, in.ID, in.Behind)
	if err != nil {
		return nil, err
	}
	return &output[planner.Progress]{p}, nil
}

type alarmsInput struct {
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit"`
}

func (h *handlers) alarms(ctx context.Context, in *alarmsInput) (*output[page.Page[planner.Alarm]], error) {
	return h.planAlarms(ctx, &planAlarmsInput{Cursor: in.Cursor, Limit: in.Limit})
}

type planAlarmsInput struct {
	ID     string `path:"id"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit"`
}

func (h *handlers) planAlarms(ctx context.Context, in *planAlarmsInput) (*output[page.Page[planner.Alarm]], error) {
	list, err := h.Plans.Alarms(ctx, in.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return &output[page.Page[planner.Alarm]]{list}, nil
}
