package httpapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/httpapi/httpapitest"
)

var koi = map[string]string{"name": "koi"}

func TestIdempotencyKey_HasItsEffectOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPond(t, d)
		c := p.Client(t, access.Operator)
		first := c.Do("POST", "/ponds/1", koi, httpapi.KeyHeader, "k1")
		again := c.Do("POST", "/ponds/1", koi, httpapi.KeyHeader, "k1")
		if first.Status != 201 || again.Status != 201 || string(first.Body) != string(again.Body) || p.made.Load() != 1 {
			t.Fatalf("first %d %s, again %d %s, made %d", first.Status, first.Body, again.Status, again.Body, p.made.Load())
		}
		if first.Header.Get(httpapi.ReplayHeader) != "" || again.Header.Get(httpapi.ReplayHeader) != "true" {
			t.Error("the replay is not marked")
		}
		other := c.Do("POST", "/ponds/2", koi, httpapi.KeyHeader, "k1")
		if other.Status != 422 || other.Problem(t).Code != "idempotency_mismatch" {
			t.Errorf("another path: %d %s", other.Status, other.Body)
		}
		other = c.Do("POST", "/ponds/1", map[string]string{"name": "carp"}, httpapi.KeyHeader, "k1")
		if other.Status != 422 || other.Problem(t).Code != "idempotency_mismatch" {
			t.Errorf("another body: %d %s", other.Status, other.Body)
		}
		if res := p.Client(t, access.Operator).Do("POST", "/ponds/1", koi, httpapi.KeyHeader, "k1"); res.Header.Get(httpapi.ReplayHeader) != "" {
			t.Error("another principal got the answer")
		}
		p.Clock.Advance(httpapi.KeyAge + time.Second)
		if res := c.Do("POST", "/ponds/1", koi, httpapi.KeyHeader, "k1"); res.Header.Get(httpapi.ReplayHeader) != "" {
			t.Error("the key is remembered for too long")
		}
	})
}

func TestIdempotencyKey_RefusedWithoutEffectCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPond(t, d)
		c := p.Client(t, access.Operator)
		p.do = func(context.Context, string) error { return fault.New(fault.Unavailable, "busy", "busy") }
		if res := c.Do("POST", "/ponds/1", koi, httpapi.KeyHeader, "k"); res.Status != 503 {
			t.Fatal(res.Status)
		}
		p.do = func(context.Context, string) error { return fault.New(fault.Conflict, "pond_exists", "taken") }
		if res := c.Do("POST", "/ponds/1", koi, httpapi.KeyHeader, "k"); res.Status != 409 {
			t.Fatal(res.Status)
		}
		p.do = func(context.Context, string) error { return nil }
		res := c.Do("POST", "/ponds/1", koi, httpapi.KeyHeader, "k")
		if res.Status != 409 || res.Problem(t).Code != "pond_exists" || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
	})
}

func TestIdempotencyKey_ConcurrentUseIsAConflict(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPond(t, d)
		c := p.Client(t, access.Operator)
		inside, leave := make(chan struct{}), make(chan struct{})
		p.do = func(context.Context, string) error {
			close(inside)
			<-leave
			return nil
		}
		done := make(chan httpapitest.Response)
		go func() { done <- c.Do("POST", "/ponds/1", koi, httpapi.KeyHeader, "k") }()
		<-inside
		if res := c.Do("POST", "/ponds/1", koi, httpapi.KeyHeader, "k"); res.Status != 409 || res.Problem(t).Code != "idempotency_in_progress" {
			t.Errorf("second: %d %s", res.Status, res.Body)
		}
		close(leave)
		if res := <-done; res.Status != 201 {
			t.Errorf("first: %d", res.Status)
		}
	})
}

func TestIdempotencyKey_CutOffIsNotRunAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPond(t, d)
		c := p.Client(t, access.Operator)
		p.do = func(context.Context, string) error { panic("power cut") }
		c.Do("POST", "/ponds/1", koi, httpapi.KeyHeader, "k")
		p.do = func(context.Context, string) error { return nil }
		res := c.Do("POST", "/ponds/1", koi, httpapi.KeyHeader, "k")
		if res.Status != 409 || res.Problem(t).Code != "idempotency_unknown" || p.made.Load() != 1 {
			t.Fatalf("%d %s, made %d", res.Status, res.Body, p.made.Load())
		}
	})
}

// A client that goes away does not leave a keyed write half done.
func TestIdempotencyKey_RunsToItsEnd(t *testing.T) {
	t.Parallel()
	p := newPond(t, dbtest.SQLite(t))
	_, token, err := p.Access.AddToken(access.As(context.Background(), access.System), access.NewToken{Name: "x", Role: access.Owner})
	if err != nil {
		t.Fatal(err)
	}
	ctx, gone := context.WithCancel(context.Background())
	p.do = func(ctx context.Context, _ string) error {
		gone()
		return ctx.Err()
	}
	r := httptest.NewRequestWithContext(ctx, "POST", httpapi.Prefix+"/ponds/1", strings.NewReader(`{"name":"koi"}`))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set(httpapi.KeyHeader, "k")
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

// FuzzIdempotencyKey: any key is either refused as bad input or has its effect once.
func FuzzIdempotencyKey(f *testing.F) {
	for _, key := range []string{"a", "", " ", "kéy", strings.Repeat("x", 256), "a\tb", "{}", "'; DROP TABLE idempotency; --"} {
		f.Add(key)
	}
	p := newPond(f, dbtest.SQLite(f))
	f.Fuzz(func(t *testing.T, key string) {
		c := p.Client(t, access.Operator)
		before := p.made.Load()
		first := c.Do("POST", "/ponds/1", koi, httpapi.KeyHeader, key)
		again := c.Do("POST", "/ponds/1", koi, httpapi.KeyHeader, key)
		switch {
		case key == "":
		case first.Status == 422 && again.Status == 422 && p.made.Load() == before:
		case first.Status == 201 && string(again.Body) == string(first.Body) && p.made.Load() <= before+1:
		default:
			t.Fatalf("%q: %d then %d, made %d", key, first.Status, again.Status, p.made.Load()-before)
		}
	})
}
