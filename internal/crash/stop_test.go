package crash

import (
	"strings"
	"testing"
)

// covers: J4
func TestStop_UnderLoadLosesNothing(t *testing.T) {
	t.Parallel()
	h := begin(t)
	rebuilt := h.Rebuilt
	for range 5 {
		must(t, h.AwaitAcks(t.Context(), 20))
		must(t, h.server.Stop()) // the driver does not know
		h.gate.Close()
		must(t, h.Restart(t.Context()))
	}
	if h.Rebuilt != rebuilt {
		t.Errorf("%d of %d starts were without a snapshot; a stop leaves one", h.Rebuilt, h.Starts)
	}
	judge(t, h)
}

// covers: J4
func TestStart_OneProcessPerDataDirectory(t *testing.T) {
	t.Parallel()
	h := begin(t)
	second, err := Start(h.Launch)
	must(t, err)
	t.Cleanup(second.Kill)
	if !second.EndsWithin(patience) || second.Exit() != 1 {
		t.Fatalf("a second process runs:\n%s", second.Notes())
	}
	if out := second.Notes(); !strings.Contains(out, "in use by another yutang") || !strings.Contains(out, h.Data) {
		t.Errorf("the second process says %q", out)
	}
	must(t, h.AwaitAcks(t.Context(), 20))
	judge(t, h)
}
