package rehearse_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/pipeline"
	"yutang/internal/rehearse"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

// noon is when the tests' clock begins: a Monday.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// rig is the road without playbooks, and rehearsals on it.
type rig struct {
	*pipeline.Pipeline
	t         fataler
	db        *db.DB
	box       *seal.Box
	clock     *clock.Manual
	tl        *timeline.Store
	log       *event.Log
	identity  *identity.Service
	customers *customer.Service
	audiences *audience.Service
	outreach  *outreach.Service
	jobs      *job.Queue
	books     *shelf
	rehearse  *rehearse.Service
	source    int64
	serial    int
	stop      func()
}

// shelf holds definitions where the playbooks of a brand would be, and runs that wait.
type shelf struct {
	flows   map[string]*flow.Flow
	waiting []flow.Run
}

func (s *shelf) Flow(_ context.Context, playbook string, _ int) (*flow.Flow, error) {
	f := s.flows[playbook]
	if f == nil {
		return nil, fault.New(fault.NotFound, "playbook_not_found", "there is no playbook %q", playbook)
	}
	return f, nil
}

func (s *shelf) Waiting(_ context.Context, visit func(flow.Run) error) error {
	for _, r := range s.waiting {
		if err := visit(r); err != nil {
			return err
		}
	}
	return nil
}

// idle stands where playbooks do and does nothing.
type idle struct{ *outreach.Service }

func (i idle) OnEvent(_ context.Context, ev *event.Event, _, leaf uint32) error {
	i.Service.OnEvent(ev, leaf)
	return nil
}

func (idle) OnTransition(context.Context, string, bool, uint32, uint32, int64, uint64) error {
	return nil
}
func (idle) OnTouched(context.Context, uint32) error           { return nil }
func (idle) NextDue() (int64, bool)                            { return 0, false }
func (idle) Advance(context.Context, int64, int) (bool, error) { return false, nil }
func (idle) Emitted() []*event.Event                           { return nil }
func (idle) Load(context.Context) error                        { return nil }
func (idle) Flush(context.Context) error                       { return nil }

type utc struct{}

func (utc) Zone() *time.Location { return time.UTC }

type late struct{ *pipeline.Pipeline }

// open starts a rig on d; more may change what rehearsals know.
func open(t fataler, d *db.DB, more ...func(*rehearse.Config)) *rig {
	t.Helper()
	return assemble(t, d, func(r *rig) pipeline.Playbooks { return idle{r.outreach} }, more...)
}

// assemble is open with playbooks on the road.
func assemble(t fataler, d *db.DB, playbooks func(r *rig) pipeline.Playbooks, more ...func(*rehearse.Config)) *rig {
	t.Helper()
	ctx := context.Background()
	box, err := seal.New(bytes.Repeat([]byte{9}, 32))
	r := &rig{t: t, db: d, box: box, clock: clock.NewManual(noon), books: &shelf{flows: map[string]*flow.Flow{}}}
	r.must(err)
	r.log, r.tl, r.jobs = event.NewLog(d, box), timeline.New(), job.New(d, r.clock)
	r.identity = identity.New(d, box, r.tl, r.clock)
	r.customers = customer.New(d, box, r.tl, r.clock)
	writer := &late{}
	r.audiences = audience.NewService(d, audience.NewEngine(r.tl, r.customers, r.log, utc{}), r.clock, writer)
	r.outreach = outreach.New(outreach.Config{DB: d, Box: box, Clock: r.clock, Jobs: r.jobs, Timeline: r.tl, Zone: utc{}.Zone})
	r.Pipeline = pipeline.New(pipeline.Rooms{
		DB: d, Clock: r.clock, Log: r.log, Timeline: r.tl, Identity: r.identity, Customers: r.customers,
		Audiences: r.audiences, Playbooks: playbooks(r), Outreach: r.outreach,
	}, box, "", nil)
	writer.Pipeline = r.Pipeline
	cfg := rehearse.Config{
		DB: d, Clock: r.clock, Jobs: r.jobs, Timeline: r.tl, Log: r.log, Customers: r.customers, Audiences: r.audiences,
		Outreach: r.outreach, Playbooks: r.books, Zone: utc{}.Zone, Identities: r.identity.Identities,
	}
	for _, change := range more {
		change(&cfg)
	}
	r.rehearse = rehearse.New(cfg)
	r.must(r.Load(ctx))
	src, err := r.log.Source(ctx, "test", "test-write-key", r.clock.Now())
	r.must(err)
	r.source = src.ID
	r.Start()
	r.must(r.audiences.Start(ctx))
	r.must(r.outreach.Start(ctx))
	r.must(r.outreach.SetPolicy(ctx, outreach.Policy{
		Quiet: &outreach.Quiet{From: "22:00", To: "08:00"}, Consent: map[string]outreach.ConsentNeed{"webhook": outreach.ConsentNotWithdrawn},
	}))
	r.must(r.jobs.Start(ctx))
	r.stop = func() { r.jobs.Stop(ctx); r.outreach.Stop(); r.audiences.Stop(); r.Stop() }
	return r
}

// begin is open for a test, which it ends with.
func begin(t testing.TB, d *db.DB, more ...func(*rehearse.Config)) *rig {
	t.Helper()
	r := open(t, d, more...)
	t.Cleanup(r.stop)
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// at records an event of a user at a time before noon or after it.
func (r *rig) at(user, name string, after time.Duration, props string) {
	r.t.Helper()
	ev := r.event(user, name, noon.Add(after), props)
	_, err := r.Submit(context.Background(), []*event.Event{ev})
	r.must(err)
}

func (r *rig) event(user, name string, at time.Time, props string) *event.Event {
	r.serial++
	ev := &event.Event{
		SourceID: r.source, MessageID: fmt.Sprint("m", r.serial), Name: name, At: at, ReceivedAt: r.clock.Now(),
		Identities: []event.Identity{{Type: "user_id", Value: user}},
	}
	if props != "" {
		ev.Props = json.RawMessage(props)
	}
	return ev
}

// trait sets a user's trait to a JSON value.
func (r *rig) trait(user, name, value string) {
	r.t.Helper()
	ev := r.event(user, event.Identified, noon.Add(-1000*time.Hour), "")
	ev.Traits = []event.TraitOp{{Action: event.TraitSet, Name: name, Value: json.RawMessage(value)}}
	_, err := r.Submit(context.Background(), []*event.Event{ev})
	r.must(err)
}

func (r *rig) customer(user string) uint32 {
	r.t.Helper()
	r.tl.RLock()
	defer r.tl.RUnlock()
	ord, ok := r.identity.Lookup(event.Identity{Type: "user_id", Value: user})
	if !ok {
		r.t.Fatalf("nobody is %s", user)
	}
	return ord
}

// replay replays a definition over the last days.
func (r *rig) replay(days int, definition string) *rehearse.Result {
	r.t.Helper()
	res, err := r.rehearse.Replay(context.Background(), rehearse.Spec{Definition: json.RawMessage(definition), Days: days})
	r.must(err)
	return res
}

// audience makes an audience and waits until it is live.
func (r *rig) audience(rule string) string {
	r.t.Helper()
	ctx := context.Background()
	a, err := r.audiences.Create(ctx, audience.Input{Name: "a", Rule: json.RawMessage(rule), By: "test"})
	r.must(err)
	r.must(r.audiences.Settled(ctx, a.ID))
	return a.ID
}
