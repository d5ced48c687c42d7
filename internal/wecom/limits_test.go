package wecom

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
)

// TestLimits_HoldInEveryMinute lets several corps call one path as fast as they may, on a
// clock of its own, and looks at every minute that the calls span.
func TestLimits_HoldInEveryMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		corps := rapid.IntRange(1, 4).Draw(r, "corps")
		calls := rapid.IntRange(5, 60).Draw(r, "calls")
		scale := rapid.SampledFrom([]float64{0.0005, 0.001, 0.002}).Draw(r, "scale") // 4, 8, 16 a minute
		made := map[string][]time.Time{}
		synctest.Test(t, func(t *testing.T) {
			l := NewLimits(clock.System{}, WithScale(scale))
			var mu sync.Mutex
			var wg sync.WaitGroup
			for i := range corps {
				corp := string(rune('a' + i))
				for range calls {
					wg.Go(func() {
						p, err := l.enter(t.Context(), corp, "/x")
						if err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						now := clock.System{}.Now()
						made[corp], made["ip"] = append(made[corp], now), append(made["ip"], now)
						mu.Unlock()
						time.Sleep(10 * time.Millisecond)
						_ = p.leave(t.Context(), nil)
					})
				}
			}
			wg.Wait()
		})
		for who, times := range made {
			most := int(10_000 * scale * share)
			if who == "ip" {
				most = int(20_000 * scale * share)
			}
			for i := most; i < len(times); i++ {
				if d := times[i].Sub(times[i-most]); d < time.Minute {
					r.Fatalf("%s: %d calls within %s", who, most+1, d)
				}
			}
		}
	})
}

func TestLimits_ServeInOrderOfArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits(clock.System{}, WithScale(0.0002)) // one a minute
		var order []int
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				p, err := l.enter(t.Context(), "a", "/x")
				if err != nil {
					t.Error(err)
					return
				}
				order = append(order, i)
				_ = p.leave(t.Context(), nil)
			})
			synctest.Wait()
		}
		wg.Wait()
		for i, got := range order {
			if got != i {
				t.Fatalf("served in the order %v", order)
			}
		}
	})
}

func TestLimits_GivingUpLeavesThePlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits(clock.System{}, WithScale(0.0002))
		enter := func(wait time.Duration) error {
			ctx, cancel := context.WithTimeout(t.Context(), wait)
			defer cancel()
			p, err := l.enter(ctx, "a", "/x")
			if err != nil {
				return err
			}
			return p.leave(ctx, nil)
		}
		if err := enter(time.Second); err != nil {
			t.Fatal(err)
		}
		if err := enter(time.Second); !Unsent(err) || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("a second call in the minute: %v", err)
		}
		if err := enter(2 * time.Minute); err != nil {
			t.Fatalf("after somebody gave up: %v", err)
		}
	})
}

// TestLimits_ARestartGoesOnCounting kills the process twice: what goes out in a minute stays
// below the published limit all the same.
func TestLimits_ARestartGoesOnCounting(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clk := clock.NewManual(noon)
		made := 0
		for range 3 {
			l := NewLimits(clk, WithDB(d), WithScale(0.01)) // 100 a minute, of which 80 are used
			for range 39 {
				if l.gate("a", "/x").wouldWait(t.Context()) {
					break
				}
				p, err := l.enter(t.Context(), "a", "/x")
				if err != nil {
					t.Fatal(err)
				}
				made++
				_ = p.leave(t.Context(), nil)
			}
		}
		if made < 80 || made > 100 {
			t.Errorf("%d calls in a minute with two restarts, want 80 to 100", made)
		}
	})
}

// wouldWait says whether the next call has to wait for a window.
func (g *gate) wouldWait(ctx context.Context) bool {
	if g.enterLane(ctx) != nil {
		return true
	}
	defer g.leaveLane()
	for _, w := range g.windows {
		if now := g.limits.clk.Now(); w.free(now).After(now) {
			return true
		}
	}
	return false
}

func TestLimits_KeepPathsApart(t *testing.T) {
	t.Parallel()
	l := NewLimits(clock.NewManual(noon), WithScale(0.0002))
	for _, path := range []string{"/a", "/b", "/c"} {
		if _, err := l.enter(t.Context(), "corp", path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLimits_FewAtOnceWhereThePlatformSaysSo(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	var now, most atomic.Int64
	var arrived sync.WaitGroup
	arrived.Add(4)
	open := make(chan struct{})
	p.answer(markPath, func(n int) string {
		for {
			m := most.Load()
			if k := now.Add(1); k <= m || most.CompareAndSwap(m, k) {
				break
			}
			now.Add(-1)
		}
		if n <= 4 {
			arrived.Done()
			<-open
		}
		now.Add(-1)
		return `{"errcode":0}`
	})
	c := p.client(clock.NewManual(noon), nil)
	go func() {
		arrived.Wait()
		close(open)
	}()
	err := together(30, func() error { return c.MarkTag(context.Background(), "u", "e", []string{"t"}, nil) })
	if err != nil || most.Load() != 4 {
		t.Errorf("%d at once, want 4 of the allowed 5 (%v)", most.Load(), err)
	}
}

func TestBlock_NothingIsCalledAndARestartRemembers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, clk, box := newPlatform(t), clock.NewManual(noon), newBox(t)
		answer := refuse(CodeRateLimited)
		p.answer(markPath, func(int) string { return answer })
		mark := func() error {
			c := p.client(clk, withDB(d, box, clk)) // each time a new process
			return c.MarkTag(context.Background(), "u", "e", []string{"t"}, nil)
		}
		step := func(after time.Duration, calls int, class Class, wait time.Duration) {
			t.Helper()
			clk.Advance(after)
			err := mark()
			if n := p.count(markPath); n != calls || ClassOf(err) != class || RetryAfter(err) != wait {
				t.Fatalf("%d calls, %v of class %s, again in %s; want %d, %s, %s", n, err, ClassOf(err), RetryAfter(err), calls, class, wait)
			}
		}
		step(0, 1, Rate, time.Minute)
		step(59*time.Second, 1, Rate, time.Second)
		step(time.Second, 2, Rate, time.Hour)
		step(59*time.Minute, 2, Rate, time.Minute)
		endOfDay := time.Date(2026, 3, 2, 16, 0, 1, 0, time.UTC)
		step(time.Minute, 3, Rate, endOfDay.Sub(noon.Add(61*time.Minute)))
		answer = `{"errcode":0}`
		step(endOfDay.Sub(clk.Now()), 4, None, 0)
		answer = refuse(CodeRateLimited)
		step(0, 5, Rate, time.Minute)
	})
}

