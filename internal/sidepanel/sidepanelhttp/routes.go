// Package sidepanelhttp serves the side panel: the log-in of staff through WeCom, and what
// the panel's pages ask for. Everything but the log-in is for staff sessions only, with the
// scope of own customers.
package sidepanelhttp

import (
	"log/slog"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/sidepanel"
)

// Deps are what the routes need.
type Deps struct {
	Panel *sidepanel.Service
	Log   *slog.Logger
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: access.PanelUse, Scope: access.ScopeOwn, Status: status}
	}
	const get, put = http.MethodGet, http.MethodPut
	a.Mount("GET /wecom/login", http.HandlerFunc(h.login))
	a.Mount("GET /wecom/login/{corp}", http.HandlerFunc(h.login))
	a.Mount("GET /wecom/oauth/{corp}", http.HandlerFunc(h.returned))
	httpapi.Register(a, op(get, "/panel/me", "panel-me", "Who I am, and whose customers I may see", 0), h.me)
	httpapi.Register(a, op(get, "/panel/jssdk", "panel-jssdk", "Sign a page of this site for wx.config and wx.agentConfig", 0), h.sign)
	httpapi.Register(a, op(get, "/panel/tags", "panel-tags", "The tags that I may put on customers, by group", 0), h.groups)
	httpapi.Register(a, op(get, "/panel/customers", "panel-list-customers", "My customers, or those of a member whom I lead", 0), h.list)
	httpapi.Register(a, op(get, "/panel/customers/{external}", "panel-get-customer", "One of my customers", 0), h.get)
	httpapi.Register(a, op(get, "/panel/customers/{external}/events", "panel-list-events", "Events of one of my customers, newest first", 0), h.events)
	httpapi.Register(a, op(put, "/panel/customers/{external}/tags", "panel-set-tags", "Put tags on one of my customers and take others off; it takes effect soon", http.StatusAccepted), h.setTags)
}
