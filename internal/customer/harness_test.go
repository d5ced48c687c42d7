package customer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

var noon = time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)

// pond is a service over a real database, driven as the pipeline does.
type pond struct {
	t   testing.TB
	db  *db.DB
	box *seal.Box
	tl  *timeline.Store
	clk *clock.Manual
	s   *Service
	seq uint64
}

func newPond(t testing.TB, d *db.DB, customers int) *pond {
	t.Helper()
	box, err := seal.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	p := &pond{t: t, db: d, box: box, tl: timeline.New(), clk: clock.NewManual(noon)}
	p.tl.Grow(timeline.Ord(customers))
	p.s = New(d, box, p.tl, p.clk)
	return p
}

// batch runs fn as one batch of the writer.
func (p *pond) batch(fn func(ctx context.Context) error) {
	p.t.Helper()
	err := p.db.InTx(context.Background(), func(ctx context.Context) error {
		p.tl.Lock()
		err := fn(ctx)
		p.tl.Unlock()
		if err != nil {
			return err
		}
		return p.s.Flush(ctx)
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// apply takes events in one batch; Ord says under whom.
func (p *pond) apply(evs ...*event.Event) (changes []Change) {
	p.t.Helper()
	p.batch(func(ctx context.Context) error {
		for _, ev := range evs {
			p.seq++
			ev.Seq = p.seq
			c, err := p.s.Apply(ctx, ev, ev.Ord, p.tl.Root(ev.Ord))
			if err != nil {
				return err
			}
			p.tl.Append(timeline.Record{Seq: p.seq, Ord: ev.Ord, At: ev.At.UnixMilli(), Name: 1})
			changes = append(changes, c)
		}
		return nil
	})
	return changes
}

// group makes leaves one customer and regroups; alone takes them apart.
func (p *pond) group(root timeline.Ord, leaves ...timeline.Ord) {
	p.t.Helper()
	p.batch(func(ctx context.Context) error {
		p.tl.SetGroup(root, leaves)
		return p.s.Regroup(ctx, leaves...)
	})
}

func (p *pond) alone(ords ...timeline.Ord) {
	p.t.Helper()
	p.batch(func(ctx context.Context) error {
		for _, ord := range ords {
			p.tl.SetGroup(ord, []timeline.Ord{ord})
		}
		return p.s.Regroup(ctx, ords...)
	})
}

// loaded is another service that knows what SQL knows.
func (p *pond) loaded() *Service {
	p.t.Helper()
	s := New(p.db, p.box, p.tl, p.clk)
	for _, c := range p.s.columns() {
		s.Trait(c.name).wanted = c.wanted
	}
	if err := s.Load(context.Background()); err != nil {
		p.t.Fatal(err)
	}
	return s
}

// memory is everything a service holds that others read, in a comparable form.
func (p *pond) memory(s *Service) map[string]string {
	out := map[string]string{}
	for ord := timeline.Ord(1); int(ord) <= p.tl.Customers(); ord++ {
		root := p.tl.Root(ord) == ord
		for _, c := range s.columns() {
			if code := c.Code(ord); code != 0 && c.kept && (root || c.computed == nil) {
				out[fmt.Sprintf("%d trait %s", ord, c.name)] = c.dict.Value(code).JSON()
			}
		}
		for tag, set := range s.tags {
			if set.Contains(ord) {
				out[fmt.Sprintf("%d tag %s", ord, tag)] = "on"
			}
		}
		for _, l := range s.levels {
			if l.Of(ord) >= 0 {
				out[fmt.Sprintf("%d level %s", ord, l.kind)] = l.Name(ord)
			}
		}
		if o := s.Orders(ord); root && (o.Count != 0 || o.Gross != 0 || o.Refunded != 0) {
			out[fmt.Sprintf("%d orders", ord)] = fmt.Sprintf("%+v", o)
		}
	}
	b := s.BrandOrders()
	out["brand"] = fmt.Sprintf("%+v", b)
	for _, l := range s.levels {
		out["counts "+l.kind] = fmt.Sprint(l.counts)
	}
	for _, q := range []string{"an", "zh", "1234", "5678"} {
		out["find "+q] = fmt.Sprint(s.Find(q, 0, 100))
	}
	return out
}

func (p *pond) profile(root timeline.Ord) Profile {
	p.t.Helper()
	got, err := p.s.Profile(context.Background(), root)
	if err != nil {
		p.t.Fatal(err)
	}
	return got
}

// columns agree with the profile of each root.
func (p *pond) checkColumns() {
	p.t.Helper()
	for ord := timeline.Ord(1); int(ord) <= p.tl.Customers(); ord++ {
		if p.tl.Root(ord) != ord {
			continue
		}
		prof := p.profile(ord)
		for _, c := range p.s.columns() {
			if c.computed != nil || c.personal || !c.kept {
				continue
			}
			want := event.ParseValue(prof.Traits[c.name])
			if got := c.dict.Value(c.Code(ord)); got != want {
				p.t.Fatalf("customer %d: column %s = %s, profile %s", ord, c.name, got.JSON(), want.JSON())
			}
		}
		for tag, set := range p.s.tags {
			if set.Contains(ord) != slices.Contains(prof.Tags, tag) {
				p.t.Fatalf("customer %d: tag %s differs from the profile", ord, tag)
			}
		}
	}
}

func at(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }

func set(name, value string) event.TraitOp {
	return event.TraitOp{Action: event.TraitSet, Name: name, Value: json.RawMessage(value)}
}

func identified(ord uint32, minute int, ops ...event.TraitOp) *event.Event {
	return &event.Event{Ord: ord, Name: event.Identified, At: at(minute), Traits: ops}
}

func tagged(ord uint32, minute int, tag string, remove bool) *event.Event {
	return &event.Event{Ord: ord, Name: event.TagAdded, At: at(minute), Tags: []event.TagOp{{Tag: tag, Remove: remove}}}
}

func ordered(ord uint32, minute int, name, props string) *event.Event {
	return &event.Event{
		Ord: ord, Name: name, At: at(minute), Props: json.RawMessage(props),
		MessageID: fmt.Sprintf("m%d-%d-%s", ord, minute, name),
	}
}
