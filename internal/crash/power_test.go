package crash

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"yutang/internal/failpoint"
)

var cuts = flag.Int("cuts", 30, "how often the power is cut")

// volume mounts a file system for the test, or skips the test where that cannot be done.
func volume(t *testing.T, make func(dir string) (*Volume, error)) *Volume {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("mounting a file system needs root")
	}
	v, err := make(t.TempDir())
	if v != nil {
		t.Cleanup(func() {
			if err := v.Unmount(); err != nil {
				t.Error(err)
			}
		})
	}
	if err != nil {
		t.Skipf("this machine cannot mount a file system: %v", err)
	}
	return v
}

// onVolume begins a harness whose data are on v, in a directory of their own.
func onVolume(t *testing.T, v *Volume, name string, bugs ...failpoint.Bug) *Harness {
	t.Helper()
	tags := ""
	if len(bugs) > 0 {
		tags = "failpoint"
	}
	h := &Harness{
		Launch: Launch{Program: program(t, tags), Data: filepath.Join(v.Dir, name), Env: []string{bugEnv(bugs...)}},
		Seed:   drawSeed(),
	}
	start(t, h, t.TempDir())
	return h
}

// cut cuts the power under load and brings the machine up again. The processor stops with
// the disk: an fsync that the cut overlaps may answer success although its data are gone
// (Linux 6.18 does), and in a power cut nobody lives to pass that on.
func cut(ctx context.Context, h *Harness, v *Volume) error {
	if err := h.server.Freeze(ctx); err != nil {
		return err
	}
	if err := v.Cut(); err != nil {
		return err
	}
	h.Kill()
	if err := errors.Join(v.Unmount(), v.Mount()); err != nil {
		return err
	}
	return h.Restart(ctx)
}

// lifetime is how many cuts one brand lives through.
const lifetime = 10

// covers: J4, B1
func TestPowerCut_LosesNothingAcknowledged(t *testing.T) {
	v := volume(t, NewLoop)
	left := *cuts
	for life := 0; left > 0; life++ {
		n := min(left, lifetime)
		left -= n
		t.Run(fmt.Sprint(life), func(t *testing.T) {
			h := onVolume(t, v, fmt.Sprint("data", life))
			rng := rand.New(rand.NewPCG(h.Seed, 2))
			for i := range n {
				if i > 0 { // the first cut comes soon after the birth
					must(t, h.AwaitAcks(t.Context(), 1+rng.IntN(40)))
				}
				must(t, rest(t.Context(), time.Duration(rng.IntN(60))*time.Millisecond))
				if err := cut(t.Context(), h, v); err != nil {
					t.Fatalf("cut %d on %s: %v\n%s", i, v.Kind, err, h)
				}
			}
			judge(t, h)
		})
	}
	t.Logf("%d cuts on %s", *cuts, v.Kind)
}

func TestPowerCutControl_MissingSyncIsCaught(t *testing.T) {
	v := volume(t, NewLoop)
	h := onVolume(t, v, "data", failpoint.NoSync)
	for range 3 {
		must(t, h.AwaitAcks(t.Context(), 30))
		must(t, cut(t.Context(), h, v))
	}
	found, err := h.VerifyLog(t.Context())
	must(t, err)
	t.Log(found)
	if len(found.Lost) == 0 {
		t.Fatalf("commits do not wait for the disk, and the verdict is %s", found)
	}
}
