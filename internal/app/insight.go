package app

import (
	"context"
	"fmt"

	"yutang/internal/httpapi"
	"yutang/internal/insight"
	"yutang/internal/insight/attribution"
	"yutang/internal/insight/beforeafter"
	"yutang/internal/insight/behind"
	"yutang/internal/insight/board"
	"yutang/internal/insight/cac"
	"yutang/internal/insight/cost"
	"yutang/internal/insight/distribution"
	"yutang/internal/insight/funnel"
	"yutang/internal/insight/insighthttp"
	"yutang/internal/insight/ltv"
	"yutang/internal/insight/ltvtree"
	"yutang/internal/insight/maturity"
	"yutang/internal/insight/paths"
	"yutang/internal/insight/planner"
	"yutang/internal/insight/retention"
	"yutang/internal/insight/rfm"
	"yutang/internal/insight/trends"
)

// proveRooms are the reports.
type proveRooms struct {
	reports   *insight.Desk
	saver     *insight.Saver
	costs     *cost.Service
	plans     *planner.Service
	maturity  *maturity.Service
	boards    *board.Store
	forecasts *ltv.Forecasts
}

// buildInsight makes the reports. All other rooms are there already.
func (a *App) buildInsight(ctx context.Context) error {
	source, err := a.internalSource(ctx, "reports")
	if err != nil {
		return fmt.Errorf("source of reports: %w", err)
	}
	base := &insight.Base{
		Audiences: a.audiences, Customers: a.customers, Timeline: a.timeline, Clock: a.Clock, Zone: brandZone{a.access}.Zone,
		EventKnown: func(name string) bool { _, ok := a.log.NameID(name); return ok },
	}
	a.saver = &insight.Saver{Base: base, Road: patient{a.pipeline, a.Clock}, Source: source}
	a.costs = cost.New(cost.Config{DB: a.db, Box: a.box, Clock: a.Clock, Currency: a.customers.Currency})
	a.plans = planner.New(planner.Config{
		DB: a.db, Base: base, Costs: planner.Book{Costs: a.costs, Zone: base.Zone}, Jobs: a.jobs, Tell: managers{a.corps}, Clock: a.Clock,
	})
	a.boards = &board.Store{DB: a.db, Base: base}
	boards := &board.Report{Base: base, Costs: board.Spending{Service: a.costs, Zone: base.Zone}, Store: a.boards}
	a.maturity = &maturity.Service{DB: a.db, Clock: a.Clock, Numbers: boards}
	values := &ltv.Report{Base: base}
	a.forecasts = &ltv.Forecasts{Report: values}
	a.reports = insight.NewDesk()
	for name, r := range map[string]insight.Report{
		"attribution":  &attribution.Report{Base: base},
		"beforeafter":  &beforeafter.Report{Base: base},
		"boards":       boards,
		"cac":          &cac.Report{Base: base, Costs: a.costs, Margin: a.boards.Margin},
		"distribution": &distribution.Report{Base: base},
		"experiment":   &behind.Arms{Experiments: a.experiments},
		"funnel":       &funnel.Report{Base: base},
		"ltv":          values,
		"ltvtree":      &ltvtree.Report{Base: base, Ledger: a.outreach},
		"paths":        &paths.Report{Base: base, EventName: a.log.Name},
		"plan":         planner.Report{Service: a.plans},
		"playbook":     &behind.Steps{Base: base, Playbooks: a.playbooks},
		"retention":    &retention.Report{Base: base},
		"rfm":          &rfm.Report{Base: base},
		"trends":       &trends.Report{Base: base},
	} {
		a.reports.Register(name, r)
	}
	return nil
}

// insightRoutes lists what they serve.
func (a *App) insightRoutes(api *httpapi.API) {
	insighthttp.Routes(api, insighthttp.Deps{
		Desk: a.reports, Saver: a.saver, Access: a.access, Costs: a.costs, Plans: a.plans, Maturity: a.maturity, Boards: a.boards, Forecasts: a.forecasts,
	})
}
