package crash

import (
	"testing"

	"yutang/internal/failpoint"
)

// verdict is what a harness with a seeded bug finds.
func verdict(t *testing.T, h *Harness) *Verdict {
	t.Helper()
	v, err := h.Verify(t.Context())
	if err != nil {
		t.Fatalf("verify: %v\n%s", err, h)
	}
	t.Logf("%s\n%v", v, v.Err())
	return v
}

func TestCrashControl_AckBeforeCommitIsCaught(t *testing.T) {
	t.Parallel()
	h := begin(t, failpoint.AckEarly)
	for range 3 {
		must(t, h.AwaitAcks(t.Context(), 30))
		h.Kill()
		must(t, h.Restart(t.Context()))
	}
	v, err := h.VerifyLog(t.Context())
	must(t, err)
	t.Log(v)
	if len(v.Lost) == 0 {
		t.Fatalf("acknowledged before the commit, and the verdict is %s", v)
	}
}

func TestCrashControl_DroppedDedupeIsCaught(t *testing.T) {
	t.Parallel()
	h := begin(t, failpoint.NoDedupe)
	must(t, h.AwaitAcks(t.Context(), 150))
	if v := verdict(t, h); len(v.Twice) == 0 {
		t.Fatalf("nothing is deduplicated, and the verdict is %s", v)
	}
}

func TestCrashControl_LostTailIsCaught(t *testing.T) {
	t.Parallel()
	h := begin(t, failpoint.LoseTail)
	must(t, h.AwaitAcks(t.Context(), 50))
	h.gate.Close()
	must(t, h.server.Stop()) // with a snapshot
	must(t, h.Restart(t.Context()))
	must(t, h.AwaitAcks(t.Context(), 50))
	h.Kill()
	must(t, h.Restart(t.Context()))
	must(t, h.AwaitAcks(t.Context(), 50))
	v, err := h.Verify(t.Context()) // an audience that never comes to rest is the bug's doing, too
	if err == nil && len(v.Wrong) == 0 {
		t.Fatalf("what came after the snapshot is not loaded, and the verdict is %s", v)
	}
}

func TestCrashControl_BlindRetryIsCaught(t *testing.T) {
	t.Parallel()
	h := begin(t, failpoint.CallTwice)
	env := h.Env
	for range 3 {
		h.Kill()
		h.Env = append(env[:len(env):len(env)], "YUTANG_FAILPOINT="+string(failpoint.Called)+":1")
		must(t, dieAt(t.Context(), h, failpoint.Called))
		h.Env = env
		must(t, h.Restart(t.Context()))
	}
	must(t, h.AwaitAcks(t.Context(), 5))
	if v := verdict(t, h); len(v.Wrong) == 0 {
		t.Fatalf("interrupted deliveries are called again, and the verdict is %s", v)
	}
}

func TestRealProgram_HasNoFailpoints(t *testing.T) {
	t.Parallel()
	h := &Harness{Launch: Launch{
		Program: program(t, ""), Data: t.TempDir(),
		Env: []string{"YUTANG_FAILPOINT=" + string(failpoint.BeforeCommit) + ":1", bugEnv(failpoint.NoDedupe, failpoint.AckEarly)},
	}, Seed: drawSeed()}
	start(t, h, t.TempDir())
	must(t, h.AwaitAcks(t.Context(), 100))
	judge(t, h)
}
