package groupchat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/groupchat"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/pipeline"
	"yutang/internal/pipeline/roadtest"
	"yutang/internal/seal"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
	"yutang/internal/wecom/crypt"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

const (
	corpID = "ww0000000000000001"
	token  = "SimToken01"
	aesKey = "abcdefghijabcdefghijabcdefghijabcdefghijabA"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
)

// rig is the whole road with groups on it, and a corp at the simulator that calls back.
type rig struct {
	t         testing.TB
	db        *db.DB
	clock     *clock.Manual
	log       *event.Log
	timeline  *timeline.Store
	customers *customer.Service
	jobs      *job.Queue
	groups    *groupchat.Service
	*pipeline.Pipeline
	sim    *wecomsim.Sim
	client *wecom.Client
	crypt  *crypt.Crypt

	mu     sync.Mutex
	broken error // the first notice that could not be handled
}

type utc struct{}

func (utc) Zone() *time.Location { return time.UTC }

type late struct{ *pipeline.Pipeline }

// nothing is a road on which nothing starts.
type nothing struct{ roadtest.Nobody }

func open(t testing.TB, d *db.DB) *rig {
	t.Helper()
	r := &rig{t: t, db: d, clock: clock.NewManual(noon)}
	var err error
	r.crypt, err = crypt.New(crypt.Keys{Token: token, AESKey: aesKey, ReceiveID: corpID})
	r.must(err)
	door := httptest.NewServer(http.HandlerFunc(r.called))
	t.Cleanup(door.Close)
	r.sim, err = wecomsim.New(wecomsim.Config{
		CorpID: corpID, Secret: "secret", Clock: r.clock, LimitScale: -1, Seed: 7, CallbackURL: door.URL, Token: token, AESKey: aesKey,
	})
	r.must(err)
	srv := httptest.NewServer(r.sim.Handler())
	t.Cleanup(srv.Close)
	r.client = wecom.New(wecom.Config{
		BaseURL: srv.URL, CorpID: corpID, App: "main", Secret: "secret", Clock: r.clock, Limits: wecom.NewLimits(r.clock, wecom.WithScale(1000)),
	})
	for _, user := range []string{"ann", "bob"} {
		r.must(r.sim.PutMember(wecomsim.NewMember{User: user, Name: user}))
	}
	r.boot(door)
	return r
}

