package budget

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) // a Monday

// rig is a brand with a ledger, orders and a budget.
type rig struct {
	t      testing.TB
	db     *db.DB
	clock  *clock.Manual
	tl     *timeline.Store
	people *customer.Service
	ledger *outreach.Service
	jobs   *job.Queue
	seq    uint64
	*Service
}

func (r *rig) SubmitEvents(_ context.Context, evs []*event.Event) (int, error) { return len(evs), nil }

func newRig(t testing.TB, d *db.DB, customers uint32) *rig {
	t.Helper()
	box, err := seal.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, db: d, clock: clock.NewManual(noon), tl: timeline.New()}
	r.tl.Grow(customers)
	r.jobs = job.New(d, r.clock)
	r.people = customer.New(d, box, r.tl, r.clock)
	brand := func() *time.Location { return time.UTC }
	r.ledger = outreach.New(outreach.Config{DB: d, Box: box, Clock: r.clock, Jobs: r.jobs, Timeline: r.tl, Zone: brand})
	r.ledger.UseSubmitter(r, 1)
	r.Service = New(Config{
		DB: d, Clock: r.clock, Jobs: r.jobs, Timeline: r.tl, Customers: r.people, Ledger: r.ledger, Zone: brand, Forecasts: map[string]Forecast{},
	})
	r.policy(func(*outreach.Policy) {})
	return r
}

// policy sets one that allows everything but for what change says.
func (r *rig) policy(change func(p *outreach.Policy)) {
	r.t.Helper()
	p := outreach.Policy{Consent: map[string]outreach.ConsentNeed{
		"sms": outreach.ConsentNotWithdrawn, "mail": outreach.ConsentNotWithdrawn, outreach.WeComMass: outreach.ConsentNotWithdrawn,
	}}
	change(&p)
	if err := r.ledger.SetPolicy(context.Background(), p); err != nil {
		r.t.Fatal(err)
	}
}

// sent has a touch accepted now.
func (r *rig) sent(playbook, step string, ord uint32, state outreach.State) {
	r.t.Helper()
	ctx := context.Background()
	err := r.db.InTx(ctx, func(ctx context.Context) error {
		b, err := r.ledger.PlanMany(ctx, []outreach.Touch{{
			Playbook: playbook, Version: 1, Run: id.New("run"), Step: step, Occurrence: 1, Ord: ord, Channel: "sms",
			TriggerAt: r.clock.Now(), Due: r.clock.Now(), ExpiresAt: r.clock.Now().Add(time.Hour),
		}})
		if err != nil {
			return err
		}
		_, err = r.db.Exec(ctx, `UPDATE delivery SET state = $1, dispatched_at = $2, settled_at = $3 WHERE id = $4`,
			string(state), r.clock.Now().UnixMilli(), r.clock.Now().UnixMilli(), b.First)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// batch runs fn as the road's writer does.
func (r *rig) batch(fn func(ctx context.Context) error) {
	r.t.Helper()
	err := r.db.InTx(context.Background(), func(ctx context.Context) error {
		r.tl.Lock()
		err := fn(ctx)
		r.tl.Unlock()
		if err != nil {
			return err
		}
		return r.people.Flush(ctx)
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// order has a customer buy now.
func (r *rig) order(ord uint32, name, order string, props string) {
	r.t.Helper()
	r.batch(func(ctx context.Context) error {
		r.seq++
		_, err := r.people.Apply(ctx, &event.Event{
			Seq: r.seq, Name: name, Ord: ord, At: r.clock.Now(), MessageID: id.New("m"),
			Props: json.RawMessage(fmt.Sprintf(`{"order_id":%q,%s}`, order, props)),
		}, ord, r.tl.Root(ord))
		return err
	})
}

// level moves a customer to a level now.
func (r *rig) level(kind, name string, ord uint32) {
	r.t.Helper()
	r.batch(func(context.Context) error {
		r.people.SetLevel(kind, ord, slices.Index(r.people.Level(kind).Names(), name), r.clock.Now().UnixMilli())
		return nil
	})
}

// touches is a forecast that is known.
type touches []Touch

func (all touches) Forecast(_ context.Context, until time.Time, visit func(Touch) error) error {
	for _, t := range all {
		if t.Due.Before(until) {
			if err := visit(t); err != nil {
				return err
			}
		}
	}
	return nil
}

// touch is one that is due after some hours and lives for a day.
func touch(name string, ord uint32, channel string, after time.Duration) Touch {
	return Touch{
		ID: name, Ord: ord, Playbook: "pb_1", Name: "Welcome", Version: 1, Step: "hello", Channel: channel,
		Due: noon.Add(after), Expires: noon.Add(after + 24*time.Hour),
	}
}
