// Package insighthttp serves reports over the management API.
package insighthttp

import (
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/insight"
	"yutang/internal/insight/attribution"
	"yutang/internal/insight/beforeafter"
	"yutang/internal/insight/board"
	"yutang/internal/insight/cac"
	"yutang/internal/insight/cost"
	"yutang/internal/insight/distribution"
	"yutang/internal/insight/funnel"
	"yutang/internal/insight/ltv"
	"yutang/internal/insight/ltvtree"
	"yutang/internal/insight/maturity"
	"yutang/internal/insight/paths"
	"yutang/internal/insight/planner"
	"yutang/internal/insight/retention"
	"yutang/internal/insight/rfm"
	"yutang/internal/insight/trends"
)

// Deps are what the routes serve.
type Deps struct {
	Desk      *insight.Desk
	Saver     *insight.Saver
	Access    *access.Service
	Costs     *cost.Service
	Maturity  *maturity.Service
	Plans     *planner.Service
	Boards    *board.Store
	Forecasts *ltv.Forecasts
}

// handlers serves the routes below.
type handlers struct{ Deps }

// Routes lists the routes of reports. A report's own route has its name; the general ones
// find it by that.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission) httpapi.Op {
		return httpapi.Op{Method: method, Path: "/insight" + path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand}
	}
	const post, read = http.MethodPost, access.InsightRead

	httpapi.Register(a, op(post, "/attribution", "insight-attribution", "Which touches orders are owed to, by six models, reconciled with the order ledger", read), answer[attribution.Query, attribution.Answer](h, "attribution"))
	httpapi.Register(a, op(post, "/beforeafter", "insight-beforeafter", "What customers are worth before and after they join, against others alike", read), answer[beforeafter.Query, beforeafter.Answer](h, "beforeafter"))
	httpapi.Register(a, op(post, "/cac", "insight-cac", "What a new customer costs and when it is earned back", read), answer[cac.Query, cac.Answer](h, "cac"))
	boardRoutes(a, h, op)
	httpapi.Register(a, op(post, "/distribution", "insight-distribution", "How values are spread over customers or events", read), answer[distribution.Query, distribution.Answer](h, "distribution"))
	httpapi.Register(a, op(post, "/funnel", "insight-funnel", "How many customers take step after step", read), answer[funnel.Query, funnel.Answer](h, "funnel"))
	httpapi.Register(a, op(post, "/ltv", "insight-ltv", "Expected purchases and value of each customer, judged by a hold-out", read), answer[ltv.Query, ltv.Answer](h, "ltv"))
	httpapi.Register(a, op(http.MethodGet, "/ltv/customers/{id}", "get-customer-forecast", "What one customer is expected to bring within twelve months", read), h.forecast)
	httpapi.Register(a, op(post, "/ltvtree", "insight-ltvtree", "Lifetime value as a product of what the brand does, and what would move it", read), answer[ltvtree.Query, ltvtree.Answer](h, "ltvtree"))
	httpapi.Register(a, op(post, "/paths", "insight-paths", "Which ways customers take", read), answer[paths.Query, paths.Answer](h, "paths"))
	httpapi.Register(a, op(post, "/retention", "insight-retention", "How many come back, cohort by cohort", read), answer[retention.Query, retention.Answer](h, "retention"))
	httpapi.Register(a, op(post, "/rfm", "insight-rfm", "How recently, how often and for how much customers bought, with scores", read), answer[rfm.Query, rfm.Answer](h, "rfm"))
	httpapi.Register(a, op(post, "/trends", "insight-trends", "How events develop over time", read), answer[trends.Query, trends.Answer](h, "trends"))

	costRoutes(a, h)
	maturityRoutes(a, h, op)
	planRoutes(a, h)

	httpapi.Register(a, op(post, "/{report}/people", "insight-people", "The customers behind one number of a report", access.CustomersRead), h.people)
	httpapi.Register(a, op(post, "/{report}/people.csv", "insight-people-csv", "The same as a file", access.CustomersRead), h.export)
	httpapi.Register(a, op(post, "/{report}/audience", "insight-save", "Save the customers behind a number as a tag and an audience", access.AudiencesWrite), h.save)
}
