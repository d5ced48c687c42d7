package timeline_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

const (
	bigCustomers = 1_000_000
	bigEvents    = 10_000_000
)

// shop makes events like a shop's: five properties, names and customers by popularity.
type shop struct {
	rng    *rand.Rand
	seq    uint64
	cities []event.Value
	skus   []event.Value
	prices []event.Value
	names  []event.Value
	people timeline.Ord
	props  [5]event.Prop
}

func newShop(people timeline.Ord) *shop {
	s := &shop{rng: rand.New(rand.NewPCG(1, 2)), people: people}
	text := func(n int, format string) (list []event.Value) {
		for i := range n {
			list = append(list, event.Value{Kind: event.String, Str: fmt.Sprintf(format, i)})
		}
		return list
	}
	s.cities, s.skus, s.names = text(200, "city-%d"), text(3000, "SKU-%06d"), text(12, "category-%d")
	for i := range 500 {
		s.prices = append(s.prices, event.Value{Kind: event.Number, Num: event.Decimal(i * 990_000)})
	}
	return s
}

func (s *shop) next() timeline.Record {
	s.seq++
	pick := func(list []event.Value) event.Value { return list[s.rng.IntN(len(list))] }
	s.props = [5]event.Prop{
		{Key: "city", Value: pick(s.cities)},
		{Key: "sku", Value: pick(s.skus)},
		{Key: "price", Value: pick(s.prices)},
		{Key: "category", Value: pick(s.names)},
		{Key: "quantity", Value: event.Value{Kind: event.Number, Num: event.Decimal(1+s.rng.IntN(9)) * event.DecimalScale}},
	}
	return timeline.Record{
		Seq: s.seq, Ord: 1 + s.rng.Uint32N(s.people), At: 1_700_000_000_000 + int64(s.seq)*300 - int64(s.rng.IntN(60_000)),
		Name: timeline.NameID(1 + s.rng.IntN(12)), Props: s.props[:],
	}
}

// big is a store with bigEvents events, made once.
var big = sync.OnceValue(func() (made struct {
	store  *timeline.Store
	bytes  uint64
	append time.Duration
},
) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s, from := timeline.New(), newShop(bigCustomers)
	s.Grow(bigCustomers)
	for range bigEvents {
		s.Append(from.next())
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	made.store, made.bytes = s, after.HeapAlloc-before.HeapAlloc
	return made
})

func needBig(b *testing.B) *timeline.Store {
	b.Helper()
	if testing.Short() {
		b.Skip("builds 10 million events")
	}
	made := big()
	b.ReportMetric(float64(made.bytes)/1e6, "MB")
	return made.store
}

func BenchmarkAppend(b *testing.B) {
	for _, people := range []timeline.Ord{1000, 1_000_000} {
		b.Run(fmt.Sprintf("customers=%d", people), func(b *testing.B) {
			s, from := timeline.New(), newShop(people)
			s.Grow(people)
			records := make([]timeline.Record, 1<<16)
			for i := range records {
				records[i] = from.next()
				records[i].Props = append([]event.Prop(nil), records[i].Props...)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				r := records[i%len(records)]
				r.Seq = uint64(i) + 1
				r.At += int64(i / len(records))
				s.Append(r)
			}
		})
	}
}

func BenchmarkScan10M(b *testing.B) {
	s := needBig(b)
	city, _ := s.Column("city")
	for _, c := range []struct {
		name    string
		workers int
		tidy    bool
	}{{"busy/workers=1", 1, false}, {"busy/workers=2", 2, false}, {"tidy/workers=1", 1, true}, {"tidy/workers=2", 2, true}} {
		b.Run(c.name, func(b *testing.B) {
			for c.tidy && s.Tidy() {
				continue
			}
			for b.Loop() {
				var hits [2]struct {
					n int
					_ [56]byte
				}
				err := s.Scan(context.Background(), []*timeline.Column{city}, c.workers, func(w int, _ timeline.Ord, t *timeline.Track) error {
					n := 0
					for i, code := range t.Codes[0].W8 {
						if code == 7 && t.Name[i] == 3 {
							n++
						}
					}
					for i, code := range t.Codes[0].W32 {
						if code == 7 && t.Name[i] == 3 {
							n++
						}
					}
					hits[w].n += n
					return nil
				})
				if err != nil || hits[0].n+hits[1].n == 0 {
					b.Fatal(err, hits)
				}
			}
			b.ReportMetric(float64(big().bytes)/bigEvents, "B/event")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	s := needBig(b)
	city, _ := s.Column("city")
	sku, _ := s.Column("sku")
	var t timeline.Track
	rng := rand.New(rand.NewPCG(3, 4))
	for b.Loop() {
		s.Read(1+rng.Uint32N(bigCustomers), []*timeline.Column{city, sku}, &t)
	}
}

func BenchmarkSave10M(b *testing.B) {
	s := needBig(b)
	var saved bytes.Buffer
	b.Run("save", func(b *testing.B) {
		for b.Loop() {
			saved.Reset()
			if err := s.Save(&saved); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(saved.Len())/1e6, "MB")
	})
	b.Run("restore", func(b *testing.B) {
		for b.Loop() {
			if err := timeline.New().Restore(io.NewSectionReader(bytes.NewReader(saved.Bytes()), 0, int64(saved.Len()))); err != nil {
				b.Fatal(err)
			}
		}
	})
}
