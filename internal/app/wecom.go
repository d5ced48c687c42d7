package app

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"yutang/internal/acquisition"
	"yutang/internal/acquisition/acquisitionhttp"
	"yutang/internal/contact"
	"yutang/internal/contact/contacthttp"
	"yutang/internal/content"
	"yutang/internal/content/contenthttp"
	"yutang/internal/corp"
	"yutang/internal/corp/corphttp"
	"yutang/internal/desk"
	"yutang/internal/desk/deskhttp"
	"yutang/internal/event"
	"yutang/internal/experiment"
	"yutang/internal/groupchat"
	"yutang/internal/groupchat/groupchathttp"
	"yutang/internal/handover"
	"yutang/internal/handover/handoverhttp"
	"yutang/internal/httpapi"
	"yutang/internal/inbox"
	"yutang/internal/inbox/inboxhttp"
	"yutang/internal/livecode"
	"yutang/internal/livecode/livecodehttp"
	"yutang/internal/masssend"
	"yutang/internal/masssend/masssendhttp"
	"yutang/internal/moment"
	"yutang/internal/moment/momenthttp"
	"yutang/internal/playbook"
	"yutang/internal/post"
	"yutang/internal/reconcile"
	"yutang/internal/reconcile/reconcilehttp"
	"yutang/internal/staff"
	"yutang/internal/staff/staffhttp"
	"yutang/internal/tag"
	"yutang/internal/tag/taghttp"
	"yutang/internal/task"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
	"yutang/internal/welcome"
	"yutang/internal/welcome/welcomehttp"
)

// wecomRooms are the rooms that stand on WeCom.
type wecomRooms struct {
	corps    *corp.Service
	inbox    *inbox.Service
	staff    *staff.Service
	contacts *contact.Service
	content  *content.Service
	welcome  *welcome.Service
	codes    *livecode.Service
	tags     *tag.Service
	handover *handover.Service
	sends    *masssend.Service
	moments  *moment.Service
	sync     *reconcile.Service
	links    *acquisition.Service
	groups   *groupchat.Service
	desk     *desk.Service
	panelRooms
}

// onRoad is what the road starts beside audiences: playbooks with what their steps plan, and
// tags.
type onRoad struct {
	playbooks   *playbook.Service
	experiments *experiment.Service
	tasks       *task.Service
	posts       *post.Service
	tags        *tag.Service
}

// OnEvent lets both see an event.
func (r *onRoad) OnEvent(ctx context.Context, ev *event.Event, root, leaf uint32) error {
	if err := r.playbooks.OnEvent(ctx, ev, root, leaf); err != nil {
		return err
	}
	return r.tags.OnEvent(ctx, ev, root, leaf)
}

// OnTransition lets both see who entered or left an audience.
func (r *onRoad) OnTransition(ctx context.Context, audience string, entered bool, root, leaf uint32, at int64, seq uint64) error {
	if err := r.playbooks.OnTransition(ctx, audience, entered, root, leaf, at, seq); err != nil {
		return err
	}
	return r.tags.OnTransition(ctx, audience, entered, root, leaf, at, seq)
}

// OnTouched lets waiting runs see a customer whom somebody else's event changed.
func (r *onRoad) OnTouched(ctx context.Context, root uint32) error {
	return r.playbooks.OnTouched(ctx, root)
}

// NextDue is when a waiting run goes on.
func (r *onRoad) NextDue() (ms int64, ok bool) { return r.playbooks.NextDue() }

// Advance goes on with runs that are due.
func (r *onRoad) Advance(ctx context.Context, now int64, limit int) (more bool, err error) {
	return r.playbooks.Advance(ctx, now, limit)
}

// Emitted hands over what steps recorded.
func (r *onRoad) Emitted() []*event.Event { return r.playbooks.Emitted() }

