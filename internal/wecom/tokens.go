package wecom

import (
	"context"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/fault"
	"yutang/internal/seal"
)

const (
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
	dead string // the last value dropped: the database may hold it a moment longer
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

// set takes a value in use, unless it has been dropped since it was read.
func (h *held) set(r row, fetched bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.value == h.dead && !fetched {
		return false
	}
	h.now, h.dead = r, ""
	return true
}

func (h *held) isDead(r row) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return r.value == h.dead
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
	next, err := t.renew(ctx, key, h, fetch)
	if err != nil {
		if r.live(t.clk.Now()) {
			return r.value, nil
		}
		return "", err
	}
	return next.value, nil
}

// renew finds a fresh value: another process's from the database, or a new one.
func (t *Tokens) renew(ctx context.Context, key TokenKey, h *held, fetch func(context.Context) (Token, error)) (row, error) {
	if t.db == nil {
		return t.fetch(ctx, key, h, h.get(), fetch)
	}
	for {
		stored, err := t.load(ctx, key)
		if err != nil {
			return row{}, err
		}
		if h.isDead(stored) {
			stored = row{}
		}
		if stored.fresh(t.clk.Now()) && h.set(stored, false) {
			return stored, nil
		}
		mine, err := t.lease(ctx, key)
		if err != nil {
			return row{}, err
		}
		if mine {
			return t.fetchLeased(ctx, key, h, fetch)
		}
		if stored.live(t.clk.Now()) && h.set(stored, false) {
			return stored, nil
		}
		if err := pause(ctx, leasePoll); err != nil {
			return row{}, err
		}
	}
}

// fetchLeased fetches unless another process did so, and gave its lease back, between our
// look and our lease.
func (t *Tokens) fetchLeased(ctx context.Context, key TokenKey, h *held, fetch func(context.Context) (Token, error)) (row, error) {
	stored, err := t.load(ctx, key)
	if err == nil && !h.isDead(stored) && stored.fresh(t.clk.Now()) && h.set(stored, false) {
		return stored, t.release(context.WithoutCancel(ctx), key)
	}
	if err != nil || h.isDead(stored) {
		stored = row{}
	}
	return t.fetch(ctx, key, h, stored, fetch)
}

func (t *Tokens) fetch(ctx context.Context, key TokenKey, h *held, old row, fetch func(context.Context) (Token, error)) (row, error) {
	tok, err := fetch(ctx)
	if err == nil && tok.Value == "" {
		err = fault.New(fault.Unavailable, "wecom_no_token", "the platform gave an empty token")
	}
	if err != nil {
		if t.db != nil {
			_ = t.release(context.WithoutCancel(ctx), key) // the lease ends by itself too
		}
		return row{}, err
	}
	next := t.age(old, tok)
	h.set(next, true)
	if t.db == nil {
		return next, nil
	}
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
		h.now, h.dead = row{}, value
	}
	h.mu.Unlock()
	if t.db == nil {
		return nil
	}
	return t.kill(ctx, key, value)
}
