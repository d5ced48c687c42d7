package crash

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"yutang/internal/failpoint"
	"yutang/internal/wecomsim"
)

var (
	wecomKills   = flag.Int("wecom-kills", 8, "how often the tests of WeCom kill the server")
	massPatience = flag.Duration("mass-patience", time.Minute, "how long mass sends may take to come to rest")
)

// lossy is a platform at its worst.
func lossy(k *wecomsim.Knobs) {
	k.Loss, k.Duplicate, k.Reorder, k.ReorderByMS, k.RetryDelayMS, k.JitterMS = 0.05, 0.1, 0.15, 500, 100, 30
}

func beginWeCom(t *testing.T, knobs func(*wecomsim.Knobs), bugs ...failpoint.Bug) *WeCom {
	t.Helper()
	tags, env := "", []string(nil)
	if len(bugs) > 0 {
		tags, env = "failpoint", []string{bugEnv(bugs...)}
	}
	w := &WeCom{Launch: Launch{Program: program(t, tags), Data: filepath.Join(t.TempDir(), "data"), Env: env}, Seed: drawSeed()}
	t.Cleanup(w.Close)
	must(t, w.Begin(t.Context(), knobs))
	return w
}

// verdictOf judges, and needs a load worth judging.
func verdictOf(t *testing.T, w *WeCom, c *crowd) *WeComVerdict {
	t.Helper()
	v, err := w.Verify(t.Context(), c)
	if err != nil {
		t.Fatalf("verify (seed %d): %v\n%s", w.Seed, err, w.server.Notes())
	}
	t.Logf("%s; %d acts, %d starts, seed %d", v, c.acts, w.Starts, w.Seed)
	if v.Acked < 20 {
		t.Fatal("next to nothing was told, so nothing was tested")
	}
	return v
}

// covers: A1, A9, J4
func TestWeComCrash_LosesNoCallbackAndRepeatsNone(t *testing.T) {
	t.Parallel()
	w := beginWeCom(t, lossy)
	c, rng := newCrowd(w), rand.New(rand.NewPCG(w.Seed, 3))
	for i := range *wecomKills {
		for range 20 + rng.IntN(60) {
			must(t, c.act())
			must(t, rest(t.Context(), time.Duration(rng.IntN(4000))*time.Microsecond))
		}
		w.Kill()
		if i%3 == 2 { // while it starts
			s, err := Start(w.Launch)
			must(t, err)
			w.server = s
			must(t, rest(t.Context(), time.Duration(rng.IntN(150))*time.Millisecond))
			w.Kill()
		}
		must(t, c.act()) // while there is no server
		if err := w.Restart(t.Context()); err != nil {
			t.Fatalf("restart %d (seed %d): %v", i, w.Seed, err)
		}
	}
	v := verdictOf(t, w, c)
	if err := v.Err(); err != nil {
		t.Fatalf("seed %d: %v", w.Seed, err)
	}
	if v.Welcomes == 0 {
		t.Error("nobody was greeted")
	}
}

// covers: A1, J4
func TestWeComCrash_AtNamedPoints(t *testing.T) {
	t.Parallel()
	w := beginWeCom(t, lossy, "none")
	c := newCrowd(w)
	for _, p := range []failpoint.Point{failpoint.CallbackStored, failpoint.CallbackHandled, failpoint.BeforeCommit, failpoint.BeforeAck} {
		for _, visit := range []int{1, 4} {
			w.Kill()
			if err := w.dieAt(t.Context(), fmt.Sprintf("YUTANG_FAILPOINT=%s:%d", p, visit), c.act); err != nil {
				t.Fatalf("%s, visit %d (seed %d): %v", p, visit, w.Seed, err)
			}
			must(t, w.Restart(t.Context()))
			for range 15 {
				must(t, c.act())
				must(t, rest(t.Context(), 5*time.Millisecond))
			}
		}
	}
	if err := verdictOf(t, w, c).Err(); err != nil {
		t.Fatalf("seed %d: %v", w.Seed, err)
	}
}

