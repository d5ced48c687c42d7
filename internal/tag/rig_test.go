package tag_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/pipeline"
	"yutang/internal/pipeline/roadtest"
	"yutang/internal/seal"
	"yutang/internal/tag"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
	"yutang/internal/wecomsim"
)

const corpID = "ww0000000000000001"

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// brand is the whole road with tags on it, and a corp at the simulator.
type brand struct {
	t         testing.TB
	db        *db.DB
	clock     *clock.Manual
	log       *event.Log
	timeline  *timeline.Store
	identity  *identity.Service
	customers *customer.Service
	audiences *audience.Service
	jobs      *job.Queue
	tags      *tag.Service
	*pipeline.Pipeline
	sim    *wecomsim.Sim
	client *wecom.Client
	source int64

	mu     sync.Mutex
	pairs  []tag.Pair
	serial int
}

type utc struct{}

func (utc) Zone() *time.Location { return time.UTC }

type late struct{ *pipeline.Pipeline }

type idle struct{}

func (idle) Flush(context.Context) error { return nil }

// open starts a brand on d with a corp of its own.
func open(t testing.TB, d *db.DB) *brand {
	t.Helper()
	b := &brand{t: t, db: d, clock: clock.NewManual(noon)}
	sim, err := wecomsim.New(wecomsim.Config{CorpID: corpID, Secret: "secret", Clock: b.clock, LimitScale: -1, Seed: 7})
	b.must(err)
	b.sim = sim
	srv := httptest.NewServer(sim.Handler())
	t.Cleanup(srv.Close)
	b.client = wecom.New(wecom.Config{
		BaseURL: srv.URL, CorpID: corpID, App: "main", Secret: "secret", Clock: b.clock, Limits: wecom.NewLimits(b.clock, wecom.WithScale(1000)),
	})
	for _, user := range []string{"ann", "bob"} {
		b.must(sim.PutMember(wecomsim.NewMember{User: user}))
	}
	b.boot()
	return b
}

// boot makes a new process on the brand's database.
func (b *brand) boot() {
	b.t.Helper()
	ctx, clk, d := context.Background(), b.clock, b.db
	box, err := seal.New(bytes.Repeat([]byte{9}, 32))
	b.must(err)
	b.log, b.timeline = event.NewLog(d, box), timeline.New()
	b.identity = identity.New(d, box, b.timeline, clk)
	b.customers = customer.New(d, box, b.timeline, clk)
	writer := &late{}
	b.audiences = audience.NewService(d, audience.NewEngine(b.timeline, b.customers, b.log, utc{}), clk, writer)
	b.jobs = job.New(d, clk)
	b.must(b.log.Load(ctx))
	src, err := b.log.Source(ctx, "test", "test-write-key", clk.Now())
	b.must(err)
	own, err := b.log.Source(ctx, "tags", "tags-write-key", clk.Now())
	b.must(err)
	b.source = src.ID
	b.tags = tag.New(tag.Config{
		DB: d, Clock: clk, Jobs: b.jobs, Timeline: b.timeline, Identity: b.identity, Customers: b.customers, Audiences: b.audiences,
		Submit: writer, Source: own.ID, Contacts: b.contacts,
		Client: func(context.Context, string) (*wecom.Client, error) { return b.client, nil },
	})
	b.Pipeline = pipeline.New(pipeline.Rooms{
		DB: d, Clock: clk, Log: b.log, Timeline: b.timeline, Identity: b.identity, Customers: b.customers, Audiences: b.audiences,
		Playbooks: listening{Service: b.tags}, Outreach: idle{}, Regrouped: b.tags.OnRegroup,
	}, box, "", nil)
	writer.Pipeline = b.Pipeline
	b.must(b.Load(ctx))
	b.Start()
	b.must(b.audiences.Start(ctx))
	road, audiences, once := b.Pipeline, b.audiences, sync.Once{}
	stop := func() { once.Do(func() { audiences.Stop(); road.Stop() }) }
	b.t.Cleanup(stop)
}

// listening is tags in the place of playbooks: what only playbooks do, nobody does.
type listening struct {
	roadtest.Nobody
	*tag.Service
}

// OnEvent, OnTransition, Load and Flush are those of tags.
func (l listening) OnEvent(ctx context.Context, ev *event.Event, root, leaf uint32) error {
	return l.Service.OnEvent(ctx, ev, root, leaf)
}

func (l listening) OnTransition(ctx context.Context, audience string, entered bool, root, leaf uint32, at int64, seq uint64) error {
	return l.Service.OnTransition(ctx, audience, entered, root, leaf, at, seq)
}

func (l listening) Load(ctx context.Context) error { return l.Service.Load(ctx) }

func (l listening) Flush(ctx context.Context) error { return l.Service.Flush(ctx) }

func (b *brand) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// contacts is the room of contacts: who is active.
func (b *brand) contacts(_ context.Context, leaves []uint32) (out []tag.Pair, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.pairs {
		b.timeline.RLock()
		leaf, _ := b.identity.LookupLeaf(event.Identity{Type: "external_userid:" + p.Corp, Value: p.External})
		b.timeline.RUnlock()
		if p.Leaf = leaf; slices.Contains(leaves, leaf) {
			out = append(out, p)
		}
	}
	return out, nil
}

