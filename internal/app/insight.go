package app

import (
	"context"
	"fmt"

	"yutang/internal/httpapi"
	"yutang/internal/insight"
	"yutang/internal/insight/funnel"
	"yutang/internal/insight/insighthttp"
	"yutang/internal/insight/ltv"
	"yutang/internal/insight/retention"
	"yutang/internal/insight/rfm"
)

// proveRooms are the reports.
type proveRooms struct {
	reports *insight.Desk
	saver   *insight.Saver
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
	a.reports = insight.NewDesk()
	for name, r := range map[string]insight.Report{
		"funnel":    &funnel.Report{Base: base},
		"ltv":       &ltv.Report{Base: base},
		"retention": &retention.Report{Base: base},
		"rfm":       &rfm.Report{Base: base},
	} {
		a.reports.Register(name, r)
	}
	return nil
}

// insightRoutes lists what they serve.
func (a *App) insightRoutes(api *httpapi.API) {
	insighthttp.Routes(api, insighthttp.Deps{Desk: a.reports, Saver: a.saver, Access: a.access})
}
