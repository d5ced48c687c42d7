package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/identity"
	"yutang/internal/pipeline"
	"yutang/internal/pipeline/roadtest"
	"yutang/internal/timeline"
)

// start0 is when the tests' clock begins.
var start0 = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// road is a pipeline with all its rooms on a real database.
type road struct {
	*pipeline.Pipeline
	db        *db.DB
	clock     *clock.Manual
	log       *event.Log
	tl        *timeline.Store
	identity  *identity.Service
	customers *customer.Service
	audiences *audience.Service
	heard     *listener
	snapshot  string
	source    int64
	serial    int
}

// listener stands where playbooks do and notes what they would hear.
type listener struct {
	transitions []audience.Transition
	events      int
}

// errPoison is what an event named Poison does to the road.
var errPoison = errors.New("this event cannot be handled")

func (l *listener) OnEvent(_ context.Context, ev *event.Event, _, _ uint32) error {
	l.events++
	if ev.Name == "Poison" {
		return errPoison
	}
	return nil
}

func (l *listener) OnTransition(_ context.Context, aud string, entered bool, root, _ uint32, at int64, seq uint64) error {
	l.transitions = append(l.transitions, audience.Transition{Audience: aud, Entered: entered, Root: root, At: at, Seq: seq})
	return nil
}

func (l *listener) OnTouched(context.Context, uint32) error { return nil }

func (l *listener) NextDue() (int64, bool) { return 0, false }

func (l *listener) Advance(context.Context, int64, int) (bool, error) { return false, nil }

func (l *listener) Emitted() []*event.Event { return nil }

func (l *listener) Load(context.Context) error  { return nil }
func (l *listener) Flush(context.Context) error { return nil }

type fataler = roadtest.TB

func newRoad(t fataler, d *db.DB, clk *clock.Manual, snapshot string) *road {
	t.Helper()
	return newRoadWith(t, d, clk, roadtest.Options{Snapshot: snapshot})
}

// newLevelRoad is a road on which tiers and stages raise events.
func newLevelRoad(t fataler, d *db.DB, clk *clock.Manual, snapshot string) *road {
	t.Helper()
	return newRoadWith(t, d, clk, roadtest.Options{Snapshot: snapshot, Levels: true})
}

func newRoadWith(t fataler, d *db.DB, clk *clock.Manual, o roadtest.Options) *road {
	t.Helper()
	heard := &listener{}
	o.Playbooks, o.Outreach = heard, heard
	r := roadtest.Open(t, d, clk, o)
	return &road{
		Pipeline: r.Pipeline, db: d, clock: clk, log: r.Log, tl: r.Timeline, identity: r.Identity, customers: r.Customers,
		audiences: r.Audiences, heard: heard, snapshot: o.Snapshot, source: r.Source,
	}
}

func (r *road) stop() {
	r.audiences.Stop()
	r.Stop()
}

// open makes a road that ends with the test.
func open(t *testing.T, d *db.DB) *road {
	t.Helper()
	r := newRoad(t, d, clock.NewManual(start0), filepath.Join(t.TempDir(), "snapshot"))
	t.Cleanup(func() { r.stop() })
	return r
}

// track makes an event of a user at a time relative to the clock.
func (r *road) track(user, name string, ago time.Duration, props string) *event.Event {
	r.serial++
	ev := &event.Event{
		SourceID: r.source, MessageID: fmt.Sprint("m", r.serial), Name: name, At: r.clock.Now().Add(-ago),
		ReceivedAt: r.clock.Now(), Identities: []event.Identity{{Type: "user_id", Value: user}},
	}
	if props != "" {
		ev.Props = json.RawMessage(props)
	}
	return ev
}

func (r *road) submit(t fataler, evs ...*event.Event) pipeline.Result {
	t.Helper()
	res, err := r.Submit(context.Background(), evs)
	if err != nil {
		t.Fatalf("Submit: %v", err)
	}
	return res
}

func (r *road) root(t fataler, user string) uint32 {
	t.Helper()
	r.tl.RLock()
	defer r.tl.RUnlock()
	root, ok := r.identity.Lookup(event.Identity{Type: "user_id", Value: user})
	if !ok {
		t.Fatalf("nobody is %s", user)
	}
	return root
}

