package check

import (
	"context"
	"net/http"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/wecom"
)

// watcher notes how far the platform's clock is from ours.
type watcher struct {
	next  http.RoundTripper
	clock clock.Clock

	mu   sync.Mutex
	skew time.Duration // ours minus theirs
	seen bool
}

// RoundTrip passes the request on.
func (w *watcher) RoundTrip(r *http.Request) (*http.Response, error) {
	before := w.clock.Now()
	res, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if theirs, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		w.note(before, w.clock.Now(), theirs)
	}
	return res, nil
}

// note compares the platform's second with the span in which it was told.
func (w *watcher) note(before, after, theirs time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen, w.skew = true, 0
	if ahead := before.Sub(theirs.Add(time.Second)); ahead > 0 {
		w.skew = ahead
	} else if behind := theirs.Sub(after); behind > 0 {
		w.skew = -behind
	}
}

func (w *watcher) measured() (time.Duration, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.skew, w.seen
}

// freshTokens is a token store of one run: every secret is tried anew.
type freshTokens struct {
	mu   sync.Mutex
	held map[wecom.TokenKey]string
}

// Get fetches a token the first time.
func (t *freshTokens) Get(ctx context.Context, key wecom.TokenKey, fetch func(context.Context) (wecom.Token, error)) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v := t.held[key]; v != "" {
		return v, nil
	}
	got, err := fetch(ctx)
	if err != nil {
		return "", err
	}
	if t.held == nil {
		t.held = map[wecom.TokenKey]string{}
	}
	t.held[key] = got.Value
	return got.Value, nil
}

// Drop forgets a value.
func (t *freshTokens) Drop(_ context.Context, key wecom.TokenKey, value string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held[key] == value {
		delete(t.held, key)
	}
	return nil
}
