// Package channelhttp serves the accounts of SMS, e-mail and WeChat over the management
// API, and mounts the doors through which providers and readers of mails come. Secrets go
// in and never come out.
package channelhttp

import (
	"net/http"

	"yutang/internal/access"
	"yutang/internal/channel"
	"yutang/internal/httpapi"
)

// Deps are what the routes need.
type Deps struct {
	Channels *channel.Service
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

	httpapi.Register(a, op(get, "/channels", "list-channels", "List the accounts of SMS, e-mail and WeChat", read, 0), h.list)
	httpapi.Register(a, op(post, "/channels", "create-channel", "Add an account", write, created), h.create)
	httpapi.Register(a, op(get, "/channels/{id}", "get-channel", "Show an account, without its secret", read, 0), h.get)
	httpapi.Register(a, op(put, "/channels/{id}", "update-channel", "Change an account; an empty secret stays", write, 0), h.update)
	httpapi.Register(a, op(del, "/channels/{id}", "delete-channel", "Delete an account", write, none), h.delete)
	httpapi.Register(a, op(post, "/channels/{id}/rotate", "rotate-channel-receipts", "Close the path of reports and open another", write, 0), h.rotate)
	httpapi.Register(a, op(post, "/channels/{id}/test", "test-channel", "Send one message to an address of one's own now", write, 0), h.test)

	a.Mount("POST /channels/receipts/{endpoint}/{token}", http.HandlerFunc(d.Channels.Receive))
	a.Mount("GET /channels/unsubscribe/{delivery}/{token}", http.HandlerFunc(d.Channels.Unsubscribe))
	a.Mount("POST /channels/unsubscribe/{delivery}/{token}", http.HandlerFunc(d.Channels.Unsubscribe))
}
