package crash

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "yutang/internal/app" // so that go test does not reuse a result after the program changed
	"yutang/internal/failpoint"
)

var (
	kills = flag.Int("kills", 100, "how often the crash loop kills the server")
	seed  = flag.Uint64("seed", 0, "seed of the load and of the moments; 0 draws one")
)

var binaries = struct {
	sync.Mutex
	dir   string
	paths map[string]string
}{paths: map[string]string{}}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if binaries.dir != "" {
		_ = os.RemoveAll(binaries.dir)
	}
	os.Exit(code)
}

// program builds the program once per run: the real one, or with tags "failpoint" one that
// can be given bugs.
func program(t *testing.T, tags string) string {
	t.Helper()
	binaries.Lock()
	defer binaries.Unlock()
	if path := binaries.paths[tags]; path != "" {
		return path
	}
	var err error
	if binaries.dir == "" {
		if binaries.dir, err = os.MkdirTemp("", "yutang-crash-"); err != nil {
			t.Fatal(err)
		}
	}
	if binaries.paths[tags], err = Build(t.Context(), binaries.dir, tags); err != nil {
		t.Fatal(err)
	}
	return binaries.paths[tags]
}

func drawSeed() uint64 {
	if *seed != 0 {
		return *seed
	}
	return rand.Uint64() >> 32
}

// begin makes a harness on a new data directory with bugs, in a program that can have them
// if there are any.
func begin(t *testing.T, bugs ...failpoint.Bug) *Harness {
	t.Helper()
	tags := ""
	var env []string
	if len(bugs) > 0 {
		tags = "failpoint"
		env = []string{bugEnv(bugs...)}
	}
	h := &Harness{Launch: Launch{Program: program(t, tags), Data: filepath.Join(t.TempDir(), "data"), Env: env}, Seed: drawSeed()}
	start(t, h, t.TempDir())
	return h
}

func bugEnv(bugs ...failpoint.Bug) string {
	text := "YUTANG_BUGS="
	for i, b := range bugs {
		if i > 0 {
			text += ","
		}
		text += string(b)
	}
	return text
}

// start begins h and ends it with the test.
func start(t *testing.T, h *Harness, ledgerDir string) {
	t.Helper()
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("end harness (seed %d): %v", h.Seed, err)
		}
	})
	must(t, h.Begin(t.Context(), ledgerDir))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// judge requires a good verdict.
func judge(t *testing.T, h *Harness) {
	t.Helper()
	v, err := h.Verify(t.Context())
	if err != nil {
		t.Fatalf("verify: %v\n%s\n%s", err, h, h.server.Notes())
	}
	t.Logf("%s\n%s", v, h)
	if err := v.Err(); err != nil {
		t.Fatalf("%v\n%s", err, h)
	}
	if v.Acked == 0 {
		t.Fatal("nothing was acknowledged, so nothing was tested")
	}
}

// covers: J4, B1
func TestCrash_LoseNothingAndRepeatNothing(t *testing.T) {
	t.Parallel()
	h := begin(t)
	rng := rand.New(rand.NewPCG(h.Seed, 1))
	for i := range *kills {
		if err := hurt(t.Context(), h, rng, i); err != nil {
			t.Fatalf("kill %d: %v\n%s", i, err, h)
		}
		if i%10 == 9 {
			if err := os.Remove(filepath.Join(h.Data, "snapshot")); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
		}
		if err := h.Restart(t.Context()); err != nil {
			t.Fatalf("restart %d: %v\n%s", i, err, h)
		}
	}
	judge(t, h)
	t.Logf("%d kills", *kills)
}

// hurt ends the server under load in one of several ways.
func hurt(ctx context.Context, h *Harness, rng *rand.Rand, i int) error {
	wait := func(most int) error { return rest(ctx, time.Duration(rng.IntN(most*1000))*time.Microsecond) }
	if err := h.AwaitAcks(ctx, 1+rng.IntN(20)); err != nil {
		return fmt.Errorf("await acks: %w\n%s", err, h.server.Notes())
	}
	if err := wait(80); err != nil {
		return err
	}
	switch i % 6 {
	case 3: // after a stop and a start, so that there is a snapshot and a tail
		h.gate.Close()
		if err := h.server.Stop(); err != nil {
			return err
		}
		if err := h.Restart(ctx); err != nil {
			return err
		}
		if err := h.AwaitAcks(ctx, 1+rng.IntN(10)); err != nil {
			return err
		}
	case 4: // while it stops, which is when it saves its state
		if err := h.server.Terminate(); err != nil {
			return err
		}
		if err := wait(25); err != nil {
			return err
		}
	case 5: // while it starts
		h.Kill()
		s, err := Start(h.Launch)
		if err != nil {
			return err
		}
		h.server = s
		if err := wait(70); err != nil {
			return err
		}
	}
	h.Kill()
	return nil
}

// covers: J4, B1
func TestCrash_AtNamedPoints(t *testing.T) {
	t.Parallel()
	h := begin(t, "none")
	env := h.Env
	for _, p := range failpoint.Points {
		visits := []int{1, 2, 5}
		if p == failpoint.SnapshotName || p == failpoint.SnapshotForget {
			visits = []int{1} // a stop passes there once
		}
		for _, visit := range visits {
			h.Kill()
			h.Env = append(env[:len(env):len(env)], fmt.Sprintf("YUTANG_FAILPOINT=%s:%d", p, visit))
			if err := dieAt(t.Context(), h, p); err != nil {
				t.Fatalf("%s, visit %d: %v\n%s", p, visit, err, h.server.Notes())
			}
			h.Env = env
			must(t, h.Restart(t.Context()))
			must(t, h.AwaitAcks(t.Context(), 5))
		}
	}
	judge(t, h)
}

// dieAt starts a server that ends at a point, and gets it there.
func dieAt(ctx context.Context, h *Harness, p failpoint.Point) error {
	if err := h.Restart(ctx); err != nil {
		if h.server.EndsWithin(time.Second) && h.server.Exit() == -1 {
			return nil // work of before led there at once
		}
		return err
	}
	if strings.HasPrefix(string(p), "snapshot") {
		if err := h.AwaitAcks(ctx, 3); err != nil {
			return err
		}
		h.gate.Close()
		if err := h.server.Terminate(); err != nil {
			return err
		}
	}
	if !h.server.EndsWithin(patience) {
		return errors.New("the point was not reached")
	}
	h.gate.Close()
	if h.server.Exit() != -1 {
		return fmt.Errorf("the server ended by itself with %d", h.server.Exit())
	}
	return nil
}
