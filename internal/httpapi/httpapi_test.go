package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/httpapi/httpapitest"
)

type pondInput struct {
	ID   string `path:"id"`
	Body struct {
		Name  string `json:"name" minLength:"2"`
		Steps []struct {
			Event string `json:"event"`
		} `json:"steps,omitempty"`
	}
}

type pondOutput struct {
	Body struct {
		Made int64 `json:"made"`
	}
}

// pond is an API with one write whose outcome the test decides.
type pond struct {
	*httpapitest.Server
	made atomic.Int64
	do   func(ctx context.Context, name string) error
}

func newPond(t testing.TB, d *db.DB) *pond {
	t.Helper()
	p := &pond{Server: httpapitest.New(t, d), do: func(context.Context, string) error { return nil }}
	write := httpapi.Op{Method: "POST", Path: "/ponds/{id}", ID: "make-pond", Summary: "Make a pond", Needs: access.AudiencesWrite, Scope: access.ScopeBrand, Status: 201}
	httpapi.Register(p.API, write, func(ctx context.Context, in *pondInput) (*pondOutput, error) {
		n := p.made.Add(1)
		if err := p.do(ctx, in.Body.Name); err != nil {
			return nil, err
		}
		out := &pondOutput{}
		out.Body.Made = n
		return out, nil
	})
	read := httpapi.Op{Method: "GET", Path: "/ponds", ID: "list-ponds", Summary: "List ponds", Needs: access.AudiencesRead, Scope: access.ScopeBrand}
	httpapi.Register(p.API, read, func(context.Context, *struct{ httpapi.PageQuery }) (*pondOutput, error) { return &pondOutput{}, nil })
	return p
}

func TestWalkRoutes_PassesOnGuardedRoutes(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, newPond(t, dbtest.SQLite(t)).Server)
}

// covers: J1
func TestRegister_RefusesARouteThatDeclaresNothing(t *testing.T) {
	t.Parallel()
	s := httpapitest.New(t, dbtest.SQLite(t))
	full := httpapi.Op{Method: "GET", Path: "/x", ID: "x", Summary: "x", Needs: access.AuditRead, Scope: access.ScopeNone}
	for name, spoil := range map[string]func(*httpapi.Op){
		"no permission":      func(o *httpapi.Op) { o.Needs = "" },
		"unknown permission": func(o *httpapi.Op) { o.Needs = "ponds.drain" },
		"no scope":           func(o *httpapi.Op) { o.Scope = "" },
		"no id":              func(o *httpapi.Op) { o.ID = "" },
	} {
		op := full
		spoil(&op)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: registered", name)
				}
			}()
			httpapi.Register(s.API, op, func(context.Context, *httpapi.None) (*httpapi.Empty, error) { return nil, nil })
		}()
	}
}

func TestProblem_PerKind(t *testing.T) {
	t.Parallel()
	p := newPond(t, dbtest.SQLite(t))
	c := p.Client(t, access.Operator)
	slow := fault.New(fault.RateLimited, "slow_down", "too fast")
	slow.RetryAfter = 1500 * time.Millisecond
	for _, tc := range []struct {
		err    error
		status int
		code   string
		retry  string
	}{
		{fault.BadField("/name", "is odd"), 422, "invalid", ""},
		{fault.New(fault.NotFound, "pond_not_found", "no pond"), 404, "pond_not_found", ""},
		{fault.New(fault.Conflict, "pond_exists", "a pond"), 409, "pond_exists", ""},
		{fault.New(fault.Precondition, "pond_dry", "dry"), 409, "pond_dry", ""},
		{fault.New(fault.Forbidden, "forbidden", "no"), 403, "forbidden", ""},
		{slow, 429, "slow_down", "2"},
		{fault.New(fault.Unavailable, "disk_full", "secret path /data"), 503, "disk_full", "1"},
		{errors.New("dial 10.0.0.7: secret"), 500, "internal", ""},
	} {
		p.do = func(context.Context, string) error { return tc.err }
		res := c.Do("POST", "/ponds/1", map[string]string{"name": "koi"}, "X-Request-Id", "abc-1")
		got := res.Problem(t)
		if res.Status != tc.status || got.Status != tc.status || got.Code != tc.code || res.Header.Get("Retry-After") != tc.retry {
			t.Errorf("%v: %d %+v retry %q", tc.err, res.Status, got, res.Header.Get("Retry-After"))
		}
		if res.Header.Get("Content-Type") != "application/problem+json" || got.Type != "about:blank" || got.Title == "" {
			t.Errorf("%v: not RFC 9457: %v %+v", tc.err, res.Header, got)
		}
		if strings.Contains(string(res.Body), "secret") {
			t.Errorf("the answer tells the cause: %s", res.Body)
		}
	}
	if logs := p.Logs.String(); !strings.Contains(logs, "dial 10.0.0.7") || !strings.Contains(logs, "abc-1") {
		t.Error("the log does not tell the cause with the request id")
	}
}

