// Package taskhttp serves the work of staff: to operators over the API, and to members over
// the panel's API. Members see and touch their own tasks, and
// leaders those of the members led; of others nothing is told.
package taskhttp

import (
	"log/slog"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/sidepanel"
	"yutang/internal/task"
	"yutang/internal/timeline"
)

// Deps are what the routes need.
type Deps struct {
	Tasks    *task.Service
	Access   *access.Service
	Panel    *sidepanel.Service
	Timeline *timeline.Store
	Log      *slog.Logger
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	own := func(method, path, id, summary string) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: access.PanelUse, Scope: access.ScopeOwn}
	}
	const get, post, put, read, write = http.MethodGet, http.MethodPost, http.MethodPut, access.TasksRead, access.TasksWrite
	httpapi.Register(a, op(get, "/tasks", "list-tasks", "List tasks of staff, the newest first", read, 0), h.list)
	httpapi.Register(a, op(post, "/tasks", "create-tasks", "Make tasks by hand: one for each customer named, or one for a member", write, http.StatusCreated), h.create)
	httpapi.Register(a, op(get, "/tasks/stats", "task-stats", "What came of tasks, by playbook, step, member, department or day", read, 0), h.stats)
	httpapi.Register(a, op(get, "/tasks/settings", "get-task-settings", "How staff are told of tasks", read, 0), h.settings)
	httpapi.Register(a, op(put, "/tasks/settings", "set-task-settings", "Change how staff are told of tasks", write, 0), h.setSettings)
	httpapi.Register(a, op(post, "/tasks/hand-over", "hand-over-tasks", "Give all that a member has to do to another", write, 0), h.handOverAll)
	httpapi.Register(a, op(get, "/tasks/{id}", "get-task", "A task with its history and messages", read, 0), h.get)
	httpapi.Register(a, op(post, "/tasks/{id}/hand-over", "hand-over-task", "Give a task to another member", write, 0), h.handOver)
	httpapi.Register(a, op(post, "/tasks/{id}/cancel", "cancel-task", "Take a task back", write, 0), h.cancel)

	httpapi.Register(a, own(get, "/panel/tasks", "panel-list-tasks", "What I have to do, by card, overdue first"), h.mine)
	httpapi.Register(a, own(get, "/panel/tasks/team", "panel-team-tasks", "What the members whom I lead have to do"), h.team)
	httpapi.Register(a, own(get, "/panel/tasks/cards/{id}", "panel-get-card", "One of my cards with its tasks"), h.card)
	httpapi.Register(a, own(post, "/panel/tasks/cards/{id}/done", "panel-finish-card", "Do all that is open on a card"), h.finishCard)
	httpapi.Register(a, own(post, "/panel/tasks/hand-over", "panel-hand-over-tasks", "Give all that a member whom I lead has to do to another"), h.leadOver)
	httpapi.Register(a, own(post, "/panel/tasks/{id}/done", "panel-finish-task", "Do a task"), h.finish)
	httpapi.Register(a, own(post, "/panel/tasks/{id}/undo", "panel-undo-task", "Take back what I did, within the time for it"), h.undo)
	httpapi.Register(a, own(post, "/panel/tasks/{id}/tick", "panel-tick-task", "Check an item of a task's list"), h.tick)
	httpapi.Register(a, own(post, "/panel/tasks/{id}/open", "panel-open-task", "Note that I look at a task"), h.open)
	httpapi.Register(a, own(post, "/panel/tasks/{id}/hand-over", "panel-hand-over-task", "Give a task to a member whom I lead"), h.passOn)

	httpapi.Register(a, own(get, "/panel/customers/{external}/tasks", "panel-customer-tasks", "What is to do for one of my customers, and what was done"), h.ofCustomer)
	a.Mount("GET /m/tasks", http.HandlerFunc(moved))
	a.Mount("GET /m/tasks/{card}", http.HandlerFunc(moved))
}
