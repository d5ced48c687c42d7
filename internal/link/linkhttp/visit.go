package linkhttp

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"yutang/internal/clock"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/link"
)

const (
	// maxMisses is how many codes that do not exist an address may try in a minute.
	maxMisses  = 30
	maxGuesser = 10_000 // addresses remembered in a minute
	// patience is how long a visitor waits for the click to be written.
	patience = 250 * time.Millisecond
)

// visits sends visitors on. Who guesses codes is held up.
type visits struct {
	Links *link.Service
	Log   *slog.Logger
	guess guesses
}

const gonePage = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
	`<meta name="robots" content="noindex"><title>链接已失效</title><body style="font-family:sans-serif;max-width:30em;margin:4em auto;padding:0 1em">` +
	`<p>链接已失效或不存在。<br>This link is over, or never was.</p>`

// ServeHTTP answers GET and HEAD of /l/{code}.
func (v *visits) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("X-Robots-Tag", "noindex")
	remote := httpapi.Remote(r)
	if wait := v.guess.wait(v.Links.Clock, remote); wait > 0 {
		head.Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		http.Error(w, "Too many requests.", http.StatusTooManyRequests)
		return
	}
	l, err := v.Links.Resolve(r.Context(), r.PathValue("code"))
	if err != nil {
		v.refuse(w, r, remote, err)
		return
	}
	if link.Person(r) {
		v.count(r, l.Code, remote)
	}
	head.Set("Location", l.URL)
	w.WriteHeader(http.StatusFound)
}

// count records the click. A visitor is sent on whether or not that succeeds.
func (v *visits) count(r *http.Request, code, remote string) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	if _, err := v.Links.Click(ctx, code, link.Visitor{Remote: remote, Agent: r.UserAgent()}); err != nil && v.Log != nil {
		v.Log.WarnContext(r.Context(), "a click may not be counted", "err", err)
	}
}

func (v *visits) refuse(w http.ResponseWriter, r *http.Request, remote string, err error) {
	status := http.StatusServiceUnavailable
	switch fault.KindOf(err) { //nolint:exhaustive // all others are ours
	case fault.NotFound:
		v.guess.miss(v.Links.Clock, remote)
		status = http.StatusNotFound
	case fault.Precondition:
		status = http.StatusGone
	default:
		if v.Log != nil {
			v.Log.ErrorContext(r.Context(), "a short link cannot be followed", "err", err)
		}
		http.Error(w, "请稍后再试。Please try again later.", status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(gonePage)) // a reader that went away needs no page
}

// guesses counts codes that do not exist, by address and minute. The zero value is ready.
type guesses struct {
	mu     sync.Mutex
	minute int64
	misses map[string]int
}

func (g *guesses) turn(now time.Time) {
	if minute := now.Unix() / 60; minute != g.minute || g.misses == nil {
		g.minute, g.misses = minute, map[string]int{}
	}
}

// wait is how long an address must wait before it may try another code.
func (g *guesses) wait(clk clock.Clock, remote string) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := clk.Now()
	if g.turn(now); g.misses[remote] < maxMisses {
		return 0
	}
	return time.Unix((g.minute+1)*60, 0).Sub(now)
}

func (g *guesses) miss(clk clock.Clock, remote string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn(clk.Now())
	if _, known := g.misses[remote]; known || len(g.misses) < maxGuesser {
		g.misses[remote]++
	}
}
