package attribution

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/pipeline/roadtest"
)

// BenchmarkAttribution is all six models over 20,000 customers, 160,000 touches of 40
// channels and 10,000 orders.
func BenchmarkAttribution(b *testing.B) {
	r := roadtest.Open(b, dbtest.SQLite(b), clock.NewManual(now), roadtest.Options{})
	defer r.Close()
	for first := 0; first < 20_000; first += 500 {
		var evs []*event.Event
		for i := first; i < first+500; i++ {
			user := fmt.Sprint("u", i)
			for k := range 8 {
				evs = append(evs, r.Track(user, event.PageViewed, on(1, 0).Add(time.Duration(i%997+k*5000)*time.Minute/20), fmt.Sprintf(`{"utm_source":"c%d"}`, (i*7+k*k)%40)))
			}
			if i%2 == 0 {
				evs = append(evs, r.Track(user, event.OrderCompleted, on(20, 0), fmt.Sprintf(`{"order_id":"%d","revenue":%d.35}`, i, i%500)))
			}
		}
		r.MustSubmit(b, evs...)
	}
	report := &Report{Base: r.Reports()}
	for b.Loop() {
		a, err := report.Attribution(context.Background(), json.RawMessage(`{`+march+`}`))
		if err != nil || a.Reconciliation.Difference != 0 || a.Journey.Orders != 10_000 {
			b.Fatal(err, a.Reconciliation)
		}
	}
}

// BenchmarkEffects is the removal effects of 1,000 values.
func BenchmarkEffects(b *testing.B) {
	var paths []Path
	for i := range 20_000 {
		paths = append(paths, path(100, i%3 == 0, fmt.Sprint(i%1000), fmt.Sprint((i*7)%1000), fmt.Sprint((i*31)%1000)))
	}
	c := build(paths)
	for b.Loop() {
		if len(c.effects()) != 1000 {
			b.Fatal("effects are missing")
		}
	}
}