// befriend makes a new customer whom users have added, and gives the external id.
func (b *brand) befriend(users ...string) string {
	b.t.Helper()
	external := b.sim.AddCustomer(wecomsim.NewCustomer{Name: "Li"})
	b.submit(&event.Event{Name: event.ContactAdded, At: b.clock.Now(), Identities: who(external)})
	for _, user := range users {
		b.addTo(user, external)
	}
	return external
}

// addTo has a member add a customer.
func (b *brand) addTo(user, external string) {
	b.t.Helper()
	_, err := b.sim.Add(user, external, 1)
	b.must(err)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pairs = append(b.pairs, tag.Pair{Corp: corpID, User: user, External: external})
}

// leaf is the record of a customer.
func (b *brand) leaf(external string) uint32 {
	b.timeline.RLock()
	defer b.timeline.RUnlock()
	leaf, _ := b.identity.LookupLeaf(who(external)[0])
	return leaf
}

func who(external string) []event.Identity {
	return []event.Identity{{Type: "external_userid:" + corpID, Value: external}}
}

func (b *brand) submit(ev *event.Event) {
	b.t.Helper()
	b.serial++
	ev.SourceID, ev.MessageID, ev.ReceivedAt = b.source, fmt.Sprint(b.t.Name(), b.serial), b.clock.Now()
	_, err := b.Submit(context.Background(), []*event.Event{ev})
	b.must(err)
}

// edit is somebody changing a customer's tag over our API.
func (b *brand) edit(external, label string, on bool) {
	b.t.Helper()
	ev := &event.Event{Name: event.TagAdded, At: b.clock.Now(), Identities: who(external), Tags: []event.TagOp{{Tag: label, Remove: !on}}}
	if !on {
		ev.Name = event.TagRemoved
	}
	b.submit(ev)
}

// fetch asks the platform for a contact's tags.
func (b *brand) fetch(user, external string) tag.Observation {
	b.t.Helper()
	o := tag.Observation{Corp: corpID, User: user, External: external, At: b.clock.Now()}
	c, err := b.client.ExternalContactGet(context.Background(), external, "")
	b.must(err)
	for _, f := range c.FollowUser {
		if f.UserID == user {
			for _, t := range f.Tags {
				o.Tags = append(o.Tags, t.TagID)
			}
		}
	}
	return o
}

func (b *brand) observe(all ...tag.Observation) {
	b.t.Helper()
	b.must(b.tags.ObserveMany(context.Background(), all))
}

// work does all that waits and is due.
func (b *brand) work() {
	b.t.Helper()
	ctx := context.Background()
	for {
		moved := false
		for more := true; more; {
			var err error
			more, err = b.tags.StepRoad(ctx)
			b.must(err)
			moved = moved || more
		}
		bulks, err := b.tags.Bulks(ctx, "", 100)
		b.must(err)
		for _, op := range bulks.Items {
			for op.State == tag.Running {
				_, err := b.tags.StepBulk(ctx, op.ID)
				b.must(err)
				op, err = b.tags.Bulk(ctx, op.ID)
				b.must(err)
				moved = true
			}
		}
		pairs, err := b.tags.PendingPairs(ctx)
		b.must(err)
		for _, p := range pairs {
			b.must(b.tags.StepPush(ctx, p[0], p[1], p[2]))
			moved = true
		}
		if !moved {
			return
		}
	}
}

// labels are the tags that a customer carries.
func (b *brand) labels(external string) []string {
	b.t.Helper()
	b.timeline.RLock()
	root, ok := b.identity.Lookup(who(external)[0])
	b.timeline.RUnlock()
	if !ok {
		b.t.Fatalf("nobody is %s", external)
	}
	p, err := b.customers.Profile(context.Background(), root)
	b.must(err)
	return p.Tags
}

// remote are the labels that a contact has at the platform.
func (b *brand) remote(user, external string) (out []string) {
	b.t.Helper()
	for _, id := range b.fetch(user, external).Tags {
		t, ok := b.tags.Find(corpID, id)
		if !ok {
			b.t.Fatalf("nobody knows the tag %s", id)
		}
		out = append(out, t.Label)
	}
	slices.Sort(out)
	return out
}

// define makes tags of the corp, in the group "VIP".
func (b *brand) define(names ...string) []tag.Tag {
	b.t.Helper()
	made, err := b.tags.Create(context.Background(), tag.NewTags{Corp: corpID, Group: "VIP", Names: names})
	b.must(err)
	return made
}

// events counts the events of a name so far.
func (b *brand) events(name string) (n int) {
	b.t.Helper()
	want, _ := b.log.NameID(name)
	b.must(b.log.Scan(context.Background(), 1, b.log.Last()+1, func(s *event.Stored) error {
		if s.NameID == want {
			n++
		}
		return nil
	}))
	return n
}

func (b *brand) audience(rule string) string {
	b.t.Helper()
	ctx := context.Background()
	a, err := b.audiences.Create(ctx, audience.Input{Name: "a", Rule: json.RawMessage(rule), By: "test"})
	b.must(err)
	b.must(b.audiences.Settled(ctx, a.ID))
	return a.ID
}

func equal(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, ",") != strings.Join(want, ",") {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
}
