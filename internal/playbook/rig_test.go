package playbook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/experiment"
	"yutang/internal/flow"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/pipeline"
	"yutang/internal/playbook"
	"yutang/internal/seal"
	"yutang/internal/timeline"
	"yutang/internal/webhook"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// brand is the whole road with a receiver of webhooks at its end.
type brand struct {
	t         testing.TB
	db        *db.DB
	clock     *clock.Manual
	log       *event.Log
	timeline  *timeline.Store
	identity  *identity.Service
	customers *customer.Service
	audiences *audience.Service
	outreach  *outreach.Service
	playbooks *playbook.Service
	*pipeline.Pipeline
	source   int64
	serial   int
	endpoint string
	tasks    *orders
	trials   *experiment.Service
	got      chan []byte // bodies received
	stop     func()
}

type utc struct{}

func (utc) Zone() *time.Location { return time.UTC }

type late struct{ *pipeline.Pipeline }

// open starts a brand on d. Called twice on one database it is the same brand later.
func open(t testing.TB, d *db.DB, clk *clock.Manual) *brand {
	t.Helper()
	ctx := context.Background()
	box, err := seal.New(bytes.Repeat([]byte{9}, 32))
	b := &brand{t: t, db: d, clock: clk, got: make(chan []byte, 1000)}
	b.must(err)
	b.log, b.timeline = event.NewLog(d, box), timeline.New()
	b.identity = identity.New(d, box, b.timeline, clk)
	b.customers = customer.New(d, box, b.timeline, clk)
	customers := b.customers
	writer := &late{}
	b.audiences = audience.NewService(d, audience.NewEngine(b.timeline, customers, b.log, utc{}), clk, writer)
	jobs := job.New(d, clk)
	b.outreach = outreach.New(outreach.Config{DB: d, Box: box, Clock: clk, Jobs: jobs, Timeline: b.timeline, Zone: utc{}.Zone})
	hooks := webhook.New(d, box, clk, webhook.ParseAllow("127.0.0.1"))
	b.outreach.Register(webhook.Channel, hooks)
	experiments := experiment.New(experiment.Config{DB: d, Clock: clk, Timeline: b.timeline, Customers: customers, Log: b.log, Zone: utc{}.Zone})
	b.tasks, b.trials = &orders{}, experiments
	b.playbooks = playbook.New(playbook.Config{
		Box: box, Exposures: experiments, Tasks: b.tasks, Member: func(id string, root uint32) bool { return b.audiences.IsMember(id, root) },
		Predicate: func(ctx context.Context, raw json.RawMessage) (playbook.Predicate, error) {
			return b.audiences.Predicate(ctx, raw)
		},
		Watch: func(raw json.RawMessage) (playbook.Predicate, error) { return b.audiences.Watch(raw) },
		Ensure: func(ctx context.Context, _, _ string, a flow.Audience) (string, error) {
			made, err := b.audiences.Create(ctx, audience.Input{Name: a.Name, Rule: a.Rule, By: "test"})
			return made.ID, err
		},
		DB: d, Clock: clk, Timeline: b.timeline, Log: b.log, Customers: customers, Identity: b.identity, Outreach: b.outreach, Zone: utc{}.Zone,
		CheckEndpoint: func(ctx context.Context, _, key string) error { _, err := hooks.Get(ctx, key); return err },
		CheckAudience: func(ctx context.Context, id string) error { _, err := b.audiences.Get(ctx, id); return err },
	})
	b.audiences.OnRebuilt(func(ctx context.Context, ed audience.Edit) error {
		return b.playbooks.OnRebuilt(ctx, ed.Audience, ed.Removed)
	})
	b.Pipeline = pipeline.New(pipeline.Rooms{
		DB: d, Clock: clk, Log: b.log, Timeline: b.timeline, Identity: b.identity, Customers: customers,
		Audiences: b.audiences, Playbooks: &onRoad{b.playbooks, experiments}, Outreach: b.outreach, Regrouped: b.regrouped,
	}, box, "", nil)
	writer.Pipeline = b.Pipeline
	b.must(b.Load(ctx))
	b.must(b.playbooks.Prepare(ctx))
	src, err := b.log.Source(ctx, "test", "test-write-key", clk.Now())
	b.must(err)
	receipts, err := b.log.Source(ctx, "outreach", "outreach-write-key", clk.Now())
	b.must(err)
	b.source = src.ID
	steps, err := b.log.Source(ctx, "playbooks", "playbooks-write-key", clk.Now())
	b.must(err)
	b.playbooks.UseRoad(b.Pipeline, steps.ID)
	b.outreach.UseSubmitter(submitter{b.Pipeline}, receipts.ID)
	b.Start()
	b.must(b.audiences.Start(ctx))
	b.must(b.outreach.Start(ctx))
	b.must(jobs.Start(ctx))
	b.stop = func() { jobs.Stop(ctx); b.outreach.Stop(); b.audiences.Stop(); b.Stop() }
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.got <- body
	}))
	t.Cleanup(srv.Close)
	e, err := hooks.Create(ctx, webhook.Endpoint{Name: srv.URL, URL: srv.URL})
	b.must(err)
	b.endpoint = e.ID
	b.must(b.outreach.SetPolicy(ctx, outreach.Policy{Consent: map[string]outreach.ConsentNeed{"webhook": outreach.ConsentNotWithdrawn}}))
	return b
}

