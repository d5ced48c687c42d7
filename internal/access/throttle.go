package access

import (
	"sync"
	"time"
)

// Free guesses, then each wrong one doubles the wait, up to a ceiling. An hour without a
// guess forgets.
const (
	freeGuesses     = 5
	firstWait       = time.Second
	longestWait     = 15 * time.Minute
	forgetAfter     = time.Hour
	maxThrottleKeys = 20_000
)

// addressGuesses is how many more guesses an address has than an account: an office
// shares one address.
const addressGuesses = 20

// throttle counts sign-ins that have not yet proved right, per account and per address.
// An attempt counts when it begins, so parallel guesses gain nothing.
type throttle struct {
	mu   sync.Mutex
	keys map[throttleKey]*guesses
}

type throttleKey struct {
	address bool
	name    string
}

type guesses struct {
	n    int
	last time.Time
	open time.Time // no guess before
}

func newThrottle() *throttle { return &throttle{keys: map[throttleKey]*guesses{}} }

func throttleKeys(account []byte, remote string) []throttleKey {
	return []throttleKey{{name: string(account)}, {address: true, name: remote}}
}

// try counts an attempt and gives 0, or counts nothing and gives how long to wait.
func (t *throttle) try(now time.Time, keys []throttleKey) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.prune(now)
	var wait time.Duration
	for _, k := range keys {
		if g := t.keys[k]; g != nil {
			wait = max(wait, g.open.Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, k := range keys {
		t.count(now, k)
	}
	return 0
}

func (t *throttle) count(now time.Time, k throttleKey) {
	g := t.keys[k]
	if g == nil {
		g = &guesses{}
		t.keys[k] = g
	}
	g.n++
	g.last = now
	free := freeGuesses
	if k.address {
		free += addressGuesses
	}
	if over := g.n - free; over >= 0 {
		g.open = now.Add(min(longestWait, firstWait<<min(over, 10)))
	}
}

// clear forgets the guesses of an account that has proved who it is; the address keeps
// its count but one, so that one good account does not cover guesses at others.
func (t *throttle) clear(keys []throttleKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range keys {
		if !k.address {
			delete(t.keys, k)
		} else if g := t.keys[k]; g != nil {
			g.n--
			g.open = time.Time{}
		}
	}
}

// prune keeps the map bounded: forgotten keys go first, and all of them if an attacker
// has made too many.
func (t *throttle) prune(now time.Time) {
	if len(t.keys) < maxThrottleKeys {
		return
	}
	for k, g := range t.keys {
		if now.Sub(g.last) > forgetAfter {
			delete(t.keys, k)
		}
	}
	if len(t.keys) >= maxThrottleKeys {
		clear(t.keys)
	}
}
