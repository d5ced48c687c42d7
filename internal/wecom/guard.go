package wecom

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	breakAfter = 5 // failures in a row
	openFirst  = 5 * time.Second
	openMost   = time.Minute
)

// errOpen is in the chain of a call that an open breaker refuses.
var errOpen = errors.New("the breaker is open")

// beijing is the platform's day.
var beijing = time.FixedZone("CST", 8*3600)

// guard stops calls to a path that the platform blocks (45009) or that does not answer.
// After either pause one call goes first; the others wait, and follow when it has come back well.
type guard struct {
	limits     *Limits
	corp, path string

	mu      sync.Mutex
	loaded  bool
	level   int           // of the last block; 0 when a call has succeeded since
	blocked time.Time     // nothing goes out before
	fails   int           // in a row
	opened  int           // times in a row that the breaker opened
	open    time.Time     // nothing goes out before
	last    *Error        // what opened it
	probe   chan struct{} // open while one call goes first; nil else
}

// check refuses while nothing may go out.
func (g *guard) check(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.loaded {
		level, until, err := g.limits.loadBlock(ctx, g.corp, g.path)
		if err != nil {
			return &Error{Path: g.path, Class: NotSent, cause: err}
		}
		g.level, g.blocked, g.loaded = level, until, true
	}
	return g.refusal(g.limits.clk.Now())
}

// admit is the last check before a call. probe says that the call is the one that goes
// first. A wait that is not nil ends when that one is back; then ask again.
func (g *guard) admit() (probe bool, wait <-chan struct{}, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.refusal(g.limits.clk.Now()); err != nil {
		return false, nil, err
	}
	if g.probe != nil {
		return false, g.probe, nil
	}
	if g.level > 0 || g.opened > 0 {
		g.probe = make(chan struct{})
	}
	return g.probe != nil, nil, nil
}

func (g *guard) refusal(now time.Time) error {
	if now.Before(g.blocked) {
		return &Error{
			Code: CodeRateLimited, Path: g.path, Class: Rate, RetryAfter: g.blocked.Sub(now),
			Msg: fmt.Sprintf("blocked by the platform until %s; not called", g.blocked.Format(time.RFC3339)),
		}
	}
	if !now.Before(g.open) {
		return nil
	}
	e := &Error{Path: g.path, Class: NotSent, Msg: "not called", RetryAfter: g.open.Sub(now), cause: errOpen}
	if g.last != nil {
		e.Msg = "not called: last answer was: " + g.last.Error()
		if g.last.Class == Auth {
			e.Class, e.Code = Auth, g.last.Code
		}
	}
	return e
}

// learn takes in how a call ended and gives its error, with RetryAfter where known.
func (g *guard) learn(ctx context.Context, probe bool, err error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if probe {
		close(g.probe)
		g.probe = nil
	}
	now := g.limits.clk.Now()
	e := asError(err)
	switch {
	case e != nil && e.Class == Rate:
		return g.block(ctx, now, e)
	case e != nil && errors.Is(err, context.Canceled):
	case e != nil && g.broken(e):
		g.trip(now, probe, e)
	default:
		g.recover(ctx, now)
	}
	return err
}

// broken says whether e speaks against the path, not only against the call. A secret that
// does not hold is asked about less and less, too.
func (g *guard) broken(e *Error) bool {
	return e.Class == Transport || e.Class == NotSent || e.Code == CodeBusy || e.Class == Auth && g.path == "/gettoken"
}

func (g *guard) trip(now time.Time, probe bool, e *Error) {
	g.fails++
	if g.fails < breakAfter && !probe {
		return
	}
	g.open = now.Add(min(openFirst<<min(g.opened, 10), openMost))
	g.opened++
	g.fails = 0
	g.last = e
}

// block remembers a 45009. The platform does not say which limit was hit, so the pause
// grows while no call succeeds: a minute, an hour, the rest of the day.
func (g *guard) block(ctx context.Context, now time.Time, e *Error) error {
	if !now.Before(g.blocked) {
		g.level++
		g.blocked = blockedTo(now, g.level)
		if err := g.limits.saveBlock(ctx, g.corp, g.path, g.level, g.blocked); err != nil {
			e.cause = err
		}
	}
	e.RetryAfter = g.blocked.Sub(now)
	return e
}

func blockedTo(now time.Time, level int) time.Time {
	switch level {
	case 1:
		return now.Add(time.Minute)
	case 2:
		return now.Add(time.Hour)
	}
	y, m, d := now.In(beijing).Date()
	return time.Date(y, m, d+1, 0, 0, 1, 0, beijing).UTC()
}

// recover forgets failures. An answer to a call from before a block proves nothing about it.
func (g *guard) recover(ctx context.Context, now time.Time) {
	g.fails, g.opened, g.last = 0, 0, nil
	if g.level > 0 && !now.Before(g.blocked) {
		g.level = 0
		_ = g.limits.dropBlock(ctx, g.corp, g.path) // a row left behind is over anyway
	}
}
