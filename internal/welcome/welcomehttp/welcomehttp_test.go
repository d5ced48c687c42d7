package welcomehttp_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
	"yutang/internal/welcome"
	"yutang/internal/welcome/welcomehttp"
)

type road struct{}

func (road) SubmitEvents(_ context.Context, evs []*event.Event) (int, error) { return len(evs), nil }

// known are the customers whom contacts are.
var known = map[string]string{"ww1/wm3": "c7"}

func start(t *testing.T, d *db.DB) (*httpapitest.Server, *welcome.Service, chan welcome.Entry) {
	t.Helper()
	srv := httpapitest.New(t, d)
	offline := func(context.Context, string) (*wecom.Client, error) {
		return nil, fault.New(fault.Precondition, "no_secret", "the corp has no secret")
	}
	entries := make(chan welcome.Entry, 10)
	c := content.New(content.Config{DB: d, Box: srv.Box, Clock: srv.Clock, Jobs: job.New(d, srv.Clock), Dir: t.TempDir(), Client: offline})
	s := welcome.New(welcome.Config{
		DB: d, Box: srv.Box, Clock: srv.Clock, Content: c, Client: offline, Submit: road{},
		Corps: func(context.Context) ([]string, error) { return []string{"ww1"}, nil },
		Directory: func(context.Context, string) (welcome.Directory, error) {
			return welcome.Directory{People: []welcome.Person{{UserID: "anna", Name: "安娜", Departments: []int64{2}}}, Parents: map[int64]int64{2: 1}}, nil
		},
		Observe: func(e welcome.Entry) { entries <- e },
	})
	welcomehttp.Routes(srv.API, s, srv.Access, func(corp, external string) string { return known[corp+"/"+external] })
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	return srv, s, entries
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	s, _, _ := start(t, dbtest.SQLite(t))
	httpapitest.WalkRoutes(t, s)
}

type m = map[string]any

// covers: A9
func TestRules_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		srv, _, _ := start(t, d)
		op := srv.Client(t, access.Operator)
		night := m{"from": "22:00", "to": "08:00", "text": "good night {{customer}}"}
		var made, shown welcomehttp.Rule
		op.Call("POST", "/welcome/rules", m{"corp": "ww1", "name": "all", "greeting": m{"text": "hi", "variants": []m{night}}}, &made)
		if made.ID == "" || len(made.Greeting.Variants) != 1 || made.UpdatedBy == "" {
			t.Fatalf("%+v", made)
		}
		op.Call("GET", "/welcome/rules/"+made.ID, nil, &shown)
		if shown.Greeting.Variants[0].Text != "good night {{customer}}" || len(shown.Staff) != 0 {
			t.Fatalf("%+v", shown)
		}
		var seen struct{ Source, Origin, Text string }
		op.Call("POST", "/welcome/preview", m{"corp": "ww1", "staff": "anna", "customer": "Yu", "at": "2026-03-01T23:00:00Z"}, &seen)
		if seen.Source != "default" || seen.Origin != made.ID || seen.Text != "good night Yu" {
			t.Fatalf("%+v", seen)
		}
		op.Call("POST", "/welcome/rules", m{"corp": "ww1", "name": "shop", "departments": []int{1}, "greeting": m{"text": "我是{{staff}}"}}, &shown)
		op.Call("POST", "/welcome/preview", m{"corp": "ww1", "staff": "anna"}, &seen)
		if seen.Source != "rule" || seen.Text != "我是安娜" {
			t.Fatalf("%+v", seen)
		}
		op.Call("PUT", "/welcome/rules/"+shown.ID, m{"name": "shop", "departments": []int{1}, "greeting": m{"text": "x"}, "disabled": true}, &shown)
		op.Call("POST", "/welcome/preview", m{"corp": "ww1", "staff": "anna"}, &seen)
		if !shown.Disabled || seen.Source != "default" {
			t.Fatalf("%+v %+v", shown, seen)
		}
		var list struct{ Items []welcomehttp.Rule }
		op.Call("GET", "/welcome/rules?corp=ww1", nil, &list)
		if len(list.Items) != 2 {
			t.Fatalf("%+v", list)
		}
		for _, r := range list.Items {
			if res := op.Do("DELETE", "/welcome/rules/"+r.ID, nil); res.Status != 204 {
				t.Fatalf("%d %s", res.Status, res.Body)
			}
		}
		op.Call("POST", "/welcome/preview", m{"corp": "ww1", "staff": "anna"}, &seen)
		if seen.Source != "none" {
			t.Fatalf("%+v", seen)
		}
	})
}

