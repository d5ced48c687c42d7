package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/budget"
	"yutang/internal/budget/budgethttp"
	"yutang/internal/experiment"
	"yutang/internal/experiment/experimenthttp"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/httpapi"
	"yutang/internal/library"
	"yutang/internal/library/libraryhttp"
	"yutang/internal/link"
	"yutang/internal/link/linkhttp"
	"yutang/internal/playbook"
	"yutang/internal/post"
	"yutang/internal/poster"
	"yutang/internal/poster/posterhttp"
	"yutang/internal/rehearse"
	"yutang/internal/rehearse/rehearsehttp"
	"yutang/internal/sop"
	"yutang/internal/sop/sophttp"
	"yutang/internal/task"
	"yutang/internal/task/taskhttp"
)

// playRooms are what playbooks are carried out, measured and prepared with.
type playRooms struct {
	tasks       *task.Service
	posts       *post.Service
	experiments *experiment.Service
	library     *library.Service
	shortLinks  *link.Service
	posters     *poster.Service
	rehearsals  *rehearse.Service
	budget      *budget.Service
	sop         *sop.Service
}

// hookPlaybooks gives playbooks the rooms that are made after them.
func (a *App) hookPlaybooks(cfg *playbook.Config) {
	cfg.Tasks, cfg.Posts, cfg.Exposures = taskPlans{a}, postPlans{a}, armPlans{a}
	cfg.Value = func(book, step string, root uint32) int64 { return a.budget.Value(book, step, root) }
	cfg.Material, cfg.Script = a.material, func(ctx context.Context, id string) (string, error) { return a.library.Script(ctx, id) }
	cfg.Links = func(ctx context.Context, content json.RawMessage, o playbook.LinkOrder) (json.RawMessage, error) {
		return a.shortLinks.Replace(ctx, content, link.Order{Ord: o.Ord, Playbook: o.Playbook, Step: o.Step, Run: o.Run, Delivery: o.Delivery})
	}
	cfg.Forget = func(ctx context.Context, book string) error { return a.sop.Forget(ctx, book) }
	cfg.Brand = func(ctx context.Context) (string, error) { b, err := a.access.Brand(ctx); return b.Name, err }
	cfg.CheckAssignee = func(ctx context.Context, corp, user string) error { return a.tasks.CheckAssignee(ctx, corp, user) }
	cfg.CheckCorp = func(ctx context.Context) error {
		ids, err := a.corpIDs(ctx)
		if err == nil && len(ids) == 0 {
			err = fault.New(fault.Precondition, "no_corp", "no WeCom corp is connected, so nobody can publish it; connect one first")
		}
		return err
	}
	cfg.Select, cfg.Cluster, cfg.Ensure = a.selected, a.clusterOf, a.ensureAudience
}

// buildPlay makes the rooms. WeCom's are there already; the road is not open.
func (a *App) buildPlay(ctx context.Context) error {
	zone := brandZone{a.access}.Zone
	road := patient{a.pipeline, a.Clock}
	source, err := a.internalSource(ctx, "playbooks")
	if err != nil {
		return fmt.Errorf("source of playbooks: %w", err)
	}
	a.tasks = task.New(task.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Log: a.Config.Log, Timeline: a.timeline, Customers: a.customers,
		Contacts: a.contacts, Staff: a.staff, Corps: a.corps, Zone: zone, Submit: road, Source: source,
		Compose: func(ctx context.Context, o task.Order) (title, script string, err error) {
			return a.playbooks.ComposeTask(ctx, playbookOrder(o))
		},
		Settled: func(ctx context.Context, run, step, result string) error {
			return a.pipeline.Do(ctx, func(ctx context.Context) error { return a.playbooks.TaskSettled(ctx, run, step, result) })
		},
		GroupOwner: a.groupOwner, Material: a.taskMaterial,
	})
	a.posts = post.New(post.Config{
		DB: a.db, Clock: a.Clock, Jobs: a.jobs, Sends: a.sends, Moments: a.moments, Corps: a.corpIDs,
		Material: a.material, Render: a.renderForBrand,
		Chats: func(ctx context.Context, sel flow.Select) ([]string, error) { return a.selected(ctx, flow.Groups, sel) },
	})
	a.buildContentTools(road, source)
	a.rehearsals = rehearse.New(rehearse.Config{
		DB: a.db, Clock: a.Clock, Jobs: a.jobs, Timeline: a.timeline, Log: a.log, Customers: a.customers, Audiences: a.audiences,
		Outreach: a.outreach, Playbooks: a.playbooks, Zone: zone, Address: a.channels.Address, Owners: a.owners, Team: a.teamOf,
		Quota: a.rehearsedQuota, Assigned: a.experiments.Assigned, Identities: a.identity.Identities, Select: a.selected,
		Material: a.material, Script: a.library.Script, Published: a.publishedBooks, Past: a.playbooks.Past,
		Brand: func(ctx context.Context) (string, error) { b, err := a.access.Brand(ctx); return b.Name, err },
	})
	sends := budget.MassSends{Sends: a.sends}
	a.budget = budget.New(budget.Config{
		DB: a.db, Clock: a.Clock, Jobs: a.jobs, Timeline: a.timeline, Customers: a.customers, Ledger: a.outreach, Zone: zone,
		Terms: a.terms, Named: a.nameOfBook, Address: a.channels.Address, Having: a.identity.Having, Quota: sends.Quota, Accounts: a.corpIDs,
		Forecasts: map[string]budget.Forecast{"mass_sends": sends, "runs": runForecast{a.rehearsals}},
	})
	a.outreach.UseTerms(a.terms)
	a.outreach.UseExposures(a.experiments.Global)
	a.buildSOP()
	return nil
}

