package crash

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"yutang/internal/failpoint"
)

// failing is a command that runs the server with system calls that fail from the nth on
// (counted in each thread).
func failing(t *testing.T, calls string, n int) []string {
	t.Helper()
	log := filepath.Join(t.TempDir(), "strace")
	if err := exec.Command("strace", "-D", "-f", "-qq", "-o", log, "true").Run(); err != nil {
		t.Skipf("strace cannot run here: %v", err)
	}
	return []string{
		"strace", "-D", "-f", "-qq", "-o", log, "-e", "trace=" + calls,
		"-e", fmt.Sprintf("inject=%s:error=EIO:when=%d+", calls, n),
	}
}

// fail runs the server with a failing disk under load until it ends.
func fail(ctx context.Context, h *Harness, wrap []string) error {
	h.Kill()
	h.Wrap = wrap
	defer func() { h.Wrap = nil }()
	if err := h.Restart(ctx); err != nil {
		if !h.server.EndsWithin(patience) {
			return fmt.Errorf("the disk fails and the server neither starts nor ends: %w", err)
		}
	}
	if !h.server.EndsWithin(patience) {
		return fmt.Errorf("the disk fails and the server goes on")
	}
	h.gate.Close()
	if code := h.server.Exit(); code <= 0 {
		return fmt.Errorf("the disk fails and the server ends with %d", code)
	}
	return nil
}

// covers: J4
func TestDiskError_StopsTheServerAndLosesNothing(t *testing.T) {
	t.Parallel()
	for _, calls := range []string{"fsync,fdatasync", "pwrite64"} {
		t.Run(calls, func(t *testing.T) {
			t.Parallel()
			wrap := failing(t, calls, 1)
			h := begin(t)
			for _, n := range []int{1, 2, 3, 5, 9, 20} {
				must(t, h.AwaitAcks(t.Context(), 5))
				wrap[len(wrap)-1] = fmt.Sprintf("inject=%s:error=EIO:when=%d+", calls, n)
				if err := fail(t.Context(), h, wrap); err != nil {
					t.Fatalf("%s fails from call %d on: %v\n%s\n%s", calls, n, err, h, h.server.Notes())
				}
				must(t, h.Restart(t.Context()))
			}
			judge(t, h)
		})
	}
}

// covers: J4
func TestDiskGone_StopsTheServerAndLosesNothing(t *testing.T) {
	v := volume(t, NewLoop)
	h := onVolume(t, v, "data")
	for range 5 {
		must(t, h.AwaitAcks(t.Context(), 20))
		h.ledger.Doubt(true) // of what is acknowledged while the disk goes away; see cut
		must(t, v.Cut())
		if !h.server.EndsWithin(patience) || h.server.Exit() <= 0 {
			t.Fatalf("the disk is gone and the server goes on:\n%s", h.server.Notes())
		}
		h.Kill()
		h.AwaitIdle(t.Context())
		h.ledger.Doubt(false)
		must(t, errors.Join(v.Unmount(), v.Mount()))
		must(t, h.Restart(t.Context()))
	}
	judge(t, h)
}

func TestDiskErrorControl_GoingOnIsCaught(t *testing.T) {
	t.Parallel()
	wrap := failing(t, "fsync,fdatasync", 8)
	h := begin(t, failpoint.KeepGoing)
	must(t, h.AwaitAcks(t.Context(), 5))
	h.Kill()
	h.Wrap = wrap
	must(t, h.Restart(t.Context()))
	if h.server.EndsWithin(patience / 10) {
		t.Fatalf("the harness would not see a server that goes on: it ended with %d\n%s", h.server.Exit(), h.server.Notes())
	}
}

func TestDiskErrorControl_AckOfAFailedCommitIsCaught(t *testing.T) {
	t.Parallel()
	wrap := failing(t, "pwrite64", 1)
	h := begin(t, failpoint.AckFailed)
	for _, n := range []int{40, 80, 160, 320} { // a start takes some tens of calls
		must(t, h.AwaitAcks(t.Context(), 5))
		wrap[len(wrap)-1] = fmt.Sprintf("inject=pwrite64:error=EIO:when=%d+", n)
		must(t, fail(t.Context(), h, wrap))
		must(t, h.Restart(t.Context()))
	}
	found, err := h.VerifyLog(t.Context())
	must(t, err)
	t.Log(found)
	if len(found.Lost) == 0 {
		t.Fatalf("failed commits are acknowledged, and the verdict is %s", found)
	}
}

// covers: J4
func TestDiskFull_RefusesThenGoesOn(t *testing.T) {
	v := volume(t, func(dir string) (*Volume, error) { return NewMemory(dir, 10) })
	ballast := filepath.Join(v.Dir, "ballast")
	must(t, os.WriteFile(ballast, make([]byte, 4<<20), 0o600))
	h := onVolume(t, v, "data")
	must(t, h.AwaitRefusals(t.Context(), 1, "503 disk_full"))
	awaitReady(t, h, http.StatusServiceUnavailable, "disk is full")
	h.gate.Close()
	if n := h.AwaitIdle(t.Context()); n > 0 {
		t.Errorf("%d requests are not answered while the disk is full", n)
	}
	must(t, os.Remove(ballast))
	awaitReady(t, h, http.StatusOK, "ready")
	h.gate.Open(h.server.Address)
	must(t, h.AwaitAcks(t.Context(), 20))
	if h.Starts != 1 {
		t.Errorf("%d starts; room that is made must be enough, without another", h.Starts)
	}
	must(t, v.Enlarge(64))
	// Deliveries whose result found no room are unknown after the next start.
	h.gate.Close()
	must(t, h.server.Stop())
	must(t, h.Start(t.Context()))
	judge(t, h)
}

func TestDiskFullControl_AckOfAFailedCommitIsCaught(t *testing.T) {
	v := volume(t, func(dir string) (*Volume, error) { return NewMemory(dir, 6) })
	h := onVolume(t, v, "data", failpoint.AckFailed)
	must(t, h.AwaitRefusals(t.Context(), 5, "503 disk_full"))
	found, err := h.VerifyLog(t.Context())
	must(t, err)
	t.Log(found)
	if len(found.Lost) == 0 {
		t.Fatalf("failed commits are acknowledged, and the verdict is %s", found)
	}
}

// awaitReady waits until /readyz answers so.
func awaitReady(t *testing.T, h *Harness, status int, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := Poll(ctx, func() (bool, error) {
		got, page, err := h.server.get(ctx, "/readyz")
		if err == nil && (got != status || !strings.Contains(page, text)) {
			err = fmt.Errorf("/readyz is %d %q", got, page)
		}
		return true, err
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, h.server.Notes())
	}
}
