// Package insightbench fills a timeline with a shop's events, past the road, and asks the
// questions of docs/performance.md of it: the reports and the preview of a rule, as the
// API asks them. bench and the comparison with other databases use it.
package insightbench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"time"

	"yutang/bench/shop"
	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/insight"
	"yutang/internal/insight/btyd"
	"yutang/internal/insight/funnel"
	"yutang/internal/insight/retention"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

// The questions. Moments are counted back from shop.Until.
const (
	Funnel = `{"window_seconds":604800,"steps":[{"event":"Product Viewed"},{"event":"Product Added"},
		{"event":"Checkout Started"},{"event":"Order Completed"}]}`
	WindowFunnel = `{"mode":"window_funnel","window_seconds":604800,"steps":[{"event":"Product Viewed"},{"event":"Product Added"},
		{"event":"Checkout Started"},{"event":"Order Completed"}]}`
	Segment = `{"all":[{"did":{"event":"Product Viewed","within":"30d","count":{"gte":2}}},
		{"not":{"did":{"event":"Order Completed","within":"14d"}}}]}`
	Retention = `{"period":"month","total_intervals":12,"target":{"event":"*"},"to":"2026-05-31"}`
)

// World is a timeline full of a shop's events.
type World struct {
	Customers, Events int
	Filled            time.Duration // how long the timeline took

	db        *db.DB
	tl        *timeline.Store
	audiences *audience.Service
	base      *insight.Base
}

// Open fills a timeline with the events of shop.New(seed, customers, events). dir keeps a
// small database. see, if not nil, is shown each event.
func Open(ctx context.Context, dir string, seed uint64, customers, events int, see func(shop.Event) error) (*World, error) {
	w := &World{Customers: customers, Events: events, tl: timeline.New()}
	box, err := seal.New(make([]byte, 32))
	if err != nil {
		return nil, err
	}
	if w.db, err = db.Open(ctx, filepath.Join(dir, "shop.db")); err != nil {
		return nil, err
	}
	if err := w.db.Migrate(ctx); err != nil {
		return nil, err
	}
	log := event.NewLog(w.db, box)
	if err := log.Load(ctx); err != nil {
		return nil, err
	}
	clk := clock.NewManual(shop.Until)
	people := customer.New(w.db, box, w.tl, clk)
	w.audiences = audience.NewService(w.db, audience.NewEngine(w.tl, people, log, zone{}), clk, nil)
	w.base = &insight.Base{
		Audiences: w.audiences, Customers: people, Timeline: w.tl, Clock: clk, Zone: zone{}.Zone,
		EventKnown: func(name string) bool { _, ok := log.NameID(name); return ok },
	}
	return w, w.fill(log, shop.New(seed, customers, events), see)
}

// Close lets the database go.
func (w *World) Close() error { return w.db.Close() }

type zone struct{}

func (zone) Zone() *time.Location { return time.UTC }

func (w *World) fill(log *event.Log, from *shop.Shop, see func(shop.Event) error) error {
	began := time.Now()
	w.tl.Lock()
	defer w.tl.Unlock()
	w.tl.Grow(uint32(w.Customers))
	f := newFiller()
	for i, name := range shop.Names {
		id, _, err := log.Register(name)
		if err != nil {
			return err
		}
		f.names[i] = id
	}
	for e, ok := from.Next(); ok; e, ok = from.Next() {
		if see != nil {
			if err := see(e); err != nil {
				return err
			}
		}
		w.tl.Append(f.record(&e))
	}
	for w.tl.Tidy() {
		continue
	}
	w.Filled = time.Since(began)
	return nil
}

// filler turns events of the shop into records of the timeline.
type filler struct {
	seq        uint64
	names      [16]timeline.NameID
	browsers   []event.Value
	categories []event.Value
	prices     []event.Value
	props      []event.Prop
}

func newFiller() *filler {
	f := &filler{}
	for _, name := range shop.Browsers {
		f.browsers = append(f.browsers, event.Value{Kind: event.String, Str: name})
	}
	for i := range shop.Categories {
		f.categories = append(f.categories, event.Value{Kind: event.String, Str: "c" + strconv.Itoa(i)})
	}
	for i := range shop.Prices {
		e := shop.Event{Price: uint16(i)}
		f.prices = append(f.prices, event.Value{Kind: event.Number, Num: event.Decimal(e.Yuan()*10+0.5) * event.DecimalScale / 10})
	}
	return f
}

func (f *filler) record(e *shop.Event) timeline.Record {
	f.seq++
	f.props = append(f.props[:0], event.Prop{Key: "browser", Value: f.browsers[e.Browser]})
	if e.Product() {
		f.props = append(f.props, event.Prop{Key: "category", Value: f.categories[e.Category]}, event.Prop{Key: "price", Value: f.prices[e.Price]})
	}
	if e.Order > 0 {
		f.props = append(f.props, event.Prop{Key: "order_id", Value: event.Value{Kind: event.String, Str: "o" + strconv.Itoa(int(e.Order))}})
	}
	return timeline.Record{Seq: f.seq, Ord: e.Customer, At: e.At * 1000, Name: f.names[e.Name], Props: f.props}
}

// Funnel answers a funnel query.
func (w *World) Funnel(ctx context.Context, query string) (funnel.Answer, error) {
	return (&funnel.Report{Base: w.base}).Funnel(ctx, json.RawMessage(query))
}

// Segment counts who matches a rule.
func (w *World) Segment(ctx context.Context, rule string) (int, error) {
	p, err := w.audiences.Preview(ctx, json.RawMessage(rule), time.Time{})
	return p.Count, err
}

// Retention answers a retention query.
func (w *World) Retention(ctx context.Context, query string) (retention.Answer, error) {
	return (&retention.Report{Base: w.base}).Matrix(ctx, json.RawMessage(query))
}

// Buyers draws histories as BG/NBD has them, 39 weeks of up to n customers: as many and
// as long as the full data set of CDNOW.
func Buyers(seed uint64, n int) []btyd.Customer {
	rng := rand.New(rand.NewPCG(seed, 5)) //nolint:gosec // repeatable load, not secrets
	out := make([]btyd.Customer, n)
	for i := range out {
		rate, drop, t := 0.243*rng.ExpFloat64()/4.414, 0.25*rng.Float64(), 27+12*rng.Float64()
		c := btyd.Customer{T: t}
		for at := rng.ExpFloat64() / rate; at < t; at += rng.ExpFloat64() / rate {
			c.X++
			c.TX = float64(int(at*7)) / 7
			if rng.Float64() < drop {
				break
			}
		}
		c.T = float64(int(t*7)) / 7
		c.TX = min(c.TX, c.T)
		out[i] = c
	}
	return out
}

// String says how large the world is.
func (w *World) String() string {
	return fmt.Sprintf("%d customers, %d events", w.Customers, w.Events)
}
