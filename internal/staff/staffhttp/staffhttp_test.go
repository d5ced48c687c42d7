package staffhttp_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/staff"
	"yutang/internal/staff/staffhttp"
)

func start(t *testing.T, d *db.DB) (*httpapitest.Server, *staff.Service) {
	t.Helper()
	srv := httpapitest.New(t, d)
	s := staff.New(staff.Config{DB: d, Box: srv.Box, Clock: srv.Clock})
	staffhttp.Routes(srv.API, s)
	return srv, s
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	srv, _ := start(t, dbtest.SQLite(t))
	httpapitest.WalkRoutes(t, srv)
}

func TestStaff_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	srv, s := start(t, dbtest.SQLite(t))
	_, err := s.Merge(context.Background(), "ww1", staff.Directory{
		Complete: true, Follows: []string{"li"}, Departments: []staff.Department{{ID: 1, Name: "Brand"}, {ID: 2, Parent: 1, Name: "Shop"}},
		Members: []staff.Member{{UserID: "hu", Name: "胡可", Departments: []int64{1}, Leader: []int64{1}}, {UserID: "li", Name: "李雷", Departments: []int64{2}}},
	}, srv.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	get := func(c *httpapitest.Client, path string, into any) {
		t.Helper()
		res := c.Do(http.MethodGet, path, nil)
		if err := json.Unmarshal(res.Body, into); err != nil || res.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, res.Status, res.Body)
		}
	}
	op, analyst := srv.Client(t, access.Operator), srv.Client(t, access.Analyst)
	var list struct{ Items []staffhttp.Member }
	get(op, "/staff?corp=ww1&follow=true", &list)
	if len(list.Items) != 1 || list.Items[0].Name != "李雷" {
		t.Fatalf("%+v", list)
	}
	get(analyst, "/staff?corp=ww1&department=2", &list)
	if len(list.Items) != 1 || list.Items[0].Name != "李**" {
		t.Fatalf("%+v", list)
	}
	var one staffhttp.Detail
	get(op, "/staff/ww1/hu", &one)
	if !slices.Equal(one.Under, []string{"hu", "li"}) || !slices.Equal(one.Leads, []int64{1}) {
		t.Fatalf("%+v", one)
	}
	var parts struct{ Items []staffhttp.Department }
	get(op, "/departments?corp=ww1", &parts)
	if len(parts.Items) != 2 || parts.Items[1].Parent != 1 {
		t.Fatalf("%+v", parts)
	}
	if res := op.Do(http.MethodGet, "/staff/ww1/nobody", nil); res.Status != http.StatusNotFound {
		t.Fatalf("nobody: %d", res.Status)
	}
}
