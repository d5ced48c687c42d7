package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"yutang/internal/access"
	"yutang/internal/audience"
	"yutang/internal/budget"
	"yutang/internal/contact"
	"yutang/internal/experiment"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/groupchat"
	"yutang/internal/library"
	"yutang/internal/livecode"
	"yutang/internal/outreach"
	"yutang/internal/page"
	"yutang/internal/playbook"
	"yutang/internal/post"
	"yutang/internal/rehearse"
	"yutang/internal/sop"
	"yutang/internal/staff"
	"yutang/internal/task"
	"yutang/internal/template"
	"yutang/internal/wecom/notice"
)

// taskPlans, postPlans and armPlans let the steps of playbooks reach rooms that are made
// after playbooks.
type (
	taskPlans struct{ a *App }
	postPlans struct{ a *App }
	armPlans  struct{ a *App }
)

// Plan takes a task.
func (p taskPlans) Plan(o playbook.TaskOrder) {
	p.a.tasks.Plan(task.Order{
		ID: o.ID, Playbook: o.Playbook, Name: o.Name, Version: o.Version, Run: o.Run, Step: o.Step, Variant: o.Variant, Ord: o.Ord,
		Subject: o.Subject, Spec: o.Spec, Priority: o.Priority, At: o.At, TriggerSeq: o.TriggerSeq,
	})
}

// Cancel takes back the tasks of a run that has ended early, End those of a playbook.
func (p taskPlans) Cancel(run string)   { p.a.tasks.PlanCancel(run) }
func (p taskPlans) End(playbook string) { p.a.tasks.PlanEnd(playbook) }

func playbookOrder(o task.Order) playbook.TaskOrder {
	return playbook.TaskOrder{
		ID: o.ID, Playbook: o.Playbook, Name: o.Name, Version: o.Version, Run: o.Run, Step: o.Step, Variant: o.Variant, Ord: o.Ord,
		Subject: o.Subject, Spec: o.Spec, Priority: o.Priority, At: o.At, TriggerSeq: o.TriggerSeq,
	}
}

// Plan takes a post.
func (p postPlans) Plan(o playbook.PostOrder) { p.a.posts.Plan(post.Order(o)) }

// Declare makes an experiment known before anybody takes part.
func (p armPlans) Declare(ctx context.Context, name, origin string, kind experiment.Kind, arms []experiment.Arm) error {
	return p.a.experiments.Declare(ctx, name, origin, kind, arms)
}

// Expose notes an assignment.
func (p armPlans) Expose(e experiment.Exposure) { p.a.experiments.Expose(e) }

// Assigned is the arm that a customer has had.
func (p armPlans) Assigned(name string, leaves []uint32) string {
	return p.a.experiments.Assigned(name, leaves)
}

// material is the content of an approved material.
func (a *App) material(ctx context.Context, id string) (json.RawMessage, error) {
	m, err := a.library.Approved(ctx, id)
	return m.Version.Body, err
}

// playbooksUsing finds the playbooks whose draft names a material.
func (a *App) playbooksUsing(ctx context.Context, id string) (out []library.Usage, err error) {
	for cursor := ""; ; {
		p, err := a.playbooks.List(ctx, cursor, page.MaxLimit)
		if err != nil {
			return nil, err
		}
		for _, b := range p.Items {
			var d struct {
				Name string `json:"name"`
			}
			if strings.Contains(string(b.Draft), `"`+id+`"`) && json.Unmarshal(b.Draft, &d) == nil {
				out = append(out, library.Usage{Kind: "playbook", ID: b.ID, Name: d.Name})
			}
		}
		if cursor = p.Next; cursor == "" {
			return out, nil
		}
	}
}

// ensureAudience makes the audience that a playbook brings along, or changes the one that was
// made for it before and is still there.
func (a *App) ensureAudience(ctx context.Context, book, made string, wanted flow.Audience) (string, error) {
	in := audience.Input{Name: wanted.Name, Description: audienceOf(book), Rule: wanted.Rule, By: access.System.ID}
	if p, ok := access.From(ctx); ok {
		in.By = p.ID
	}
	kept, err := a.audiences.Update(ctx, made, in)
	if fault.Is(err, fault.NotFound) {
		kept, err = a.audiences.Create(ctx, in)
	}
	if err != nil {
		return "", err
	}
	a.audiences.Build(kept)
	return kept.ID, nil
}

