package libraryhttp_test

import (
	"context"
	"encoding/json"
	"testing"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/library"
	"yutang/internal/library/libraryhttp"
	"yutang/internal/sidepanel"
	"yutang/internal/staff"
	"yutang/internal/timeline"
)

// panel is the side panel of li, who has one customer.
type panel struct{}

// Who is the member of ctx.
func (panel) Who(ctx context.Context) (sidepanel.Viewer, error) {
	p, ok := access.From(ctx)
	if !ok || p.Staff == nil {
		return sidepanel.Viewer{}, fault.New(fault.Forbidden, "not_staff", "for staff")
	}
	return sidepanel.Viewer{Corp: p.Staff.Corp, User: p.Staff.User, Name: "李晓雯"}, nil
}

// Get is the customer wm1.
func (panel) Get(_ context.Context, _ sidepanel.Viewer, external string) (sidepanel.Customer, error) {
	if external != "wm1" {
		return sidepanel.Customer{}, fault.New(fault.NotFound, "customer_not_found", "not yours")
	}
	profile := customer.Profile{ID: "c1", Traits: map[string]json.RawMessage{"name": json.RawMessage(`"王小明"`)}}
	return sidepanel.Customer{Brief: sidepanel.Brief{Profile: profile}}, nil
}

func start(t *testing.T, d *db.DB) *httpapitest.Server {
	t.Helper()
	srv := httpapitest.New(t, d)
	tl := timeline.New()
	lib := library.New(library.Config{
		DB: d, Clock: srv.Clock, Timeline: tl, Customers: customer.New(d, srv.Box, tl, srv.Clock),
		Content: content.New(content.Config{DB: d, Box: srv.Box, Clock: srv.Clock, Jobs: job.New(d, srv.Clock), Dir: t.TempDir()}),
		Staff:   staff.New(staff.Config{DB: d, Box: srv.Box, Clock: srv.Clock}),
	})
	libraryhttp.Routes(srv.API, libraryhttp.Deps{Library: lib, Access: srv.Access, Panel: panel{}})
	return srv
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)))
}

// covers: E1, E2
func TestScript_FromTheOperatorToTheSidePanel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		srv := start(t, d)
		op, li := srv.Client(t, access.Operator), srv.StaffClient(t, "ww1", "li")
		var f libraryhttp.Folder
		op.Call("POST", "/folders", map[string]any{"space": "scripts", "name": "开场白"}, &f)
		var m libraryhttp.Material
		op.Call("POST", "/materials", map[string]any{
			"kind": "script", "folder": f.ID, "name": "初次问候", "tags": []string{"问候"},
			"body": map[string]string{"text": "{{ traits.name }}您好，我是{{ staff.name }}，{{ traits.city }}的门店在等您"},
		}, &m)
		var hits struct{ Items []libraryhttp.Hit }
		li.Call("GET", "/panel/scripts?q=wenhou", nil, &hits)
		if len(hits.Items) != 0 {
			t.Fatalf("%+v", hits)
		}
		op.Call("POST", "/materials/"+m.ID+"/publish", map[string]any{}, &m)
		if m.Approved != 1 || m.Version.State != library.Approved {
			t.Fatalf("%+v", m)
		}
		li.Call("GET", "/panel/scripts?q=ccwh&customer=wm1", nil, &hits)
		if len(hits.Items) != 1 || hits.Items[0].Text != "王小明您好，我是李晓雯，的门店在等您" || len(hits.Items[0].Missing) != 1 || hits.Items[0].Missing[0] != "traits.city" {
			t.Fatalf("%+v", hits)
		}
		if res := li.Do("GET", "/panel/scripts?customer=wm2", nil); res.Status != 404 {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		for _, call := range [][2]string{{"POST", "/used"}, {"PUT", "/favourite"}} {
			if res := li.Do(call[0], "/panel/materials/"+m.ID+call[1], nil); res.Status != 204 {
				t.Fatalf("%v: %d %s", call, res.Status, res.Body)
			}
		}
		li.Call("GET", "/panel/scripts?favourites=true", nil, &hits)
		if len(hits.Items) != 1 || hits.Items[0].Used != 1 || !hits.Items[0].Favourite {
			t.Fatalf("%+v", hits)
		}
		var p libraryhttp.Preview
		op.Call("POST", "/materials/"+m.ID+"/preview", map[string]any{"use": "mass_send"}, &p)
		if p.Outcome != "sent" || len(p.Variables) != 3 || len(p.Lengths) != 1 {
			t.Fatalf("%+v", p)
		}
		if res := srv.Client(t, access.Viewer).Do("POST", "/materials/"+m.ID+"/approve", map[string]any{}); res.Status != 403 {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
	})
}
