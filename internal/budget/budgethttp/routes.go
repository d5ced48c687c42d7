// Package budgethttp serves the touch budget over the management API: the plan of the days
// ahead with what raising a cap would give, what touches are worth, the platform's quota, and
// the ledger by day. The policy itself is served by package outreachhttp.
package budgethttp

import (
	"net/http"

	"yutang/internal/access"
	"yutang/internal/budget"
	"yutang/internal/httpapi"
	"yutang/internal/outreach"
)

// Deps are what the routes need.
type Deps struct {
	Budget   *budget.Service
	Outreach *outreach.Service
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	get := func(path, id, summary string) httpapi.Op {
		return httpapi.Op{Method: http.MethodGet, Path: path, ID: id, Summary: summary, Needs: access.OutreachRead, Scope: access.ScopeBrand}
	}
	httpapi.Register(a, get("/budget/plan", "get-budget-plan", "What will be sent in the days ahead, what not and why, and what raising a cap would give"), h.plan)
	httpapi.Register(a, get("/budget/plan/touches", "list-planned-touches", "List the touches of the latest plan by customer"), h.touches)
	httpapi.Register(a, get("/budget/plan/customers/{id}", "list-planned-touches-of-customer", "One customer's touches in the latest plan, with the rule that decides"), h.customer)
	httpapi.Register(a, get("/budget/values", "list-touch-values", "What a touch is expected to bring, by playbook, step, tier and stage"), h.values)
	httpapi.Register(a, get("/budget/quota", "list-platform-quotas", "The platform's quotas and how far they are used"), h.quota)
	httpapi.Register(a, get("/budget/ledger", "get-ledger-summary", "Everything planned and sent, by day, channel, state and reason"), h.ledger)
}
