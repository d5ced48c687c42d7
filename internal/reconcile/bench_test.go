package reconcile_test

import (
	"testing"
	"time"

	"yutang/internal/db/dbtest"
	"yutang/internal/reconcile"
)

// BenchmarkPull measures a full pull of 20 members with 20,000 customers through the real
// client, once with everything new and once with nothing changed.
func BenchmarkPull(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		r := newRig(b, dbtest.SQLite(b))
		p := r.connect(brandA, 20, 20_000)
		rows := float64(p.ContactCount())
		b.StartTimer()
		for _, phase := range []string{"first", "unchanged"} {
			began := time.Now()
			if run := r.pull(brandA, reconcile.Wish{Full: true}); run.State != reconcile.Done || len(run.Errors) > 0 {
				b.Fatalf("%+v", run)
			}
			b.ReportMetric(rows/time.Since(began).Seconds(), phase+"_contacts/s")
		}
	}
}
