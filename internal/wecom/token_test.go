package wecom

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
)

// together runs f in n goroutines and gives their errors.
func together(n int, f func() error) error {
	var wg sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() { errs[i] = f() })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func follow(c *Client) func() error {
	return func() error {
		_, err := c.FollowUserList(context.Background())
		return err
	}
}

func TestToken_FiftyAtOnceFetchOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, clk := newPlatform(t), clock.NewManual(noon)
		c := p.client(clk, withDB(d, newBox(t), clk))
		if err := together(50, follow(c)); err != nil {
			t.Fatal(err)
		}
		if n := p.count("/gettoken"); n != 1 {
			t.Errorf("%d fetches for the first token", n)
		}
		p.revoke()
		if err := together(50, follow(c)); err != nil {
			t.Fatal(err)
		}
		if n := p.count("/gettoken"); n != 2 {
			t.Errorf("%d fetches after the token was revoked, want 1 more", n-1)
		}
	})
}

func TestToken_IsSharedThroughTheDatabase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, clk, box := newPlatform(t), clock.NewManual(noon), newBox(t)
		a, b := p.client(clk, withDB(d, box, clk)), p.client(clk, withDB(d, box, clk))
		if err := together(20, func() error { return errors.Join(follow(a)(), follow(b)()) }); err != nil {
			t.Fatal(err)
		}
		if n := p.count("/gettoken"); n != 1 {
			t.Errorf("two processes fetched %d times", n)
		}
		p.revoke()
		if err := errors.Join(follow(a)(), follow(b)()); err != nil {
			t.Fatal(err)
		}
		if n := p.count("/gettoken"); n != 2 {
			t.Errorf("%d fetches after the token was revoked, want 1 more", n-1)
		}
	})
}

func TestToken_IsSealedAtRest(t *testing.T) {
	t.Parallel()
	p, clk, d := newPlatform(t), clock.NewManual(noon), dbtest.SQLite(t)
	if err := follow(p.client(clk, withDB(d, newBox(t), clk)))(); err != nil {
		t.Fatal(err)
	}
	var sealed []byte
	var secret, mark string
	if err := d.Get(t.Context(), `SELECT sealed, secret, mark FROM wecom_token`, nil, &sealed, &secret, &mark); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(sealed), secret, mark} {
		if text == "" || text == "token-1" || text == "s3cret" {
			t.Errorf("stored in clear or not at all: %q", text)
		}
	}
}

func TestToken_IsRenewedAheadByOneCaller(t *testing.T) {
	t.Parallel()
	p, clk := newPlatform(t), clock.NewManual(noon)
	c := p.client(clk, nil)
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {95 * time.Minute, 1}, {2 * time.Minute, 2}, {time.Minute, 2}} {
		clk.Advance(step.after)
		if err := together(10, follow(c)); err != nil {
			t.Fatal(err)
		}
		if n := p.count("/gettoken"); n != step.want {
			t.Fatalf("%d fetches %s after the start, want %d", n, clk.Now().Sub(noon), step.want)
		}
	}
}

func TestToken_OldOneServesWhileRenewingFails(t *testing.T) {
	t.Parallel()
	p, clk := newPlatform(t), clock.NewManual(noon)
	c := p.client(clk, nil)
	if err := follow(c)(); err != nil {
		t.Fatal(err)
	}
	p.answer("/gettoken", always(badGate))
	clk.Advance(110 * time.Minute)
	if err := follow(c)(); err != nil {
		t.Errorf("a live token was not used: %v", err)
	}
	clk.Advance(time.Hour)
	err := follow(c)()
	if !Unsent(err) || ClassOf(err) != NotSent {
		t.Errorf("without a token: %v of class %s", err, ClassOf(err))
	}
}

func TestToken_OfAnotherSecretIsNotUsed(t *testing.T) {
	t.Parallel()
	p, clk, d, box := newPlatform(t), clock.NewManual(noon), dbtest.SQLite(t), newBox(t)
	if err := follow(p.client(clk, withDB(d, box, clk)))(); err != nil {
		t.Fatal(err)
	}
	other := p.client(clk, func(c *Config) { withDB(d, box, clk)(c); c.Secret = "new" })
	if err := follow(other)(); err != nil {
		t.Fatal(err)
	}
	if n := p.count("/gettoken"); n != 2 {
		t.Errorf("%d fetches, want one for each secret", n)
	}
}

func TestToken_ReplaysOnce(t *testing.T) {
	t.Parallel()
	p, clk := newPlatform(t), clock.NewManual(noon)
	p.answer("/externalcontact/get_follow_user_list", always(refuse(CodeTokenExpired)))
	err := follow(p.client(clk, nil))()
	if CodeOf(err) != CodeTokenExpired || ClassOf(err) != Auth {
		t.Errorf("got %v", err)
	}
	if n, m := p.count("/externalcontact/get_follow_user_list"), p.count("/gettoken"); n != 2 || m != 2 {
		t.Errorf("%d calls and %d fetches, want 2 and 2", n, m)
	}
}

func TestToken_LeaseOfADeadProcessEnds(t *testing.T) {
	t.Parallel()
	p, clk, d, box := newPlatform(t), clock.NewManual(noon), dbtest.SQLite(t), newBox(t)
	dead := NewTokens(d, box, clk)
	key := TokenKey{Corp: "ww1", App: "main", Kind: kindAccess, Secret: "s3cret"}
	if mine, err := dead.lease(t.Context(), key); !mine || err != nil {
		t.Fatal(mine, err)
	}
	if mine, err := dead.lease(t.Context(), key); mine || err != nil {
		t.Fatalf("leased twice: %v", err)
	}
	clk.Advance(fetchLease)
	if err := follow(p.client(clk, withDB(d, box, clk)))(); err != nil {
		t.Fatal(err)
	}
}

func TestTicket_IsKept(t *testing.T) {
	t.Parallel()
	p, clk := newPlatform(t), clock.NewManual(noon)
	p.answer("/get_jsapi_ticket", always(`{"errcode":0,"ticket":"corp","expires_in":7200}`))
	p.answer("/ticket/get", always(`{"errcode":0,"ticket":"app","expires_in":7200}`))
	c := p.client(clk, nil)
	for range 3 {
		config, err := c.SignConfig(t.Context(), "https://a.example/b#c")
		agent, err2 := c.SignAgent(t.Context(), "https://a.example/b")
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if config.Signature != SignJS("corp", config.Nonce, config.Timestamp, "https://a.example/b") ||
			agent.Signature != SignJS("app", agent.Nonce, agent.Timestamp, "https://a.example/b") || agent.AgentID != 1000002 {
			t.Fatalf("signatures %+v, %+v", config, agent)
		}
	}
	if n, m := p.count("/get_jsapi_ticket"), p.count("/ticket/get"); n != 1 || m != 1 {
		t.Errorf("%d and %d fetches of tickets", n, m)
	}
}