// audience makes an audience and waits until it is live.
func (r *road) audience(t fataler, rule string) string {
	t.Helper()
	a, err := r.audiences.Create(context.Background(), audience.Input{Name: "a", Rule: json.RawMessage(rule), By: "test"})
	if err != nil {
		t.Fatalf("create audience %s: %v", rule, err)
	}
	r.settle(t, a.ID)
	return a.ID
}

// settle waits until the wanted version of an audience is live.
func (r *road) settle(t fataler, id string) {
	t.Helper()
	if err := r.audiences.Settled(context.Background(), id); err != nil {
		t.Fatalf("settle: %v", err)
	}
}

func (r *road) members(t fataler, id string) []uint32 {
	t.Helper()
	roots, _, err := r.audiences.Members(context.Background(), id, 0, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	return roots
}

// sync returns when the writer has handled everything due at the clock's time.
func (r *road) sync(t fataler) {
	t.Helper()
	if err := r.Do(context.Background(), func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// covers: B1, B6
func TestSubmit_AudienceReflectsEventsAtAck(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := open(t, d)
		id := r.audience(t, `{"did":{"event":"Order Completed","within":"30d","sum":{"of":"revenue","gte":100}}}`)
		r.submit(t, r.track("ann", "Order Completed", time.Hour, `{"order_id":"1","revenue":60}`))
		if got := r.members(t, id); len(got) != 0 {
			t.Fatalf("members after 60: %v", got)
		}
		r.submit(t, r.track("ann", "Order Completed", 0, `{"order_id":"2","revenue":40}`))
		if got := r.members(t, id); !slices.Equal(got, []uint32{r.root(t, "ann")}) {
			t.Fatalf("members after 100: %v", got)
		}
		if n := len(r.heard.transitions); n != 1 || !r.heard.transitions[0].Entered {
			t.Fatalf("heard %v", r.heard.transitions)
		}
	})
}

// covers: B1
func TestSubmit_SameMessageHasOneEffect(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := open(t, d)
		ev := r.track("ann", "Order Completed", 0, `{"order_id":"1","revenue":60}`)
		again := *ev
		if res := r.submit(t, ev, &again); res != (pipeline.Result{Accepted: 1, Duplicates: 1}) {
			t.Fatalf("first: %+v", res)
		}
		once := *ev
		if res := r.submit(t, &once); res != (pipeline.Result{Duplicates: 1}) {
			t.Fatalf("again: %+v", res)
		}
		other := *ev
		other.MessageID = "another"
		r.submit(t, &other)
		if r.log.Last() != 2 {
			t.Fatalf("%d events in the log, want 2", r.log.Last())
		}
		if o := r.customers.Orders(r.root(t, "ann")); o.Count != 1 {
			t.Fatalf("orders = %+v, want one", o)
		}
	})
}

// covers: B6
func TestTimedExit_OnTheSecond(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := open(t, d)
		id := r.audience(t, `{"did":{"event":"Product Viewed","within":"30m"}}`)
		r.submit(t, r.track("ann", "Product Viewed", 10*time.Minute, ""))
		r.clock.Advance(20*time.Minute - time.Millisecond)
		r.sync(t)
		if got := r.members(t, id); len(got) != 1 {
			t.Fatalf("left early: %v", got)
		}
		r.clock.Advance(tick)
		r.sync(t)
		if got := r.members(t, id); len(got) != 0 {
			t.Fatalf("still a member after the window: %v", got)
		}
		last := r.heard.transitions[len(r.heard.transitions)-1]
		if want := start0.Add(20 * time.Minute).UnixMilli(); last.At != want || last.Entered {
			t.Fatalf("exit at %d, want %d", last.At, want)
		}
	})
}

// tick is the grain of timers.
const tick = 101 * time.Millisecond

