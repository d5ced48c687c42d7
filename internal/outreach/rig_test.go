package outreach_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/seal"
	"yutang/internal/timeline"
	"yutang/internal/webhook"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// receiver is another company's server: it answers as told and remembers each request.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	keys    map[string]int // requests by idempotency key
	answer  func(n int, w http.ResponseWriter, r *http.Request)
	arrived chan string
}

func newReceiver(t testing.TB) *receiver {
	r := &receiver{keys: map[string]int{}, arrived: make(chan string, 10_000)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		key := req.Header.Get("Idempotency-Key")
		r.mu.Lock()
		r.keys[key]++
		n, answer := r.keys[key], r.answer
		r.mu.Unlock()
		r.arrived <- key
		if answer != nil {
			answer(n, w, req)
		}
	}))
	t.Cleanup(r.Server.Close)
	return r
}

func (r *receiver) requests() (total int, most int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.keys {
		total += n
		most = max(most, n)
	}
	return total, most
}

// road remembers receipts as the log does: once per message id.
type road struct {
	mu   sync.Mutex
	seen map[string]*event.Event
	got  chan *event.Event
}

func (r *road) SubmitEvents(_ context.Context, evs []*event.Event) (accepted int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ev := range evs {
		if r.seen[ev.MessageID] == nil {
			r.seen[ev.MessageID] = ev
			accepted++
			r.got <- ev
		}
	}
	return accepted, nil
}

// words composes the same message for everybody.
type words struct {
	perDay int
	quiet  *outreach.Quiet
	zone   *time.Location
	refuse outreach.Reason
}

func (w words) Compose(_ context.Context, d outreach.Delivery) (outreach.Draft, error) {
	return outreach.Draft{
		Message: outreach.Message{ID: d.ID, OccurredAt: d.TriggerAt, Content: json.RawMessage(`{"text":"hello"}`)},
		PerDay:  w.perDay, Quiet: w.quiet, Zone: w.zone, Refuse: w.refuse,
	}, nil
}

// rig is one brand's database with a process working on it. A crash is a new process on
// the same database while the old one is never heard of again.
type rig struct {
	t        testing.TB
	db       *db.DB
	box      *seal.Box
	clock    *clock.Manual
	timeline *timeline.Store
	receiver *receiver
	endpoint string
	words    outreach.Composer
	road     *road

	*outreach.Service
	jobs *job.Queue
	stop func()
}

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	box, err := seal.OpenKeyFile(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		t: t, db: d, box: box, clock: clock.NewManual(noon), timeline: timeline.New(), receiver: newReceiver(t), words: words{},
		road: &road{seen: map[string]*event.Event{}, got: make(chan *event.Event, 10_000)},
	}
	r.timeline.Lock()
	r.timeline.Grow(50)
	r.timeline.Unlock()
	r.boot()
	e, err := r.hooks().Create(context.Background(), webhook.Endpoint{Name: "crm", URL: r.receiver.URL, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	r.endpoint = e.ID
	if err := r.SetPolicy(context.Background(), outreach.Policy{Consent: map[string]outreach.ConsentNeed{"webhook": outreach.ConsentNotWithdrawn}}); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) hooks() *webhook.Service {
	return webhook.New(r.db, r.box, r.clock, webhook.ParseAllow("127.0.0.1"))
}

// boot makes a new process; run starts it.
func (r *rig) boot() {
	r.jobs = job.New(r.db, r.clock)
	r.Service = outreach.New(outreach.Config{
		DB: r.db, Box: r.box, Clock: r.clock, Jobs: r.jobs, Timeline: r.timeline, Zone: func() *time.Location { return time.UTC },
	})
	r.Register(webhook.Channel, r.hooks())
	r.UseComposer(r.words)
	r.UseSubmitter(r.road, 7)
}

func (r *rig) run() {
	r.t.Helper()
	ctx := context.Background()
	if err := r.Start(ctx); err != nil {
		r.t.Fatal(err)
	}
	if err := r.jobs.Start(ctx); err != nil {
		r.t.Fatal(err)
	}
	jobs, service, once := r.jobs, r.Service, sync.Once{}
	r.stop = func() { once.Do(func() { jobs.Stop(ctx); service.Stop() }) }
	r.t.Cleanup(r.stop)
}

// plan plans touches in a transaction, as the road does.
func (r *rig) plan(touches ...outreach.Touch) {
	r.t.Helper()
	err := r.db.InTx(context.Background(), func(ctx context.Context) error {
		for _, t := range touches {
			r.Plan(t)
		}
		return r.Flush(ctx)
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) touch(ord uint32) outreach.Touch {
	return outreach.Touch{
		Playbook: "pb_1", Version: 1, Run: id.New("run"), Step: "send", Occurrence: 1, Ord: ord, Channel: webhook.Channel,
		Endpoint: r.endpoint, TriggerAt: r.clock.Now(), Due: r.clock.Now(), ExpiresAt: r.clock.Now().Add(24 * time.Hour),
	}
}

// deliveries lists the ledger.
func (r *rig) deliveries(f outreach.Filter) []outreach.Delivery {
	r.t.Helper()
	f.Limit = 1000
	list, err := r.List(context.Background(), f)
	if err != nil {
		r.t.Fatal(err)
	}
	return list.Items
}

// settled works until n deliveries are in their end state or wait, and stops.
func (r *rig) settled() []outreach.Delivery {
	r.t.Helper()
	r.run()
	r.idle()
	r.stop()
	return r.deliveries(outreach.Filter{})
}

// busy says whether a job is leased, or due in a queue that is open.
func (r *rig) busy() bool {
	r.t.Helper()
	now, resting, busy := r.clock.Now(), r.Closed(), false
	const text = `SELECT queue, leased_until FROM job WHERE NOT dead AND (due <= $1 OR leased_until > 0)`
	err := r.db.Each(context.Background(), text, []any{now.UnixMilli()}, func(rows *sql.Rows) error {
		var queue string
		var leased int64
		if err := rows.Scan(&queue, &leased); err != nil {
			return err
		}
		busy = busy || leased > 0 || !resting[queue].After(now)
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return busy
}

// idle waits until nothing is under way and nothing is due, but for endpoints that rest.
func (r *rig) idle() {
	r.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if !r.busy() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	r.t.Fatal("deliveries do not come to rest")
}

func (r *rig) consent(ord uint32, name, channel string, at time.Time) {
	r.t.Helper()
	r.OnEvent(&event.Event{Name: name, At: at, Props: json.RawMessage(`{"channel":"` + channel + `"}`)}, ord)
	r.plan()
}
