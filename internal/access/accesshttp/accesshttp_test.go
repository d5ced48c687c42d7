package accesshttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/access/accesshttp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/httpapi"
	"yutang/internal/httpapi/httpapitest"
)

func start(t *testing.T, d *db.DB) *httpapitest.Server {
	t.Helper()
	s, _ := startLog(t, d)
	return s
}

func startLog(t *testing.T, d *db.DB) (*httpapitest.Server, *event.Log) {
	t.Helper()
	s := httpapitest.New(t, d)
	log := event.NewLog(d, s.Box)
	if err := log.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	accesshttp.Routes(s.API, s.Access, log, s.Clock, "")
	return s, log
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

func TestTokens_AreShownOnceAndWork(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := start(t, d)
		owner := s.Client(t, access.Owner)
		var made struct{ ID, Token, Role string }
		owner.Call("POST", "/tokens", map[string]any{"name": "sync", "role": "viewer"}, &made)
		if made.Token == "" || made.Role != "viewer" {
			t.Fatalf("made %+v", made)
		}
		bearer := []string{"Authorization", "Bearer " + made.Token}
		if res := s.Stranger(t).Do("GET", "/me", nil, bearer...); res.Status != 200 {
			t.Errorf("use: %d %s", res.Status, res.Body)
		}
		list := owner.Do("GET", "/tokens?limit=1", nil)
		if list.Status != 200 || strings.Contains(string(list.Body), made.Token) || !strings.Contains(string(list.Body), `"next"`) {
			t.Errorf("list: %d %s", list.Status, list.Body)
		}
		owner.Call("DELETE", "/tokens/"+made.ID, nil, nil)
		if res := s.Stranger(t).Do("GET", "/me", nil, bearer...); res.Status != 401 || res.Problem(t).Code != "bad_token" {
			t.Errorf("revoked: %d %s", res.Status, res.Body)
		}
	})
}

// covers: J1
func TestSession_SignsInAndOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := start(t, d)
		who := map[string]string{"email": "lin@example.com", "name": "Lin", "password": "correct horse", "role": "analyst"}
		s.Client(t, access.Owner).Call("POST", "/accounts", who, nil)
		stranger := s.Stranger(t)
		if res := stranger.Do("POST", "/session", map[string]string{"email": who["email"], "password": "wrong"}); res.Status != 401 || res.Problem(t).Code != "bad_login" {
			t.Errorf("wrong: %d %s", res.Status, res.Body)
		}
		res := stranger.Do("POST", "/session", map[string]string{"email": who["email"], "password": who["password"]})
		cookie := res.Header.Get("Set-Cookie")
		if res.Status != 201 || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
			t.Fatalf("%d %s %s", res.Status, cookie, res.Body)
		}
		session := []string{"Cookie", strings.Split(cookie, ";")[0], httpapi.CSRFHeader, "1"}
		if res := stranger.Do("GET", "/me", nil, session...); res.Status != 200 || !strings.Contains(string(res.Body), `"analyst"`) {
			t.Errorf("me: %d %s", res.Status, res.Body)
		}
		if res := stranger.Do("DELETE", "/session", nil, session...); res.Status != 204 || len(res.Body) != 0 {
			t.Errorf("sign-out: %d %s", res.Status, res.Body)
		}
		if res := stranger.Do("GET", "/me", nil, session...); res.Status != 401 {
			t.Errorf("afterwards: %d", res.Status)
		}
	})
}

func TestSources_KeyIsShownOnceAndAudited(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, log := startLog(t, d)
		owner := s.Client(t, access.Owner)
		var made struct {
			ID       int64
			WriteKey string `json:"write_key"`
		}
		owner.Call("POST", "/sources", map[string]string{"name": "mall"}, &made)
		if len(made.WriteKey) != 40 {
			t.Fatalf("made %+v", made)
		}
		if list := owner.Do("GET", "/sources", nil); strings.Contains(string(list.Body), made.WriteKey) || !strings.Contains(string(list.Body), `"mall"`) {
			t.Errorf("list: %s", list.Body)
		}
		if res := owner.Do("POST", "/sources", map[string]string{"name": "mall"}); res.Status != 409 || res.Problem(t).Code != "source_exists" {
			t.Errorf("again: %d %s", res.Status, res.Body)
		}
		owner.Call("PATCH", fmt.Sprintf("/sources/%d", made.ID), map[string]bool{"disabled": true}, nil)
		own, err := log.InternalSource(context.Background(), "levels", "a key that nobody is told", s.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if res := owner.Do("PATCH", fmt.Sprintf("/sources/%d", own.ID), map[string]bool{"disabled": true}); res.Status != 409 || res.Problem(t).Code != "internal_source" {
			t.Errorf("stopped the system's own: %d %s", res.Status, res.Body)
		}
		if list := string(owner.Do("GET", "/sources", nil).Body); strings.Count(list, `"internal":true`) != 1 || strings.Count(list, `"internal":false`) != 1 {
			t.Errorf("list: %s", list)
		}
		trail := owner.Do("GET", "/audit?object="+url.QueryEscape(fmt.Sprintf("source/%d", made.ID)), nil)
		if got := string(trail.Body); strings.Count(got, `"actor":"tok_`) != 2 || !strings.Contains(got, `"detail":{"disabled":true}`) {
			t.Errorf("audit: %s", got)
		}
	})
}

