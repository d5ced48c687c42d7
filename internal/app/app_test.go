// Package app_test drives the assembled program by HTTP only, as others do.
package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/app"
	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
)

const (
	ownerToken = "yt_owner_token_of_the_acceptance_tests"
	writeKey   = "wk_tests"
)

// now is where the clock of every test server stands at first: noon in Shanghai.
var now = time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)

// server is a program on a directory of its own.
type server struct {
	t     testing.TB
	app   *app.App
	cfg   app.Config
	clock *clock.Manual
	url   string
	city  string // an audience, see sing
}

// each runs test against a new program on SQLite, and on PostgreSQL where there is one.
func each(t *testing.T, test func(t *testing.T, s *server)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, serve(t, app.Config{}))
	})
	if os.Getenv(dbtest.PostgresEnv) != "" {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			test(t, serve(t, app.Config{Database: dbtest.PostgresURL(t)}))
		})
	}
}

// serve starts a program that stops with the test.
func serve(t testing.TB, cfg app.Config) *server {
	t.Helper()
	s := &server{t: t, cfg: cfg, clock: clock.NewManual(now)}
	s.cfg.Data, s.cfg.Listen, s.cfg.Clock = t.TempDir(), "127.0.0.1:0", s.clock
	s.cfg.AdminToken, s.cfg.WriteKey = ownerToken, writeKey
	s.cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	s.start()
	t.Cleanup(s.stop)
	return s
}

func (s *server) start() {
	s.t.Helper()
	a, err := app.Start(context.Background(), s.cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.app, s.url = a, "http://"+a.Address()
}

func (s *server) stop() {
	if err := s.app.Stop(context.Background()); err != nil {
		s.t.Errorf("stop: %v", err)
	}
}

// answer is an HTTP answer, read whole.
type answer struct {
	gjson.Result // of the body
	status       int
	header       http.Header
}

// send makes one request. A body that is not text is sent as JSON.
func (s *server) send(method, path string, body any, headers ...string) answer {
	s.t.Helper()
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	case []byte:
		raw = b
	default:
		var err error
		if raw, err = json.Marshal(b); err != nil {
			s.t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(context.Background(), method, s.url+path, bytes.NewReader(raw))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{gjson.ParseBytes(out), res.StatusCode, res.Header}
}

// api calls the management API as the owner.
func (s *server) api(method, path string, body any, headers ...string) answer {
	s.t.Helper()
	return s.send(method, "/api/v1"+path, body, append(headers, "Authorization", "Bearer "+ownerToken)...)
}

// ok calls the management API and fails the test unless it succeeds.
func (s *server) ok(method, path string, body any) answer {
	s.t.Helper()
	a := s.api(method, path, body)
	if a.status < 200 || a.status > 299 {
		s.t.Fatalf("%s %s: %d %s", method, path, a.status, a.Raw)
	}
	return a
}

// take sends calls through the Segment door's batch and fails the test unless they are stored.
func (s *server) take(calls ...map[string]any) {
	s.t.Helper()
	for len(calls) > 0 {
		n := min(len(calls), 200)
		a := s.send("POST", "/v1/batch", map[string]any{"batch": calls[:n], "writeKey": writeKey})
		if a.status != http.StatusOK || a.Raw != `{"success":true}` {
			s.t.Fatalf("batch: %d %s", a.status, a.Raw)
		}
		calls = calls[n:]
	}
}

// props are properties of an event or traits.
type props = map[string]any

// track is a call that says what user did, at the clock's time if at is zero.
func track(user, name string, at time.Time, p props) map[string]any {
	call := map[string]any{"type": "track", "userId": user, "event": name, "properties": p}
	if !at.IsZero() {
		call["timestamp"] = at.Format(time.RFC3339Nano)
	}
	return call
}

// identify is a call that says who user is.
func identify(user string, traits props) map[string]any {
	return map[string]any{"type": "identify", "userId": user, "traits": traits}
}

// customer is the id of the customer who has the identity, "" if nobody has.
func (s *server) customer(kind, value string) string {
	s.t.Helper()
	return s.ok("GET", "/customers?identity="+url.QueryEscape(kind+":"+value), nil).Get("items.0.id").String()
}

// audience makes an audience and returns its id when it is live.
func (s *server) audience(name, rule string) string {
	s.t.Helper()
	id := s.ok("POST", "/audiences", map[string]any{"name": name, "rule": json.RawMessage(rule)}).Get("id").String()
	s.live(id)
	return id
}

// live waits until an audience's newest rule is in force.
func (s *server) live(id string) answer {
	s.t.Helper()
	var a answer
	s.eventually("audience "+id+" live", func() bool {
		a = s.ok("GET", "/audiences/"+id, nil)
		return a.Get("state").String() == "live"
	})
	return a
}

// eventually polls a condition that the program reaches by itself.
func (s *server) eventually(what string, done func() bool) {
	s.t.Helper()
	patience, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	for !done() {
		if (clock.System{}).WaitUntil(patience, (clock.System{}).Now().Add(5*time.Millisecond)) != nil {
			s.t.Fatalf("never came: %s", what)
		}
	}
}
