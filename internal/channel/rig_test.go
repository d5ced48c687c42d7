package channel_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"yutang/internal/channel"
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

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

const phone = "+8613912345670"

// provider speaks as Aliyun and Tencent Cloud do, and remembers what it took.
type provider struct {
	*httptest.Server
	mu     sync.Mutex
	lost   bool              // takes messages but answers nothing
	code   string            // of Aliyun, instead of OK
	taken  map[string]int    // sends by our reference
	status map[string]int    // of Aliyun's details: 1 waits, 2 failed, 3 delivered
	serial map[string]string // of Tencent, by our reference
}

func newProvider(t testing.TB) *provider {
	p := &provider{taken: map[string]int{}, status: map[string]int{}, serial: map[string]string{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

// ServeHTTP is both providers.
func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Header.Get("X-Tc-Action") == "SendSms" {
		var in struct{ SessionContext string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		p.taken[in.SessionContext]++
		p.serial[in.SessionContext] = fmt.Sprintf("2640:%d", len(p.taken))
		_, _ = fmt.Fprintf(w, `{"Response":{"SendStatusSet":[{"SerialNo":%q,"Code":"Ok"}]}}`, p.serial[in.SessionContext])
		return
	}
	q := r.URL.Query()
	switch action := r.Header.Get("X-Acs-Action"); {
	case action == "QuerySendDetails":
		list := []map[string]any{}
		for ref, status := range p.status {
			list = append(list, map[string]any{"OutId": ref, "SendStatus": status, "ErrCode": "DELIVERED", "ReceiveDate": "2026-03-02 12:00:09"})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"Code": "OK", "SmsSendDetailDTOs": map[string]any{"SmsSendDetailDTO": list}})
	case p.code != "":
		_, _ = io.WriteString(w, `{"Code":"`+p.code+`"}`)
	default:
		p.taken[q.Get("OutId")]++
		if p.lost {
			if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = c.Close()
			}
			return
		}
		_, _ = io.WriteString(w, `{"Code":"OK","BizId":"biz-1"}`)
	}
}

func (p *provider) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// road remembers events as the log does: once per message id.
type road struct {
	mu   sync.Mutex
	seen map[string]*event.Event
}

// SubmitEvents takes events.
func (r *road) SubmitEvents(_ context.Context, evs []*event.Event) (accepted int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ev := range evs {
		if r.seen[ev.MessageID] == nil {
			r.seen[ev.MessageID] = ev
			accepted++
		}
	}
	return accepted, nil
}

// rig is one brand's database. Each call of work is a new process on it.
type rig struct {
	t        testing.TB
	db       *db.DB
	box      *seal.Box
	clock    *clock.Manual
	timeline *timeline.Store
	provider *provider
	road     *road
	content  string
	who      []event.Identity

	outreach *outreach.Service
	channels *channel.Service
	jobs     *job.Queue
}

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	box, err := seal.OpenKeyFile(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		t: t, db: d, box: box, clock: clock.NewManual(noon), timeline: timeline.New(), provider: newProvider(t), road: &road{seen: map[string]*event.Event{}},
		content: `{"template":"SMS_1","params":{"name":"王芳"}}`, who: []event.Identity{{Type: "phone", Value: phone}},
	}
	r.timeline.Lock()
	r.timeline.Grow(9)
	r.timeline.Unlock()
	r.boot()
	return r
}

// Compose makes the same message for everybody.
func (r *rig) Compose(_ context.Context, d outreach.Delivery) (outreach.Draft, error) {
	return outreach.Draft{Message: outreach.Message{
		ID: d.ID, OccurredAt: d.TriggerAt, Content: json.RawMessage(r.content), Customer: outreach.Recipient{ID: id.Customer(d.Ord), Identities: r.who},
	}}, nil
}

