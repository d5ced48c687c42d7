package linkhttp_test

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/link"
	"yutang/internal/link/linkhttp"
	"yutang/internal/timeline"
)

type road struct{}

// SubmitEvents takes events.
func (road) SubmitEvents(_ context.Context, evs []*event.Event) (int, error) { return len(evs), nil }

func start(t *testing.T, d *db.DB) (*httpapitest.Server, *link.Service) {
	t.Helper()
	srv := httpapitest.New(t, d)
	s := link.New(link.Config{DB: d, Box: srv.Box, Clock: srv.Clock, Jobs: job.New(d, srv.Clock), Timeline: timeline.New(), Submit: road{}})
	linkhttp.Routes(srv.API, linkhttp.Deps{Links: s, Access: srv.Access})
	return srv, s
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	s, _ := start(t, dbtest.SQLite(t))
	httpapitest.WalkRoutes(t, s)
}

const browser = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49 Language/zh_CN"

func visit(srv *httpapitest.Server, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)
	return w
}

// covers: E5
func TestLink_FromMakingToClosing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		srv, _ := start(t, d)
		owner := srv.Client(t, access.Owner)
		if res := owner.Do("POST", "/links", map[string]string{"url": "https://shop.example.com/p?id=1"}); res.Status != 409 || res.Problem(t).Code != "no_public_url" {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		owner.Call("PUT", "/links/settings", map[string]string{"public_url": "https://go.example.com"}, nil)
		var l linkhttp.Link
		owner.Call("POST", "/links", map[string]string{"url": "https://shop.example.com/p?id=1", "name": "门店海报"}, &l)
		if l.Short != "https://go.example.com/l/"+l.Code {
			t.Fatalf("%+v", l)
		}
		for _, agent := range []string{
			"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "WhatsApp/2.23", "facebookexternalhit/1.1", "WeChat/8.0.49 CFNetwork/1496 Darwin/23.5.0",
			"Mozilla/5.0 (compatible; Baiduspider/2.0)", "curl/8.5.0", "",
		} {
			if w := visit(srv, "GET", "/l/"+l.Code, "User-Agent", agent); w.Code != http.StatusFound {
				t.Fatalf("%q: %d", agent, w.Code)
			}
		}
		visit(srv, "HEAD", "/l/"+l.Code, "User-Agent", browser)
		visit(srv, "GET", "/l/"+l.Code, "User-Agent", browser, "Sec-Purpose", "prefetch")
		owner.Call("GET", "/links/"+l.Code, nil, &l)
		if l.Clicks != 0 {
			t.Fatalf("machines clicked %d times", l.Clicks)
		}
		w := visit(srv, "GET", "/l/"+l.Code+"?to=https://evil.example.com", "User-Agent", browser)
		if w.Code != 302 || w.Header().Get("Location") != "https://shop.example.com/p?id=1" || w.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v", w.Code, w.Header())
		}
		owner.Call("GET", "/links/"+l.Code, nil, &l)
		if l.Clicks != 1 || l.Devices != 1 {
			t.Fatalf("%+v", l)
		}
		var all struct{ Items []linkhttp.Link }
		owner.Call("GET", "/links", nil, &all)
		if len(all.Items) != 1 || all.Items[0].Devices != 1 {
			t.Fatalf("%+v", all)
		}
		img, err := png.Decode(bytes.NewReader(owner.Do("GET", "/links/"+l.Code+"/image?scale=4", nil).Body))
		if err != nil || img.Bounds().Dx() < 100 {
			t.Fatalf("%v %v", img, err)
		}
		if res := owner.Do("DELETE", "/links/"+l.Code, nil); res.Status != 204 {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		if w := visit(srv, "GET", "/l/"+l.Code, "User-Agent", browser); w.Code != http.StatusGone || w.Header().Get("Location") != "" {
			t.Fatalf("%d", w.Code)
		}
	})
}

func TestVisit_HoldsUpWhoGuesses(t *testing.T) {
	t.Parallel()
	srv, _ := start(t, dbtest.SQLite(t))
	for i := range 30 {
		if w := visit(srv, "GET", fmt.Sprintf("/l/guess%05d", i)); w.Code != http.StatusNotFound {
			t.Fatalf("guess %d: %d", i, w.Code)
		}
	}
	w := visit(srv, "GET", "/l/guess99999")
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	srv.Clock.Advance(time.Minute)
	if w := visit(srv, "GET", "/l/guess99999"); w.Code != http.StatusNotFound {
		t.Fatalf("%d", w.Code)
	}
}
