package experiment_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/experiment"
)

// BenchmarkResults computes an experiment of 200,000 customers with 50,000 orders anew.
func BenchmarkResults(b *testing.B) {
	const people = 200_000
	r := newRig(b, dbtest.SQLite(b), people)
	for from := 0; from < people; from += 10_000 {
		var evs []*event.Event
		var all []experiment.Exposure
		for i := from; i < from+10_000; i++ {
			e := exposed([]string{"control", "treatment"}[i%2], uint32(i+1), float64(i)/people*30*day)
			all = append(all, e)
			if i%4 == 0 {
				evs = append(evs, bought(e.Ord, e.At.Sub(start).Hours()+1, fmt.Sprint(i), 1000+i%5000))
			}
		}
		r.road(evs, all...)
	}
	r.clk.Advance(60 * 24 * time.Hour)
	for b.Loop() {
		r.clk.Advance(time.Millisecond)
		if _, err := r.Results(context.Background(), "pb/step"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkExpose is what the road pays for an exposure, with its row.
func BenchmarkExpose(b *testing.B) {
	r := newRig(b, dbtest.SQLite(b), 1)
	ord := uint32(0)
	for b.Loop() {
		ord++
		r.Expose(exposed("control", ord, 0))
		if ord%4096 == 0 {
			if err := r.db.InTx(context.Background(), r.Flush); err != nil {
				b.Fatal(err)
			}
		}
	}
}
