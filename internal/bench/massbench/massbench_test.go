package massbench_test

import (
	"context"
	"testing"

	"yutang/internal/bench/massbench"
)

// covers: C4, C5, C7
func TestTrial_NobodyTwiceNobodyOverQuotaEverybodyExplained(t *testing.T) {
	t.Parallel()
	v, err := massbench.Run(context.Background(), massbench.Config{Customers: 20_000, Staff: 24, Seed: 7, Dir: t.TempDir(), Log: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(v)
	if !v.Good() || v.Received < 15_000 || v.Unknown == 0 || v.Restarts < 1 {
		t.Errorf("%s", v)
	}
}
