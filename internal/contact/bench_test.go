package contact_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yutang/internal/contact"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
)

const benchStaff, benchEach, benchPage = 20, 1000, 100

// BenchmarkMerge measures a first pull, one that finds nothing new, and the scan of all
// active relations, on SQLite with fsync, on PostgreSQL if there is one.
func BenchmarkMerge(b *testing.B) {
	engines := map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres}
	for name, open := range engines {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				r := newRig(b, open(b))
				b.StartTimer()
				rows := float64(benchStaff * benchEach)
				for _, phase := range []string{"first", "unchanged"} {
					began := time.Now()
					r.pullAll(b)
					b.ReportMetric(rows/time.Since(began).Seconds(), phase+"_rows/s")
				}
				began := time.Now()
				n := 0
				if err := r.Scan(context.Background(), brandA, func(contact.Contact) error { n++; return nil }); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(n)/time.Since(began).Seconds(), "scanned_rows/s")
			}
		})
	}
}

func (r *rig) pullAll(b *testing.B) {
	ctx := context.Background()
	for user := range benchStaff {
		name := fmt.Sprint("staff", user)
		roster, err := r.Roster(ctx, brandA, name)
		if err != nil {
			b.Fatal(err)
		}
		for from := 0; from < benchEach; from += benchPage {
			seen := make([]contact.Seen, benchPage)
			for i := range seen {
				id := fmt.Sprintf("wm%08x%04d", uint32(user*benchEach+from+i)*2654435761, i)
				seen[i] = contact.Seen{
					User: name, External: id, AddedAt: noon.Add(-time.Duration(i) * time.Hour), AddWay: 1, Tags: []string{"et1"}, Remark: "a remark",
					Person: contact.Person{Name: "Somebody", UnionID: "ou" + id, Gender: 1, Type: 1},
				}
			}
			if _, err := r.Merge(ctx, roster, seen, noon); err != nil {
				b.Fatal(err)
			}
		}
	}
}
