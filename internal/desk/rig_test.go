package desk_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/desk"
	"yutang/internal/event"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/seal"
	"yutang/internal/wecom"
	"yutang/internal/wecom/crypt"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

const (
	corpID = "ww0000000000000001"
	secret = "secret"
	token  = "SimToken01"
	aesKey = "abcdefghijabcdefghijabcdefghijabcdefghijabA"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)
)

// rig is a corp with one account that ann and bob serve, and its callbacks.
type rig struct {
	t       testing.TB
	db      *db.DB
	box     *seal.Box
	sim     *wecomsim.Sim
	clock   clock.Clock
	client  *wecom.Client
	crypt   *crypt.Crypt
	page    int
	account string
	jobs    *job.Queue
	*desk.Service

	mu      sync.Mutex
	order   []*event.Event // as they came, each once
	events  map[string]*event.Event
	repeats int
	submits int
	kill    int             // the submission after which the process is dead, 0 none
	heard   []notice.Notice // callbacks that arrived
	deaf    bool            // they are not handled
	broken  error           // the first that could not be handled
	refuse  func([]*event.Event) error
}

// ClientOf is the corp's client.
func (r *rig) ClientOf(context.Context, string, string) (*wecom.Client, error) { return r.client, nil }

var errKilled = errors.New("the process is dead")

// SubmitEvents is a road that keeps each message once.
func (r *rig) SubmitEvents(_ context.Context, evs []*event.Event) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.submits++
	if r.refuse != nil {
		if err := r.refuse(evs); err != nil {
			return 0, err
		}
	}
	for _, ev := range evs {
		if r.events[ev.MessageID] != nil {
			r.repeats++
			continue
		}
		r.events[ev.MessageID] = ev
		r.order = append(r.order, ev)
		n++
	}
	if r.kill > 0 && r.submits >= r.kill {
		return 0, errKilled
	}
	return n, nil
}

func newRig(t testing.TB, d *db.DB, page int) *rig {
	t.Helper()
	r := &rig{t: t, db: d, box: httpapitest.Box(t), page: page, events: map[string]*event.Event{}}
	var err error
	r.crypt, err = crypt.New(crypt.Keys{Token: token, AESKey: aesKey, ReceiveID: corpID})
	r.ok(err)
	door := httptest.NewServer(http.HandlerFunc(r.called))
	t.Cleanup(door.Close)
	r.sim, err = wecomsim.New(wecomsim.Config{
		CorpID: corpID, Secret: secret, Clock: clock.NewManual(start), Seed: 5, CallbackURL: door.URL, Token: token, AESKey: aesKey, Strict: true,
	})
	r.ok(err)
	srv := httptest.NewServer(r.sim.Handler())
	t.Cleanup(srv.Close)
	r.clock = r.sim.Clock()
	r.client = wecom.New(wecom.Config{BaseURL: srv.URL, CorpID: corpID, App: "kf", Secret: secret, Clock: r.clock})
	for _, user := range []string{"ann", "bob"} {
		r.ok(r.sim.PutMember(wecomsim.NewMember{User: user, Name: user}))
	}
	r.account = r.newAccount("Service", "ann", "bob")
	r.boot()
	t.Cleanup(func() { r.jobs.Stop(ctx) })
	return r
}

// boot makes the service anew, as a start does.
func (r *rig) boot() {
	r.t.Helper()
	r.jobs = job.New(r.db, r.clock)
	r.Service = desk.New(desk.Config{
		DB: r.db, Box: r.box, Clock: r.clock, Jobs: r.jobs, Corps: r, Submit: r, Source: 5, Page: r.page,
	})
}

// run starts the jobs.
func (r *rig) run() {
	r.t.Helper()
	r.ok(r.jobs.Reclaim(ctx))
	r.ok(r.jobs.Start(ctx))
}

