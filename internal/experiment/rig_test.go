package experiment_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/experiment"
	"yutang/internal/outreach"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

// rig is an experiment service over real customers, driven as the road does.
type rig struct {
	t         testing.TB
	db        *db.DB
	clk       *clock.Manual
	tl        *timeline.Store
	log       *event.Log
	customers *customer.Service
	policy    outreach.Policy
	*experiment.Service
	n int
}

func newRig(t testing.TB, d *db.DB, customers int) *rig {
	t.Helper()
	box, err := seal.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, db: d, clk: clock.NewManual(start), tl: timeline.New(), log: event.NewLog(d, box)}
	r.tl.Grow(timeline.Ord(customers))
	r.customers = customer.New(d, box, r.tl, r.clk)
	ctx := context.Background()
	if err := r.log.Load(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := r.log.Source(ctx, "shop", "k", start); err != nil {
		t.Fatal(err)
	}
	r.Service = experiment.New(r.config())
	return r
}

func (r *rig) config() experiment.Config {
	return experiment.Config{
		DB: r.db, Clock: r.clk, Timeline: r.tl, Customers: r.customers, Log: r.log,
		Policy: func() outreach.Policy { return r.policy }, Zone: func() *time.Location { return time.UTC },
	}
}

// happened is an event of a test: at hours after start, with properties as name, value, ...
func happened(ord uint32, hours float64, name string, props map[string]any) *event.Event {
	raw, err := json.Marshal(props)
	if err != nil {
		panic(err)
	}
	return &event.Event{Ord: ord, Name: name, At: start.Add(time.Duration(hours * float64(time.Hour))), Props: raw}
}

func bought(ord uint32, hours float64, order string, cents int) *event.Event {
	return happened(ord, hours, event.OrderCompleted, map[string]any{"order_id": order, "revenue": fmt.Sprintf("%d.%02d", cents/100, cents%100)})
}

// road takes events and exposures down the road in one batch.
func (r *rig) road(evs []*event.Event, exposures ...experiment.Exposure) {
	r.t.Helper()
	err := r.db.InTx(context.Background(), func(ctx context.Context) error {
		r.tl.Lock()
		err := r.take(ctx, evs)
		r.tl.Unlock()
		for _, e := range exposures {
			r.Expose(e)
		}
		for _, flush := range []func(context.Context) error{r.log.Flush, r.customers.Flush, r.Flush} {
			if err == nil {
				err = flush(ctx)
			}
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.log.Stored()
}

func (r *rig) take(ctx context.Context, evs []*event.Event) error {
	for _, ev := range evs {
		r.n++
		ev.SourceID, ev.MessageID, ev.ReceivedAt = 1, fmt.Sprint("m", r.n), ev.At
		r.log.Prepare(ev)
		ev.Seq = r.log.Last() + 1
		name, _, err := r.log.Register(ev.Name)
		if err != nil {
			return err
		}
		r.log.Append(ev, name)
		if _, err := r.customers.Apply(ctx, ev, ev.Ord, r.tl.Root(ev.Ord)); err != nil {
			return err
		}
		r.tl.Append(timeline.Record{Seq: ev.Seq, Ord: ev.Ord, At: ev.At.UnixMilli(), Name: name})
	}
	return nil
}

// merge makes records one customer.
func (r *rig) merge(root uint32, leaves ...uint32) {
	r.t.Helper()
	err := r.db.InTx(context.Background(), func(ctx context.Context) error {
		r.tl.Lock()
		defer r.tl.Unlock()
		r.tl.SetGroup(root, leaves)
		return r.customers.Regroup(ctx, leaves...)
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) results(name string) experiment.Result {
	r.t.Helper()
	got, err := r.Results(context.Background(), name)
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

// arm is the result of one arm.
func arm(t testing.TB, r experiment.Result, name string) experiment.ArmResult {
	t.Helper()
	for _, a := range r.Arms {
		if a.Arm == name {
			return a
		}
	}
	t.Fatalf("there is no arm %s in %+v", name, r.Arms)
	return experiment.ArmResult{}
}

func hours(n float64) time.Time { return start.Add(time.Duration(n * float64(time.Hour))) }

func exposed(arm string, ord uint32, at float64) experiment.Exposure {
	return experiment.Exposure{Experiment: "pb/step", Arm: arm, Ord: ord, At: hours(at), Origin: "pb", Share: 50}
}
