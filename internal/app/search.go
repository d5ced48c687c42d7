package app

import (
	"context"

	"github.com/tidwall/gjson"

	"yutang/internal/access"
	"yutang/internal/groupchat"
	"yutang/internal/library"
	"yutang/internal/livecode"
	"yutang/internal/masssend"
	"yutang/internal/page"
	"yutang/internal/search"
	"yutang/internal/staff"
)

// buildSearch makes the search of customers and things.
func (a *App) buildSearch() {
	a.search = search.New(search.Config{
		Customers: a.customers, Identity: a.identity, Timeline: a.timeline, Clock: a.Clock, Zone: brandZone{a.access}.Zone,
		Select: a.audiences.Select,
		Sources: []search.Source{
			{Kind: "audience", Needs: access.AudiencesRead, Each: a.eachAudience},
			{Kind: "playbook", Needs: access.PlaybooksRead, Each: a.eachPlaybook},
			{Kind: "code", Needs: access.CodesRead, Each: a.eachCode},
			{Kind: "material", Needs: access.ContentRead, Each: a.eachMaterial(library.Materials)},
			{Kind: "script", Needs: access.ContentRead, Each: a.eachMaterial(library.Scripts)},
			{Kind: "mass_send", Needs: access.OutreachRead, Each: a.eachSend},
			{Kind: "group", Needs: access.GroupsRead, Each: a.eachGroup},
			{Kind: "staff", Needs: access.StaffRead, Each: a.eachMember},
		},
	})
}

// maxSearched is how many things of a kind a search looks at, the first of their list.
const maxSearched = 5000

// eachOf visits a list page by page.
func eachOf[T any](list func(cursor string) (page.Page[T], error), visit func(search.Thing) bool, thing func(T) search.Thing) error {
	cursor, seen := "", 0
	for {
		p, err := list(cursor)
		if err != nil {
			return err
		}
		for _, item := range p.Items {
			if !visit(thing(item)) {
				return nil
			}
		}
		if seen += len(p.Items); p.Next == "" || seen >= maxSearched {
			return nil
		}
		cursor = p.Next
	}
}

func (a *App) eachAudience(ctx context.Context, visit func(search.Thing) bool) error {
	all, err := a.audiences.List(ctx)
	for i := 0; err == nil && i < len(all); i++ {
		if !visit(search.Thing{ID: all[i].ID, Title: all[i].Name, Subtitle: all[i].Description}) {
			break
		}
	}
	return err
}

func (a *App) eachPlaybook(ctx context.Context, visit func(search.Thing) bool) error {
	return eachOf(func(cursor string) (page.Page[shownBook], error) {
		p, err := a.playbooks.List(ctx, cursor, page.MaxLimit)
		out := page.Page[shownBook]{Next: p.Next}
		for _, b := range p.Items {
			out.Items = append(out.Items, shownBook{b.ID, gjson.GetBytes(b.Draft, "name").Str, string(b.State)})
		}
		return out, err
	}, visit, func(b shownBook) search.Thing { return search.Thing{ID: b.id, Title: b.name, Subtitle: b.state} })
}

type shownBook struct{ id, name, state string }

func (a *App) eachCode(ctx context.Context, visit func(search.Thing) bool) error {
	return eachOf(func(cursor string) (page.Page[livecode.Code], error) {
		return a.codes.List(ctx, livecode.Query{Cursor: cursor, Limit: page.MaxLimit})
	}, visit, func(c livecode.Code) search.Thing {
		return search.Thing{ID: c.ID, Title: c.Spec.Name, Subtitle: c.Spec.Channel}
	})
}

func (a *App) eachMaterial(space library.Space) func(ctx context.Context, visit func(search.Thing) bool) error {
	return func(ctx context.Context, visit func(search.Thing) bool) error {
		return eachOf(func(cursor string) (page.Page[library.Material], error) {
			return a.library.List(ctx, library.Filter{Space: space, Folder: "*", Cursor: cursor, Limit: page.MaxLimit})
		}, visit, func(m library.Material) search.Thing {
			return search.Thing{ID: m.ID, Title: m.Name, Subtitle: string(m.Kind)}
		})
	}
}

func (a *App) eachSend(ctx context.Context, visit func(search.Thing) bool) error {
	return eachOf(func(cursor string) (page.Page[masssend.Send], error) {
		return a.sends.List(ctx, masssend.Filter{Cursor: cursor, Limit: page.MaxLimit})
	}, visit, func(s masssend.Send) search.Thing {
		return search.Thing{ID: s.ID, Title: s.Name, Subtitle: string(s.State)}
	})
}

func (a *App) eachGroup(ctx context.Context, visit func(search.Thing) bool) error {
	return eachOf(func(cursor string) (page.Page[groupchat.Group], error) {
		return a.groups.List(ctx, groupchat.Filter{Cursor: cursor, Limit: page.MaxLimit})
	}, visit, func(g groupchat.Group) search.Thing {
		return search.Thing{ID: g.Chat, Title: g.Name, Subtitle: g.Owner, Corp: g.Corp}
	})
}

func (a *App) eachMember(ctx context.Context, visit func(search.Thing) bool) error {
	ids, err := a.corpIDs(ctx)
	for i := 0; err == nil && i < len(ids); i++ {
		err = eachOf(func(cursor string) (page.Page[staff.Member], error) {
			return a.staff.List(ctx, ids[i], staff.Filter{Cursor: cursor, Limit: page.MaxLimit})
		}, visit, func(m staff.Member) search.Thing {
			return search.Thing{ID: m.UserID, Title: m.Name, Subtitle: m.Alias, Corp: m.Corp}
		})
	}
	return err
}
