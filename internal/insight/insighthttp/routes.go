// Package insighthttp serves reports over the management API.
package insighthttp

import (
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/insight"
	"yutang/internal/insight/cost"
	"yutang/internal/insight/funnel"
	"yutang/internal/insight/ltv"
	"yutang/internal/insight/retention"
	"yutang/internal/insight/rfm"
)

// Deps are what the routes serve.
type Deps struct {
	Desk   *insight.Desk
	Saver  *insight.Saver
	Access *access.Service
	Costs  *cost.Service
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

	httpapi.Register(a, op(post, "/funnel", "insight-funnel", "How many customers take step after step", read), answer[funnel.Query, funnel.Answer](h, "funnel"))
	httpapi.Register(a, op(post, "/ltv", "insight-ltv", "Expected purchases and value of each customer, judged by a hold-out", read), answer[ltv.Query, ltv.Answer](h, "ltv"))
	httpapi.Register(a, op(post, "/retention", "insight-retention", "How many come back, cohort by cohort", read), answer[retention.Query, retention.Answer](h, "retention"))
	httpapi.Register(a, op(post, "/rfm", "insight-rfm", "How recently, how often and for how much customers bought, with scores", read), answer[rfm.Query, rfm.Answer](h, "rfm"))

	costRoutes(a, h)

	httpapi.Register(a, op(post, "/{report}/people", "insight-people", "The customers behind one number of a report", access.CustomersRead), h.people)
	httpapi.Register(a, op(post, "/{report}/people.csv", "insight-people-csv", "The same as a file", access.CustomersRead), h.export)
	httpapi.Register(a, op(post, "/{report}/audience", "insight-save", "Save the customers behind a number as a tag and an audience", access.AudiencesWrite), h.save)
}
