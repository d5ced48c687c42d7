package reconcile_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/contact"
	"yutang/internal/corp"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/pipeline"
	"yutang/internal/pipeline/roadtest"
	"yutang/internal/reconcile"
	"yutang/internal/seal"
	"yutang/internal/staff"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
	"yutang/internal/wecom/crypt"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

const (
	brandA, brandB = "ww00000000000000a1", "ww00000000000000b2"
	callbackToken  = "SimToken01"
)

var callbackKey = strings.Repeat("abcdefghij", 4) + "abA"

type quiet struct{ roadtest.Nobody }

type utc struct{}

func (utc) Zone() *time.Location { return time.UTC }

// platform is one simulated corp behind HTTP.
type platform struct {
	*wecomsim.Sim
	mu     sync.Mutex
	calls  map[string]int
	onCall func(path string, n int) // before the call is served
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.calls[r.URL.Path]++
	n, hook := p.calls[r.URL.Path], p.onCall
	p.mu.Unlock()
	if hook != nil {
		hook(r.URL.Path, n)
	}
	p.Handler().ServeHTTP(w, r)
}

func (p *platform) on(hook func(path string, n int)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onCall = hook
}

func (p *platform) count(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls["/cgi-bin"+path]
}

// rig is a brand with its simulated corps. boot is a new process on the same database.
type rig struct {
	t        testing.TB
	db       *db.DB
	box      *seal.Box
	clock    *clock.Manual
	log      *event.Log
	timeline *timeline.Store
	identity *identity.Service
	people   *customer.Service
	road     *pipeline.Pipeline
	source   int64
	sims     map[string]*platform

	jobs     *job.Queue
	corps    *corp.Service
	staff    *staff.Service
	contacts *contact.Service
	sync     *reconcile.Service
}

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, db: d, box: box, clock: clock.NewManual(noon), log: event.NewLog(d, box), timeline: timeline.New(), sims: map[string]*platform{}}
	r.identity = identity.New(d, box, r.timeline, r.clock)
	r.people = customer.New(d, box, r.timeline, r.clock)
	late := &struct{ *pipeline.Pipeline }{}
	audiences := audience.NewService(d, audience.NewEngine(r.timeline, r.people, r.log, utc{}), r.clock, late)
	r.road = pipeline.New(pipeline.Rooms{
		DB: d, Clock: r.clock, Log: r.log, Timeline: r.timeline, Identity: r.identity, Customers: r.people,
		Audiences: audiences, Playbooks: quiet{}, Outreach: quiet{},
	}, box, "", nil)
	late.Pipeline = r.road
	ctx := context.Background()
	if err := r.road.Load(ctx); err != nil {
		t.Fatal(err)
	}
	source, err := r.log.Source(ctx, "wecom", "a-key-for-nobody", noon)
	if err != nil {
		t.Fatal(err)
	}
	r.source = source.ID
	r.road.Start()
	if err := audiences.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { audiences.Stop(); r.road.Stop() })
	r.boot()
	return r
}

func (r *rig) boot() {
	r.jobs = job.New(r.db, r.clock)
	r.corps = corp.New(corp.Config{
		DB: r.db, Box: r.box, Clock: r.clock, Tokens: wecom.NewTokens(nil, r.box, r.clock), Limits: wecom.NewLimits(r.clock),
	})
	r.staff = staff.New(staff.Config{DB: r.db, Box: r.box, Clock: r.clock})
	r.contacts = contact.New(contact.Config{
		DB: r.db, Box: r.box, Clock: r.clock, Jobs: r.jobs, Identity: r.identity, Timeline: r.timeline,
		Submit: r.road, Source: r.source, Clients: r.corps,
	})
	r.sync = reconcile.New(reconcile.Config{DB: r.db, Clock: r.clock, Jobs: r.jobs, Corps: r.corps, Staff: r.staff, Contacts: r.contacts})
	if err := r.contacts.Start(context.Background()); err != nil {
		r.t.Fatal(err)
	}
}

