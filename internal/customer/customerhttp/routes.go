// Package customerhttp serves customers over the management API: lists and search, the
// profile, a customer's events, traits and tags changed by hand, lifecycle rules.
//
// Personal values are masked unless the caller has customers.unmask. Changes of traits and
// tags are events like all others, so the log explains them later.
package customerhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/access"
	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/httpapi"
	"yutang/internal/identity"
	"yutang/internal/search"
	"yutang/internal/timeline"
)

// Submitter takes events down the road; pipeline does.
type Submitter interface {
	SubmitEvents(ctx context.Context, evs []*event.Event) (accepted int, err error)
}

// Audiences puts changed rules of lifecycle and tiers in force.
type Audiences interface {
	LevelsChanged(ctx context.Context) error
}

// Deps are what the routes need. Source is the data source of changes made by hand.
// StaffNames tells what members of staff are called; nil: nobody knows.
type Deps struct {
	Customers *customer.Service
	Identity  *identity.Service
	Timeline  *timeline.Store
	Log       customer.EventReader
	Audiences Audiences
	Search    *search.Service
	Keep      *audience.Service // makes audiences of filters
	Access    *access.Service
	Submit    Submitter
	Source    int64
	Clock     clock.Clock
	Zone      func() *time.Location // the brand's

	// KeepFixed makes an audience of these customers, whatever becomes of them.
	KeepFixed func(ctx context.Context, name, by string, people *roaring.Bitmap) (audience.Audience, error)

	StaffNames func(ctx context.Context, users []string) (map[string]string, error)
}

type handlers struct{ Deps }

// Routes lists what this package serves.
func Routes(a *httpapi.API, d Deps) {
	h := &handlers{d}
	op := func(method, path, id, summary string, needs access.Permission, status int) httpapi.Op {
		return httpapi.Op{Method: method, Path: path, ID: id, Summary: summary, Needs: needs, Scope: access.ScopeBrand, Status: status}
	}
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	const read, write = access.CustomersRead, access.CustomersWrite

	httpapi.Register(a, op(get, "/customers", "list-customers", "List customers, filtered and sorted, with how many there are", read, 0), h.list)
	httpapi.Register(a, op(post, "/customers/query", "query-customers", "The same with the filter in the body", read, 0), h.query)
	httpapi.Register(a, op(post, "/customers/export", "export-customers", "The customers of a filter as a CSV file", read, 0), h.export)
	httpapi.Register(a, op(post, "/customers/audience", "keep-customers", "Make an audience of a filter: of its rule, or of who passes it now", access.AudiencesWrite, http.StatusCreated), h.keep)
	httpapi.Register(a, op(get, "/customers/{id}", "get-customer", "Show a customer; an id that was merged away shows the survivor", read, 0), h.get)
	httpapi.Register(a, op(get, "/customers/{id}/events", "list-customer-events", "List a customer's events, newest first", access.EventsRead, 0), h.events)
	httpapi.Register(a, op(get, "/customers/{id}/levels", "list-customer-levels", "List changes of a customer's stages and tier, newest first", read, 0), h.levels)
	httpapi.Register(a, op(patch, "/customers/{id}/traits", "change-traits", "Set traits of a customer; null removes one", write, 0), h.changeTraits)
	httpapi.Register(a, op(post, "/customers/{id}/tags", "add-tag", "Put a tag on a customer", write, 0), h.addTag)
	httpapi.Register(a, op(del, "/customers/{id}/tags/{tag}", "remove-tag", "Take a tag off a customer", write, 0), h.removeTag)

	httpapi.Register(a, op(get, "/tags", "list-tags", "List tags with how many customers have them", read, 0), h.tags)
	httpapi.Register(a, op(get, "/lifecycle", "get-lifecycle", "Show the rules of stages and tiers with how many customers are there", access.AudiencesRead, 0), h.lifecycle)
	httpapi.Register(a, op(put, "/lifecycle", "set-lifecycle", "Change the rules of stages and tiers; everybody is placed anew", access.AudiencesWrite, 0), h.setLifecycle)
	httpapi.Register(a, op(get, "/lifecycle/flows", "list-lifecycle-flows", "Count moves between stages or tiers in a span of time", access.AudiencesRead, 0), h.flows)
	httpapi.Register(a, op(get, "/lifecycle/flows/people", "list-lifecycle-flow-people", "List the customers behind moves between stages or tiers, newest first", read, 0), h.flowPeople)
}