// Regrouped lets both follow those whom a merge or unmerge made other customers. Runs
// belong to records; only what they wait for may have changed.
func (r *onRoad) Regrouped(ctx context.Context, roots ...uint32) error {
	for _, root := range roots {
		if err := r.playbooks.OnTouched(ctx, root); err != nil {
			return err
		}
	}
	return r.tags.OnRegroup(ctx, roots...)
}

// Load reads all of them anew, and forgets what was planned and not written.
func (r *onRoad) Load(ctx context.Context) error {
	r.experiments.Forget()
	r.tasks.Forget()
	r.posts.Forget()
	for _, load := range []func(context.Context) error{r.experiments.Load, r.playbooks.Load, r.tags.Load} {
		if err := load(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Flush writes what they have pending.
func (r *onRoad) Flush(ctx context.Context) error {
	for _, flush := range []func(context.Context) error{r.playbooks.Flush, r.tasks.Flush, r.posts.Flush, r.experiments.Flush, r.tags.Flush} {
		if err := flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// buildWeCom makes the rooms from the client up. The road is there already.
func (a *App) buildWeCom(ctx context.Context) error {
	if err := a.log.Load(ctx); err != nil {
		return err
	}
	source, err := a.internalSource(ctx, "wecom")
	if err != nil {
		return fmt.Errorf("source of WeCom: %w", err)
	}
	road, zone := patient{a.pipeline, a.Clock}, brandZone{a.access}.Zone
	a.corps = corp.New(corp.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, HTTP: wecomHTTP(), Tokens: wecom.NewTokens(a.db, a.box, a.Clock),
		Limits: wecom.NewLimits(a.Clock, wecom.WithDB(a.db), wecom.WithScale(a.WeComScale)), Observe: a.metrics.wecomCall,
		Connected: a.corpAdded, Hold: a.whyHeld,
	})
	a.inbox = inbox.New(inbox.Config{DB: a.db, Box: a.box, Clock: a.Clock, Log: a.Config.Log, Keys: a.corps.Keys, Observe: a.metrics.callback})
	a.staff = staff.New(staff.Config{DB: a.db, Box: a.box, Clock: a.Clock})
	a.contacts = contact.New(contact.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Identity: a.identity, Timeline: a.timeline, Submit: road, Source: source,
		Clients: a.corps,
	})
	a.content = content.New(content.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Dir: filepath.Join(a.Data, assetsDir), Client: a.corps.Client,
	})
	a.tags = tag.New(tag.Config{
		DB: a.db, Clock: a.Clock, Jobs: a.jobs, Timeline: a.timeline, Identity: a.identity, Customers: a.customers,
		Audiences: a.audiences, Submit: road, Source: source, Client: a.corps.Client, Contacts: tag.Active(a.contacts),
		Wrote: a.wroteTags,
	})
	a.codes = livecode.New(livecode.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Corps: a.corps, Zone: zone, Staff: livecode.Directory{Service: a.staff},
		Tagger: arrivalTags{a.tags}, Welcomes: lateWelcomes{a}, Sales: sales{a}, Log: a.Config.Log,
		Remarked: func(ctx context.Context, corpID, user, external, remark string) error {
			return a.contacts.Wrote(ctx, corpID, user, external, func(c *contact.Contact) { c.Remark = remark })
		},
	})
	a.welcome = welcome.New(welcome.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Content: a.content, Client: a.corps.Client, Code: a.codes.WelcomeFor,
		Corps: a.corpIDs, Directory: welcome.FromStaff(a.staff), Zone: zone, Submit: road, Source: source,
		Observe: a.metrics.welcomed,
	})
	a.buildTools(road, source, zone)
	a.buildPanel(source)
	a.connect()
	return nil
}

