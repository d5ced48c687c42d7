package sidepanelhttp_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"yutang/internal/access"
	"yutang/internal/contact"
	"yutang/internal/corp"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/sidepanel"
	"yutang/internal/sidepanel/sidepanelhttp"
	"yutang/internal/staff"
	"yutang/internal/tag"
	"yutang/internal/timeline"
)

func start(t *testing.T) *httpapitest.Server {
	t.Helper()
	d := dbtest.SQLite(t)
	s := httpapitest.New(t, d)
	jobs, tl := job.New(d, s.Clock), timeline.New()
	tags := tag.New(tag.Config{DB: d, Clock: s.Clock, Jobs: jobs, Timeline: tl})
	if err := tags.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	sidepanelhttp.Routes(s.API, sidepanelhttp.Deps{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Panel: sidepanel.New(sidepanel.Config{
		DB: d, Box: s.Box, Clock: s.Clock, Access: s.Access, Corps: corp.New(corp.Config{DB: d, Box: s.Box, Clock: s.Clock}),
		Staff: staff.New(staff.Config{DB: d, Box: s.Box, Clock: s.Clock}), Timeline: tl, Tags: tags,
		Contacts: contact.New(contact.Config{DB: d, Box: s.Box, Clock: s.Clock, Jobs: jobs, Timeline: tl}),
	})})
	return s
}

// covers: H2, J1
func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t))
}

// covers: H2, J1
func TestPanel_RefusesWhoIsNoStaff(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, path := range []string{"/panel/me", "/panel/customers", "/panel/customers/wm1", "/panel/customers/wm1/events", "/panel/tags", "/panel/jssdk?url=x"} {
		for _, role := range []access.Role{access.Owner, access.Operator} {
			res := s.Client(t, role).Do(http.MethodGet, path, nil)
			if res.Status != http.StatusForbidden {
				t.Errorf("%s for the %s: %d %s", path, role, res.Status, res.Body)
			}
		}
		if res := s.Stranger(t).Do(http.MethodGet, path, nil); res.Status != http.StatusUnauthorized || res.Problem(t).Code != fault.Unauthenticated.String() {
			t.Errorf("%s for a stranger: %d %s", path, res.Status, res.Body)
		}
	}
}
