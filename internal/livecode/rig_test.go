package livecode_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yutang/internal/contact"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/livecode"
	"yutang/internal/livecode/livecodehttp"
	"yutang/internal/wecomsim"
)

const brand = "ww0000000000000001"

// rig is live codes against the simulator over real HTTP.
type rig struct {
	*httpapitest.Server
	t     testing.TB
	sim   *wecomsim.Sim
	url   string
	corps *corp.Service
	jobs  *job.Queue
	codes *livecode.Service
	seen  map[string]int // additions by user and customer

	mu   sync.Mutex
	tags []livecode.TagOrder
}

// Put notes a tag order.
func (r *rig) Put(_ context.Context, o livecode.TagOrder) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tags = append(r.tags, o)
	return nil
}

func start(t testing.TB, d *db.DB) *rig {
	t.Helper()
	r := &rig{Server: httpapitest.New(t, d), t: t, seen: map[string]int{}}
	var err error
	r.sim, err = wecomsim.New(wecomsim.Config{CorpID: brand, Clock: r.Clock, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(r.sim.Handler())
	t.Cleanup(srv.Close)
	r.url = srv.URL
	r.sim.SetPublicURL(srv.URL)
	for _, user := range []string{"li", "wang", "zhao", "chen"} {
		if err := r.sim.PutMember(wecomsim.NewMember{User: user, Name: user}); err != nil {
			t.Fatal(err)
		}
	}
	r.corps = corp.New(corp.Config{DB: d, Box: r.Box, Clock: r.Clock})
	_, err = r.corps.Put(context.Background(), corp.NewCorp{
		ID: brand, Name: "brand", BaseURL: srv.URL, Apps: []corp.NewApp{{Name: corp.Main, AgentID: 1000002, Secret: "sim-secret-main"}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.boot()
	livecodehttp.Routes(r.API, r.codes, r.Access)
	t.Cleanup(func() { r.jobs.Stop(context.Background()) })
	return r
}

// restored is a server on a copy of the database, beside the same platform.
func (r *rig) restored(d *db.DB) *rig {
	r.t.Helper()
	out := &rig{Server: httpapitest.New(r.t, d), t: r.t, sim: r.sim, url: r.url, seen: map[string]int{}}
	out.Clock = r.Clock
	out.corps = corp.New(corp.Config{DB: d, Box: out.Box, Clock: out.Clock})
	out.boot()
	r.t.Cleanup(func() { out.jobs.Stop(context.Background()) })
	return out
}

// boot makes the service anew, as a start does.
func (r *rig) boot() {
	r.t.Helper()
	ctx := context.Background()
	if r.jobs != nil {
		r.jobs.Stop(ctx)
	}
	r.jobs = job.New(r.DB, r.Clock)
	r.codes = livecode.New(livecode.Config{
		DB: r.DB, Box: r.Box, Clock: r.Clock, Jobs: r.jobs, Corps: r.corps, Tagger: r,
		Zone: func() *time.Location { return time.FixedZone("CST", 8*3600) },
	})
	if err := r.jobs.Reclaim(ctx); err != nil {
		r.t.Fatal(err)
	}
	if err := r.codes.Load(ctx); err != nil {
		r.t.Fatal(err)
	}
	if err := r.jobs.Start(ctx); err != nil {
		r.t.Fatal(err)
	}
}

// settle waits until no job is due or under way, however slow the machine is; the time
// limit of the test run ends a wait for jobs that stand still.
func (r *rig) settle() {
	r.t.Helper()
	if err := r.jobs.Idle(context.Background()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) create(spec livecode.Spec) livecode.Code {
	r.t.Helper()
	c, err := r.codes.Create(context.Background(), brand, spec)
	if err != nil {
		r.t.Fatal(err)
	}
	r.settle()
	return r.get(c.ID)
}

func (r *rig) get(codeID string) livecode.Code {
	r.t.Helper()
	c, err := r.codes.Get(context.Background(), codeID)
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

// shown are the users whom the platform shows.
func (r *rig) shown(c livecode.Code) []string {
	r.t.Helper()
	client, err := r.corps.Client(context.Background(), brand)
	if err != nil {
		r.t.Fatal(err)
	}
	way, err := client.GetContactWay(context.Background(), r.get(c.ID).Remote.ConfigID)
	if err != nil {
		r.t.Fatal(err)
	}
	slices.Sort(way.User)
	return way.User
}

// ways are the contact ways at the platform.
func (r *rig) ways() int {
	return len(r.calls("add_contact_way", "")) - len(r.calls("del_contact_way", ""))
}

// calls are the successful calls of a path that hold a text.
func (r *rig) calls(path, holds string) []wecomsim.Entry {
	all := r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/" + path})
	return slices.DeleteFunc(all, func(e wecomsim.Entry) bool {
		return e.Code != 0 || !strings.Contains(e.Request, holds)
	})
}

// transition is what package contact tells of an addition.
func (r *rig) transition(c livecode.Code, added wecomsim.Added, kind contact.Kind) contact.Transition {
	key := added.User + "/" + added.Customer
	if kind == contact.Added {
		r.seen[key]++
	}
	now := r.Clock.Now()
	out := contact.Transition{Kind: kind, At: now, Contact: contact.Contact{
		Corp: brand, User: added.User, External: added.Customer, Count: r.seen[key], AddedAt: now, Code: c.State, State: contact.Active, Leaf: 7,
	}}
	if kind != contact.Added {
		out.Contact.EndedAt = now
	}
	return out
}

// arrive lets a new customer scan a code, and tells the codes of it.
func (r *rig) arrive(c livecode.Code) wecomsim.Added {
	r.t.Helper()
	added, err := r.sim.ScanCode(r.sim.AddCustomer(wecomsim.NewCustomer{}), c.State)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.codes.OnContact(context.Background(), r.transition(c, added, contact.Added)); err != nil {
		r.t.Fatal(err)
	}
	r.settle()
	return added
}