func TestWeComControl_AnswerBeforeStoringIsCaught(t *testing.T) {
	t.Parallel()
	w := beginWeCom(t, func(*wecomsim.Knobs) {}, failpoint.AnswerEarly)
	c := newCrowd(w)
	several := func() error {
		for range 10 {
			if err := c.act(); err != nil {
				return err
			}
		}
		return nil
	}
	for range 4 { // the first of several is stored, the next are answered only
		w.Kill()
		must(t, w.dieAt(t.Context(), fmt.Sprintf("YUTANG_FAILPOINT=%s:1", failpoint.CallbackStored), several))
		must(t, w.Restart(t.Context()))
	}
	if v := verdictOf(t, w, c); len(v.Lost) == 0 {
		t.Fatalf("answered before it is stored, and the verdict is %s", v)
	}
}

func TestWeComControl_DroppedDedupeIsCaught(t *testing.T) {
	t.Parallel()
	w := beginWeCom(t, func(*wecomsim.Knobs) {}, failpoint.NoDedupe)
	c := newCrowd(w)
	for range 4 { // the events of an addition are committed, the relation is not
		w.Kill()
		must(t, w.dieAt(t.Context(), "YUTANG_FAILPOINT="+string(failpoint.BeforeAck)+":1", c.act))
		must(t, w.Restart(t.Context()))
		for range 10 {
			must(t, c.act())
		}
		must(t, w.Settle(t.Context()))
	}
	if v := verdictOf(t, w, c); len(v.Wrong) == 0 {
		t.Fatalf("nothing is deduplicated, and the verdict is %s", v)
	}
}

// massUnderKills sends messages while the server dies at points and at random, and calls
// get no answer.
func massUnderKills(t *testing.T, points []failpoint.Point, bugs ...failpoint.Bug) (w *WeCom, sends []massSend, people int) {
	t.Helper()
	w = beginWeCom(t, func(*wecomsim.Knobs) {}, bugs...)
	c := newCrowd(w)
	must(t, w.Befriend(t.Context(), c, 10))
	var err error
	sends, err = w.Send(t.Context(), 2*len(points))
	must(t, err)
	idle := func() error { return nil }
	for i, p := range points {
		w.Kill()
		if err := w.dieAt(t.Context(), "YUTANG_FAILPOINT="+string(p)+":1", idle); err != nil {
			t.Fatalf("%s (seed %d): %v\n%s", p, w.Seed, err, w.server.Notes())
		}
		if i%2 == 1 {
			must(t, w.sim.Inject(wecomsim.Fault{Path: "/externalcontact/add_msg_template", Drop: "after", Count: 1}))
		}
	}
	must(t, w.Restart(t.Context()))
	return w, sends, len(c.pairs)
}

// covers: C4, J4
func TestWeComCrash_AsksNobodyTwice(t *testing.T) {
	t.Parallel()
	points := []failpoint.Point{failpoint.Called, failpoint.Attempting, failpoint.Called, failpoint.Called}
	w, sends, people := massUnderKills(t, points, "none")
	var wrong, open []string
	ctx, cancel := context.WithTimeout(t.Context(), *massPatience)
	defer cancel()
	err := Poll(ctx, func() (bool, error) {
		var err error
		if wrong, open, err = w.CheckMass(ctx, sends, people); err == nil && len(open) > 0 && len(wrong) == 0 {
			err = fmt.Errorf("%d open: %q", len(open), open[:min(5, len(open))])
		}
		return true, err
	})
	if err != nil || len(wrong) > 0 {
		t.Fatalf("seed %d: %v; wrong: %q\n%s", w.Seed, err, wrong, w.server.Notes())
	}
	n := 0
	for _, who := range w.asked() {
		n += len(who)
	}
	t.Logf("%d messages to %d customers, %d asked, seed %d", len(sends), people, n, w.Seed)
	if n < len(sends)*people/2 {
		t.Error("most were not asked, so little was tested")
	}
}

func TestWeComControl_AskingAgainIsCaught(t *testing.T) {
	t.Parallel()
	w, sends, people := massUnderKills(t, []failpoint.Point{failpoint.Called}, failpoint.CallTwice)
	ctx, cancel := context.WithTimeout(t.Context(), *massPatience)
	defer cancel()
	must(t, Poll(ctx, func() (bool, error) {
		wrong, open, err := w.CheckMass(ctx, sends, people)
		if err == nil && len(wrong) == 0 {
			err = fmt.Errorf("interrupted calls are made again, and nothing is wrong; %d open", len(open))
		}
		return true, err
	}))
}
