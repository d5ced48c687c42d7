package wecom

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/seal"
)

const (
	kindAccess = "access"
	kindJSAPI  = "jsapi"
	kindAgent  = "agent"

	fetchLease = 15 * time.Second
	leasePoll  = 100 * time.Millisecond
)

// TokenKey names a token: of which corp, which secret, and what it opens.
type TokenKey struct {
	Corp, App, Kind string
	Secret          string // a token made with another secret is not used
}

// Token is a fresh value with its life.
type Token struct {
	Value string
	Life  time.Duration
}

// TokenStore keeps tokens and fetches new ones, one fetch at a time for each key.
type TokenStore interface {
	// Get is a value believed to be alive.
	Get(ctx context.Context, key TokenKey, fetch func(context.Context) (Token, error)) (string, error)
	// Drop says that value is dead. A value that has been replaced meanwhile is not touched.
	Drop(ctx context.Context, key TokenKey, value string) error
}

// Tokens is the TokenStore of a database. Every process on it uses the same values, and one
// of them fetches. Values are sealed at rest. Safe for concurrent use.
type Tokens struct {
	db  *db.DB
	box *seal.Box
	clk clock.Clock

	mu   sync.Mutex
	keys map[TokenKey]*held
}

// held is one key in memory. turn is a lock that a context can give up waiting for.
type held struct {
	turn chan struct{}
	mu   sync.Mutex
	now  row
}

// row is a value with its life.
type row struct {
	value              string
	refreshAt, expires time.Time
}

func (r row) live(now time.Time) bool  { return r.value != "" && now.Before(r.expires) }
func (r row) fresh(now time.Time) bool { return r.live(now) && now.Before(r.refreshAt) }

// NewTokens makes a store over d. A nil d keeps the values in memory only.
func NewTokens(d *db.DB, box *seal.Box, clk clock.Clock) *Tokens {
	return &Tokens{db: d, box: box, clk: clk, keys: map[TokenKey]*held{}}
}

func (t *Tokens) held(key TokenKey) *held {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.keys[key]
	if h == nil {
		h = &held{turn: make(chan struct{}, 1)}
		h.turn <- struct{}{}
		t.keys[key] = h
	}
	return h
}

func (h *held) get() row {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *held) set(r row) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = r
}

// Get gives the value in memory while it is fresh. At 80 % of its life the first caller
// fetches the next one; the others go on with the old one while it lives.
func (t *Tokens) Get(ctx context.Context, key TokenKey, fetch func(context.Context) (Token, error)) (string, error) {
	h := t.held(key)
	r := h.get()
	now := t.clk.Now()
	if r.fresh(now) {
		return r.value, nil
	}
	if r.live(now) {
		select {
		case <-h.turn:
		default:
			return r.value, nil
		}
	} else {
		select {
		case <-h.turn:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	defer func() { h.turn <- struct{}{} }()
	if r = h.get(); r.fresh(t.clk.Now()) {
		return r.value, nil
	}
	next, err := t.renew(ctx, key, r, fetch)
	if err != nil {
		if r.live(t.clk.Now()) {
			return r.value, nil
		}
		return "", err
	}
	h.set(next)
	return next.value, nil
}

// renew finds a fresh value: another process's from the database, or a new one.
func (t *Tokens) renew(ctx context.Context, key TokenKey, old row, fetch func(context.Context) (Token, error)) (row, error) {
	if t.db == nil {
		tok, err := fetch(ctx)
		return t.age(old, tok), err
	}
	for {
		stored, err := t.load(ctx, key)
		if err != nil || stored.fresh(t.clk.Now()) {
			return stored, err
		}
		mine, err := t.lease(ctx, key)
		if err != nil {
			return row{}, err
		}
		if mine {
			return t.fetch(ctx, key, stored, fetch)
		}
		if stored.live(t.clk.Now()) {
			return stored, nil
		}
		if err := pause(ctx, leasePoll); err != nil {
			return row{}, err
		}
	}
}

func (t *Tokens) fetch(ctx context.Context, key TokenKey, old row, fetch func(context.Context) (Token, error)) (row, error) {
	tok, err := fetch(ctx)
	if err != nil {
		_ = t.release(context.WithoutCancel(ctx), key) // the lease ends by itself too
		return row{}, err
	}
	next := t.age(old, tok)
	return next, t.save(context.WithoutCancel(ctx), key, next)
}

// age dates a fetched value. The platform gives the same value again while it lives, and
// may state its full life each time: a known value never gets older than first stated.
func (t *Tokens) age(old row, tok Token) row {
	now := t.clk.Now()
	r := row{value: tok.Value, expires: now.Add(tok.Life)}
	if old.value == tok.Value && old.live(now) && old.expires.Before(r.expires) {
		r.expires = old.expires
	}
	ahead := r.expires.Sub(now) * 4 / 5
	r.refreshAt = now.Add(max(ahead, min(time.Minute, r.expires.Sub(now))))
	return r
}

// Drop forgets value here and in the database, if it is still the one in use.
func (t *Tokens) Drop(ctx context.Context, key TokenKey, value string) error {
	h := t.held(key)
	h.mu.Lock()
	if h.now.value == value {
		h.now = row{}
	}
	h.mu.Unlock()
	if t.db == nil {
		return nil
	}
	return t.kill(ctx, key, value)
}

func (c *Client) tokenKey(kind string) TokenKey {
	return TokenKey{Corp: c.cfg.CorpID, App: c.cfg.App, Kind: kind, Secret: c.cfg.Secret}
}

// token is the access token for r, "" if it needs none.
func (c *Client) token(ctx context.Context, r request) (string, error) {
	if r.open {
		return "", nil
	}
	return c.cfg.Tokens.Get(ctx, c.tokenKey(kindAccess), c.fetchToken)
}

type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	Ticket      string `json:"ticket"`
	ExpiresIn   int64  `json:"expires_in"`
}

func (a tokenAnswer) token() Token {
	return Token{Value: a.AccessToken + a.Ticket, Life: time.Duration(a.ExpiresIn) * time.Second}
}

// fetchToken asks for an access token with the secret.
func (c *Client) fetchToken(ctx context.Context) (Token, error) {
	a, err := decode[tokenAnswer](ctx, c, request{
		method: http.MethodGet, path: "/gettoken", repeat: true, open: true,
		query: url.Values{"corpid": {c.cfg.CorpID}, "corpsecret": {c.cfg.Secret}},
	})
	return a.token(), err
}

// CheckSecret asks for an access token, past every cache, and so tells whether corp id,
// secret and the caller's address are accepted.
func (c *Client) CheckSecret(ctx context.Context) error {
	_, err := c.fetchToken(ctx)
	return err
}

// JSAPITicket is the corp's ticket, for the signature of config.
func (c *Client) JSAPITicket(ctx context.Context) (string, error) {
	return c.ticket(ctx, kindJSAPI, "/get_jsapi_ticket", nil)
}

// AgentTicket is the app's ticket, for the signature of agentConfig.
func (c *Client) AgentTicket(ctx context.Context) (string, error) {
	return c.ticket(ctx, kindAgent, "/ticket/get", url.Values{"type": {"agent_config"}})
}

func (c *Client) ticket(ctx context.Context, kind, path string, q url.Values) (string, error) {
	return c.cfg.Tokens.Get(ctx, c.tokenKey(kind), func(ctx context.Context) (Token, error) {
		a, err := get[tokenAnswer](ctx, c, path, q)
		return a.token(), err
	})
}
