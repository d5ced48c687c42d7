package masssend_test

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/experiment"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/id"
	"yutang/internal/job"
	"yutang/internal/masssend"
	"yutang/internal/outreach"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
	"yutang/internal/wecomsim"
)

const (
	corpID = "ww0000000000000001"
	secret = "secret"
)

// start is ten in the morning in China.
var start = time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)

// road remembers receipts once per message id.
type road struct {
	mu   sync.Mutex
	seen map[string]*event.Event
}

func (r *road) SubmitEvents(_ context.Context, evs []*event.Event) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ev := range evs {
		if r.seen[ev.MessageID] == nil {
			r.seen[ev.MessageID] = ev
			n++
		}
	}
	return n, nil
}

// rig is one brand with its platform.
type rig struct {
	t        testing.TB
	db       *db.DB
	sim      *wecomsim.Sim
	clock    clock.Clock
	url      string
	timeline *timeline.Store
	jobs     *job.Queue
	ledger   *outreach.Service
	corps    *corp.Service
	client   *wecom.Client
	road     *road

	relations []masssend.Relation
	names     []string // external_userid by customer number
	staff     []string // who may contact customers
	chats     []masssend.Chat
	members   []uint32 // of every audience
	broken    error    // of audiences

	experiments *experiment.Service

	*masssend.Service
}