func TestBlock_IsOfOnePathAndCorp(t *testing.T) {
	t.Parallel()
	p, clk := newPlatform(t), clock.NewManual(noon)
	limits := NewLimits(clk)
	p.answer(markPath, func(n int) string {
		return map[bool]string{true: refuse(CodeRateLimited), false: `{"errcode":0}`}[n == 1]
	})
	c := p.client(clk, func(cfg *Config) { cfg.Limits = limits })
	other := p.client(clk, func(cfg *Config) { cfg.Limits, cfg.CorpID = limits, "ww2" })
	mark := func(c *Client) error { return c.MarkTag(t.Context(), "u", "e", []string{"t"}, nil) }
	if err := mark(c); ClassOf(err) != Rate {
		t.Fatal(err)
	}
	if err := errors.Join(mark(other), follow(c)()); err != nil {
		t.Errorf("blocked with it: %v", err)
	}
	if err := mark(c); ClassOf(err) != Rate || p.count(markPath) != 2 {
		t.Errorf("got %v after %d calls", err, p.count(markPath))
	}
}

func TestBreaker_OpensProbesAndCloses(t *testing.T) {
	t.Parallel()
	p, clk := newPlatform(t), clock.NewManual(noon)
	answer := badGate
	p.answer(wayPath, func(int) string { return answer })
	c := p.client(clk, nil)
	call := func(after time.Duration, calls int, class Class) {
		t.Helper()
		clk.Advance(after)
		_, err := c.AddContactWay(t.Context(), ContactWay{})
		if n := p.count(wayPath); n != calls || ClassOf(err) != class {
			t.Fatalf("%d calls, %v of class %s; want %d, %s", n, err, ClassOf(err), calls, class)
		}
	}
	for i := range breakAfter {
		call(0, i+1, Transport)
	}
	call(0, 5, NotSent)
	call(4*time.Second, 5, NotSent)
	call(time.Second, 6, Transport) // one goes first, and fails: twice as long
	call(9*time.Second, 6, NotSent)
	answer = `{"errcode":0}`
	call(time.Second, 7, None)
	call(0, 8, None)
	answer = badGate
	call(0, 9, Transport)
	call(0, 10, Transport)
}

func TestBreaker_LetsOneCallGoFirst(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		first error
		want  Class
	}{"and it comes back well": {nil, None}, "and it fails": {&Error{Path: "/x", Class: Transport}, NotSent}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := NewLimits(clock.System{})
				for range breakAfter {
					p, err := l.enter(t.Context(), "a", "/x")
					if err != nil {
						t.Fatal(err)
					}
					_ = p.leave(t.Context(), &Error{Path: "/x", Class: Transport})
				}
				time.Sleep(openFirst)
				first, err := l.enter(t.Context(), "a", "/x")
				if err != nil {
					t.Fatal(err)
				}
				ended, cancel := context.WithCancel(t.Context())
				cancel()
				if _, err := l.enter(ended, "a", "/x"); ClassOf(err) != NotSent || !errors.Is(err, context.Canceled) {
					t.Errorf("one that cannot wait: %v", err)
				}
				var passed atomic.Int64
				var wg sync.WaitGroup
				for range 10 {
					wg.Go(func() {
						p, err := l.enter(t.Context(), "a", "/x")
						if ClassOf(err) != tc.want {
							t.Errorf("after the first: %v", err)
						}
						if passed.Add(1); err == nil {
							_ = p.leave(t.Context(), nil)
						}
					})
				}
				synctest.Wait()
				if n := passed.Load(); n != 0 {
					t.Errorf("%d did not wait for the first", n)
				}
				_ = first.leave(t.Context(), tc.first)
				wg.Wait()
			})
		})
	}
}

func TestBreaker_TellsThatTheSecretIsWrong(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	p.answer("/gettoken", always(refuse(CodeBadSecret)))
	c := p.client(clock.NewManual(noon), nil)
	for range 20 {
		if err := follow(c)(); ClassOf(err) != Auth || CodeOf(err) != CodeBadSecret {
			t.Fatalf("got %v of class %s", err, ClassOf(err))
		}
	}
	if n := p.count("/gettoken"); n != breakAfter {
		t.Errorf("%d fetches with a wrong secret", n)
	}
}