// buildTools makes the rooms that operators work with, on those that know who is who.
func (a *App) buildTools(road patient, source int64, zone func() *time.Location) {
	a.handover = handover.New(handover.Config{
		DB: a.db, Clock: a.Clock, Jobs: a.jobs, Log: a.Config.Log, Clients: a.corps, Staff: a.staff, Contacts: a.contacts,
		Submit: road, Source: source, Groups: a.groupsOf, Name: a.nameOf,
	})
	a.sends = masssend.New(masssend.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Timeline: a.timeline, Ledger: a.outreach,
		Relations: masssend.FromContacts(a.contacts), Audiences: a.audiences, Contents: a.content, Follows: a.staff.Follows,
		Chats: a.chatsOf, Corp: a.corps.Get, Client: a.corps.Client, Experiments: a.experiments,
	})
	a.moments = moment.New(moment.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Contents: a.content, Submit: road, Source: source,
		Corp: a.corps.Get, Client: a.corps.Client,
	})
	a.links = acquisition.New(acquisition.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Corps: a.corps, Zone: zone, Tagger: linkTags{a.tags},
	})
	a.groups = groupchat.New(groupchat.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Timeline: a.timeline, Identity: a.identity, Content: a.content,
		Submit: road, Source: source, Client: a.corps.Client, Owners: a.staff.Follows,
	})
	a.desk = desk.New(desk.Config{
		DB: a.db, Box: a.box, Clock: a.Clock, Jobs: a.jobs, Corps: a.corps, Submit: road, Source: source, Log: a.Config.Log,
	})
	a.sync = reconcile.New(reconcile.Config{
		DB: a.db, Clock: a.Clock, Jobs: a.jobs, Corps: a.corps, Staff: a.staff, Contacts: a.contacts, Zone: zone,
	})
	a.audiences.UsedBy(a.tags.UsingAudience)
}

// wecomHTTP is the client of all calls to the platform. Its own time-outs are generous:
// every call has a deadline of its own.
func wecomHTTP() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost, t.IdleConnTimeout = 64, time.Minute
	return &http.Client{Transport: t, Timeout: 2 * time.Minute}
}

// connect lets the rooms hear of what concerns them.
func (a *App) connect() {
	const contacts, tags = notice.ExternalContact, notice.ExternalTag
	a.inbox.Fast(a.welcome.OnNotice)
	for _, h := range []struct {
		event, change, name string
		fn                  inbox.Handler
	}{
		{contacts, notice.AddContact, "contact", a.contacts.OnAdded},
		{contacts, notice.AddHalfContact, "contact", a.contacts.OnHalfAdded},
		{contacts, notice.EditContact, "contact", a.contacts.OnEdited},
		{contacts, notice.DelContact, "contact", a.contacts.OnDeleted},
		{contacts, notice.DelFollowUser, "contact", a.contacts.OnLost},
		{contacts, notice.TransferFail, "contact", a.contacts.OnTransferFailed},
		{contacts, notice.TransferFail, "handover", a.handover.OnTransferFailed},
		{notice.Directory, "", "task", a.onTaskDirectory},
		{tags, "", "tag", a.tags.Notice},
		{notice.Archive, "", "archive", a.archive.OnNotify},
		{notice.Directory, "", "staff", a.staff.OnDirectory},
		{notice.Directory, "update_user", "contact", a.contacts.OnUserRenamed},
		{notice.Directory, "", "livecode", a.codes.OnDirectory},
		{notice.Directory, "", "welcome", a.welcome.OnDirectory},
		{contacts, notice.ArchiveApproved, "welcome", onlyFast},
		{notice.Acquisition, "", "acquisition", a.links.OnNotice},
		{notice.ExternalChat, "", "groupchat", a.groups.Notice},
		{notice.KfMessage, "", "desk", a.desk.OnMessage},
		{notice.KfAccountAuth, "", "desk", a.desk.OnAuthChange},
	} {
		a.inbox.Handle(h.event, h.change, h.name, h.fn)
	}
	a.sync.RegisterBefore(reconcile.KindContacts, "tags", reconcile.PullerFunc(func(ctx context.Context, run *reconcile.Run) error {
		drift, err := a.tags.Reconcile(ctx, run.Corp())
		run.Drift(drift)
		return err
	}))
	a.sync.Register("groups", reconcile.PullerFunc(a.pullGroups))
	a.contacts.Provenance(a.codes.Provenance)
	a.contacts.Provenance(a.links.Provenance)
	a.contacts.Subscribe("livecode", a.codes.OnContact)
	a.contacts.Subscribe("acquisition", a.links.OnContact)
	a.contacts.Subscribe("handover", a.handover.OnContact)
	a.contacts.Subscribe("tag", a.tags.Moved)
	a.contacts.Subscribe("task", a.onTaskContact)
	a.contacts.Observe(a.tags.Seen)
}