func newRig(t testing.TB, d *db.DB, staff, customers int) *rig {
	t.Helper()
	sim, err := wecomsim.New(wecomsim.Config{Seed: 3, Clock: clock.NewManual(start), Staff: staff, Customers: customers, Groups: 12, Secret: secret, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(sim.Handler())
	t.Cleanup(srv.Close)
	r := &rig{t: t, db: d, sim: sim, clock: sim.Clock(), url: srv.URL, timeline: timeline.New(), road: &road{seen: map[string]*event.Event{}}}
	r.client = wecom.New(wecom.Config{BaseURL: srv.URL, CorpID: corpID, App: corp.Main, Secret: secret, Clock: r.clock})
	r.learn()
	r.boot()
	_, err = r.corps.Put(context.Background(), corp.NewCorp{
		ID: corpID, Name: "Fish", BaseURL: srv.URL, Apps: []corp.NewApp{{Name: corp.Main, AgentID: 1000002, Secret: secret}},
	}, nil)
	r.ok(err)
	r.ok(r.ledger.Start(context.Background()))
	r.ok(r.Start(context.Background()))
	r.ok(r.jobs.Start(context.Background()))
	t.Cleanup(func() { r.jobs.Stop(context.Background()); r.ledger.Stop() })
	return r
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// learn reads the simulator's population.
func (r *rig) learn() {
	ctx := context.Background()
	users, err := r.client.FollowUserList(ctx)
	r.ok(err)
	r.staff, r.names = users, []string{""}
	of := map[string]uint32{}
	for _, user := range users {
		list, err := r.client.ExternalContactList(ctx, user)
		r.ok(err)
		for _, external := range list {
			if of[external] == 0 {
				of[external] = uint32(len(r.names))
				r.names = append(r.names, external)
			}
			r.relations = append(r.relations, masssend.Relation{User: user, External: external, Leaf: of[external], AddedAt: start.Add(-time.Hour)})
		}
	}
	slices.SortStableFunc(r.relations, func(a, b masssend.Relation) int { return cmp.Compare(a.Leaf, b.Leaf) })
	r.timeline.Lock()
	r.timeline.Grow(uint32(len(r.names)-1) + 10) // the last ten are nobody's contacts
	r.timeline.Unlock()
}

func (r *rig) boot() {
	box := httpapitest.Box(r.t)
	r.jobs = job.New(r.db, r.clock)
	r.corps = corp.New(corp.Config{DB: r.db, Box: box, Clock: r.clock, Limits: wecom.NewLimits(r.clock)})
	contents := content.New(content.Config{DB: r.db, Box: box, Clock: r.clock, Jobs: r.jobs, Dir: r.t.TempDir(), Client: r.corps.Client})
	r.ledger = outreach.New(outreach.Config{
		DB: r.db, Box: box, Clock: r.clock, Jobs: r.jobs, Timeline: r.timeline, Zone: func() *time.Location { return time.FixedZone("CST", 8*3600) },
	})
	r.ledger.UseSubmitter(r.road, 1)
	r.ledger.UseComposer(r)
	r.experiments = experiment.New(experiment.Config{DB: r.db, Clock: r.clock, Timeline: r.timeline})
	r.Service = masssend.New(masssend.Config{
		Experiments: r.experiments,
		DB:          r.db, Box: box, Clock: r.clock, Jobs: r.jobs, Timeline: r.timeline, Ledger: r.ledger, Relations: r, Audiences: everyAudience{r}, Contents: contents,
		Follows: func(context.Context, string) ([]string, error) { return r.staff, nil },
		Chats:   func(context.Context, string, []string) ([]masssend.Chat, error) { return r.chats, nil },
		Corp:    r.corps.Get, Client: r.corps.Client,
	})
}

func (r *rig) Scan(_ context.Context, _ string, visit func(masssend.Relation) error) error {
	for _, x := range r.relations {
		if err := visit(x); err != nil {
			return err
		}
	}
	return nil
}

func (r *rig) OfLeaves(_ context.Context, _ string, leaves []uint32) (out []masssend.Relation, err error) {
	for _, x := range r.relations {
		if slices.Contains(leaves, x.Leaf) {
			out = append(out, x)
		}
	}
	return out, nil
}

// Compose is what the playbook says to a customer.
func (r *rig) Compose(_ context.Context, d outreach.Delivery) (outreach.Draft, error) {
	return outreach.Draft{Message: outreach.Message{
		ID: d.ID, Playbook: outreach.Origin{ID: d.Playbook, Name: "Birthdays", Version: d.Version, Step: d.Step},
		Customer: outreach.Recipient{ID: id.Customer(d.Ord)}, Content: json.RawMessage(`{"text":"Happy birthday"}`),
	}}, nil
}

func (r *rig) wish() masssend.Wish {
	return masssend.Wish{
		Corp: corpID, Name: "Spring", Chat: masssend.Single, Content: content.Content{Text: "Spring is here"},
		Deadline: r.clock.Now().Add(6 * time.Hour), By: "acc_1",
	}
}

// sent schedules a wish and works until its calls are made.
func (r *rig) sent(w masssend.Wish) masssend.Send {
	r.t.Helper()
	x, err := r.Create(context.Background(), w)
	r.ok(err)
	_, err = r.Schedule(context.Background(), x.ID)
	r.ok(err)
	return r.until(x.ID, 20*time.Minute, func(x masssend.Send, open int) bool {
		return x.State == masssend.Done || x.State == masssend.Waiting && open == 0
	})
}

// until moves time on in small steps until a send is as wanted; open counts the calls that
// are not handed over yet.
func (r *rig) until(key string, within time.Duration, done func(x masssend.Send, open int) bool) masssend.Send {
	r.t.Helper()
	for end := r.clock.Now().Add(within); r.clock.Now().Before(end); r.pass(10 * time.Second) {
		x, err := r.Service.Get(context.Background(), key)
		r.ok(err)
		open := 0
		for _, c := range r.calls(key) {
			if c.State != masssend.CallHanded && c.State != masssend.CallDone && c.State != masssend.CallDropped {
				open++
			}
		}
		if done(x, open) {
			return x
		}
	}
	r.t.Fatalf("send %s does not come to rest: %+v", key, r.calls(key))
	return masssend.Send{}
}

// pass lets time go by once nothing is left to do now.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	r.rest()
	r.ok(r.sim.Advance(d))
	r.rest()
}

func (r *rig) rest() {
	r.t.Helper()
	const busy = `SELECT COUNT(*) FROM job WHERE NOT dead AND (due <= $1 OR leased_until > 0)`
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		var n int
		r.ok(r.db.Get(context.Background(), busy, []any{r.clock.Now().UnixMilli()}, &n))
		if n == 0 {
			return
		}
	}
	r.t.Fatal("the jobs do not come to rest")
}

func (r *rig) calls(key string) []masssend.Call {
	r.t.Helper()
	found, err := r.Calls(context.Background(), key, "", 1000)
	r.ok(err)
	return found.Items
}

// confirm has all staff press send.
func (r *rig) confirm() {
	r.t.Helper()
	for _, user := range r.staff {
		for _, m := range r.sim.MassTasks(user) {
			_, err := r.sim.ConfirmMassSend(user, m.MsgID)
			r.ok(err)
		}
	}
}

// tally counts the customers of a send by state and reason.
func (r *rig) tally(key string) map[string]int {
	r.t.Helper()
	counts, err := r.ledger.Counts(context.Background(), key)
	r.ok(err)
	out := map[string]int{}
	for _, c := range counts {
		out[string(c.State)+" "+string(c.Reason)] = c.Count
	}
	return out
}

// everyAudience is the members that the test names, whatever the audience is called.
type everyAudience struct{ *rig }

func (a everyAudience) Get(_ context.Context, key string) (audience.Audience, error) {
	if key != "aud_1" {
		return audience.Audience{}, fault.New(fault.NotFound, "audience_not_found", "there is no audience %q", key)
	}
	return audience.Audience{ID: key, LiveVersion: 1}, nil
}

func (a everyAudience) Members(context.Context, string, uint32, int) ([]uint32, bool, error) {
	return a.members, false, a.broken
}
