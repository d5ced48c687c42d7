package wecom

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/seal"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// platform is an outside server that speaks the wire: tokens, and answers set by path.
type platform struct {
	*httptest.Server
	mu      sync.Mutex
	token   int // number of the token in force
	life    int // seconds
	calls   map[string]int
	verbs   map[string]string
	bodies  map[string][]string
	answers map[string]func(n int) string // by path; n counts from 1
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	p := &platform{token: 1, life: 7200, calls: map[string]int{}, verbs: map[string]string{}, bodies: map[string][]string{}, answers: map[string]func(int) string{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/cgi-bin")
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	p.calls[path]++
	p.verbs[path] = r.Method
	p.bodies[path] = append(p.bodies[path], string(body))
	n, token, answer := p.calls[path], fmt.Sprintf("token-%d", p.token), p.answers[path]
	life := p.life
	p.mu.Unlock()
	switch {
	case answer != nil && path == "/gettoken":
		write200(w, answer(n))
	case path == "/gettoken":
		write200(w, fmt.Sprintf(`{"errcode":0,"errmsg":"ok","access_token":%q,"expires_in":%d}`, token, life))
	case r.URL.Query().Get("access_token") != token:
		write200(w, `{"errcode":40014,"errmsg":"invalid access_token, hint: [1], from ip: 127.0.0.1"}`)
	case answer == nil:
		write200(w, `{"errcode":0,"errmsg":"ok"}`)
	default:
		write200(w, answer(n))
	}
}

// Special answers of a platform.
const (
	hangUp  = "hang up"
	badGate = "bad gateway"
)

func write200(w http.ResponseWriter, text string) {
	switch text {
	case hangUp:
		panic(http.ErrAbortHandler)
	case badGate:
		w.WriteHeader(http.StatusBadGateway)
	}
	io.WriteString(w, text) //nolint:errcheck // a test server
}

func (p *platform) answer(path string, f func(n int) string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[path] = f
}

func always(text string) func(int) string { return func(int) string { return text } }

func refuse(code int) string { return fmt.Sprintf(`{"errcode":%d,"errmsg":"refused"}`, code) }

func (p *platform) count(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[path]
}

// revoke makes another token the one in force.
func (p *platform) revoke() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token++
}

// client makes a client of p that does not wait between attempts.
func (p *platform) client(clk clock.Clock, change func(*Config)) *Client {
	cfg := Config{BaseURL: p.URL, CorpID: "ww1", App: "main", AgentID: 1000002, Secret: "s3cret", Clock: clk, HTTP: defaultHTTP()}
	if change != nil {
		change(&cfg)
	}
	c := New(cfg)
	c.pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return c
}

func newBox(t testing.TB) *seal.Box {
	t.Helper()
	box, err := seal.New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func withDB(d *db.DB, box *seal.Box, clk clock.Clock) func(*Config) {
	return func(c *Config) {
		c.Tokens = NewTokens(d, box, clk)
		c.Limits = NewLimits(clk, WithDB(d))
	}
}
