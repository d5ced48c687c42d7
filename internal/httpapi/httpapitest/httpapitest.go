// Package httpapitest starts the management API on a real database for tests of
// domains' routes, and walks all routes to prove that each is guarded and documented.
package httpapitest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/httpapi"
	"yutang/internal/seal"
)

// Start is the moment at which the clock of a Server stands at first.
var Start = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

// Server is an API with everything real but the clock.
type Server struct {
	API    *httpapi.API
	Access *access.Service
	DB     *db.DB
	Box    *seal.Box
	Clock  *clock.Manual
	Logs   *Logs

	handler func() http.Handler
}

// New makes a server on d. Register routes on its API, then make clients.
func New(t testing.TB, d *db.DB) *Server {
	t.Helper()
	box := Box(t)
	clk := clock.NewManual(Start)
	logs := &Logs{}
	acc := access.New(d, box, clk)
	acc.UseStaff(func(_ context.Context, corp, user string) (name string, leads, ok bool, err error) {
		return user, false, corp != "" && user != "", nil
	})
	api := httpapi.New(httpapi.Config{
		Access:  acc,
		DB:      d,
		Box:     box,
		Clock:   clk,
		Log:     slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Version: "test",
	})
	return &Server{API: api, Access: acc, DB: d, Box: box, Clock: clk, Logs: logs, handler: sync.OnceValue(api.Handler)}
}

// Box is a seal box with a key made from the test's name.
func Box(t testing.TB) *seal.Box {
	t.Helper()
	key := sha256.Sum256([]byte(t.Name()))
	box, err := seal.New(key[:])
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// Client calls the API with a token.
type Client struct {
	t      testing.TB
	server *Server
	token  string
	cookie string
}

// Client makes a token of the role, narrowed to only if that is given, and a client that
// uses it.
func (s *Server) Client(t testing.TB, role access.Role, only ...access.Permission) *Client {
	t.Helper()
	_, secret, err := s.Access.AddToken(access.As(context.Background(), access.System), access.NewToken{
		Name: "test " + string(role),
		Role: role,
		Only: only,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &Client{t: t, server: s, token: secret}
}

// StaffClient logs a member of staff in. Anybody is one, and leads nobody, unless the test
// has told Access otherwise.
func (s *Server) StaffClient(t testing.TB, corp, user string) *Client {
	t.Helper()
	_, secret, err := s.Access.OpenStaffSession(context.Background(), access.StaffRef{Corp: corp, User: user})
	if err != nil {
		t.Fatal(err)
	}
	return &Client{t: t, server: s, cookie: httpapi.SessionCookie + "=" + secret}
}

// Stranger is a client without credentials.
func (s *Server) Stranger(t testing.TB) *Client { return &Client{t: t, server: s} }

// ServeHTTP serves one request, so that a Server can be the handler of an httptest.Server.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler().ServeHTTP(w, r)
}

// Response is an answer, read whole.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Problem decodes the body of an error.
func (r Response) Problem(t testing.TB) httpapi.Problem {
	t.Helper()
	var p httpapi.Problem
	if err := json.Unmarshal(r.Body, &p); err != nil {
		t.Fatalf("not a problem: %s", r.Body)
	}
	return p
}

// Do calls path below /api/v1 with body as JSON (nil: none; string and []byte as they
// are) and the headers given as name, value, ...
func (c *Client) Do(method, path string, body any, headers ...string) Response {
	c.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, httpapi.Prefix+path, c.reader(body))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.cookie != "" {
		r.Header.Set("Cookie", c.cookie)
		r.Header.Set(httpapi.CSRFHeader, "1")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	c.server.ServeHTTP(w, r)
	return Response{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}
}

func (c *Client) reader(body any) io.Reader {
	c.t.Helper()
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return bytes.NewReader([]byte(b))
	case []byte:
		return bytes.NewReader(b)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return bytes.NewReader(raw)
}

// Call does a request, fails the test unless it succeeds, and decodes the answer into
// out unless that is nil.
func (c *Client) Call(method, path string, body, out any) {
	c.t.Helper()
	res := c.Do(method, path, body)
	if res.Status < 200 || res.Status > 299 {
		c.t.Fatalf("%s %s: %d %s", method, path, res.Status, res.Body)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(res.Body, out); err != nil {
		c.t.Fatalf("%s %s: %v in %s", method, path, err, res.Body)
	}
}
