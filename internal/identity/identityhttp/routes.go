// Package identityhttp serves One-ID over the management API: merging and taking apart
// customers, the history, the conflicts, the policy and the list of blocked values.
//
// Identity values are masked unless the caller has customers.unmask.
package identityhttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/identity"
	"yutang/internal/timeline"
)

// Merger joins and takes apart customers and brings all that is known of them along;
// pipeline does.
type Merger interface {
	Merge(ctx context.Context, a, b uint32, by string) (identity.Merge, error)
	Unmerge(ctx context.Context, mergeID, by string) (kept, gone uint32, err error)
}

// Deps are what the routes need.
type Deps struct {
	Identity *identity.Service
	Timeline *timeline.Store
	Merger   Merger
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
	const merge, read, write = access.CustomersMerge, access.IdentityRead, access.IdentityWrite
	const created, none = http.StatusCreated, http.StatusNoContent

	httpapi.Register(a, op(post, "/customers/merge/preview", "preview-merge", "Show what merging two customers would do", merge, 0), h.preview)
	httpapi.Register(a, op(post, "/customers/merge", "merge-customers", "Make two customers one", merge, 0), h.merge)
	httpapi.Register(a, op(post, "/customers/unmerge", "unmerge-customers", "Undo a merge; events do not make it again", merge, 0), h.unmerge)

	httpapi.Register(a, op(get, "/identity/merges", "list-merges", "List merges, newest first", read, 0), h.merges)
	httpapi.Register(a, op(get, "/identity/conflicts", "list-identity-conflicts", "List links that events suggested and the policy refused, newest first", read, 0), h.conflicts)
	httpapi.Register(a, op(get, "/identity/policy", "get-identity-policy", "Show how identity types are treated", read, 0), h.policy)
	httpapi.Register(a, op(put, "/identity/policy", "set-identity-policy", "Change how identity types are treated, for events from now on", write, 0), h.setPolicy)
	httpapi.Register(a, op(get, "/identity/blocked", "list-blocked-values", "List values that identify nobody", read, 0), h.blocked)
	httpapi.Register(a, op(post, "/identity/blocked", "block-value", "Add a value that identifies nobody", write, created), h.block)
	httpapi.Register(a, op(del, "/identity/blocked", "unblock-value", "Take a value off the list, or switch a built-in one off", write, none), h.unblock)
}

// actor is the id of who asks.
func actor(ctx context.Context) string {
	p, _ := access.From(ctx)
	return p.ID
}

// noting gives the function that writes the audit row beside a change.
func (h *handlers) noting(action, object string, detail any) func(ctx context.Context) error {
	return func(ctx context.Context) error { return h.Access.Audit(ctx, action, object, detail) }
}
