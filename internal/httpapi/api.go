// Package httpapi owns how the product speaks HTTP to programs: routing under /api/v1,
// who may call what, errors, repeated writes, the OpenAPI document, headers and logs.
//
// It promises default deny: a route that does not say which permission it needs and
// which data it touches cannot be registered, and no byte of a request's body is looked
// at before the caller is known and allowed. Errors are RFC 9457 problems with a stable
// code; causes of internal errors stay in the log. A write with an Idempotency-Key has
// its effect once. Nothing here knows a domain: each domain lists its own routes.
package httpapi

import (
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yutang/internal/access"
	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/seal"
)

// Prefix is where the management API lives.
const Prefix = "/api/v1"

// Config is what an API is made of. Metrics may be nil.
type Config struct {
	Access  *access.Service
	DB      *db.DB
	Box     *seal.Box
	Clock   clock.Clock
	Log     *slog.Logger
	Metrics Metrics
	Version string // of the program, for the OpenAPI document
}

// API is the management API and the mux that everything else is mounted on. Register
// and Mount come first, then Handler; after that it is safe for concurrent use.
type API struct {
	access  *access.Service
	clock   clock.Clock
	log     *slog.Logger
	metrics Metrics
	keys    *keyStore
	mux     *http.ServeMux
	huma    huma.API
	ops     []Op
	cross   *http.CrossOriginProtection
	upkeep  upkeep
}

// New makes an API without routes of its own but /api/openapi.json.
func New(cfg Config) *API {
	a := &API{
		access:  cfg.Access,
		clock:   cfg.Clock,
		log:     cfg.Log,
		metrics: cfg.Metrics,
		keys:    newKeyStore(cfg.DB, cfg.Box, cfg.Clock),
		mux:     http.NewServeMux(),
		cross:   http.NewCrossOriginProtection(),
	}
	a.huma = huma.NewAPI(openAPI(cfg.Version), &adapter{api: a})
	a.mux.HandleFunc("GET /api/openapi.json", a.serveOpenAPI)
	return a
}

// Mount puts a handler beside the API, under the same headers, logging and recovery. The
// handler checks its callers by itself. pattern is one of http.ServeMux.
func (a *API) Mount(pattern string, h http.Handler) { a.mux.Handle(pattern, h) }

// Handler is everything: routes, mounted handlers and what surrounds them.
func (a *API) Handler() http.Handler { return a.surround(a.mux) }

// Ops lists the registered operations in order of registration.
func (a *API) Ops() []Op { return a.ops }

// Walk calls visit with every registered operation.
func (a *API) Walk(visit func(op Op)) {
	for _, op := range a.ops {
		visit(op)
	}
}

// OpenAPI is the document of all registered operations.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }
