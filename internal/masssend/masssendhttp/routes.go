// Package masssendhttp serves mass sends over the management API: drafts, previews with
// reasons, schedules, progress by member and by customer.
package masssendhttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/masssend"
)

// Deps are what the routes need.
type Deps struct {
	Sends  *masssend.Service
	Access *access.Service
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

	httpapi.Register(a, op(get, "/mass-sends", "list-mass-sends", "List messages that staff confirm, newest first", read, 0), h.list)
	httpapi.Register(a, op(post, "/mass-sends", "create-mass-send", "Draft a message to many customers or groups", write, created), h.create)
	httpapi.Register(a, op(post, "/mass-sends/preview", "preview-new-mass-send", "Who would get a message, who would not, and why", read, 0), h.previewNew)
	httpapi.Register(a, op(get, "/mass-sends/{id}", "get-mass-send", "Show a mass send", read, 0), h.get)
	httpapi.Register(a, op(put, "/mass-sends/{id}", "update-mass-send", "Change a draft", write, 0), h.update)
	httpapi.Register(a, op(del, "/mass-sends/{id}", "delete-mass-send", "Delete a draft", write, none), h.remove)
	httpapi.Register(a, op(get, "/mass-sends/{id}/preview", "preview-mass-send", "Who will get it, who will not, and why", read, 0), h.preview)
	httpapi.Register(a, op(get, "/mass-sends/{id}/preview/customers", "list-mass-send-preview", "List the customers of a preview", read, 0), h.previewList)
	httpapi.Register(a, op(post, "/mass-sends/{id}/schedule", "schedule-mass-send", "Let a draft go at its time", write, 0), h.schedule)
	httpapi.Register(a, op(post, "/mass-sends/{id}/unschedule", "unschedule-mass-send", "Make it a draft again before it begins", write, 0), h.unschedule)
	httpapi.Register(a, op(post, "/mass-sends/{id}/stop", "stop-mass-send", "Stop it; what nobody has confirmed is taken back", write, 0), h.stop)
	httpapi.Register(a, op(post, "/mass-sends/{id}/remind", "remind-mass-send", "Remind staff who have not confirmed", write, 0), h.remind)
	httpapi.Register(a, op(get, "/mass-sends/{id}/progress", "get-mass-send-progress", "Results by reason and by member", read, 0), h.progress)
	httpapi.Register(a, op(get, "/mass-sends/{id}/calls", "list-mass-send-calls", "List the requests made to the platform", read, 0), h.calls)
	httpapi.Register(a, op(get, "/mass-sends/{id}/customers", "list-mass-send-customers", "List customers with what became of each", read, 0), h.receivers)
	httpapi.Register(a, op(get, "/mass-sends/{id}/chats", "list-mass-send-chats", "List customer groups with what became of each", read, 0), h.chats)
}

// actor names who asks.
func actor(ctx context.Context) string {
	p, _ := access.From(ctx)
	return p.ID
}
