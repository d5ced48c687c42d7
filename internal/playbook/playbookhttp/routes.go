// Package playbookhttp serves playbooks, their versions, runs and numbers over the
// management API.
package playbookhttp

import (
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/playbook"
)

type handlers struct {
	playbooks *playbook.Service
	access    *access.Service
}

// Routes lists what this package serves.
func Routes(a *httpapi.API, s *playbook.Service, acc *access.Service) {
	h := &handlers{playbooks: s, access: acc}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, put = http.MethodGet, http.MethodPost, http.MethodPut
	const read, write = access.PlaybooksRead, access.PlaybooksWrite

	httpapi.Register(a, op(get, "/playbooks", "list-playbooks", "List playbooks", read, 0), h.list)
	httpapi.Register(a, op(post, "/playbooks", "create-playbook", "Make a draft", write, http.StatusCreated), h.create)
	httpapi.Register(a, op(get, "/playbooks/{id}", "get-playbook", "Show a playbook with its draft", read, 0), h.get)
	httpapi.Register(a, op(put, "/playbooks/{id}", "update-playbook", "Change the draft; what is published goes on until it is published anew", write, 0), h.update)
	httpapi.Register(a, op(post, "/playbooks/{id}/publish", "publish-playbook", "Publish the draft as the next version", write, 0), h.publish)
	httpapi.Register(a, op(post, "/playbooks/{id}/pause", "pause-playbook", "Stop starting runs; planned touches wait", write, 0), h.pause)
	httpapi.Register(a, op(post, "/playbooks/{id}/resume", "resume-playbook", "Go on after a pause", write, 0), h.resume)
	httpapi.Register(a, op(post, "/playbooks/{id}/end", "end-playbook", "End for good; planned touches are suppressed", write, 0), h.end)
	httpapi.Register(a, op(get, "/playbooks/{id}/versions", "list-playbook-versions", "List published versions, newest first", read, 0), h.versions)
	httpapi.Register(a, op(get, "/playbooks/{id}/numbers", "get-playbook-numbers", "Count runs, and deliveries by state and reason", read, 0), h.numbers)
	httpapi.Register(a, op(post, "/playbooks/render", "render-playbook", "Render a definition for a customer; nothing is sent", access.CustomersUnmask, 0), h.render)
	httpapi.Register(a, op(get, "/runs", "list-runs", "List runs of a playbook or of a customer, newest first", read, 0), h.runs)
}
