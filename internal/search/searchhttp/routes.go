// Package searchhttp serves the search of the command palette over the management API.
// Lists of customers are customerhttp's.
package searchhttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/search"
)

type handlers struct{ search *search.Service }

// Routes lists what this package serves.
func Routes(a *httpapi.API, s *search.Service) {
	h := &handlers{s}
	httpapi.Register(a, httpapi.Op{
		Method: http.MethodGet, Path: "/search", ID: "search-things", Needs: access.SignedIn, Scope: access.ScopeBrand,
		Summary: "Find customers, audiences, playbooks, codes, materials, mass sends and staff by words: what the caller may read",
	}, h.things)
	httpapi.Register(a, httpapi.Op{
		Method: http.MethodPost, Path: "/customers/names", ID: "name-customers", Needs: access.CustomersRead, Scope: access.ScopeBrand,
		Summary: "Names and phones of customers by their ids, masked as everywhere",
	}, h.names)
}

// Thing is something that was found.
type Thing struct {
	Kind     string `json:"kind" enum:"customer,audience,playbook,code,material,script,mass_send,group,staff"`
	ID       string `json:"id"`
	Title    string `json:"title"`
	Subtitle string `json:"subtitle,omitempty"`
	Corp     string `json:"corp,omitempty" doc:"of what has the platform's id"`
}

type thingsInput struct {
	Q string `query:"q" required:"true" minLength:"1" maxLength:"200"`
}

type thingsOutput struct {
	Body struct {
		Items []Thing `json:"items" doc:"of a search at most five of a kind"`
	}
}

type namesInput struct {
	Body struct {
		IDs []string `json:"ids" minItems:"1" maxItems:"1000"`
	}
}

func (h *handlers) names(ctx context.Context, in *namesInput) (*thingsOutput, error) {
	found, err := h.search.Named(ctx, in.Body.IDs)
	return wire(found), err
}

func (h *handlers) things(ctx context.Context, in *thingsInput) (*thingsOutput, error) {
	found, err := h.search.Things(ctx, in.Q)
	return wire(found), err
}

func wire(found []search.Thing) *thingsOutput {
	out := &thingsOutput{}
	out.Body.Items = make([]Thing, len(found))
	for i, t := range found {
		out.Body.Items[i] = Thing(t)
	}
	return out
}
