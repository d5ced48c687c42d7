package identity_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"yutang/internal/db/dbtest"
	"yutang/internal/event"
)

// benchCustomers is how many customers the benchmarks know; YUTANG_BENCH_CUSTOMERS sets it.
func benchCustomers(b *testing.B) int {
	b.Helper()
	if n, err := strconv.Atoi(os.Getenv("YUTANG_BENCH_CUSTOMERS")); err == nil {
		return n
	}
	return 100_000
}

// crowd makes n customers with three identities each and gives prepared events of theirs.
func crowd(b *testing.B, n int) (*house, []*event.Event) {
	b.Helper()
	h := newHouse(b, dbtest.SQLite(b))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.GC() // what finalizers held
	runtime.ReadMemStats(&before)
	events := make([]*event.Event, 0, 20_000)
	began := time.Now()
	for i := range n {
		h.see(fmt.Sprintf("user_id=u%d phone=+86139%08d anonymous_id=a%d", i, i, i))
		if i%1000 == 999 {
			h.flush()
		}
	}
	h.flush()
	b.Logf("%d customers learned and flushed in %v", n, time.Since(began))
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Logf("%.0f bytes a customer in memory", float64(after.HeapAlloc-before.HeapAlloc)/float64(n))
	for range cap(events) {
		i := rand.IntN(n)
		ev := &event.Event{At: start, Identities: ids(fmt.Sprintf("user_id=u%d anonymous_id=a%d", i, i))}
		h.Prepare(ev)
		events = append(events, ev)
	}
	return h, events
}

func BenchmarkResolve_Known(b *testing.B) {
	h, events := crowd(b, benchCustomers(b))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := h.Resolve(h.ctx, events[i]); err != nil {
			b.Fatal(err)
		}
		if i++; i == len(events) {
			i = 0
		}
	}
}

// A shared device: the event's second identity belongs to another user, each time.
func BenchmarkResolve_SharedDevice(b *testing.B) {
	h := newHouse(b, dbtest.SQLite(b))
	h.see("user_id=u1 anonymous_id=tablet")
	ev := &event.Event{At: start, Identities: ids("user_id=u2 anonymous_id=tablet")}
	h.resolve(ev)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Resolve(h.ctx, ev); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkResolve_Merged(b *testing.B) {
	h := newHouse(b, dbtest.SQLite(b))
	h.see("user_id=u1")
	h.see("anonymous_id=a1")
	ev := &event.Event{At: start, Identities: ids("user_id=u1 anonymous_id=a1")}
	h.resolve(ev)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Resolve(h.ctx, ev); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPrepare(b *testing.B) {
	h := newHouse(b, dbtest.SQLite(b))
	b.ReportAllocs()
	for b.Loop() {
		ev := &event.Event{Identities: []event.Identity{{Type: "user_id", Value: "u12345"}, {Type: "anonymous_id", Value: "7d3f-99"}}}
		h.Prepare(ev)
	}
}

func BenchmarkLoad(b *testing.B) {
	h, _ := crowd(b, benchCustomers(b))
	var file bytes.Buffer
	h.must(h.Save(&file))
	b.Run("sql", func(b *testing.B) {
		for b.Loop() {
			h.forget()
			h.must(h.Load(h.ctx))
		}
	})
	b.Run("snapshot", func(b *testing.B) {
		for b.Loop() {
			h.forget()
			h.must(h.Restore(bytes.NewReader(file.Bytes())))
			h.must(h.Reload(h.ctx, nil))
		}
		b.ReportMetric(float64(file.Len()), "bytes")
	})
}

func TestResolve_KnownAllocatesNothing(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.see("user_id=u1 anonymous_id=a1")
	h.see("cookie=c1")
	h.see("user_id=u1 cookie=c1")
	h.see("user_id=u2 anonymous_id=a1")
	for _, who := range []string{"user_id=u1 anonymous_id=a1", "user_id=u1 cookie=c1", "user_id=u2 anonymous_id=a1"} {
		ev := &event.Event{At: start, Identities: ids(who)}
		h.resolve(ev)
		allocs := testing.AllocsPerRun(100, func() {
			if _, err := h.Resolve(h.ctx, ev); err != nil {
				t.Fatal(err)
			}
		})
		if allocs > 1 {
			t.Errorf("%s: %v allocations", who, allocs)
		}
	}
}