// onRoad is what the road starts, with what it tells.
type onRoad struct {
	*playbook.Service
	experiments *experiment.Service
}

// Load reads both.
func (r *onRoad) Load(ctx context.Context) error {
	if err := r.experiments.Load(ctx); err != nil {
		return err
	}
	return r.Service.Load(ctx)
}

// Flush writes both.
func (r *onRoad) Flush(ctx context.Context) error {
	if err := r.Service.Flush(ctx); err != nil {
		return err
	}
	return r.experiments.Flush(ctx)
}

// orders keeps the tasks that steps give.
type orders struct {
	all       []playbook.TaskOrder
	cancelled []string // runs
	ended     []string // playbooks
}

// Cancel and End take some back.
func (o *orders) Cancel(run string)   { o.cancelled = append(o.cancelled, run) }
func (o *orders) End(playbook string) { o.ended = append(o.ended, playbook) }

// Plan takes one.
func (o *orders) Plan(t playbook.TaskOrder) { o.all = append(o.all, t) }

func (b *brand) regrouped(ctx context.Context, roots ...uint32) error {
	for _, root := range roots {
		if err := b.playbooks.OnTouched(ctx, root); err != nil {
			return err
		}
	}
	return nil
}

type submitter struct{ *pipeline.Pipeline }

func (b *brand) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// audience makes an audience and waits until it is live.
func (b *brand) audience(rule string) string {
	b.t.Helper()
	ctx := context.Background()
	a, err := b.audiences.Create(ctx, audience.Input{Name: "a", Rule: json.RawMessage(rule), By: "test"})
	b.must(err)
	b.must(b.audiences.Settled(ctx, a.ID))
	return a.ID
}

// track records an event of a user that happened just now.
func (b *brand) track(user, name, props string) {
	b.t.Helper()
	b.submit(&event.Event{Name: name, At: b.clock.Now(), Identities: []event.Identity{{Type: "user_id", Value: user}}, Props: json.RawMessage(props)})
}

func (b *brand) submit(ev *event.Event) {
	b.t.Helper()
	b.serial++
	ev.SourceID, ev.MessageID, ev.ReceivedAt = b.source, fmt.Sprint(b.t.Name(), b.serial), b.clock.Now()
	_, err := b.Submit(context.Background(), []*event.Event{ev})
	b.must(err)
}

// identify sets a user's traits.
func (b *brand) identify(user string, traits map[string]string) {
	b.t.Helper()
	ev := &event.Event{Name: event.Identified, At: b.clock.Now(), Identities: []event.Identity{{Type: "user_id", Value: user}}}
	for name, v := range traits {
		ev.Traits = append(ev.Traits, event.TraitOp{Action: event.TraitSet, Name: name, Value: json.RawMessage(v)})
	}
	b.submit(ev)
}

// publish makes a playbook with these members of its definition, and the endpoint.
func (b *brand) publish(trigger, more, content string) string {
	b.t.Helper()
	ctx := context.Background()
	p, err := b.playbooks.Create(ctx, b.definition(trigger, more, content))
	b.must(err)
	_, err = b.playbooks.Publish(ctx, p.ID, "Ann")
	b.must(err)
	return p.ID
}

func (b *brand) definition(trigger, more, content string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(
		`{"name":"Welcome","trigger":%s%s,"steps":[{"id":"hello","send":{"channel":"webhook","endpoint":%q,"traits":["city"],"content":%s}}]}`,
		trigger, more, b.endpoint, content))
}

// customer is the number that a user's events are shown under.
func (b *brand) customer(user string) uint32 {
	b.t.Helper()
	b.timeline.RLock()
	defer b.timeline.RUnlock()
	ord, ok := b.identity.Lookup(event.Identity{Type: "user_id", Value: user})
	if !ok {
		b.t.Fatalf("nobody is %s", user)
	}
	return ord
}

func (b *brand) runs(f playbook.RunFilter) []playbook.Run {
	b.t.Helper()
	f.Limit = 1000
	list, err := b.playbooks.Runs(context.Background(), f)
	b.must(err)
	return list.Items
}

func (b *brand) profile(user string) customer.Profile {
	b.t.Helper()
	p, err := b.customers.Profile(context.Background(), b.customer(user))
	b.must(err)
	return p
}

// tag puts a tag on a user.
func (b *brand) tag(user, tag string) {
	b.t.Helper()
	b.submit(&event.Event{
		Name: event.TagAdded, At: b.clock.Now(), Identities: []event.Identity{{Type: "user_id", Value: user}}, Tags: []event.TagOp{{Tag: tag}},
	})
}