// audienceOf says for which playbook an audience is, in the language of its name.
func audienceOf(book string) string {
	if strings.ContainsFunc(book, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return "由 SOP「" + book + "」创建"
	}
	return "Made by the playbook “" + book + "”"
}

// terms are the quiet hours and caps of a playbook's version.
func (a *App) terms(ctx context.Context, book string, version int) (outreach.Terms, error) {
	f, err := a.playbooks.Flow(ctx, book, version)
	if err != nil {
		return outreach.Terms{}, err
	}
	d := f.Definition
	return outreach.Terms{Quiet: d.Quiet, Caps: outreach.PlaybookCap{d.Cap.PerDay, d.Cap.PerWeek, d.Cap.PerMonth}}, nil
}

// nameOfBook is the name of a playbook's version.
func (a *App) nameOfBook(ctx context.Context, book string, version int) (string, error) {
	f, err := a.playbooks.Flow(ctx, book, version)
	if err != nil {
		return "", err
	}
	return f.Definition.Name, nil
}

// selected names the members (CORP/USERID) or groups (CORP/CHATID) of a selection.
func (a *App) selected(ctx context.Context, kind flow.Kind, sel flow.Select) (names []string, err error) {
	corps := []string{sel.Corp}
	if sel.Corp == "" {
		if corps, err = a.corpIDs(ctx); err != nil {
			return nil, err
		}
	}
	for _, corpID := range corps {
		var some []string
		if kind == flow.Groups {
			some, err = a.selectedGroups(ctx, corpID, sel)
		} else {
			some, err = a.selectedStaff(ctx, corpID, sel)
		}
		if err != nil {
			return nil, err
		}
		for _, name := range some {
			names = append(names, corpID+"/"+name)
		}
	}
	return names, nil
}

// selectedStaff lists the members who are named or in a named department; all who may have
// customers if nothing is named.
func (a *App) selectedStaff(ctx context.Context, corpID string, sel flow.Select) (users []string, err error) {
	if len(sel.Staff)+len(sel.Departments) == 0 {
		return a.staff.Follows(ctx, corpID)
	}
	for _, user := range sel.Staff {
		m, err := a.staff.Get(ctx, corpID, user)
		if fault.Is(err, fault.NotFound) {
			continue // of another corp, or gone
		}
		if err != nil {
			return nil, err
		}
		if m.Left.IsZero() {
			users = append(users, user)
		}
	}
	for _, department := range sel.Departments {
		f := staff.Filter{Department: department, Limit: page.MaxLimit}
		for {
			p, err := a.staff.List(ctx, corpID, f)
			if err != nil {
				return nil, err
			}
			for _, m := range p.Items {
				users = append(users, m.UserID)
			}
			if f.Cursor = p.Next; f.Cursor == "" {
				break
			}
		}
	}
	slices.Sort(users)
	return slices.Compact(users), nil
}

func (a *App) selectedGroups(ctx context.Context, corpID string, sel flow.Select) (chats []string, err error) {
	f := groupchat.Filter{Corp: corpID, Limit: page.MaxLimit}
	for {
		p, err := a.groups.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, g := range p.Items {
			named := len(sel.Tags) == 0 || slices.ContainsFunc(sel.Tags, func(word string) bool { return strings.Contains(g.Name, word) })
			if named && (len(sel.Groups) == 0 || slices.Contains(sel.Groups, g.Chat)) && (len(sel.Staff) == 0 || slices.Contains(sel.Staff, g.Owner)) {
				chats = append(chats, g.Chat)
			}
		}
		if f.Cursor = p.Next; f.Cursor == "" {
			return chats, nil
		}
	}
}

// groupOwner is the member who owns a group.
func (a *App) groupOwner(ctx context.Context, _, chat string) (string, error) {
	g, err := a.groups.Get(ctx, chat)
	return g.Owner, err
}

