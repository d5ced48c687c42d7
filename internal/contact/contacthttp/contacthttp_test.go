package contacthttp_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/contact"
	"yutang/internal/contact/contacthttp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/page"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
)

// road resolves identities as the pipeline does, and keeps no events.
type road struct {
	tl       *timeline.Store
	identity *identity.Service
}

func (r road) SubmitEvents(ctx context.Context, evs []*event.Event) (int, error) {
	r.tl.Lock()
	defer r.tl.Unlock()
	for _, ev := range evs {
		r.identity.Prepare(ev)
		got, err := r.identity.Resolve(ctx, ev)
		if err != nil {
			return 0, err
		}
		r.tl.Grow(got.Leaf)
	}
	return len(evs), nil
}

type nowhere struct{}

func (nowhere) Client(context.Context, string) (*wecom.Client, error) { return nil, nil }

func start(t *testing.T, d *db.DB) (*httpapitest.Server, *contact.Service) {
	t.Helper()
	srv, tl := httpapitest.New(t, d), timeline.New()
	people := identity.New(d, srv.Box, tl, srv.Clock)
	s := contact.New(contact.Config{
		DB: d, Box: srv.Box, Clock: srv.Clock, Jobs: job.New(d, srv.Clock), Identity: people, Timeline: tl,
		Submit: road{tl, people}, Source: 1, Clients: nowhere{},
	})
	s.Provenance(func(context.Context, string, string) (contact.Provenance, bool) {
		return contact.Provenance{Channel: "fair", CodeID: "code_1", CodeName: "Booth 3"}, true
	})
	contacthttp.Routes(srv.API, s, tl)
	return srv, s
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	srv, _ := start(t, dbtest.SQLite(t))
	httpapitest.WalkRoutes(t, srv)
}

func TestContacts_ShowProvenanceAndHideRemarks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		srv, s := start(t, d)
		ctx := context.Background()
		for _, external := range []string{"wm1", "wm2"} {
			n := notice.Notice{Corp: "ww1", UserID: "li", ExternalUserID: external, State: "booth3", At: srv.Clock.Now()}
			if err := s.OnAdded(ctx, n); err != nil {
				t.Fatal(err)
			}
		}
		roster, err := s.Roster(ctx, "ww1", "li")
		if err != nil {
			t.Fatal(err)
		}
		seen := []contact.Seen{{User: "li", External: "wm1", AddedAt: srv.Clock.Now(), State: "booth3", AddWay: 1, Remark: "aunt Mei"}}
		if _, err := s.Merge(ctx, roster, seen, srv.Clock.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		list := func(c *httpapitest.Client, query string) page.Page[contacthttp.Contact] {
			t.Helper()
			res := c.Do(http.MethodGet, "/contacts?"+query, nil)
			var p page.Page[contacthttp.Contact]
			if err := json.Unmarshal(res.Body, &p); err != nil || res.Status != http.StatusOK {
				t.Fatalf("%d %s", res.Status, res.Body)
			}
			return p
		}
		op, analyst := srv.Client(t, access.Operator), srv.Client(t, access.Analyst)
		got := list(op, "corp=ww1&staff=li&state=active")
		if len(got.Items) != 2 || got.Items[0].Remark != "aunt Mei" {
			t.Fatalf("%+v", got)
		}
		want := contacthttp.Provenance{Channel: "fair", Code: "code_1", CodeName: "Booth 3", State: "booth3", AddWay: "qr"}
		if got.Items[0].Provenance != want {
			t.Fatalf("%+v", got.Items[0].Provenance)
		}
		if one := list(op, "customer="+got.Items[1].Customer); len(one.Items) != 1 || one.Items[0].External != "wm2" {
			t.Fatalf("%+v", one)
		}
		if seen := list(analyst, "corp=ww1"); seen.Items[0].Remark != "" {
			t.Fatal("an analyst reads the remark")
		}
		if res := op.Do(http.MethodGet, "/contacts?staff=li", nil); res.Status < 400 || !strings.Contains(string(res.Body), "/corp") {
			t.Fatalf("a member of no corp: %d %s", res.Status, res.Body)
		}
		if res := op.Do(http.MethodGet, "/contacts?customer=c999", nil); res.Status != http.StatusNotFound {
			t.Fatalf("nobody: %d", res.Status)
		}
	})
}
