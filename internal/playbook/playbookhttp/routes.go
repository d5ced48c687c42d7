// Package playbookhttp serves playbooks, their versions, reviews, runs and numbers over
// the management API.
package playbookhttp

import (
	"context"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/event"
	"yutang/internal/experiment"
	"yutang/internal/httpapi"
	"yutang/internal/playbook"
)

// Deps are what the routes need. Lookup finds the customer of an identity; nil: runs are
// started by customer only. Lifts tells what experiments say in short.
type Deps struct {
	Playbooks *playbook.Service
	Access    *access.Service
	Lookup    func(ctx context.Context, who event.Identity) (ord uint32, err error)
	Lifts     func(ctx context.Context, names []string, wait time.Duration) ([]experiment.Lift, error)
}

type handlers struct {
	playbooks *playbook.Service
	access    *access.Service
	lookup    func(ctx context.Context, who event.Identity) (ord uint32, err error)
	lifts     func(ctx context.Context, names []string, wait time.Duration) ([]experiment.Lift, error)
}

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{playbooks: d.Playbooks, access: d.Access, lookup: d.Lookup, lifts: d.Lifts}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	const read, write, approve = access.PlaybooksRead, access.PlaybooksWrite, access.PlaybooksApprove

	httpapi.Register(a, op(get, "/playbooks", "list-playbooks", "List playbooks with their counts", read, 0), h.list)
	httpapi.Register(a, op(get, "/playbooks/lifts", "list-playbook-lifts", "What playbooks with a control group bring, in short", access.ExperimentsRead, 0), h.bring)
	httpapi.Register(a, op(post, "/playbooks", "create-playbook", "Make a draft", write, http.StatusCreated), h.create)
	httpapi.Register(a, op(post, "/playbooks/yaml", "create-playbook-yaml", "Make a draft of a file", write, http.StatusCreated), h.createYAML)
	httpapi.Register(a, op(get, "/playbooks/{id}", "get-playbook", "Show a playbook with its draft", read, 0), h.get)
	httpapi.Register(a, op(put, "/playbooks/{id}", "update-playbook", "Change the draft; what is published goes on until it is published anew", write, 0), h.update)
	httpapi.Register(a, op(del, "/playbooks/{id}", "delete-playbook", "Delete a draft that was never published", write, http.StatusNoContent), h.remove)
	httpapi.Register(a, op(get, "/playbooks/{id}/yaml", "get-playbook-yaml", "The draft as a file", read, 0), h.yaml)
	httpapi.Register(a, op(put, "/playbooks/{id}/yaml", "update-playbook-yaml", "Change the draft by a file", write, 0), h.updateYAML)
	httpapi.Register(a, op(get, "/playbooks/{id}/changes", "list-playbook-changes", "What the draft changes in the published version", read, 0), h.changes)
	httpapi.Register(a, op(post, "/playbooks/{id}/submit", "submit-playbook", "Ask for approval of the draft", write, 0), h.submit)
	httpapi.Register(a, op(post, "/playbooks/{id}/approve", "approve-playbook", "Let the draft be published", approve, 0), h.approve)
	httpapi.Register(a, op(post, "/playbooks/{id}/reject", "reject-playbook", "Give the draft back with a note", approve, 0), h.reject)
	httpapi.Register(a, op(get, "/playbooks/{id}/publish", "preview-playbook-publish", "Who waits where, and what publishing the draft means for them", read, 0), h.preview)
	httpapi.Register(a, op(post, "/playbooks/{id}/publish", "publish-playbook", "Publish the draft as the next version", write, 0), h.publish)
	httpapi.Register(a, op(post, "/playbooks/{id}/pause", "pause-playbook", "Stop starting runs and the time of those that wait; planned touches wait", write, 0), h.pause)
	httpapi.Register(a, op(post, "/playbooks/{id}/resume", "resume-playbook", "Go on after a pause", write, 0), h.resume)
	httpapi.Register(a, op(post, "/playbooks/{id}/end", "end-playbook", "End for good; runs are stopped and planned touches suppressed", write, 0), h.end)
	httpapi.Register(a, op(get, "/playbooks/{id}/versions", "list-playbook-versions", "List published versions, newest first", read, 0), h.versions)
	httpapi.Register(a, op(get, "/playbooks/{id}/numbers", "get-playbook-numbers", "Count runs, and deliveries by state and reason", read, 0), h.numbers)
	httpapi.Register(a, op(get, "/playbooks/{id}/report", "get-playbook-report", "What happened in each step", read, 0), h.report)
	httpapi.Register(a, op(get, "/playbooks/{id}/people", "list-playbook-people", "Who is behind a number of the report", read, 0), h.people)
	httpapi.Register(a, op(post, "/playbooks/{id}/runs", "start-run", "Start a run for a customer", write, http.StatusCreated), h.start)
	httpapi.Register(a, op(post, "/playbooks/render", "render-playbook", "Render a definition for a customer; nothing is sent", access.CustomersUnmask, 0), h.render)
	httpapi.Register(a, op(get, "/playbook-settings", "get-playbook-settings", "Show what the brand decides about playbooks", read, 0), h.settings)
	httpapi.Register(a, op(put, "/playbook-settings", "set-playbook-settings", "Decide whether drafts must be approved", access.SettingsWrite, 0), h.setSettings)
	httpapi.Register(a, op(get, "/runs", "list-runs", "List runs of a playbook or of a customer, newest first", read, 0), h.runs)
	httpapi.Register(a, op(get, "/runs/{id}", "get-run", "Show a run with its history", read, 0), h.run)
	httpapi.Register(a, op(post, "/runs/{id}/stop", "stop-run", "End a run that goes on", write, 0), h.stop)
	httpapi.Register(a, op(get, "/customers/{id}/touches", "list-customer-touches", "Everything that was sent to a customer or was not, and why", access.CustomersRead, 0), h.touches)
}
