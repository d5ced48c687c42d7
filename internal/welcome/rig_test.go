package welcome_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/inbox"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/wecom"
	"yutang/internal/wecom/crypt"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
	"yutang/internal/welcome"
)

const (
	corpA    = "ww0000000000000001"
	corpB    = "ww0000000000000002"
	token    = "SimToken01"
	aesKey   = "abcdefghijabcdefghijabcdefghijabcdefghijabA"
	sendPath = "/externalcontact/send_welcome_msg"
)

// corp is one simulated corp and our client of it.
type corp struct {
	*wecomsim.Sim
	client *wecom.Client
}

// rig is the real road of a callback: simulator, HTTP, inbox, lane, content, jobs. All go
// by the first simulator's clock.
type rig struct {
	t       *testing.T
	clock   clock.Clock
	corps   map[string]corp
	names   []string
	db      *db.DB
	box     *seal.Box
	jobs    *job.Queue
	content *content.Service
	lane    *welcome.Service
	entries chan welcome.Entry
	codes   sync.Map // state → JSON of a greeting
	handler http.Handler
	held    func(path string) // called before the simulator sees a call
	after   func(path string) // called when it has answered

	mu     sync.Mutex
	events []*event.Event
}

func (r *rig) SubmitEvents(_ context.Context, evs []*event.Event) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, evs...)
	return len(evs), nil
}

func start(t *testing.T, d *db.DB, names ...string) *rig {
	t.Helper()
	ctx := context.Background()
	r := &rig{t: t, corps: map[string]corp{}, db: d, box: httpapitest.Box(t), entries: make(chan welcome.Entry, 1000), held: func(string) {}, after: func(string) {}}
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { r.handler.ServeHTTP(w, req) }))
	t.Cleanup(door.Close)
	for _, name := range append([]string{corpA}, names...) {
		r.connect(name, door.URL)
	}
	r.jobs = job.New(d, r.clock)
	r.content = content.New(content.Config{
		DB: d, Box: r.box, Clock: r.clock, Jobs: r.jobs, Dir: filepath.Join(t.TempDir(), "assets"), Client: r.client,
	})
	r.lane = r.service()
	r.open()
	for _, begin := range []func(context.Context) error{r.content.Start, r.lane.Start, r.jobs.Start} {
		if err := begin(ctx); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { r.jobs.Stop(ctx); _ = r.lane.Stop(ctx) })
	return r
}

func (r *rig) service() *welcome.Service {
	return welcome.New(welcome.Config{
		DB: r.db, Box: r.box, Clock: r.clock, Content: r.content, Client: r.client, Submit: r, Source: 7, Workers: 8,
		Code: func(_, _, state string) (json.RawMessage, string, bool) {
			raw, ok := r.codes.Load(state)
			if !ok {
				return nil, "", false
			}
			return json.RawMessage(raw.(string)), "code_" + state, true
		},
		Corps: func(context.Context) ([]string, error) { return r.names, nil },
		Directory: func(context.Context, string) (welcome.Directory, error) {
			return welcome.Directory{People: []welcome.Person{{UserID: "anna", Name: "安娜", Departments: []int64{1}}}}, nil
		},
		Observe: func(e welcome.Entry) { r.entries <- e },
	})
}

// connect starts a simulated corp whose callbacks come to our door.
func (r *rig) connect(name, door string) {
	r.t.Helper()
	sim, err := wecomsim.New(wecomsim.Config{
		CorpID: name, Clock: r.clock, CallbackURL: door + "/wecom/callback/" + name + "/main", Token: token, AESKey: aesKey, Strict: true,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if r.clock == nil {
		r.clock = sim.Clock()
	}
	for _, user := range []string{"anna", "bo"} {
		if err := sim.PutMember(wecomsim.NewMember{User: user, Name: user}); err != nil {
			r.t.Fatal(err)
		}
	}
	inner := sim.Handler()
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		path := strings.TrimPrefix(req.URL.Path, "/cgi-bin")
		r.held(path)
		inner.ServeHTTP(w, req)
		r.after(path)
	}))
	r.t.Cleanup(platform.Close)
	client := wecom.New(wecom.Config{BaseURL: platform.URL, CorpID: name, App: "main", AgentID: 1000002, Secret: "sim-secret-main", Clock: r.clock})
	r.corps[name], r.names = corp{sim, client}, append(r.names, name)
}

