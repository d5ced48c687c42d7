package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
)

// BenchmarkRoad runs known customers' events down the whole road: SQLite with
// synchronous=FULL, 12 live audiences, 4 submitters of 500 events each.
func BenchmarkRoad(b *testing.B) {
	const customers = 100_000
	r := newRoad(b, dbtest.SQLite(b), clock.NewManual(start0), filepath.Join(b.TempDir(), "snapshot"))
	defer r.stop()
	for start := 0; start < customers; start += 2000 {
		var evs []*event.Event
		for i := start; i < start+2000; i++ {
			evs = append(evs, r.track(fmt.Sprint("u", i), "A", time.Hour, ""))
		}
		r.submit(b, evs...)
	}
	for _, form := range ruleForms[:12] {
		rule := fmt.Sprintf(form, "Product Viewed", "1d")
		if i := indexByte(rule, '%'); i >= 0 {
			rule = rule[:i]
		}
		r.audience(b, rule)
	}
	const batch, submitters = 500, 4
	names := []string{"Product Viewed", "Product Viewed", "A", "B", "C", "D"}
	var mu sync.Mutex
	serial, total := 0, 0
	b.ResetTimer()
	b.SetParallelism(submitters / 2)
	b.RunParallel(func(pb *testing.PB) {
		mu.Lock()
		serial++
		prefix := fmt.Sprint("g", serial, "-")
		mu.Unlock()
		rng := rand.New(rand.NewPCG(uint64(serial), 1))
		n := 0
		for pb.Next() {
			evs := make([]*event.Event, batch)
			for i := range evs {
				n++
				evs[i] = &event.Event{
					SourceID: r.source, MessageID: fmt.Sprint(prefix, n), Name: names[rng.IntN(len(names))],
					At: start0.Add(-time.Duration(rng.IntN(3600)) * time.Second), ReceivedAt: start0,
					Identities: []event.Identity{{Type: "user_id", Value: fmt.Sprint("u", rng.IntN(customers))}},
					Props:      json.RawMessage(fmt.Sprintf(`{"color":"c%d","price":%d,"product_id":"p%d","channel":"ch%d"}`, rng.IntN(20), rng.IntN(500), rng.IntN(3000), rng.IntN(8))),
				}
			}
			if _, err := r.Submit(context.Background(), evs); err != nil {
				b.Error(err)
				return
			}
		}
		mu.Lock()
		total += n
		mu.Unlock()
	})
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "events/s")
}

func indexByte(s string, c byte) int {
	for i := range len(s) {
		if s[i] == c {
			return i
		}
	}
	return -1
}