// covers: B2, B6
func TestMerge_AndUnmergeRestoreAudiences(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := open(t, d)
		ctx := context.Background()
		twice := r.audience(t, `{"did":{"event":"Order Completed","count":{"gte":2}}}`)
		once := r.audience(t, `{"did":{"event":"Order Completed","count":{"eq":1}}}`)
		r.submit(t, r.track("ann", "Order Completed", time.Hour, `{"order_id":"1","revenue":60}`),
			r.track("bob", "Order Completed", 0, `{"order_id":"2","revenue":40}`))
		a, b := r.root(t, "ann"), r.root(t, "bob")
		m, err := r.Merge(ctx, a, b, "test")
		if err != nil {
			t.Fatal(err)
		}
		if got := r.members(t, twice); !slices.Equal(got, []uint32{m.Kept}) {
			t.Fatalf("members of twice after merge: %v", got)
		}
		if got := r.members(t, once); len(got) != 0 {
			t.Fatalf("members of once after merge: %v", got)
		}
		if _, _, err := r.Unmerge(ctx, m.ID, "test"); err != nil {
			t.Fatal(err)
		}
		if got := r.members(t, once); !slices.Equal(got, []uint32{a, b}) {
			t.Fatalf("members of once after unmerge: %v, want %v", got, []uint32{a, b})
		}
		if got := r.members(t, twice); len(got) != 0 {
			t.Fatalf("members of twice after unmerge: %v", got)
		}
	})
}

// covers: B6
func TestTimedExit_MovesEarlier(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	id := r.audience(t, `{"trait":"since","op":"within_last","value":"30m"}`)
	since := func(ago time.Duration) *event.Event {
		ev := r.track("ann", event.Identified, 0, "")
		value := r.clock.Now().Add(-ago).Format(time.RFC3339)
		ev.Traits = []event.TraitOp{{Action: event.TraitSet, Name: "since", Value: json.RawMessage(`"` + value + `"`)}}
		return ev
	}
	r.submit(t, since(10*time.Minute))
	r.submit(t, since(25*time.Minute))
	if got := r.members(t, id); len(got) != 1 {
		t.Fatalf("members: %v", got)
	}
	r.clock.Advance(5*time.Minute + tick)
	r.sync(t)
	if got := r.members(t, id); len(got) != 0 {
		t.Fatalf("still a member after the earlier end: %v", got)
	}
}

// covers: B6
func TestBuild_SeesWhatHappensMeanwhile(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	ctx := context.Background()
	var evs []*event.Event
	for i := range 3000 {
		evs = append(evs, r.track(fmt.Sprint("u", i), "A", time.Hour, ""))
	}
	r.submit(t, evs...)
	for round := range 8 {
		name := fmt.Sprint("E", round)
		a, err := r.audiences.Create(ctx, audience.Input{Name: "a", Rule: json.RawMessage(`{"did":{"event":"` + name + `"}}`), By: "test"})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 40 { // some before, some during, some after the scan
			r.submit(t, r.track(fmt.Sprint("u", i*70), name, 0, ""))
		}
		r.settle(t, a.ID)
		if got := r.members(t, a.ID); len(got) != 40 {
			t.Fatalf("round %d: %d members, want 40", round, len(got))
		}
	}
}

// covers: B1
func TestSubmit_AnEventThatCannotBeHandledFailsAlone(t *testing.T) {
	t.Parallel()
	r := open(t, dbtest.SQLite(t))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	id := r.audience(t, `{"did":{"event":"A"}}`)
	poison := r.track("bad", "Poison", 0, "")
	good := make([]*event.Event, 40)
	for i := range good {
		good[i] = r.track(fmt.Sprint("u", i), "A", 0, "")
	}
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			again := *poison
			if _, err := r.Submit(ctx, []*event.Event{&again}); err == nil {
				t.Error("the poison was stored")
				return
			}
			select {
			case <-done:
				return
			default:
			}
		}
	}()
	var wg sync.WaitGroup
	for _, ev := range good {
		wg.Go(func() {
			for ctx.Err() == nil {
				again := *ev
				if _, err := r.Submit(ctx, []*event.Event{&again}); err == nil {
					return
				}
			}
			t.Errorf("%s was never stored", ev.MessageID)
		})
	}
	wg.Wait()
	close(done)
	<-ended
	for ctx.Err() == nil && r.Do(ctx, func(context.Context) error { return nil }) != nil {
	} // until the road is open again
	if got := r.members(t, id); len(got) != len(good) || r.log.Last() != uint64(len(good)) {
		t.Fatalf("%d members and %d events, want %d", len(got), r.log.Last(), len(good))
	}
}