// taskMaterial finds what goes along with a task.
func (a *App) taskMaterial(ctx context.Context, id string) (task.Material, error) {
	m, err := a.library.Approved(ctx, id)
	if err != nil {
		return task.Material{}, err
	}
	var body struct {
		Text  string `json:"text"`
		URL   string `json:"url"`
		Title string `json:"title"`
	}
	_ = json.Unmarshal(m.Version.Body, &body) // kinds without these have a name only
	return task.Material{ID: m.ID, Title: m.Name, Kind: string(m.Kind), Text: body.Text, URL: body.URL}, nil
}

// ownerOf is the newest living contact of some records.
func (a *App) ownerOf(ctx context.Context, leaves []uint32) (c contact.Contact, ok bool, err error) {
	all, err := a.contacts.OfLeaves(ctx, leaves)
	for _, x := range all {
		if x.State == contact.Active && (!ok || x.AddedAt.After(c.AddedAt)) {
			c, ok = x, true
		}
	}
	return c, ok, err
}

// clusterOf is the owner, or the owner's first department, of a customer.
func (a *App) clusterOf(by string, leaves []uint32) string {
	ctx := context.Background()
	c, ok, err := a.ownerOf(ctx, leaves)
	if err != nil || !ok {
		return ""
	}
	if by == "staff" {
		return c.Corp + "/" + c.User
	}
	m, err := a.staff.Get(ctx, c.Corp, c.User)
	if err != nil || len(m.Departments) == 0 {
		return ""
	}
	return fmt.Sprint(c.Corp, "/", m.Departments[0])
}

// owners visits the living contacts of all corps, the newest last.
func (a *App) owners(ctx context.Context, visit func(leaf uint32, o rehearse.Owner) error) error {
	corps, err := a.corpIDs(ctx)
	if err != nil {
		return err
	}
	var all []contact.Contact
	for _, corpID := range corps {
		err := a.contacts.Scan(ctx, corpID, func(c contact.Contact) error {
			c.Corp = corpID
			all = append(all, c)
			return nil
		})
		if err != nil {
			return err
		}
	}
	slices.SortStableFunc(all, func(x, y contact.Contact) int { return x.AddedAt.Compare(y.AddedAt) })
	for _, c := range all {
		if err := visit(c.Leaf, rehearse.Owner{Corp: c.Corp, User: c.User}); err != nil {
			return err
		}
	}
	return nil
}

// teamOf is a member's first department and direct leader.
func (a *App) teamOf(ctx context.Context, o rehearse.Owner) (department, leader string, err error) {
	m, err := a.staff.Get(ctx, o.Corp, o.User)
	if fault.Is(err, fault.NotFound) {
		return "", "", nil
	}
	if len(m.Departments) > 0 {
		department = fmt.Sprint(m.Departments[0])
	}
	if len(m.DirectLeaders) > 0 {
		leader = m.DirectLeaders[0]
	}
	return department, leader, err
}

// rehearsedQuota is the platform's quota of mass messages.
func (a *App) rehearsedQuota(ctx context.Context, channel, endpoint string, at time.Time) (account string, p rehearse.Period, ok bool) {
	if channel != massChannel {
		return "", p, false
	}
	corpID, _, _ := strings.Cut(endpoint, "/")
	_, limit, start, end, err := a.sends.Quota(ctx, corpID, at)
	return corpID, rehearse.Period{From: start, To: end, Limit: limit}, err == nil && limit > 0
}

// publishedBooks lists the playbooks in force.
func (a *App) publishedBooks(ctx context.Context) (out []rehearse.Book, err error) {
	for cursor := ""; ; {
		p, err := a.playbooks.List(ctx, cursor, page.MaxLimit)
		if err != nil {
			return nil, err
		}
		for _, b := range p.Items {
			if b.State == playbook.Published {
				out = append(out, rehearse.Book{Playbook: b.ID, Version: b.Version})
			}
		}
		if cursor = p.Next; cursor == "" {
			return out, nil
		}
	}
}

// runForecast tells the budget what live runs and schedules will send.
type runForecast struct{ rehearsals *rehearse.Service }

