package app

import (
	"context"
	"time"

	"yutang/internal/channel"
	"yutang/internal/httpapi"
	"yutang/internal/outreach"
	"yutang/internal/reach"
	"yutang/internal/reach/reachhttp"
)

// buildReach makes the counts of who can be written to.
func (a *App) buildReach() {
	a.reach = reach.New(reach.Config{
		Clock: a.Clock, Ledger: a.outreach, Select: a.audiences.Select, Carriers: a.identity.Carriers, Accounts: a.quotasOf,
		Channels: []reach.Channel{
			{Name: outreach.WeComMass}, {Name: channel.SMS, Identity: "phone"}, {Name: channel.Email, Identity: "email"},
		},
	})
}

// quotasOf is what each corp lets one customer have in the period that holds a moment.
func (a *App) quotasOf(ctx context.Context, at time.Time) (out []reach.Account, err error) {
	ids, err := a.corpIDs(ctx)
	for i := 0; err == nil && i < len(ids); i++ {
		x := reach.Account{Corp: ids[i]}
		if _, x.Limit, x.Since, _, err = a.sends.Quota(ctx, x.Corp, at); err == nil {
			out = append(out, x)
		}
	}
	return out, err
}

// reachRoutes lists what they serve.
func (a *App) reachRoutes(api *httpapi.API) {
	reachhttp.Routes(api, reachhttp.Deps{Reach: a.reach, Find: a.search.Find})
}
