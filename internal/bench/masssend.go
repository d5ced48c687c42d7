package bench

import (
	"context"
	"fmt"
	"os"

	"yutang/internal/bench/massbench"
)

// measureMassSend sends to Customers simulated customers while connections break and the
// program crashes. Its value is what went wrong: customers who got a message twice, were
// asked over the quota, or have a row that nothing explains.
func measureMassSend(ctx context.Context, b *bench) error {
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(b.dir, "masssend-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	v, err := massbench.Run(ctx, massbench.Config{
		Customers: b.Customers, Staff: max(b.Customers/3_000, 20), Seed: 1, Dir: dir,
		Log: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) },
	})
	if err != nil {
		return err
	}
	b.report(Result{
		Name: "masssend", Value: float64(v.Duplicates + v.OverQuota + v.Unexplained), Unit: "faults", Target: "0", Met: v.Good(), Details: v.String(),
	})
	b.report(Result{
		Name: "masssend.settled", Value: 100 * v.SettledShare(), Unit: "%", Target: ">= 99.9 in 15 min", Met: v.SettledShare() >= 0.999,
		Details: fmt.Sprintf("%d attempts without an answer", v.Unknown),
	})
	return nil
}
