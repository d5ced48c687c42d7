package customer

import (
	"context"
	"fmt"
	"testing"

	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/timeline"
)

const benchCustomers = 200_000

// filled is a pond of customers with ten traits and a tag each.
func filled(b *testing.B) *pond {
	b.Helper()
	p := newPond(b, dbtest.SQLite(b), benchCustomers)
	for ord := uint32(1); ord <= benchCustomers; {
		p.batch(func(ctx context.Context) error {
			for range 5000 {
				if ord > benchCustomers {
					break
				}
				n := int(ord)
				ev := identified(ord, n%1000,
					set("name", fmt.Sprintf(`"客户%d"`, n)), set("phone", fmt.Sprintf(`"138%08d"`, n)),
					set("city", fmt.Sprintf(`"city%d"`, n%300)), set("age", fmt.Sprint(n%80)),
					set("gender", `"f"`), set("level", fmt.Sprint(n%5)), set("store", fmt.Sprintf(`"s%d"`, n%2000)),
					set("joined", fmt.Sprintf(`"2024-%02d-%02d"`, n%12+1, n%28+1)))
				ev.Tags = []event.TagOp{{Tag: fmt.Sprintf("t%d", n%20)}}
				if _, err := p.s.Apply(ctx, ev, ord, ord); err != nil {
					return err
				}
				ord++
			}
			return nil
		})
	}
	return p
}

func BenchmarkLoad(b *testing.B) {
	p := filled(b)
	for b.Loop() {
		if err := p.s.Load(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(benchCustomers)*float64(b.N)/b.Elapsed().Seconds(), "profiles/s")
}

func BenchmarkFind(b *testing.B) {
	p := filled(b)
	for b.Loop() {
		p.s.Find("客户199999", 0, 50)
	}
}

// BenchmarkOrders is a batch of 1000 new orders, applied and flushed.
func BenchmarkOrders(b *testing.B) {
	p := newPond(b, dbtest.SQLite(b), benchCustomers)
	if err := p.s.EnsureTrait(b.Context(), NetRevenue); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		evs := make([]*event.Event, 1000)
		for i := range evs {
			n++
			evs[i] = ordered(timeline.Ord(n*7919%benchCustomers+1), n, event.OrderCompleted, fmt.Sprintf(`{"order_id":"SO%d","revenue":%d.5,"currency":"CNY"}`, n, n%900))
		}
		p.batch(func(ctx context.Context) error {
			for _, ev := range evs {
				if _, err := p.s.Apply(ctx, ev, ev.Ord, ev.Ord); err != nil {
					return err
				}
			}
			return nil
		})
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "us/order")
}
