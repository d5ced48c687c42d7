package accesshttp_test

import (
	"context"
	"testing"

	"yutang/internal/access"
	"yutang/internal/access/accesshttp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/httpapi/httpapitest"
)

func start(t *testing.T, d *db.DB) *httpapitest.Server {
	t.Helper()
	s := httpapitest.New(t, d)
	log := event.NewLog(d, s.Box)
	if err := log.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	accesshttp.Routes(s.API, s.Access, log, s.Clock)
	return s
}

// covers: J1
func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		httpapitest.WalkRoutes(t, start(t, d))
	})
}

func TestMe_TellsRoleAndPermissions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := start(t, d).Client(t, access.Viewer)
		var me struct{ Role, Kind string }
		c.Call("GET", "/me", nil, &me)
		if me.Role != "viewer" || me.Kind != "token" {
			t.Fatalf("me = %+v", me)
		}
	})
}
