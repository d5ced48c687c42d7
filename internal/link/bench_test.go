package link_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"yutang/internal/db/dbtest"
	"yutang/internal/link"
)

func BenchmarkClick(b *testing.B) {
	r := start(b, dbtest.SQLite(b))
	code := r.shorten(link.Order{URL: "https://shop.example.com", Ord: 2})
	var n atomic.Int64
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := r.links.Resolve(context.Background(), code); err != nil {
				b.Fatal(err)
			}
			if _, err := r.links.Click(context.Background(), code, link.Visitor{Remote: fmt.Sprint(n.Add(1))}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkShorten(b *testing.B) {
	r := start(b, dbtest.SQLite(b))
	var n atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			o := link.Order{URL: "https://shop.example.com", Ord: 2, Delivery: fmt.Sprint(n.Add(1))}
			if _, err := r.links.Shorten(context.Background(), o); err != nil {
				b.Fatal(err)
			}
		}
	})
}