// Forecast visits the messages to customers.
func (f runForecast) Forecast(ctx context.Context, until time.Time, visit func(budget.Touch) error) error {
	n := 0
	return f.rehearsals.Forecast(ctx, until, func(t rehearse.Touch) error {
		if t.Task || t.Customer == 0 {
			return nil
		}
		n++
		run := t.Run
		if run == "" {
			run = fmt.Sprint("coming/", n)
		}
		return visit(budget.Touch{
			ID: run + "/" + t.Step, Ord: t.Customer, Playbook: t.Playbook, Version: t.Version, Step: t.Step, Channel: t.Channel,
			Endpoint: t.Endpoint, Priority: t.Priority, Unvalued: true, Transactional: t.Transactional, Due: t.Due, Expires: t.ExpiresAt,
		})
	})
}

// renderForBrand fills in what is known of the brand.
func (a *App) renderForBrand(ctx context.Context, raw json.RawMessage) (json.RawMessage, error) {
	bind, err := a.library.Bindings(ctx, "", "", "")
	if err != nil {
		return nil, err
	}
	c, faults := template.Parse(raw, "", false)
	if len(faults) > 0 {
		return nil, fault.BadField(faults[0].Pointer, "%s", faults[0].Detail)
	}
	return c.Render(bind)
}

// drafts lets the library of playbooks make drafts.
type drafts struct{ playbooks *playbook.Service }

// Create makes one.
func (d drafts) Create(ctx context.Context, def json.RawMessage) (string, error) {
	b, err := d.playbooks.Create(ctx, def)
	return b.ID, err
}

// endpoints lists the accounts of a channel.
func (a *App) endpoints(ctx context.Context, name string) (out []sop.Endpoint, err error) {
	switch name {
	case massChannel:
		corps, err := a.corps.List(ctx)
		for _, c := range corps {
			out = append(out, sop.Endpoint{ID: c.ID, Name: c.Name})
		}
		return out, err
	case webhookChannel:
		hooks, err := a.webhooks.List(ctx, "", page.MaxLimit)
		for _, h := range hooks {
			if !h.Disabled {
				out = append(out, sop.Endpoint{ID: h.ID, Name: h.Name})
			}
		}
		return out, err
	}
	all, err := a.channels.List(ctx, "", page.MaxLimit)
	for _, e := range all {
		if !e.Disabled && slices.Contains(e.Kind.Channels(), name) {
			out = append(out, sop.Endpoint{ID: e.ID, Name: e.Name})
		}
	}
	return out, err
}

// host is the first of a corp's managers, else the first member who may have customers.
func (a *App) host(ctx context.Context, corpID string) (string, error) {
	c, err := a.corps.Get(ctx, corpID)
	if err != nil || len(c.Settings.Managers) > 0 {
		return firstOf(c.Settings.Managers), err
	}
	follows, err := a.staff.Follows(ctx, corpID)
	return firstOf(follows), err
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// remindAudit gives a member the task to fill in an audit.
func (a *App) remindAudit(ctx context.Context, r sop.Reminder) error {
	_, err := a.tasks.Make(ctx, task.Wish{
		Spec: flow.Task{Title: r.Checklist + " · " + r.About, Checklist: r.Items, Assign: r.Staff, Corp: r.Corp},
		Due:  r.Due, By: r.Audit, Key: "audit/" + r.Audit + "/" + r.Corp + "/" + r.Staff,
	})
	return err
}

// ownCode is the QR picture of a member's own live code: a permanent one that shows nobody
// else. Nil: there is none.
func (a *App) ownCode(ctx context.Context, corpID, user string) ([]byte, error) {
	q := livecode.Query{Corp: corpID, Limit: page.MaxLimit}
	for {
		p, err := a.codes.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, c := range p.Items {
			if c.DeletedAt.IsZero() && c.Remote.HasImage && c.Spec.ExpiresAt.IsZero() && len(c.Spec.Members) == 1 && c.Spec.Members[0].User == user {
				return a.codes.Image(ctx, c.ID)
			}
		}
		if q.Cursor = p.Next; q.Cursor == "" {
			return nil, nil
		}
	}
}

// onTaskContact and onTaskDirectory let work follow the customer; tasks are made after the
// rooms that tell of it.
func (a *App) onTaskContact(ctx context.Context, t contact.Transition) error {
	return a.tasks.OnContact(ctx, t)
}

func (a *App) onTaskDirectory(ctx context.Context, n notice.Notice) error {
	return a.tasks.OnDirectory(ctx, n)
}
