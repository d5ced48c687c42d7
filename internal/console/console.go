// Package console owns the page that people open in a browser: sign-in, first set-up, an
// overview with live numbers, and the way from an audience to its members and to one
// customer.
//
// It promises to work without any file from elsewhere, on a phone, in light and dark, in
// Chinese and English, and to show nothing that the signed-in account may not see. It
// holds no data: what it shows comes through Rooms, masked already.
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
}

// Console serves the pages.
type Console struct {
	access *access.Service
	clock  clock.Clock
	log    *slog.Logger
	pages  *template.Template
	live   *live
	cross  *http.CrossOriginProtection
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
	}
	page := func(pattern string, needs access.Permission, show handler) {
		a.Mount(pattern, c.signedIn(a, needs, show))
	}
	page("GET /{$}", access.SystemRead, c.overview)
	page("GET /console/numbers", access.SystemRead, c.numbers)
	page("GET /audiences/{id}", access.CustomersRead, c.members)
	page("GET /customers/{id}", access.CustomersRead, c.customer)
	page("POST /sign-out", access.SignedIn, c.signOut)
	a.Mount("GET /sign-in", c.open(c.showSignIn))
	a.Mount("POST /sign-in", c.open(c.signIn))
	a.Mount("GET /setup", c.open(c.showSetup))
	a.Mount("POST /setup", c.open(c.setup))
	a.Mount("GET /assets/", assetHandler())
	a.Mount("GET /favicon.ico", http.RedirectHandler("/assets/mark.svg", http.StatusMovedPermanently))
}