// buildContentTools makes the library, short links and posters.
func (a *App) buildContentTools(road patient, source int64) {
	a.library = library.New(library.Config{
		DB: a.db, Clock: a.Clock, Content: a.content, Customers: a.customers, Timeline: a.timeline, Staff: a.staff,
		Brand:  func(ctx context.Context) (string, error) { b, err := a.access.Brand(ctx); return b.Name, err },
		Poster: func(raw json.RawMessage) error { _, err := poster.Parse(raw); return err },
		Uses:   []func(ctx context.Context, id string) ([]library.Usage, error){a.playbooksUsing},
	})
	a.content.Guard = func(ctx context.Context, id string) ([]string, error) { return a.library.Guard(ctx, id) }
	a.shortLinks = link.New(link.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Timeline: a.timeline, Submit: road, Source: source,
	})
	a.posters = poster.New(poster.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Content: a.content,
		Bindings: func(ctx context.Context, p poster.Person) (map[string]any, error) {
			return a.library.Bindings(ctx, p.Corp, p.Staff, p.Customer)
		},
		LiveCode: a.ownCode,
		Shorten: func(ctx context.Context, url, corpID, user string) (string, error) {
			return a.shortLinks.Shorten(ctx, link.Order{URL: url, Playbook: "poster", Step: corpID + "/" + user})
		},
	})
}

// buildSOP makes the library of ready playbooks.
func (a *App) buildSOP() {
	a.sop = sop.New(sop.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Drafts: drafts{a.playbooks}, Contents: a.content,
		Brand: func(ctx context.Context) (sop.Brand, error) {
			b, err := a.access.Brand(ctx)
			return sop.Brand{Name: b.Name, Zone: b.Location()}, err
		},
		Count: func(ctx context.Context, rule json.RawMessage) (int, error) {
			p, err := a.audiences.Preview(ctx, rule, time.Time{})
			return p.Count, err
		},
		Endpoints: a.endpoints, Host: a.host, Remind: a.remindAudit,
	})
}

// startPlay reads what the rooms keep in memory. The road runs, the queue of jobs does not.
func (a *App) startPlay(ctx context.Context) error {
	if err := a.shortLinks.Start(ctx); err != nil {
		return fmt.Errorf("start short links: %w", err)
	}
	a.onStop("short links", func(context.Context) error { a.shortLinks.Stop(); return nil })
	if err := a.budget.Start(ctx); err != nil {
		return fmt.Errorf("start budget: %w", err)
	}
	return nil
}

// playRoutes lists what they serve.
func (a *App) playRoutes(api *httpapi.API) {
	taskhttp.Routes(api, taskhttp.Deps{Tasks: a.tasks, Access: a.access, Panel: a.panel, Timeline: a.timeline, Log: a.Config.Log})
	experimenthttp.Routes(api, experimenthttp.Deps{Experiments: a.experiments, Access: a.access})
	libraryhttp.Routes(api, libraryhttp.Deps{Library: a.library, Access: a.access, Panel: a.panel})
	linkhttp.Routes(api, linkhttp.Deps{Links: a.shortLinks, Access: a.access, Log: a.Config.Log})
	posterhttp.Routes(api, posterhttp.Deps{Posters: a.posters, Library: a.library, Access: a.access, Panel: a.panel, Content: a.content})
	rehearsehttp.Routes(api, rehearsehttp.Deps{Rehearse: a.rehearsals, Access: a.access})
	budgethttp.Routes(api, budgethttp.Deps{Budget: a.budget, Outreach: a.outreach})
	sophttp.Routes(api, sophttp.Deps{SOP: a.sop, Access: a.access})
}
