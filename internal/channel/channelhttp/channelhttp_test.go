package channelhttp_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/channel"
	"yutang/internal/channel/channelhttp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/timeline"
)

type rig struct {
	*httpapitest.Server
	provider *httptest.Server
	sent     chan string
}

// SubmitEvents takes events.
func (r *rig) SubmitEvents(_ context.Context, evs []*event.Event) (int, error) { return len(evs), nil }

func start(t *testing.T, d *db.DB) *rig {
	t.Helper()
	r := &rig{Server: httpapitest.New(t, d), sent: make(chan string, 10)}
	r.provider = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.sent <- req.URL.Query().Get("PhoneNumbers")
		_, _ = io.WriteString(w, `{"Code":"OK","BizId":"b"}`)
	}))
	t.Cleanup(r.provider.Close)
	jobs := job.New(d, r.Clock)
	ledger := outreach.New(outreach.Config{DB: d, Box: r.Box, Clock: r.Clock, Jobs: jobs, Timeline: timeline.New(), Zone: func() *time.Location { return time.UTC }})
	channels := channel.New(channel.Config{
		DB: d, Box: r.Box, Clock: r.Clock, Jobs: jobs, Ledger: ledger, Dial: (&net.Dialer{}).DialContext, CheckURL: func(string) error { return nil },
	})
	channels.UseSubmitter(r, 1)
	channelhttp.Routes(r.API, channelhttp.Deps{Channels: channels, Access: r.Access})
	return r
}

type account struct {
	ID, Kind, Name string
	Channels       []string
	Settings       channel.Settings
	HasSecret      bool   `json:"has_secret"`
	ReceiptURL     string `json:"receipt_url"`
	Disabled       bool
}

func decode[T any](t *testing.T, res httpapitest.Response, status int) (out T) {
	t.Helper()
	if res.Status != status {
		t.Fatalf("status %d, want %d: %s", res.Status, status, res.Body)
	}
	if len(res.Body) > 0 {
		if err := json.Unmarshal(res.Body, &out); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(string(res.Body), "hush") {
		t.Fatalf("the secret is shown: %s", res.Body)
	}
	return out
}

// covers: C7, J1
func TestAccounts_AreKeptWithoutShowingSecrets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		c := r.Client(t, access.Operator)
		settings := map[string]any{"key_id": "LTAI", "sign": "玉堂", "base_url": r.provider.URL}
		made := decode[account](t, c.Do("POST", "/channels", map[string]any{"kind": "aliyun_sms", "name": "ali", "secret": "hush", "settings": settings}), 201)
		if made.Kind != "aliyun_sms" || !made.HasSecret || len(made.Channels) != 1 || !strings.HasPrefix(made.ReceiptURL, "/channels/receipts/"+made.ID+"/") {
			t.Fatalf("%+v", made)
		}
		settings["sign"] = "玉堂二"
		changed := decode[account](t, c.Do("PUT", "/channels/"+made.ID, map[string]any{"name": "ali 2", "settings": settings, "disabled": true}), 200)
		if changed.Name != "ali 2" || !changed.HasSecret || !changed.Disabled || changed.Settings.Sign != "玉堂二" {
			t.Fatalf("%+v", changed)
		}
		turned := decode[account](t, c.Do("POST", "/channels/"+made.ID+"/rotate", nil), 200)
		if turned.ReceiptURL == made.ReceiptURL {
			t.Error("the path is the same")
		}
		tested := decode[channelhttp.Tested](t, c.Do("POST", "/channels/"+made.ID+"/test", map[string]any{
			"channel": "sms", "to": "+8613912345670", "message": map[string]any{"template": "SMS_1", "params": map[string]string{"a": "b"}},
		}), 200)
		if to := <-r.sent; tested.Verdict != "accepted" || len(r.sent) != 0 || to != "13912345670" {
			t.Errorf("%+v, sent to %s", tested, to)
		}
		decode[any](t, c.Do("POST", "/channels/"+made.ID+"/test", map[string]any{"channel": "sms", "to": "+8613912345670", "message": map[string]any{"text": "free"}}), 422)
		seen := decode[struct{ Items []account }](t, r.Client(t, access.Viewer).Do("GET", "/channels", nil), 200)
		if len(seen.Items) != 1 || seen.Items[0].ReceiptURL != "" {
			t.Errorf("a viewer sees %+v", seen)
		}
		decode[any](t, r.Client(t, access.Viewer).Do("DELETE", "/channels/"+made.ID, nil), 403)
		decode[any](t, c.Do("DELETE", "/channels/"+made.ID, nil), 204)
		decode[any](t, c.Do("GET", "/channels/"+made.ID, nil), 404)
		var actions string
		var n int
		if err := d.Get(t.Context(), `SELECT COUNT(*), MAX(detail) FROM audit WHERE action LIKE 'channel.%'`, nil, &n, &actions); err != nil || n != 5 || strings.Contains(actions, "1391") {
			t.Errorf("%d audit rows, %v", n, err)
		}
		if strings.Contains(r.Logs.String(), "hush") || strings.Contains(r.Logs.String(), "1391234") {
			t.Error("the log shows a secret or a number")
		}
	})
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)).Server)
}