func TestRules_BadGreetingsAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	srv, _, _ := start(t, dbtest.SQLite(t))
	op := srv.Client(t, access.Operator)
	image := m{"kind": "image", "asset": "ast_none"}
	for pointer, greeting := range map[string]m{
		"/greeting":                                {},
		"/greeting/text":                           {"text": "hi {{name}}"},
		"/greeting/fallback/text":                  {"text": "hi", "fallback": "{{"},
		"/greeting/attachments/0/asset":            {"text": "hi", "attachments": []m{image}},
		"/greeting/variants/0/days/1":              {"text": "hi", "variants": []m{{"days": []int{1, 8}, "text": "x"}}},
		"/greeting/variants/1/to":                  {"text": "hi", "variants": []m{{"text": "x"}, {"from": "08:00", "to": "8:00", "text": "x"}}},
		"/greeting/variants/0/attachments/1/title": {"variants": []m{{"attachments": []m{{"kind": "image", "asset": ""}, {"kind": "link"}}}}},
		"/greeting/attachments/0/kind":             {"attachments": []m{{"kind": "voice"}}},
	} {
		res := op.Do("POST", "/welcome/rules", m{"corp": "ww1", "name": "n", "greeting": greeting})
		if res.Status != 422 || !strings.Contains(string(res.Body), `"`+pointer+`"`) {
			t.Errorf("%s: %d %s", pointer, res.Status, res.Body)
		}
	}
	long := strings.Repeat("鱼", 1330) + "{{customer}}" // 3990 bytes and room for a name
	if res := op.Do("POST", "/welcome/check", m{"text": long}); res.Status != 422 || !strings.Contains(string(res.Body), "4086 bytes") {
		t.Errorf("%d %s", res.Status, res.Body)
	}
	if res := op.Do("POST", "/welcome/rules", m{"corp": "ww2", "name": "n", "greeting": m{"text": "x"}}); !strings.Contains(string(res.Body), "/corp") {
		t.Errorf("%d %s", res.Status, res.Body)
	}
	if res := srv.Client(t, access.Viewer).Do("POST", "/welcome/rules", m{"corp": "ww1", "name": "n", "greeting": m{"text": "x"}}); res.Status != 403 {
		t.Errorf("a viewer writes: %d", res.Status)
	}
}

func TestLedger_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		srv, s, entries := start(t, d)
		op := srv.Client(t, access.Operator)
		op.Call("POST", "/welcome/rules", m{"corp": "ww1", "name": "all", "greeting": m{"text": "hi"}}, nil)
		for _, external := range []string{"wm1", "wm2", "wm3"} {
			s.OnNotice(ctx, notice.Notice{Corp: "ww1", Event: notice.ExternalContact, UserID: "anna", ExternalUserID: external, WelcomeCode: "C" + external}, srv.Clock.Now())
			<-entries
		}
		if err := s.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		var first, rest struct {
			Items []welcomehttp.Entry
			Next  string
		}
		op.Call("GET", "/welcome/ledger?corp=ww1&outcome=failed&limit=2", nil, &first)
		op.Call("GET", "/welcome/ledger?corp=ww1&outcome=failed&limit=2&cursor="+first.Next, nil, &rest)
		if len(first.Items) != 2 || len(rest.Items) != 1 || rest.Next != "" || first.Items[0].Reason != "no_client" || rest.Items[0].ID == first.Items[1].ID {
			t.Fatalf("%+v %+v", first, rest)
		}
		for _, e := range append(first.Items, rest.Items...) {
			if want := known["ww1/"+e.External]; e.Customer != want {
				t.Errorf("%s is customer %q, want %q", e.External, e.Customer, want)
			}
		}
		var stats welcomehttp.Stats
		day := "&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z"
		op.Call("GET", "/welcome/stats?corp=ww1"+day, nil, &stats)
		if stats.Failed["no_client"] != 3 || stats.Sent != 0 {
			t.Fatalf("%+v", stats)
		}
		if res := op.Do("GET", "/welcome/stats?corp=ww1&from=2026-03-02T00:00:00Z&to="+srv.Clock.Now().Add(-48*time.Hour).Format(time.RFC3339), nil); res.Status != 422 {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		raw, _ := json.Marshal(first)
		if strings.Contains(string(raw), "Cwm1") {
			t.Fatal("a welcome code is shown")
		}
	})
}
