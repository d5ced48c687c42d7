// Package deskhttp serves customer service over the management API: accounts, greetings,
// figures, and what was said, which only callers with customers.unmask may read.
package deskhttp

import (
	"net/http"

	"yutang/internal/access"
	"yutang/internal/clock"
	"yutang/internal/desk"
	"yutang/internal/httpapi"
)

// Deps are what the routes need.
type Deps struct {
	Desk   *desk.Service
	Access *access.Service
	Clock  clock.Clock
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, scope access.Scope, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: scope, Status: status}
	}
	const get, put, post = http.MethodGet, http.MethodPut, http.MethodPost
	const none, brand = access.ScopeNone, access.ScopeBrand
	const path = "/wecom/corps/{corp}/desk"
	httpapi.Register(a, op(get, path, "get-desk", "Show how customer service of a corp is", access.WeComRead, none, 0), h.get)
	httpapi.Register(a, op(put, path, "put-desk", "Set how long what was said is kept", access.WeComWrite, none, 0), h.put)
	httpapi.Register(a, op(post, path+"/refresh", "refresh-desk", "Look for accounts and messages now", access.WeComWrite, none, http.StatusAccepted), h.refresh)
	httpapi.Register(a, op(get, path+"/accounts", "list-desk-accounts", "List customer service accounts", access.ContactsRead, none, 0), h.accounts)
	httpapi.Register(a, op(put, path+"/accounts/{account}/welcome", "put-desk-welcome", "Set what greets who enters an account", access.ContentWrite, none, 0), h.setWelcome)
	httpapi.Register(a, op(get, path+"/welcomes", "list-desk-welcomes", "What became of greetings, newest first", access.ContactsRead, brand, 0), h.welcomes)
	httpapi.Register(a, op(get, path+"/figures", "list-desk-figures", "What happened, and how fast questions were answered, by account and servicer", access.ContactsRead, brand, 0), h.figures)
	httpapi.Register(a, op(get, path+"/messages", "list-desk-messages", "What a customer and the accounts said to each other, newest first", access.CustomersUnmask, brand, 0), h.messages)
}
