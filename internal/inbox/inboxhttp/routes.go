// Package inboxhttp serves the record of callbacks over the management API, and mounts the
// door through which they come.
package inboxhttp

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/inbox"
)

// Deps are what the routes need.
type Deps struct {
	Inbox  *inbox.Service
	Access *access.Service
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeNone, Status: status}
	}
	httpapi.Register(a, op(http.MethodGet, "/wecom/callbacks", "list-callbacks", "List what WeCom told us, newest first", access.WeComRead, 0), h.list)
	httpapi.Register(a, op(http.MethodGet, "/wecom/callbacks/counts", "count-callbacks", "Count callbacks by state", access.WeComRead, 0), h.counts)
	httpapi.Register(a, op(http.MethodPost, "/wecom/callbacks/{id}/retry", "retry-callback", "Process a callback that was given up once more", access.WeComWrite, http.StatusNoContent), h.retry)
	a.Mount("GET /wecom/callback/{corp}/{app}", http.HandlerFunc(d.Inbox.Check))
	a.Mount("POST /wecom/callback/{corp}/{app}", http.HandlerFunc(d.Inbox.Receive))
}

type wireCallback struct {
	ID       int64       `json:"id"`
	Corp     string      `json:"corp"`
	App      string      `json:"app"`
	Received time.Time   `json:"received_at"`
	Event    string      `json:"event"`
	State    inbox.State `json:"state" enum:"pending,done,ignored,dead"`
	Attempts int         `json:"attempts"`
	Reason   string      `json:"reason,omitempty" say:"zh"`
}

type listInput struct {
	Corp   string `query:"corp"`
	State  string `query:"state" enum:"pending,done,ignored,dead"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"0" maximum:"1000"`
}

func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[wireCallback], error) {
	p, err := h.Inbox.List(ctx, inbox.Filter{Corp: in.Corp, State: inbox.State(in.State), Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(p, func(c inbox.Callback) wireCallback {
		return wireCallback{c.ID, c.Corp, c.App, c.Received, c.Event, c.State, c.Attempts, c.Reason}
	}), nil
}

func (h *handlers) counts(ctx context.Context, _ *httpapi.None) (*struct{ Body map[inbox.State]int }, error) {
	n, err := h.Inbox.Counts(ctx)
	return &struct{ Body map[inbox.State]int }{n}, err
}

type one struct {
	ID int64 `path:"id"`
}

func (h *handlers) retry(ctx context.Context, in *one) (*httpapi.Empty, error) {
	return nil, h.Access.Audited(ctx, "callback.retry", func(ctx context.Context) (string, any, error) {
		return strconv.FormatInt(in.ID, 10), nil, h.Inbox.Retry(ctx, in.ID)
	})
}