func (r *rig) boot(door *httptest.Server) {
	r.t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{9}, 32))
	r.must(err)
	r.log, r.timeline = event.NewLog(r.db, box), timeline.New()
	people := identity.New(r.db, box, r.timeline, r.clock)
	r.customers = customer.New(r.db, box, r.timeline, r.clock)
	writer := &late{}
	audiences := audience.NewService(r.db, audience.NewEngine(r.timeline, r.customers, r.log, utc{}), r.clock, writer)
	r.jobs = job.New(r.db, r.clock)
	own, err := r.log.Source(ctx, "groups", "groups-write-key", r.clock.Now())
	r.must(err)
	client := func(context.Context, string) (*wecom.Client, error) { return r.client, nil }
	r.groups = groupchat.New(groupchat.Config{
		DB: r.db, Box: box, Clock: r.clock, Jobs: r.jobs, Timeline: r.timeline, Identity: people, Submit: writer, Source: own.ID,
		Content: content.New(content.Config{DB: r.db, Box: box, Clock: r.clock, Jobs: r.jobs, Dir: filepath.Join(r.t.TempDir(), "assets"), Client: client}),
		Client:  client,
		Owners:  func(context.Context, string) ([]string, error) { return []string{"ann", "bob"}, nil },
	})
	r.Pipeline = pipeline.New(pipeline.Rooms{
		DB: r.db, Clock: r.clock, Log: r.log, Timeline: r.timeline, Identity: people, Customers: r.customers, Audiences: audiences,
		Playbooks: nothing{}, Outreach: nothing{},
	}, box, "", nil)
	writer.Pipeline = r.Pipeline
	r.must(r.Load(ctx))
	r.Start()
	r.t.Cleanup(func() { door.Close(); r.Stop() })
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// called is the callback door: it decrypts what the simulator says and handles it at once.
func (r *rig) called(w http.ResponseWriter, req *http.Request) {
	err := func() error {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return err
		}
		e, err := notice.ParseEnvelope(body)
		if err != nil {
			return err
		}
		q := req.URL.Query()
		plain, err := r.crypt.Decrypt(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), e.Encrypt)
		if err != nil {
			return err
		}
		n, err := notice.Parse(plain)
		if err != nil || n.Event != notice.ExternalChat {
			return err
		}
		return r.groups.Notice(req.Context(), n)
	}()
	if err != nil {
		r.mu.Lock()
		r.broken = err
		r.mu.Unlock()
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// callbacks delivers all that the simulator has to tell.
func (r *rig) callbacks() {
	r.t.Helper()
	r.must(r.sim.Flush(ctx))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.must(r.broken)
}

// pull compares all groups and adds up what was different.
func (r *rig) pull() map[string]int {
	r.t.Helper()
	sum := map[string]int{}
	chats, err := r.groups.Chats(ctx, corpID)
	r.must(err)
	for _, chat := range chats {
		drift, err := r.groups.PullChat(ctx, corpID, chat)
		r.must(err)
		for k, n := range drift {
			sum[k] += n
		}
	}
	return sum
}

// friend makes a customer of ann's.
func (r *rig) friend(name string) string {
	r.t.Helper()
	external := r.sim.AddCustomer(wecomsim.NewCustomer{Name: name})
	_, err := r.sim.Add("ann", external, 1)
	r.must(err)
	return external
}

// group makes a group of ann's with these customers.
func (r *rig) group(name string, customers ...string) string {
	r.t.Helper()
	chat, err := r.sim.CreateGroup(wecomsim.NewGroup{Owner: "ann", Name: name, Members: []string{"bob"}, Customers: customers})
	r.must(err)
	return chat
}

// in lists the external members of a group as we know them, with their joins and leaves as
// the log tells them: "+" a join, "-" a leave.
func (r *rig) in(chat string) map[string]bool {
	r.t.Helper()
	g, err := r.groups.Get(ctx, chat)
	r.must(err)
	p, err := r.groups.Members(ctx, g, false, "", 1000)
	r.must(err)
	out := map[string]bool{}
	for _, m := range p.Items {
		if m.External {
			out[m.ID] = true
		}
	}
	return out
}

// stays are the events of groups in the log, by customer and group: joins minus leaves.
func (r *rig) stays() map[string]int {
	r.t.Helper()
	out := map[string]int{}
	var seqs []uint64
	for seq := uint64(1); seq <= r.log.Last(); seq++ {
		seqs = append(seqs, seq)
	}
	evs, err := r.log.Read(ctx, seqs)
	r.must(err)
	for _, ev := range evs {
		var props struct {
			Group string `json:"group"`
		}
		r.must(json.Unmarshal(ev.Props, &props))
		key := fmt.Sprintf("%s in %s", ev.Identities[0].Value, props.Group)
		switch ev.Name {
		case event.GroupJoined:
			out[key]++
		case event.GroupLeft:
			out[key]--
		}
		if out[key] < 0 || out[key] > 1 {
			r.t.Fatalf("%s: %d joins more than leaves", key, out[key])
		}
	}
	return out
}

// run starts the jobs until the test ends.
func (r *rig) run() {
	r.t.Helper()
	r.must(r.jobs.Start(ctx))
	r.t.Cleanup(func() { r.jobs.Stop(ctx) })
}

// rest lets time pass until no job is left.
func (r *rig) rest() {
	r.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		n := 0
		r.must(r.db.Get(ctx, `SELECT COUNT(*) FROM job WHERE NOT dead`, nil, &n))
		if n == 0 {
			return
		}
		r.clock.Advance(time.Second)
		r.jobs.Wake()
	}
	r.t.Fatal("jobs do not come to rest")
}
