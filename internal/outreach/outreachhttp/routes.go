// Package outreachhttp serves the send ledger, the sending policy and webhook endpoints
// over the management API. What a message said is shown to callers with
// customers.unmask only.
package outreachhttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/outreach"
	"yutang/internal/webhook"
)

// Deps are what the routes need.
type Deps struct {
	Outreach *outreach.Service
	Webhooks *webhook.Service
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
	const read, write = access.OutreachRead, access.OutreachWrite
	const created, none = http.StatusCreated, http.StatusNoContent

	httpapi.Register(a, op(get, "/deliveries", "list-deliveries", "List what was or is to be sent, newest first, and why not", read, 0), h.list)
	httpapi.Register(a, op(get, "/deliveries/counts", "count-deliveries", "Count deliveries by state and reason", read, 0), h.counts)
	httpapi.Register(a, op(get, "/deliveries/{id}", "get-delivery", "Show a delivery with the message sent", read, 0), h.get)
	httpapi.Register(a, op(post, "/deliveries/{id}/resolve", "resolve-delivery", "Say what became of an unknown delivery", write, 0), h.resolve)

	httpapi.Register(a, op(get, "/outreach/policy", "get-outreach-policy", "Show consent, control group, quiet hours, caps, rates and capacity, and in words", read, 0), h.policy)
	httpapi.Register(a, op(put, "/outreach/policy", "set-outreach-policy", "Change consent, control group, quiet hours, caps, rates and capacity", write, 0), h.setPolicy)
	httpapi.Register(a, op(get, "/outreach/status", "get-outreach-status", "Show whether sending is held, and endpoints that rest", read, 0), h.status)
	httpapi.Register(a, op(post, "/outreach/hold", "hold-sending", "Stop sending; touches wait until they expire", write, 0), h.hold)
	httpapi.Register(a, op(post, "/outreach/release", "release-sending", "Let sending go on", write, 0), h.release)

	httpapi.Register(a, op(get, "/webhooks", "list-webhooks", "List webhook endpoints", read, 0), h.endpoints)
	httpapi.Register(a, op(post, "/webhooks", "create-webhook", "Add an endpoint; the answer holds its secret, once", write, created), h.createEndpoint)
	httpapi.Register(a, op(get, "/webhooks/{id}", "get-webhook", "Show a webhook endpoint", read, 0), h.endpoint)
	httpapi.Register(a, op(put, "/webhooks/{id}", "update-webhook", "Change a webhook endpoint", write, 0), h.updateEndpoint)
	httpapi.Register(a, op(del, "/webhooks/{id}", "delete-webhook", "Delete a webhook endpoint", write, none), h.deleteEndpoint)
	httpapi.Register(a, op(post, "/webhooks/{id}/rotate", "rotate-webhook-secret", "Add a new secret; the one before stays valid", write, 0), h.rotate)
	httpapi.Register(a, op(post, "/webhooks/{id}/retire", "retire-webhook-secret", "Drop the secret before the newest", write, 0), h.retire)
	httpapi.Register(a, op(post, "/webhooks/{id}/test", "test-webhook", "Post a signed test message now", write, 0), h.test)
}

// actor names who asks.
func actor(ctx context.Context) string {
	p, _ := access.From(ctx)
	return p.ID
}
