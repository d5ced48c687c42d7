package app

import (
	"yutang/internal/httpapi"
	"yutang/internal/privacy"
	"yutang/internal/privacy/privacyhttp"
)

// buildPrivacy makes the room that reveals, exports and erases. Jobs, playbooks and the road are there already.
func (a *App) buildPrivacy() {
	a.privacy = privacy.New(privacy.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Access: a.access, Log: a.log, Timeline: a.timeline,
		Identity: a.identity, Customers: a.customers, Runs: a.playbooks, Road: a.pipeline, Exports: a.exports,
		Forget: []func(){a.shortLinks.ForgetAll},
	})
}

// privacyRoutes lists what it serves.
func (a *App) privacyRoutes(api *httpapi.API) {
	privacyhttp.Routes(api, privacyhttp.Deps{Privacy: a.privacy, Access: a.access, Timeline: a.timeline})
}
