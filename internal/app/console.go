package app

import (
	"context"

	"github.com/tidwall/gjson"

	"yutang/internal/console"
	"yutang/internal/httpapi"
	"yutang/internal/outreach"
	"yutang/internal/page"
)

// console mounts the pages over the real rooms.
func (a *App) console(api *httpapi.API) {
	console.Mount(api, console.Config{
		Access: a.access, Clock: a.Clock, Log: a.Config.Log,
		Rooms: &console.House{
			Log: a.log, Timeline: a.timeline, Identity: a.identity, Customers: a.customers, Audiences: a.audiences,
			Playbooks: a.shownPlaybooks, Deliveries: a.shownDeliveries,
		},
		Corps: a.shownCorps,
	})
}

// shownCorps names the connected corps.
func (a *App) shownCorps(ctx context.Context) (out []console.Corp, err error) {
	list, err := a.corps.List(ctx)
	for _, c := range list {
		out = append(out, console.Corp{ID: c.ID, Name: c.Name})
	}
	return out, err
}

// SetupLink is the one-time link to make the owner's account, "" when somebody can get in.
func (a *App) SetupLink(ctx context.Context) (string, error) {
	token, err := a.access.SetupToken(ctx)
	if err != nil || token == "" {
		return "", err
	}
	return "http://" + a.Address() + "/setup?token=" + token, nil
}

func (a *App) shownPlaybooks(ctx context.Context) (out []console.Playbook, err error) {
	all, err := a.playbooks.List(ctx, "", page.DefaultLimit)
	if err != nil {
		return nil, err
	}
	for _, p := range all.Items {
		n, err := a.playbooks.Numbers(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		line := console.Playbook{ID: p.ID, Name: gjson.GetBytes(p.Draft, "name").Str, State: string(p.State)}
		line.Runs = append(line.Runs, console.Count{Name: "runs", N: int64(n.Runs)})
		line.Runs = append(line.Runs, byState(n.Deliveries)...)
		out = append(out, line)
	}
	return out, nil
}

// byState adds up counts of one state whatever the reason, in the order they came.
func byState(counts []outreach.Count) (out []console.Count) {
	at := map[outreach.State]int{}
	for _, c := range counts {
		i, ok := at[c.State]
		if !ok {
			i = len(out)
			at[c.State], out = i, append(out, console.Count{Name: string(c.State)})
		}
		out[i].N += int64(c.Count)
	}
	return out
}

func (a *App) shownDeliveries(ctx context.Context) (out []console.Count, err error) {
	counts, err := a.outreach.Counts(ctx, "")
	for _, c := range counts {
		out = append(out, console.Count{Name: string(c.State), Reason: string(c.Reason), N: int64(c.Count)})
	}
	return out, err
}
