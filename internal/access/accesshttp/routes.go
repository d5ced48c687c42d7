// Package accesshttp is the API of accounts, tokens, sessions, the audit trail, data
// sources and the settings of the brand.
package accesshttp

import (
	"context"
	"net/http"
	"time"

	"yutang/internal/access"
	"yutang/internal/clock"
	"yutang/internal/event"
	"yutang/internal/httpapi"
)

// Sources keeps the data sources; event.Log does.
type Sources interface {
	Sources() []event.Source
	AddSource(ctx context.Context, name, writeKey string, at time.Time) (event.Source, error)
	DisableSource(ctx context.Context, id int64, disabled bool) error
}

type handlers struct {
	access  *access.Service
	sources Sources
	clock   clock.Clock
	demo    string
}

// Routes lists what this package serves. Demo is where the simulated phones of the demo brand
// are, empty for a brand of one's own.
func Routes(a *httpapi.API, acc *access.Service, sources Sources, clk clock.Clock, demo string) {
	h := &handlers{access: acc, sources: sources, clock: clk, demo: demo}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeNone, Status: status}
	}
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	const created, none = http.StatusCreated, http.StatusNoContent

	httpapi.Register(a, op(post, "/session", "sign-in", "Sign in with e-mail address and password", access.Anyone, created), h.signIn)
	httpapi.Register(a, op(del, "/session", "sign-out", "End this session", access.SignedIn, none), h.signOut)
	httpapi.Register(a, op(get, "/setup", "get-setup", "Whether the first owner is still to be made", access.Anyone, 0), h.needsSetup)
	httpapi.Register(a, op(post, "/setup", "set-up", "Make the first owner by the set-up link, and sign in", access.Anyone, created), h.setup)
	httpapi.Register(a, op(get, "/me", "get-me", "Who I am and what I may do", access.SignedIn, 0), h.me)
	httpapi.Register(a, op(post, "/me/password", "change-password", "Change my password; ends all my sessions", access.SignedIn, none), h.changePassword)

	httpapi.Register(a, op(get, "/tokens", "list-tokens", "List API tokens", access.AccountsRead, 0), h.tokens)
	httpapi.Register(a, op(post, "/tokens", "create-token", "Make an API token; its secret is shown once", access.AccountsWrite, created), h.addToken)
	httpapi.Register(a, op(del, "/tokens/{id}", "revoke-token", "End an API token at once", access.AccountsWrite, none), h.revokeToken)

	httpapi.Register(a, op(get, "/roles", "list-roles", "The roles and their permissions", access.AccountsRead, 0), h.roles)
	httpapi.Register(a, op(get, "/accounts", "list-accounts", "List accounts", access.AccountsRead, 0), h.accounts)
	httpapi.Register(a, op(post, "/accounts", "create-account", "Make an account", access.AccountsWrite, created), h.addAccount)
	httpapi.Register(a, op(patch, "/accounts/{id}", "update-account", "Change name, role or password of an account, or disable it", access.AccountsWrite, 0), h.updateAccount)

	httpapi.Register(a, op(get, "/audit", "list-audit", "What was done by whom, newest first; by actor, actions, object and days of the brand", access.AuditRead, 0), h.audit)
	httpapi.Register(a, op(post, "/audit/export", "export-audit", "The audit trail of a filter as CSV", access.AuditRead, 0), h.exportAudit)

	httpapi.Register(a, op(get, "/sources", "list-sources", "List data sources", access.SourcesRead, 0), h.listSources)
	httpapi.Register(a, op(post, "/sources", "create-source", "Make a data source; its write key is shown once", access.SourcesWrite, created), h.addSource)
	httpapi.Register(a, op(patch, "/sources/{id}", "update-source", "Stop or start accepting events of a source", access.SourcesWrite, none), h.updateSource)

	httpapi.Register(a, op(get, "/settings/brand", "get-brand", "Name, time zone and currency of the brand", access.SettingsRead, 0), h.brand)
	httpapi.Register(a, op(put, "/settings/brand", "set-brand", "Set name, time zone and currency of the brand", access.SettingsWrite, 0), h.setBrand)
}
