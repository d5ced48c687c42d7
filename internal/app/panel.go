package app

import (
	"context"
	"net/url"
	"strings"
	"time"

	"yutang/internal/archive"
	"yutang/internal/archive/archivehttp"
	"yutang/internal/corp/check"
	"yutang/internal/corp/check/checkhttp"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/inbox"
	"yutang/internal/reconcile"
	"yutang/internal/sidepanel"
	"yutang/internal/sidepanel/sidepanelhttp"
)

// panelRooms are what staff use, and what watches over the connection.
type panelRooms struct {
	panel   *sidepanel.Service
	archive *archive.Service
	checker *check.Checker
}

// buildPanel makes them. Everything else of WeCom is there already.
func (a *App) buildPanel(source int64) {
	a.panel = sidepanel.New(sidepanel.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Access: a.access, Corps: a.corps, Staff: a.staff, Contacts: a.contacts,
		Customers: a.customers, Timeline: a.timeline, Log: a.log, Tags: a.tags,
	})
	a.access.UseStaff(a.panel.Lookup)
	a.archive = archive.New(archive.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Corps: a.corps, Member: a.isMember,
		Submit: patient{a.pipeline, a.Clock}, SourceID: source,
		Sources: map[string]archive.Open{archive.SimulatorName: a.simulatedArchive},
	})
	a.checker = check.New(check.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, HTTP: a.corps.HTTP, Limits: a.corps.Limits,
		Facts: check.Facts{Heard: lastCallback(a.inbox), Sync: lastSync(a.sync), Ways: a.codes.Ways},
	})
}

// isMember says whether a corp's directory knows a member, also one who left.
func (a *App) isMember(ctx context.Context, corpID, user string) (bool, error) {
	_, err := a.staff.Get(ctx, corpID, user)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// simulatedArchive is the archive of a simulated corp, at the address of its API.
func (a *App) simulatedArchive(ctx context.Context, corpID, secret string) (archive.Source, error) {
	c, err := a.corps.Get(ctx, corpID)
	if err != nil {
		return nil, err
	}
	if c.BaseURL == "" {
		return nil, fault.New(fault.Precondition, "archive_not_simulated", "corp %s is not a simulated one", corpID)
	}
	return &archive.Simulator{BaseURL: c.BaseURL, Corp: corpID, Secret: secret, HTTP: a.corps.HTTP}, nil
}

// lastCallback tells when a corp's last callback came in.
func lastCallback(in *inbox.Service) func(ctx context.Context, corpID string) (time.Time, error) {
	return func(ctx context.Context, corpID string) (time.Time, error) {
		p, err := in.List(ctx, inbox.Filter{Corp: corpID, Limit: 1})
		if err != nil || len(p.Items) == 0 {
			return time.Time{}, err
		}
		return p.Items[0].Received, nil
	}
}

// lastSync tells how a corp's last sync went.
func lastSync(rec *reconcile.Service) func(ctx context.Context, corpID string) (check.Sync, error) {
	return func(ctx context.Context, corpID string) (out check.Sync, err error) {
		const back = 50
		p, err := rec.List(ctx, corpID, "", back)
		for _, run := range p.Items {
			if out.State == "" || out.State == reconcile.Running {
				out.State, out.Error, out.Started = run.State, run.Error, run.Started
			}
			if run.State == reconcile.Done {
				out.Done = run.Ended
				break
			}
		}
		return out, err
	}
}

// phoneOrigins is where the phones of corps are that have an address of their own: those of
// simulators, which show the staff's pages in a frame.
func (a *App) phoneOrigins(ctx context.Context) (origins []string) {
	list, err := a.corps.List(ctx)
	if err != nil {
		a.Config.Log.WarnContext(ctx, "origins of phones not known", "error", err)
	}
	for _, c := range list {
		if u, err := url.Parse(c.BaseURL); err == nil && u.Host != "" && !strings.ContainsAny(u.Host, " ;,") {
			origins = append(origins, u.Scheme+"://"+u.Host)
		}
	}
	return origins
}

// panelRoutes lists what they serve.
func (a *App) panelRoutes(api *httpapi.API) {
	sidepanelhttp.Routes(api, sidepanelhttp.Deps{Panel: a.panel, Log: a.Config.Log})
	archivehttp.Routes(api, archivehttp.Deps{Archive: a.archive, Access: a.access, Clock: a.Clock, Connected: func(ctx context.Context, corpID string) error {
		_, err := a.corps.Get(ctx, corpID)
		return err
	}})
	checkhttp.Routes(api, a.checker)
}
