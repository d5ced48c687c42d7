// Package groupchathttp serves customer groups, their members, join codes, welcome templates
// and figures over the management API. Names of people are masked unless the caller has
// customers.unmask.
package groupchathttp

import (
	"net/http"

	"yutang/internal/access"
	"yutang/internal/groupchat"
	"yutang/internal/httpapi"
	"yutang/internal/timeline"
)

// Deps are what the routes need.
type Deps struct {
	Groups   *groupchat.Service
	Timeline *timeline.Store
	Access   *access.Service
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const read, write = access.GroupsRead, access.GroupsWrite
	const created, none = http.StatusCreated, http.StatusNoContent

	httpapi.Register(a, op(get, "/groups", "list-groups", "List customer groups", read, 0), h.list)
	httpapi.Register(a, op(get, "/groups/{id}", "get-group", "Show a group by its chat_id", read, 0), h.get)
	httpapi.Register(a, op(get, "/groups/{id}/members", "list-group-members", "List who is in a group, or was", read, 0), h.members)
	httpapi.Register(a, op(post, "/groups/{id}/pull", "pull-group", "Ask the platform for a group now", write, 0), h.pull)
	httpapi.Register(a, op(get, "/groups/duplicates", "list-group-duplicates", "List customers who are in several groups", read, 0), h.duplicates)
	httpapi.Register(a, op(get, "/groups/statistics", "list-group-statistics", "List figures of groups by owner and day", read, 0), h.stats)
	httpapi.Register(a, op(get, "/customers/{id}/groups", "list-customer-groups", "List the groups that a customer is in, or was", read, 0), h.groupsOf)

	httpapi.Register(a, op(get, "/groups/codes", "list-group-codes", "List join codes", read, 0), h.codes)
	httpapi.Register(a, op(post, "/groups/codes", "create-group-code", "Make a code through which customers join groups", write, created), h.createCode)
	httpapi.Register(a, op(put, "/groups/codes/{id}", "update-group-code", "Change a join code", write, 0), h.updateCode)
	httpapi.Register(a, op(del, "/groups/codes/{id}", "delete-group-code", "Delete a join code, at the platform too", write, none), h.deleteCode)

	httpapi.Register(a, op(get, "/groups/welcome", "list-group-welcomes", "List welcome templates of groups", read, 0), h.welcomes)
	httpapi.Register(a, op(post, "/groups/welcome", "create-group-welcome", "Make a template with which owners greet", write, created), h.createWelcome)
	httpapi.Register(a, op(put, "/groups/welcome/{id}", "update-group-welcome", "Change a welcome template", write, 0), h.updateWelcome)
	httpapi.Register(a, op(del, "/groups/welcome/{id}", "delete-group-welcome", "Delete a welcome template, at the platform too", write, none), h.deleteWelcome)
}