func (r *rig) client(_ context.Context, name string) (*wecom.Client, error) {
	c, ok := r.corps[name]
	if !ok {
		return nil, fault.New(fault.NotFound, "corp_not_found", "no corp %q", name)
	}
	return c.client, nil
}

// open puts the real inbox behind the door.
func (r *rig) open() {
	r.t.Helper()
	box := inbox.New(inbox.Config{
		DB: r.db, Box: r.box, Clock: r.clock, Log: slog.New(slog.DiscardHandler),
		Keys: func(_ context.Context, name, _ string) (crypt.Keys, error) {
			return crypt.Keys{Token: token, AESKey: aesKey, ReceiveID: name}, nil
		},
	})
	box.Handle(notice.ExternalContact, "", "nothing", func(context.Context, notice.Notice) error { return nil })
	box.Fast(func(ctx context.Context, n notice.Notice, received time.Time) { r.lane.OnNotice(ctx, n, received) })
	mux := http.NewServeMux()
	mux.HandleFunc("POST /wecom/callback/{corp}/{app}", box.Receive)
	r.handler = mux
	if err := box.Start(context.Background()); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = box.Stop(context.Background()) })
}

// asset takes in a picture.
func (r *rig) asset(name string) string {
	r.t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 10, 10+len(name)))); err != nil {
		r.t.Fatal(err)
	}
	a, err := r.content.Add(context.Background(), content.NewAsset{Name: name, Body: &b})
	if err != nil {
		r.t.Fatal(err)
	}
	return a.ID
}

// rule saves a default rule for a corp and has its media ready.
func (r *rig) rule(name string, g welcome.Greeting) welcome.Rule {
	r.t.Helper()
	ctx := context.Background()
	made, err := r.lane.Create(ctx, welcome.Rule{Corp: name, Name: "default", Greeting: g})
	if err == nil {
		err = r.lane.Apply(ctx)
	}
	if err == nil {
		_, _, err = r.content.Ready(ctx, name, g.Content, content.Welcome)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return made
}

// arrive lets a new customer be added by a member and tells us.
func (r *rig) arrive(name, user string) (external string) {
	r.t.Helper()
	sim := r.corps[name]
	external = sim.AddCustomer(wecomsim.NewCustomer{Name: "小鱼"})
	if _, err := sim.Add(user, external, 0); err != nil {
		r.t.Fatal(err)
	}
	if err := sim.Flush(context.Background()); err != nil {
		r.t.Fatal(err)
	}
	return external
}

// settled waits for the outcome of one greeting.
func (r *rig) settled() welcome.Entry {
	r.t.Helper()
	select {
	case e := <-r.entries:
		return e
	case <-r.t.Context().Done():
		r.t.Fatal("nothing settled")
		return welcome.Entry{}
	}
}

// sent is the codes of the welcome calls that a corp got, and the body of the last.
func (r *rig) sent(name string) (codes []int, last string) {
	for _, e := range r.corps[name].Log(wecomsim.LogFilter{Kind: "call"}) {
		if strings.HasSuffix(e.Path, sendPath) {
			codes, last = append(codes, e.Code), e.Request
		}
	}
	return codes, last
}

func (r *rig) expect(name string, want welcome.Entry, codes ...int) welcome.Entry {
	r.t.Helper()
	e := r.settled()
	if e.Outcome != want.Outcome || e.Reason != want.Reason || e.Fallback != want.Fallback || e.Attachments != want.Attachments {
		r.t.Fatalf("settled as %s %q fallback %v attachments %d (code %d)", e.Outcome, e.Reason, e.Fallback, e.Attachments, e.Code)
	}
	if got, _ := r.sent(name); !slices.Equal(got, codes) {
		r.t.Fatalf("the platform answered %v, want %v", got, codes)
	}
	return e
}

func text(words string) welcome.Greeting {
	return welcome.Greeting{Content: content.Content{Text: words}}
}

func with(words string, assets ...string) welcome.Greeting {
	g := text(words)
	for _, a := range assets {
		g.Attachments = append(g.Attachments, content.Attachment{Kind: content.KindImage, Asset: a})
	}
	return g
}