// connected is a rig whose accounts are known and whose jobs run.
func connected(t testing.TB, d *db.DB) *rig {
	t.Helper()
	r := newRig(t, d, 0)
	r.ok(r.CorpAdded(ctx, corpID))
	r.run()
	r.settle()
	return r
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

func (r *rig) newAccount(name string, servicers ...string) string {
	r.t.Helper()
	png, err := base64.StdEncoding.DecodeString(pixel)
	r.ok(err)
	m, err := r.client.UploadMedia(ctx, "image", "a.png", bytes.NewReader(png))
	r.ok(err)
	id, err := r.client.KfAccountAdd(ctx, wecom.KfAccount{Name: name, MediaID: m.MediaID})
	r.ok(err)
	_, err = r.client.KfServicerAdd(ctx, wecom.KfServicers{OpenKfID: id, UserIDList: servicers})
	r.ok(err)
	return id
}

// called is the callback door.
func (r *rig) called(w http.ResponseWriter, req *http.Request) {
	n, err := r.read(req)
	r.mu.Lock()
	r.heard = append(r.heard, n)
	deaf := r.deaf
	r.mu.Unlock()
	if err == nil && !deaf {
		err = r.handle(req.Context(), n)
	}
	if err != nil {
		r.mu.Lock()
		r.broken = errors.Join(r.broken, err)
		r.mu.Unlock()
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func (r *rig) read(req *http.Request) (notice.Notice, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return notice.Notice{}, err
	}
	e, err := notice.ParseEnvelope(body)
	if err != nil {
		return notice.Notice{}, err
	}
	q := req.URL.Query()
	plain, err := r.crypt.Decrypt(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), e.Encrypt)
	if err != nil {
		return notice.Notice{}, err
	}
	return notice.Parse(plain)
}

func (r *rig) handle(ctx context.Context, n notice.Notice) error {
	switch n.Event {
	case notice.KfMessage:
		return r.OnMessage(ctx, n)
	case notice.KfAccountAuth:
		return r.OnAuthChange(ctx, n)
	}
	return nil
}

// settle delivers callbacks and waits until nothing is left to do now.
func (r *rig) settle() {
	r.t.Helper()
	r.ok(r.sim.Flush(ctx))
	r.mu.Lock()
	r.ok(r.broken)
	r.mu.Unlock()
	r.rest()
}

func (r *rig) rest() {
	r.t.Helper()
	const busy = `SELECT COUNT(*) FROM job WHERE NOT dead AND (due <= $1 OR leased_until > 0)`
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		var n int
		r.ok(r.db.Get(ctx, busy, []any{r.clock.Now().UnixMilli()}, &n))
		if n == 0 {
			return
		}
	}
	r.t.Fatal("the jobs do not come to rest")
}

// pass lets time go by, and what becomes due be done.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	r.ok(r.sim.Advance(d))
	r.settle()
}

// calls counts the calls of a path.
func (r *rig) calls(path string) (n int) {
	for _, e := range r.sim.Log(wecomsim.LogFilter{Path: path}) {
		if e.Kind == "call" {
			n++
		}
	}
	return n
}

func (r *rig) count(query string, args ...any) (n int) {
	r.t.Helper()
	r.ok(r.db.Get(ctx, query, args, &n))
	return n
}

// told lists a customer's events: name and what matters of the properties.
func (r *rig) told(customer string) []string {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	evs := slices.Clone(r.order)
	slices.SortStableFunc(evs, func(a, b *event.Event) int { return a.At.Compare(b.At) })
	out := []string{}
	for _, ev := range evs {
		if ev.Identities[0].Value != customer {
			continue
		}
		var p map[string]any
		r.ok(json.Unmarshal(ev.Props, &p))
		if p["corp"] != corpID || p["channel"] != "kf" || p["account"] != r.account || ev.SourceID != 5 || ev.Identities[0].Type != "external_userid:"+corpID {
			r.t.Errorf("%s %s", ev.Name, ev.Props)
		}
		line := ev.Name
		for _, key := range []string{"kind", "how", "staff", "staff_before", "scene", "scene_param", "welcome", "reason"} {
			if v, ok := p[key]; ok {
				line += fmt.Sprintf(" %s=%v", key, v)
			}
		}
		out = append(out, line)
	}
	return out
}

// texts lists what a customer and the accounts said, the oldest first.
func (r *rig) texts(customer string) string {
	r.t.Helper()
	var out []string
	cursor := ""
	for {
		p, err := r.Messages(ctx, corpID, customer, cursor, 3)
		r.ok(err)
		for _, m := range p.Items {
			if m.Text != "" {
				out = append(out, m.Text)
			}
		}
		if cursor = p.Next; cursor == "" {
			slices.Reverse(out)
			return strings.Join(out, " ")
		}
	}
}