// onlyFast is for notices that concern the fast lane alone.
func onlyFast(context.Context, notice.Notice) error { return nil }

// startWeCom starts the rooms once the road runs, before jobs and callbacks do.
func (a *App) startWeCom(ctx context.Context) error {
	for _, s := range []struct {
		name  string
		start func(ctx context.Context) error
		stop  func(ctx context.Context) error
	}{
		{"live codes", a.codes.Load, nil},
		{"acquisition links", a.links.Load, nil},
		{"corps", a.corpsAgain, nil},
		{"content", a.content.Start, nil},
		{"contacts", a.contacts.Start, nil},
		{"welcome", a.welcome.Start, a.welcome.Stop},
		{"moments", a.moments.Start, nil},
		{"archive", a.archive.Start, nil},
		{"reconciliation", a.sync.Start, func(context.Context) error { a.sync.Stop(); return nil }},
	} {
		if err := s.start(ctx); err != nil {
			return fmt.Errorf("start %s: %w", s.name, err)
		}
		if s.stop != nil {
			a.onStop(s.name, s.stop)
		}
	}
	return nil
}

// corpAdded begins the nightly work for a corp. Saying it twice has no effect.
func (a *App) corpAdded(ctx context.Context, id string) error {
	a.welcome.Stir()
	if err := a.codes.CorpAdded(ctx, id); err != nil {
		return err
	}
	if err := a.links.CorpAdded(ctx, id); err != nil {
		return err
	}
	return a.desk.CorpAdded(ctx, id)
}

// corpsAgain does so for all corps, at a start.
func (a *App) corpsAgain(ctx context.Context) error {
	ids, err := a.corpIDs(ctx)
	for i := 0; err == nil && i < len(ids); i++ {
		err = a.corpAdded(ctx, ids[i])
	}
	return err
}

// wecomRoutes lists the domains of WeCom.
func (a *App) wecomRoutes(api *httpapi.API) {
	corphttp.Routes(api, corphttp.Deps{Corps: a.corps, Access: a.access})
	inboxhttp.Routes(api, inboxhttp.Deps{Inbox: a.inbox, Access: a.access})
	contenthttp.Routes(api, a.content, a.access)
	welcomehttp.Routes(api, a.welcome, a.access, a.customerOf)
	taghttp.Routes(api, taghttp.Deps{Tags: a.tags, Find: a.search.Find, Access: a.access})
	livecodehttp.Routes(api, a.codes, a.access)
	acquisitionhttp.Routes(api, a.links, a.access)
	staffhttp.Routes(api, a.staff)
	contacthttp.Routes(api, a.contacts, a.timeline)
	reconcilehttp.Routes(api, a.sync, a.corps, a.access)
	masssendhttp.Routes(api, masssendhttp.Deps{Sends: a.sends, Access: a.access})
	momenthttp.Routes(api, momenthttp.Deps{Moments: a.moments, Access: a.access})
	a.panelRoutes(api)
	groupchathttp.Routes(api, groupchathttp.Deps{Groups: a.groups, Timeline: a.timeline, Access: a.access})
	deskhttp.Routes(api, deskhttp.Deps{Desk: a.desk, Access: a.access, Clock: a.Clock})
	handoverhttp.Routes(api, handoverhttp.Deps{Handover: a.handover, Access: a.access, Timeline: a.timeline, WinBack: a.winBack})
}