// covers: J3
func TestAudit_IsFilteredByDaysOfTheBrandAndExported(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := start(t, d)
		owner := s.Client(t, access.Owner)
		who := access.As(t.Context(), access.System)
		account, err := s.Access.AddAccount(who, access.NewAccount{Email: "lin@example.com", Name: "=Lin()", Password: "correct horse", Role: access.Analyst})
		if err != nil {
			t.Fatal(err)
		}
		by := access.As(t.Context(), access.Principal{ID: account.ID, Role: access.Owner})
		if err := s.Access.Audit(by, "pond.fill", "pond/1", map[string]int{"level": 3}); err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation(access.DefaultBrand.Zone)
		if err != nil {
			t.Fatal(err)
		}
		now := s.Clock.Now().In(zone)
		today, tomorrow := now.Format(time.DateOnly), now.AddDate(0, 0, 1).Format(time.DateOnly)
		for query, want := range map[string]int{
			"action=pond.fill,pond.drain&from=" + today + "&to=" + today: 1, "action=pond.fill&from=" + tomorrow: 0, "action=pond.drain": 0, "actor=" + account.ID: 1,
		} {
			var got struct{ Items []accesshttp.Entry }
			if owner.Call("GET", "/audit?"+query, nil, &got); len(got.Items) != want {
				t.Errorf("%s: %+v", query, got.Items)
			}
		}
		if res := owner.Do("GET", "/audit?to=never", nil); res.Status != 422 {
			t.Errorf("a day that is none: %d %s", res.Status, res.Body)
		}
		body := map[string]any{"actor": account.ID, "to": today, "names": map[string]string{"at": "时间", "pond.fill": "注水"}}
		want := "\ufeff时间,actor,actor_id,action,action_id,object,detail\r\n" +
			now.Format(time.DateTime) + ",'=Lin()," + account.ID + ",注水,pond.fill,pond/1,\"{\"\"level\"\":3}\"\r\n"
		if res := owner.Do("POST", "/audit/export", body); string(res.Body) != want {
			t.Errorf("file %d: %s", res.Status, res.Body)
		}
		trail := string(owner.Do("GET", "/audit?action=audit.export", nil).Body)
		if !strings.Contains(trail, `"detail":{"actor":"`+account.ID+`","to":"`+today+`"}`) {
			t.Errorf("the export is not in the trail: %s", trail)
		}
	})
}

func TestBrand_IsSetByTheOwner(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := start(t, d)
		want := access.Brand{Name: "锦鲤", Zone: "Europe/London", Currency: "GBP"}
		s.Client(t, access.Owner).Call("PUT", "/settings/brand", want, nil)
		var got access.Brand
		s.Client(t, access.Viewer).Call("GET", "/settings/brand", nil, &got)
		if got != want {
			t.Fatalf("brand %+v", got)
		}
		res := s.Client(t, access.Owner).Do("PUT", "/settings/brand", access.Brand{Name: "x", Zone: "Mars", Currency: "CNY"})
		if p := res.Problem(t); res.Status != 422 || p.Errors[0].Pointer != "/zone" {
			t.Errorf("nonsense: %d %s", res.Status, res.Body)
		}
	})
}

func TestOpenAPI_IsServedToAnybody(t *testing.T) {
	t.Parallel()
	s := start(t, dbtest.SQLite(t))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), "GET", "/api/openapi.json", nil))
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Permission string `json:"x-permission"`
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || doc.Paths["/tokens"]["post"].Permission != "accounts.write" {
		t.Errorf("document %s", w.Body.Bytes()[:200])
	}
	for _, schema := range []string{"AccessToken", "AccessTokenPage", "Problem"} {
		if doc.Components.Schemas[schema] == nil {
			t.Errorf("no schema %s", schema)
		}
	}
}

// covers: I4
func TestSetup_MakesTheFirstOwnerOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := start(t, d)
		token, err := s.Access.SetupToken(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		stranger := s.Stranger(t)
		if res := stranger.Do("GET", "/setup", nil); string(res.Body) != "{\"needed\":true}\n" {
			t.Fatalf("before: %s", res.Body)
		}
		owner := map[string]string{"token": "wrong", "name": "Lin", "email": "lin@example.com", "password": "a long password"}
		if res := stranger.Do("POST", "/setup", owner); res.Status != 403 || res.Problem(t).Code != "bad_setup_link" {
			t.Fatalf("a wrong token: %d %s", res.Status, res.Body)
		}
		owner["token"] = token
		made := stranger.Do("POST", "/setup", owner)
		cookie, _, _ := strings.Cut(made.Header.Get("Set-Cookie"), ";")
		if made.Status != 201 || cookie == "" {
			t.Fatalf("%d %s", made.Status, made.Body)
		}
		if res := stranger.Do("GET", "/me", nil, "Cookie", cookie); res.Status != 200 || !strings.Contains(string(res.Body), `"owner"`) {
			t.Fatalf("me: %d %s", res.Status, res.Body)
		}
		if res := stranger.Do("POST", "/setup", owner); res.Status != 403 {
			t.Fatalf("again: %d %s", res.Status, res.Body)
		}
		if res := stranger.Do("GET", "/setup", nil); string(res.Body) != "{\"needed\":false}\n" {
			t.Fatalf("after: %s", res.Body)
		}
	})
}