// connect makes a simulated corp and connects it. Its callbacks go to the rig.
func (r *rig) connect(id string, members, customers int) *platform {
	r.t.Helper()
	calls := httptest.NewServer(http.HandlerFunc(r.callback))
	r.t.Cleanup(calls.Close)
	sim, err := wecomsim.New(wecomsim.Config{
		CorpID: id, Secret: "a-secret", Clock: r.clock, Seed: 7, Staff: members, Customers: customers, LimitScale: -1,
		CallbackURL: calls.URL, Token: callbackToken, AESKey: callbackKey,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	p := &platform{Sim: sim, calls: map[string]int{}}
	api := httptest.NewServer(p)
	r.t.Cleanup(api.Close)
	r.sims[id] = p
	_, err = r.corps.Put(context.Background(), corp.NewCorp{
		ID: id, Name: "Brand", BaseURL: api.URL, Apps: []corp.NewApp{{Name: corp.Main, AgentID: 1000002, Secret: "a-secret"}},
	}, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// callback takes what the simulator tells, as the inbox does, but at once.
func (r *rig) callback(w http.ResponseWriter, req *http.Request) {
	raw, err := io.ReadAll(req.Body)
	if err == nil {
		err = r.take(req.Context(), req.URL.Query().Get, raw)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (r *rig) take(ctx context.Context, query func(string) string, raw []byte) error {
	e, err := notice.ParseEnvelope(raw)
	if err != nil {
		return err
	}
	c, err := crypt.New(crypt.Keys{Token: callbackToken, AESKey: callbackKey, ReceiveID: e.ToUserName})
	if err != nil {
		return err
	}
	plain, err := c.Decrypt(query("msg_signature"), query("timestamp"), query("nonce"), e.Encrypt)
	if err != nil {
		return err
	}
	n, err := notice.Parse(plain)
	if err != nil {
		return err
	}
	handlers := map[string]func(context.Context, notice.Notice) error{
		notice.AddContact: r.contacts.OnAdded, notice.AddHalfContact: r.contacts.OnHalfAdded, notice.EditContact: r.contacts.OnEdited,
		notice.DelContact: r.contacts.OnDeleted, notice.DelFollowUser: r.contacts.OnLost, notice.TransferFail: r.contacts.OnTransferFailed,
	}
	if n.Event == notice.Directory {
		return r.staff.OnDirectory(ctx, n)
	}
	if handle := handlers[n.ChangeType]; handle != nil {
		return handle(ctx, n)
	}
	return nil
}

// begin starts a run.
func (r *rig) begin(corpID string, w reconcile.Wish) string {
	r.t.Helper()
	w.Origin = reconcile.ByHand
	run, err := r.sync.Begin(context.Background(), corpID, w)
	if err != nil {
		r.t.Fatal(err)
	}
	return run.ID
}

// pull makes a run and waits for its end.
func (r *rig) pull(corpID string, w reconcile.Wish) reconcile.Record {
	r.t.Helper()
	id := r.begin(corpID, w)
	defer r.work()()
	return r.ended(corpID, id)
}

// work starts the job queue and gives what stops it.
func (r *rig) work() (stop func()) {
	r.t.Helper()
	ctx := context.Background()
	if err := r.jobs.Start(ctx); err != nil {
		r.t.Fatal(err)
	}
	jobs := r.jobs
	return func() { jobs.Stop(ctx) }
}

// ended waits until a run has ended.
func (r *rig) ended(corpID, id string) reconcile.Record {
	r.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		run, err := r.sync.Get(context.Background(), corpID, id)
		if err != nil {
			r.t.Fatal(err)
		}
		if run.State != reconcile.Running {
			return run
		}
	}
	r.t.Fatal("the run does not end")
	return reconcile.Record{}
}

func (r *rig) drift(run reconcile.Record, kind string) map[string]int {
	r.t.Helper()
	for _, k := range run.Kinds {
		if k.Name == kind {
			return k.Drift
		}
	}
	r.t.Fatalf("no kind %s in %+v", kind, run)
	return nil
}

// relation is what both sides should say of one contact.
type relation struct {
	State    contact.State
	At       int64
	Way      int
	Code     string
	Remark   string
	Tags     []string
	Mobiles  []string
	External string
}

// there is what the simulator holds of a member's customers.
func (p *platform) there(user string) map[string]relation {
	out := map[string]relation{}
	for _, f := range p.Contacts(user, 0, 1<<30) {
		tags := slices.Clone(f.TagIDs)
		slices.Sort(tags)
		state := contact.Active
		if f.Half {
			state = contact.Half
		}
		out[f.Customer] = relation{state, f.At, f.Way, f.State, f.Remark, tags, f.Mobiles, f.Customer}
	}
	return out
}

// here is what we hold of a member's living relations.
func (r *rig) here(corpID, user string) map[string]relation {
	r.t.Helper()
	out := map[string]relation{}
	for cursor := ""; ; {
		p, err := r.contacts.OfStaff(context.Background(), corpID, user, cursor, 1000)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, c := range p.Items {
			if c.State.Alive() {
				out[c.External] = relation{c.State, c.AddedAt.Unix(), c.AddWay, c.Code, c.Remark, c.Tags, c.Mobiles, c.External}
			}
		}
		if cursor = p.Next; cursor == "" {
			return out
		}
	}
}
