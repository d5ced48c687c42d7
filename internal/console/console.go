// Package console owns the pages that people open in a browser: sign-in, first set-up, an
// overview with live numbers, the way from an audience to its members and to one customer,
// and the workbench of WeCom, where an operator does by hand what the API offers.
//
// It promises to work without any file from elsewhere, on a phone, in light and dark, in
// Chinese and English, and to show nothing that the signed-in account may not see. It
// holds no data: the overview comes through Rooms, masked already, and the workbench asks
// the management API on behalf of who looks, so rights, masks, checks and audit are one.
package console

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/clock"
	"yutang/internal/httpapi"
)

// Rooms gives what the pages show. Personal values come masked. Safe for concurrent use.
type Rooms interface {
	// Numbers is the state of the whole brand now; called about once a second while
	// somebody looks, and not more often.
	Numbers(ctx context.Context) (Numbers, error)
	// Members is one page of an audience's members.
	Members(ctx context.Context, audience, cursor string, limit int) (Members, error)
	// Customer is one customer with the latest events.
	Customer(ctx context.Context, id string) (Customer, error)
}

// Config is what a console is made of.
type Config struct {
	Access *access.Service
	Rooms  Rooms
	Clock  clock.Clock
	Log    *slog.Logger

	// Corps lists the connected corps by name, for everybody who is signed in. Nil leaves
	// the pages of WeCom out.
	Corps func(ctx context.Context) ([]Corp, error)
}

// Console serves the pages.
type Console struct {
	access *access.Service
	clock  clock.Clock
	log    *slog.Logger
	pages  *template.Template
	live   *live
	cross  *http.CrossOriginProtection

	client    client
	listCorps func(ctx context.Context) ([]Corp, error)
}

// Mount puts the pages on the API's mux.
func Mount(a *httpapi.API, cfg Config) {
	c := &Console{
		access: cfg.Access,
		clock:  cfg.Clock,
		log:    cfg.Log,
		pages:  parsePages(),
		live:   newLive(cfg.Rooms, cfg.Clock),
		cross:  http.NewCrossOriginProtection(),

		client: client{a.Handler()}, listCorps: cfg.Corps,
	}
	page := func(pattern string, needs access.Permission, show handler) {
		a.Mount(pattern, c.signedIn(a, needs, show))
	}
	page("GET /{$}", access.SystemRead, c.overview)
	page("GET /console/numbers", access.SystemRead, c.numbers)
	page("GET /audiences/{id}", access.CustomersRead, c.members)
	page("GET /customers/{id}", access.CustomersRead, c.customer)
	page("POST /sign-out", access.SignedIn, c.signOut)
	if cfg.Corps != nil {
		for _, r := range workbench() {
			page(r.pattern, r.needs, c.serve(r.show))
		}
	}
	a.Mount("GET /sign-in", c.open(c.showSignIn))
	a.Mount("POST /sign-in", c.open(c.signIn))
	a.Mount("GET /setup", c.open(c.showSetup))
	a.Mount("POST /setup", c.open(c.setup))
	a.Mount("GET /assets/", assetHandler())
	a.Mount("GET /favicon.ico", http.RedirectHandler("/assets/mark.svg", http.StatusMovedPermanently))
}