func TestProblem_PointsAtTheFault(t *testing.T) {
	t.Parallel()
	p := newPond(t, dbtest.SQLite(t))
	c := p.Client(t, access.Operator)
	for _, tc := range []struct {
		name, path string
		body       any
		status     int
		pointer    string
	}{
		{"too short", "/ponds/1", `{"name":"x"}`, 422, "/name"},
		{"missing", "/ponds/1", `{}`, 422, "/name"},
		{"nested", "/ponds/1", `{"name":"koi","steps":[{"event":"a"},{"event":3}]}`, 422, "/steps/1/event"},
		{"missing in list", "/ponds/1", `{"name":"koi","steps":[{}]}`, 422, "/steps/0/event"},
		{"unknown", "/ponds/1", `{"name":"koi","secret":1}`, 422, "/secret"},
		{"not JSON", "/ponds/1", `{"name":`, 400, ""},
		{"too large", "/ponds/1", strings.Repeat(" ", httpapi.DefaultBody+1), 413, "-"},
	} {
		res := c.Do("POST", tc.path, tc.body)
		got := res.Problem(t)
		if res.Status != tc.status || got.Code == "" {
			t.Errorf("%s: %d %s", tc.name, res.Status, res.Body)
			continue
		}
		if tc.pointer != "-" && (len(got.Errors) == 0 || got.Errors[0].Pointer != tc.pointer) {
			t.Errorf("%s: errors %+v, want pointer %q", tc.name, got.Errors, tc.pointer)
		}
	}
	res := c.Do("GET", "/ponds?limit=many", nil)
	if got := res.Problem(t); res.Status != 422 || len(got.Errors) != 1 || got.Errors[0].Pointer != "limit" {
		t.Errorf("bad query: %d %s", res.Status, res.Body)
	}
}

func TestProblem_IsInTheLanguageAskedFor(t *testing.T) {
	t.Parallel()
	p := newPond(t, dbtest.SQLite(t))
	c := p.Client(t, access.Operator)
	p.do = func(context.Context, string) error {
		return fmt.Errorf("feed: %w", fault.BadField("/name", "wants 1 to %d visible characters", 30))
	}
	for _, tc := range []struct {
		language, body, detail, field string
	}{
		{"", `{"name":"koi"}`, "feed: wants 1 to 30 visible characters", "wants 1 to 30 visible characters"},
		{"en-US,zh;q=0.5", `{"name":"x"}`, "validation failed", "expected length >= 2"},
		{"zh-CN,zh;q=0.9,en;q=0.8", `{"name":"x"}`, "填写的内容有误", "至少 2 个字"},
		{"zh", `{}`, "填写的内容有误", "必填"},
	} {
		got := c.Do("POST", "/ponds/1", tc.body, "Accept-Language", tc.language).Problem(t)
		if got.Detail != tc.detail || len(got.Errors) != 1 || got.Errors[0].Detail != tc.field {
			t.Errorf("%q: %+v", tc.language, got)
		}
	}
	if got := c.Do("GET", "/nothing", nil, "Accept-Language", "zh-CN").Problem(t); got.Title != "没有找到" || got.Detail != "没有这个地址" {
		t.Errorf("no route: %+v", got)
	}
}

func TestUnrouted_IsAProblem(t *testing.T) {
	t.Parallel()
	p := newPond(t, dbtest.SQLite(t))
	c := p.Stranger(t)
	if res := c.Do("GET", "/nothing", nil); res.Status != 404 || res.Problem(t).Code != "no_such_route" {
		t.Errorf("no route: %d %s", res.Status, res.Body)
	}
	if res := c.Do("DELETE", "/ponds", nil); res.Status != 405 || !strings.Contains(res.Header.Get("Allow"), "GET") {
		t.Errorf("no method: %d %v", res.Status, res.Header)
	}
}

func TestPanic_AnswersAndLogsWithoutTheCause(t *testing.T) {
	t.Parallel()
	p := newPond(t, dbtest.SQLite(t))
	p.do = func(context.Context, string) error { panic("secret state") }
	res := p.Client(t, access.Operator).Do("POST", "/ponds/1", map[string]string{"name": "koi"})
	if res.Status != 500 || strings.Contains(string(res.Body), "secret") {
		t.Fatalf("%d %s", res.Status, res.Body)
	}
	if !strings.Contains(p.Logs.String(), "secret state") {
		t.Fatal("the panic is not in the log")
	}
}

// covers: J3
func TestLog_HoldsNoPathNoQueryNoToken(t *testing.T) {
	t.Parallel()
	p := newPond(t, dbtest.SQLite(t))
	c := p.Client(t, access.Operator)
	c.Do("POST", "/ponds/13912345678?q=13912345678", map[string]string{"name": "13912345678"})
	logs := p.Logs.String()
	if strings.Contains(logs, "13912345678") || strings.Contains(logs, "yt_") {
		t.Fatalf("the log tells too much: %s", logs)
	}
	if !strings.Contains(logs, "/api/v1/ponds/{id}") {
		t.Fatalf("the log does not tell the route: %s", logs)
	}
}

func TestHeaders_AreSafe(t *testing.T) {
	t.Parallel()
	res := newPond(t, dbtest.SQLite(t)).Stranger(t).Do("GET", "/ponds", nil)
	want := map[string]string{
		"X-Content-Type-Options": "nosniff",
		"X-Frame-Options":        "DENY",
		"Cache-Control":          "no-store",
		"Www-Authenticate":       `Bearer realm="yutang"`,
	}
	for name, value := range want {
		if got := res.Header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	csp := res.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "script-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	if res.Header.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS without TLS")
	}
	if res.Header.Get("X-Request-Id") == "" {
		t.Error("no request id")
	}
	if res.Status != http.StatusUnauthorized {
		t.Errorf("status %d", res.Status)
	}
}
