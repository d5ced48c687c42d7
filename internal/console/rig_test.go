package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/access"
	"yutang/internal/app"
	"yutang/internal/clock"
	"yutang/internal/wecomsim"
)

const (
	deskCorp   = "ww0000000000000001"
	deskSecret = "simulated-secret"
	deskToken  = "SimToken01"
	deskKey    = "abcdefghijabcdefghijabcdefghijabcdefghijabA"
	ownerToken = "yt_owner_token_of_the_console_tests"
)

// shop is the whole program beside a simulated corp, and a browser for each role.
type shop struct {
	t     *testing.T
	app   *app.App
	clock *clock.Manual
	url   string
	sim   *wecomsim.Sim
	web   string // address of the simulated platform
}

func openShop(t *testing.T, cfg wecomsim.Config) *shop {
	t.Helper()
	s := &shop{t: t, clock: clock.NewManual(time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC))}
	a, err := app.Start(context.Background(), app.Config{
		Data: t.TempDir(), Listen: "127.0.0.1:0", Clock: s.clock, AdminToken: ownerToken, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	s.app, s.url = a, "http://"+a.Address()
	cfg.CorpID, cfg.Secret, cfg.Token, cfg.AESKey = deskCorp, deskSecret, deskToken, deskKey
	cfg.CallbackURL, cfg.Clock, cfg.AgentID = s.url+"/wecom/callback/"+deskCorp+"/main", s.clock, 1000002
	if s.sim, err = wecomsim.New(cfg); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.sim.Handler())
	t.Cleanup(web.Close)
	s.sim.SetPublicURL(web.URL)
	s.web = web.URL
	return s
}

// connect connects the corp over the API and pulls everything.
func (s *shop) connect() {
	s.t.Helper()
	s.api("PUT", "/wecom/corps/"+deskCorp, map[string]any{
		"name": "青禾户外", "base_url": s.web,
		"apps": []map[string]any{{"name": "main", "agent_id": 1000002, "secret": deskSecret, "token": deskToken, "aes_key": deskKey}},
	})
	s.pull()
}

func (s *shop) pull() {
	s.t.Helper()
	id := s.api("POST", "/wecom/corps/"+deskCorp+"/sync", map[string]any{"full": true}).Get("id").String()
	s.until("the pull ends", func() bool {
		return s.api("GET", "/wecom/corps/"+deskCorp+"/sync/"+id, nil).Get("state").String() != "running"
	})
}

// api calls the management API as the owner.
func (s *shop) api(method, path string, body any) gjson.Result {
	s.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, s.url+"/api/v1"+path, bytes.NewReader(raw))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+ownerToken)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		s.t.Fatalf("%s %s: %d %s %v", method, path, res.StatusCode, out, err)
	}
	return gjson.ParseBytes(out)
}

// until asks again until ok, moving the clock on a little: each asking is a request.
func (s *shop) until(what string, ok func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		if ok() {
			return
		}
		s.api("GET", "/me", nil)
		s.clock.Advance(5 * time.Millisecond)
	}
	s.t.Fatalf("it never happens: %s", what)
}

// seat is a browser in which an account has signed in.
type seat struct {
	t    *testing.T
	url  string
	http *http.Client
}

// seat makes an account of the role and signs it in.
func (s *shop) seat(role access.Role) *seat {
	s.t.Helper()
	email := string(role) + "@example.com"
	s.api("POST", "/accounts", map[string]any{"email": email, "name": "周" + string(role), "password": "correct horse", "role": role})
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	b := &seat{t: s.t, url: s.url, http: &http.Client{Jar: jar}}
	if page := b.post("/sign-in", url.Values{"email": {email}, "password": {"correct horse"}}); page.status != http.StatusOK {
		s.t.Fatalf("sign-in: %d", page.status)
	}
	return b
}

// sheet is a page as a browser got it, at the end of redirects.
type sheet struct {
	t      *testing.T
	status int
	path   string // with the query
	body   string
}

func (b *seat) do(method, path string, form url.Values, headers ...string) sheet {
	b.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, b.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.url)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return sheet{t: b.t, status: res.StatusCode, path: res.Request.URL.RequestURI(), body: string(raw)}
}

func (b *seat) get(path string) sheet { b.t.Helper(); return b.do(http.MethodGet, path, nil) }

func (b *seat) post(path string, form url.Values) sheet {
	b.t.Helper()
	return b.do(http.MethodPost, path, form)
}

// shows fails unless the page has the status and all texts.
func (p sheet) shows(status int, texts ...string) sheet {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("%s: status %d, want %d: %s", p.path, p.status, status, p.words())
	}
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			p.t.Errorf("%s: %q is missing: %s", p.path, text, p.words())
		}
	}
	return p
}

// hides fails if one of the texts is there.
func (p sheet) hides(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			p.t.Errorf("%s shows %q", p.path, text)
		}
	}
}

var markup = regexp.MustCompile(`(?s)<[^>]*>|\s+`)

// words is the page without markup, for messages.
func (p sheet) words() string { return markup.ReplaceAllString(p.body, " ") }

var links = regexp.MustCompile(`href="(/[^"]*)"`)

// link is the first link that begins with the prefix.
func (p sheet) link(prefix string) string {
	p.t.Helper()
	for _, m := range links.FindAllStringSubmatch(p.body, -1) {
		if href := html.UnescapeString(m[1]); strings.HasPrefix(href, prefix) {
			return href
		}
	}
	p.t.Fatalf("%s: no link to %s: %s", p.path, prefix, p.words())
	return ""
}

// ingest sends events as a shop would and waits until they are on the timeline.
func (s *shop) ingest(writeKey string, calls []map[string]any) {
	s.t.Helper()
	raw, err := json.Marshal(map[string]any{"writeKey": writeKey, "batch": calls})
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.Post(s.url+"/v1/batch", "application/json", bytes.NewReader(raw)) //nolint:noctx // the test's own server
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		s.t.Fatalf("batch: %d", res.StatusCode)
	}
}
