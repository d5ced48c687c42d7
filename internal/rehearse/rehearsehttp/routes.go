// Package rehearsehttp serves test runs and replays of playbooks over the management API.
// Personal data is masked unless the caller has customers.unmask.
package rehearsehttp

import (
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/rehearse"
)

// Deps are what the routes need.
type Deps struct {
	Rehearse *rehearse.Service
	Access   *access.Service
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, status int) httpapi.Op {
		needs := access.PlaybooksWrite
		if method == http.MethodGet {
			needs = access.PlaybooksRead
		}
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post = http.MethodGet, http.MethodPost

	httpapi.Register(a, op(post, "/playbooks/test", "test-definition", "Walk a customer through a definition; nothing is sent", 0), h.testDefinition)
	httpapi.Register(a, op(post, "/playbooks/{id}/test", "test-playbook", "Walk a customer through a playbook; nothing is sent", 0), h.test)
	httpapi.Register(a, op(post, "/playbooks/replay", "replay-definition", "Replay a definition on the last days", http.StatusAccepted), h.replayDefinition)
	httpapi.Register(a, op(post, "/playbooks/{id}/replay", "replay-playbook", "Replay a playbook on the last days; nothing is sent", http.StatusAccepted), h.replay)
	httpapi.Register(a, op(get, "/replays", "list-replays", "List past replays, newest first", 0), h.list)
	httpapi.Register(a, op(get, "/replays/{id}", "get-replay", "Show how far a replay is, or its result", 0), h.get)
}
