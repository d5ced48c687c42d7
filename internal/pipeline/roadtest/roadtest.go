// Package roadtest gives tests a whole road on a real database: the rooms from the log to
// audiences, with whatever the test puts in the place of playbooks. Nothing in it is a
// substitute for a room that it builds.
package roadtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/identity"
	"yutang/internal/pipeline"
	"yutang/internal/seal"
	"yutang/internal/timeline"
)

// TB is what the package asks of a test; *rapid.T has it too.
type TB interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// Road is a pipeline with all its rooms. Its brand's zone is UTC, its currency CNY.
type Road struct {
	*pipeline.Pipeline
	DB        *db.DB
	Clock     *clock.Manual
	Log       *event.Log
	Timeline  *timeline.Store
	Identity  *identity.Service
	Customers *customer.Service
	Audiences *audience.Service
	Source    int64
	Serial    int // of the last message that Track made
}

// Options are what a test chooses. The zero value keeps no snapshot and starts nothing.
type Options struct {
	Snapshot  string             // path; "" none
	Playbooks pipeline.Playbooks // nil: nobody listens
	Outreach  pipeline.Flusher   // nil: nothing is sent
	Levels    bool               // changes of tiers and stages raise events
}

// Open makes a road that runs until Close.
func Open(t TB, d *db.DB, clk *clock.Manual, o Options) *Road {
	t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if o.Playbooks == nil {
		o.Playbooks = Nobody{}
	}
	if o.Outreach == nil {
		o.Outreach = Nobody{}
	}
	r := &Road{DB: d, Clock: clk, Log: event.NewLog(d, box), Timeline: timeline.New()}
	r.Identity = identity.New(d, box, r.Timeline, clk)
	r.Customers = customer.New(d, box, r.Timeline, clk)
	writer := &late{}
	r.Audiences = audience.NewService(d, audience.NewEngine(r.Timeline, r.Customers, r.Log, zone{}), clk, writer)
	r.Pipeline = pipeline.New(pipeline.Rooms{
		DB: d, Clock: clk, Log: r.Log, Timeline: r.Timeline, Identity: r.Identity, Customers: r.Customers,
		Audiences: r.Audiences, Playbooks: o.Playbooks, Outreach: o.Outreach,
	}, box, o.Snapshot, nil)
	writer.Pipeline = r.Pipeline
	ctx := context.Background()
	if err := r.Load(ctx); err != nil {
		t.Fatal(err)
	}
	src, err := r.Log.Source(ctx, "test", "test-write-key", clk.Now())
	if err != nil {
		t.Fatal(err)
	}
	r.Source = src.ID
	if o.Levels {
		if src, err = r.Log.Source(ctx, "levels", "levels-write-key", clk.Now()); err != nil {
			t.Fatal(err)
		}
		r.RaiseLevels(src.ID, func(string) bool { return true })
	}
	r.Start()
	if err := r.Audiences.Start(ctx); err != nil {
		t.Fatal(err)
	}
	return r
}

// Close stops the road. The database stays open.
func (r *Road) Close() {
	r.Audiences.Stop()
	r.Stop()
}

// Track makes an event of a user, with a message id of its own. props may be "".
func (r *Road) Track(user, name string, at time.Time, props string) *event.Event {
	r.Serial++
	ev := &event.Event{
		SourceID: r.Source, MessageID: fmt.Sprint("m", r.Serial), Name: name, At: at,
		ReceivedAt: r.Clock.Now(), Identities: []event.Identity{{Type: "user_id", Value: user}},
	}
	if props != "" {
		ev.Props = json.RawMessage(props)
	}
	return ev
}

// MustSubmit records events.
func (r *Road) MustSubmit(t TB, evs ...*event.Event) {
	t.Helper()
	if _, err := r.Submit(context.Background(), evs); err != nil {
		t.Fatalf("Submit: %v", err)
	}
}

// Root is the number of the customer that a user is.
func (r *Road) Root(t TB, user string) uint32 {
	t.Helper()
	r.Timeline.RLock()
	defer r.Timeline.RUnlock()
	root, ok := r.Identity.Lookup(event.Identity{Type: "user_id", Value: user})
	if !ok {
		t.Fatalf("nobody is %s", user)
	}
	return root
}

type zone struct{}

func (zone) Zone() *time.Location { return time.UTC }

// late breaks the circle between audiences and the pipeline that is made of them.
type late struct{ *pipeline.Pipeline }

// Nobody listens to the road, and stands where playbooks or what is sent do. A test embeds it
// and adds what it wants to hear.
type Nobody struct{}

func (Nobody) OnEvent(context.Context, *event.Event, uint32, uint32) error { return nil }

func (Nobody) OnTransition(context.Context, string, bool, uint32, uint32, int64, uint64) error {
	return nil
}

func (Nobody) OnTouched(context.Context, uint32) error { return nil }

func (Nobody) NextDue() (int64, bool) { return 0, false }

func (Nobody) Advance(context.Context, int64, int) (bool, error) { return false, nil }

func (Nobody) Emitted() []*event.Event { return nil }

func (Nobody) Load(context.Context) error { return nil }

func (Nobody) Flush(context.Context) error { return nil }
