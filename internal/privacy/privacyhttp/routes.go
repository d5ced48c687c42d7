// Package privacyhttp serves what one person may ask of the brand over the management API:
// personal values in clear for a reason, a file with everything, erasure; and how long texts
// are kept.
package privacyhttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/id"
	"yutang/internal/privacy"
	"yutang/internal/timeline"
)

// Deps are what the routes need.
type Deps struct {
	Privacy  *privacy.Service
	Access   *access.Service
	Timeline *timeline.Store
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, put = http.MethodGet, http.MethodPost, http.MethodPut
	const unmask, erase = access.CustomersUnmask, access.CustomersErase
	const accepted = http.StatusAccepted

	httpapi.Register(a, op(post, "/customers/{id}/reveal", "reveal-customer", "Show personal values of a customer in clear, for a reason", unmask, 0), h.reveal)
	httpapi.Register(a, op(get, "/customers/{id}/consents", "list-customer-consents", "List what a customer agreed to or refused, when, and who told of it", access.CustomersRead, 0), h.consents)
	httpapi.Register(a, op(post, "/customers/{id}/export", "export-customer", "Make a file with everything that is held of a customer", unmask, accepted), h.export)
	httpapi.Register(a, op(get, "/privacy/exports/{id}", "get-privacy-export", "Show an export of one's own", unmask, 0), h.showExport)
	httpapi.Register(a, op(get, "/privacy/exports/{id}/file", "download-privacy-export", "Fetch the file of an export of one's own, for 7 days", unmask, 0), h.file)

	httpapi.Register(a, op(get, "/customers/{id}/erase", "preview-erasure", "Count what an erasure of a customer would find", erase, 0), h.preview)
	httpapi.Register(a, op(post, "/customers/{id}/erase", "erase-customer", "Erase a customer for good", erase, accepted), h.erase)
	httpapi.Register(a, op(get, "/privacy/erasures", "list-erasures", "List erasures, the newest first", erase, 0), h.erasures)
	httpapi.Register(a, op(get, "/privacy/erasures/{id}", "get-erasure", "Show an erasure", erase, 0), h.erasure)

	httpapi.Register(a, op(get, "/privacy/retention", "get-retention", "Show for how long texts are kept", access.SettingsRead, 0), h.retention)
	httpapi.Register(a, op(put, "/privacy/retention", "set-retention", "Change for how long archived messages and texts of deliveries are kept", access.SettingsWrite, 0), h.setRetention)
	httpapi.Register(a, op(get, "/privacy/masking", "get-masking", "Show whether people see personal values masked until they reveal them", access.SettingsRead, 0), h.masking)
	httpapi.Register(a, op(put, "/privacy/masking", "set-masking", "Change whether people see personal values masked until they reveal them", access.SettingsWrite, 0), h.setMasking)
}

// find reads a public id and gives the survivor's number.
func (h *handlers) find(public string) (uint32, error) {
	ord, err := id.ParseCustomer(public)
	if err != nil {
		return 0, err
	}
	h.Timeline.RLock()
	defer h.Timeline.RUnlock()
	if int64(ord) > int64(h.Timeline.Customers()) {
		return 0, fault.New(fault.NotFound, "customer_not_found", "no customer has the id %q", public)
	}
	return h.Timeline.Root(ord), nil
}

// actor names who asks.
func actor(ctx context.Context) string {
	p, _ := access.From(ctx)
	return p.ID
}

type customerInput struct {
	ID string `path:"id" doc:"a customer id such as c42"`
}

type keyInput struct {
	ID string `path:"id"`
}
