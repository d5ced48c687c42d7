package archivehttp_test

import (
	"context"
	"testing"

	"yutang/internal/archive"
	"yutang/internal/archive/archivehttp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
)

func start(t *testing.T, d *db.DB) *httpapitest.Server {
	t.Helper()
	s := httpapitest.New(t, d)
	rooms := archive.New(archive.Config{DB: d, Box: s.Box, Clock: s.Clock, Jobs: job.New(d, s.Clock)})
	archivehttp.Routes(s.API, archivehttp.Deps{Archive: rooms, Access: s.Access, Clock: s.Clock, Connected: func(_ context.Context, id string) error {
		if id != "ww1" {
			return fault.New(fault.NotFound, "corp_not_found", "no such corp")
		}
		return nil
	}})
	return s
}

// covers: H5, J1
func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)))
}

func TestArchive_WithoutASourceSaysSo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		owner := start(t, d).Client(t, "owner")
		var st archivehttp.Status
		owner.Call("GET", "/wecom/corps/ww1/archive", nil, &st)
		if st.State != archive.NotConfigured || st.Reason == "" {
			t.Errorf("status %+v", st)
		}
		for path, want := range map[string]int{"/wecom/corps/ww2/archive": 404, "/wecom/corps/ww1/archive/messages": 422, "/wecom/corps/ww1/archive/replies": 200} {
			if res := owner.Do("GET", path, nil); res.Status != want {
				t.Errorf("%s: %d %s", path, res.Status, res.Body)
			}
		}
		if res := owner.Do("POST", "/wecom/corps/ww1/archive/pull", nil); res.Status != 409 && res.Status != 412 {
			t.Errorf("pull: %d %s", res.Status, res.Body)
		}
	})
}