// boot makes a process without starting it.
func (r *rig) boot() {
	r.jobs = job.New(r.db, r.clock)
	r.outreach = outreach.New(outreach.Config{
		DB: r.db, Box: r.box, Clock: r.clock, Jobs: r.jobs, Timeline: r.timeline, Zone: func() *time.Location { return time.UTC },
	})
	r.channels = channel.New(channel.Config{
		DB: r.db, Box: r.box, Clock: r.clock, Jobs: r.jobs, Ledger: r.outreach, Dial: (&net.Dialer{}).DialContext, Refused: webhook.Blocked,
		CheckURL: func(text string) error { _, err := webhook.ParseAllow("127.0.0.1").CheckURL(text); return err },
	})
	for _, name := range channel.Names {
		r.outreach.Register(name, r.channels.Sender(name))
	}
	r.outreach.UseComposer(r)
	r.outreach.UseSubmitter(r.road, 7)
	r.channels.UseSubmitter(r.road, 7)
}

// work runs a process until nothing is due.
func (r *rig) work() {
	r.t.Helper()
	ctx := context.Background()
	r.boot()
	if err := r.outreach.Start(ctx); err != nil {
		r.t.Fatal(err)
	}
	if err := r.jobs.Start(ctx); err != nil {
		r.t.Fatal(err)
	}
	defer func() { r.jobs.Stop(ctx); r.outreach.Stop() }()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if !r.busy() {
			return
		}
	}
	r.t.Fatal("work does not come to rest")
}

// busy says whether a job is leased or due.
func (r *rig) busy() bool {
	r.t.Helper()
	busy := false
	const text = `SELECT 1 FROM job WHERE NOT dead AND (due <= $1 OR leased_until > 0) LIMIT 1`
	if err := r.db.Each(context.Background(), text, []any{r.clock.Now().UnixMilli()}, func(*sql.Rows) error { busy = true; return nil }); err != nil {
		r.t.Fatal(err)
	}
	return busy
}

func (r *rig) endpoint(e channel.Endpoint) channel.Endpoint {
	r.t.Helper()
	e, err := r.channels.Create(context.Background(), e)
	if err != nil {
		r.t.Fatal(err)
	}
	return e
}

func (r *rig) aliyun(reports bool) channel.Endpoint {
	r.t.Helper()
	return r.endpoint(channel.Endpoint{Kind: channel.AliyunSMS, Name: "aliyun", Secret: "key secret", Settings: channel.Settings{
		KeyID: "LTAI", Sign: "玉堂", BaseURL: r.provider.URL, Reports: reports,
	}})
}

func (r *rig) tencent() channel.Endpoint {
	r.t.Helper()
	return r.endpoint(channel.Endpoint{Kind: channel.TencentSMS, Name: "tencent", Secret: "key secret", Settings: channel.Settings{
		KeyID: "AKID", Sign: "玉堂", AppID: "1400006666", BaseURL: r.provider.URL, Reports: true,
	}})
}

// send plans a touch for customer 1 and works.
func (r *rig) send(name string, e channel.Endpoint) {
	r.t.Helper()
	now := r.clock.Now()
	err := r.db.InTx(context.Background(), func(ctx context.Context) error {
		r.outreach.Plan(outreach.Touch{
			Playbook: "pb_1", Version: 1, Run: id.New("run"), Step: "send", Occurrence: 1, Ord: 1, Channel: name, Endpoint: e.ID,
			Transactional: true, TriggerAt: now, Due: now, ExpiresAt: now.Add(24 * time.Hour),
		})
		return r.outreach.Flush(ctx)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.work()
}

// only is the one delivery there is.
func (r *rig) only() outreach.Delivery {
	r.t.Helper()
	list, err := r.outreach.List(context.Background(), outreach.Filter{Limit: 10})
	if err != nil || len(list.Items) != 1 {
		r.t.Fatalf("%d deliveries, %v", len(list.Items), err)
	}
	return list.Items[0]
}

func (r *rig) is(what string, state outreach.State, reason outreach.Reason) outreach.Delivery {
	r.t.Helper()
	d := r.only()
	if d.State != state || d.Reason != reason {
		r.t.Fatalf("%s: %s %q (%s), want %s %q", what, d.State, d.Reason, d.Detail, state, reason)
	}
	return d
}

// door serves the room's doors.
func (r *rig) door(method, path, body string) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /channels/receipts/{endpoint}/{token}", func(w http.ResponseWriter, req *http.Request) { r.channels.Receive(w, req) })
	mux.HandleFunc("/channels/unsubscribe/{delivery}/{token}", func(w http.ResponseWriter, req *http.Request) { r.channels.Unsubscribe(w, req) })
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w
}
