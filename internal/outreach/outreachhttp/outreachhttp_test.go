package outreachhttp_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/outreach/outreachhttp"
	"yutang/internal/timeline"
	"yutang/internal/webhook"
)

type rig struct {
	*httpapitest.Server
	outreach *outreach.Service
	receipts chan *event.Event
}

func (r *rig) SubmitEvents(_ context.Context, evs []*event.Event) (int, error) {
	for _, ev := range evs {
		r.receipts <- ev
	}
	return len(evs), nil
}

func (r *rig) Compose(_ context.Context, d outreach.Delivery) (outreach.Draft, error) {
	return outreach.Draft{Message: outreach.Message{ID: d.ID, Content: json.RawMessage(`{"text":"Hello Ms Zhang"}`)}}, nil
}

func start(t *testing.T, d *db.DB) *rig {
	t.Helper()
	ctx := context.Background()
	r := &rig{Server: httpapitest.New(t, d), receipts: make(chan *event.Event, 100)}
	jobs, tl := job.New(d, r.Clock), timeline.New()
	tl.Lock()
	tl.Grow(9)
	tl.Unlock()
	r.outreach = outreach.New(outreach.Config{DB: d, Box: r.Box, Clock: r.Clock, Jobs: jobs, Timeline: tl, Zone: func() *time.Location { return time.UTC }})
	hooks := webhook.New(d, r.Box, r.Clock, webhook.ParseAllow("127.0.0.1"))
	r.outreach.Register(webhook.Channel, hooks)
	r.outreach.UseComposer(r)
	r.outreach.UseSubmitter(r, 3)
	outreachhttp.Routes(r.API, outreachhttp.Deps{Outreach: r.outreach, Webhooks: hooks, Access: r.Access})
	if err := r.outreach.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if err := jobs.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { jobs.Stop(ctx); r.outreach.Stop() })
	return r
}

func (r *rig) plan(t *testing.T, endpoint string, ord uint32) {
	t.Helper()
	now := r.Clock.Now()
	err := r.DB.InTx(context.Background(), func(ctx context.Context) error {
		r.outreach.Plan(outreach.Touch{
			Playbook: "pb_1", Version: 1, Run: "run_" + string(rune('0'+ord)), Step: "s", Occurrence: 1, Ord: ord, Channel: webhook.Channel,
			Endpoint: endpoint, Transactional: true, TriggerAt: now, Due: now, ExpiresAt: now.Add(time.Hour),
		})
		return r.outreach.Flush(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
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
	return out
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)).Server)
}

// covers: C7, J3
func TestDeliveries_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		op, analyst := r.Client(t, access.Operator), r.Client(t, access.Analyst)
		status := http.StatusOK
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			_, _ = io.Copy(io.Discard, req.Body)
			w.WriteHeader(status)
		}))
		defer srv.Close()
		made := decode[outreachhttp.Endpoint](t, op.Do("POST", "/webhooks", map[string]any{"name": "crm", "url": srv.URL}), 201)
		if !strings.HasPrefix(made.Secret, "whsec_") {
			t.Fatalf("no secret in %+v", made)
		}
		shown := decode[outreachhttp.Endpoint](t, op.Do("GET", "/webhooks/"+made.ID, nil), 200)
		if shown.Secret != "" || shown.Secrets != 1 {
			t.Fatalf("the secret is shown again: %+v", shown)
		}
		tested := decode[outreachhttp.Tested](t, op.Do("POST", "/webhooks/"+made.ID+"/test", nil), 200)
		if tested.Verdict != "accepted" {
			t.Fatalf("%+v", tested)
		}
		if p := op.Do("POST", "/webhooks", map[string]any{"name": "inner", "url": "http://10.0.0.1/"}); p.Status != 422 && p.Status != 400 {
			t.Fatalf("an inner address: %d %s", p.Status, p.Body)
		}

		r.plan(t, made.ID, 1)
		<-r.receipts
		type list struct{ Items []outreachhttp.Delivery }
		sent := decode[list](t, analyst.Do("GET", "/deliveries?customer=c1&state=accepted", nil), 200)
		if len(sent.Items) != 1 || sent.Items[0].Customer != "c1" {
			t.Fatalf("%+v", sent)
		}
		path := "/deliveries/" + sent.Items[0].ID
		if seen := analyst.Do("GET", path, nil); strings.Contains(string(seen.Body), "Zhang") {
			t.Fatalf("an analyst reads the message: %s", seen.Body)
		}
		if seen := op.Do("GET", path, nil); !strings.Contains(string(seen.Body), "Zhang") {
			t.Fatalf("an operator does not read the message: %s", seen.Body)
		}
		if res := op.Do("GET", "/deliveries?customer=c4000000000", nil); res.Status != 404 {
			t.Fatalf("a customer who is not: %d %s", res.Status, res.Body)
		}

		decode[outreachhttp.Status](t, op.Do("POST", "/outreach/hold", map[string]string{"reason": "stocktaking"}), 200)
		status = http.StatusInternalServerError
		r.plan(t, made.ID, 2)
		held := decode[outreachhttp.Status](t, op.Do("GET", "/outreach/status", nil), 200)
		if !held.Held || held.Hold.Reason != "stocktaking" {
			t.Fatalf("%+v", held)
		}
		decode[outreachhttp.Status](t, op.Do("POST", "/outreach/release", nil), 200)
		unknown := list{}
		for len(unknown.Items) == 0 {
			unknown = decode[list](t, op.Do("GET", "/deliveries?state=unknown", nil), 200)
		}
		path = "/deliveries/" + unknown.Items[0].ID
		settled := decode[outreachhttp.Delivery](t, op.Do("POST", path+"/resolve", map[string]any{"sent": true}), 200)
		if settled.State != outreach.StateAccepted || (<-r.receipts).Name != event.MessageDelivered {
			t.Fatalf("%+v", settled)
		}
		if res := op.Do("POST", path+"/resolve", map[string]any{"sent": false}); res.Problem(t).Code != "not_unknown" {
			t.Fatalf("%s", res.Body)
		}
	})
}

// covers: C5, C7
func TestDeliveries_FilteredByDayStepAndPriority(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		op := r.Client(t, access.Operator)
		now := r.Clock.Now()
		touch := func(run, step string, priority int) outreach.Touch {
			return outreach.Touch{
				Playbook: "pb_1", Version: 1, Run: run, Step: step, Occurrence: 1, Ord: 1, Channel: "sms", Priority: priority, Value: 7,
				TriggerAt: now, Due: now, ExpiresAt: now.Add(time.Hour), Suppress: outreach.Outranked, Detail: "2 per day: 2 sent, 0 planned rank higher",
			}
		}
		err := r.DB.InTx(context.Background(), func(ctx context.Context) error {
			_, err := r.outreach.PlanMany(ctx, []outreach.Touch{touch("r1", "a", 0), touch("r2", "b", 90), touch("r3", "b", 20)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		today, yesterday := now.UTC().Format(time.DateOnly), now.UTC().AddDate(0, 0, -1).Format(time.DateOnly)
		for query, want := range map[string]int{
			"day=" + today: 3, "day=" + yesterday: 0, "step=b": 2, "priority=50": 1, "reason=outranked&step=b&priority=90": 1, "reason=capped": 0,
		} {
			got := decode[struct{ Items []outreachhttp.Delivery }](t, op.Do("GET", "/deliveries?"+query, nil), 200)
			if len(got.Items) != want || want > 0 && (got.Items[0].Value != 0.07 || !strings.Contains(got.Items[0].Detail, "2 per day")) {
				t.Errorf("%s: %+v", query, got.Items)
			}
		}
		if res := op.Do("GET", "/deliveries?day=yesterday", nil); res.Status < 400 {
			t.Errorf("a day that is none: %d", res.Status)
		}
	})
}

// covers: C5
func TestPolicy_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	op := r.Client(t, access.Operator)
	p := decode[outreach.Policy](t, op.Do("GET", "/outreach/policy", nil), 200)
	if p.Quiet == nil || p.Cap.PerDay != 3 {
		t.Fatalf("%+v", p)
	}
	want := outreach.Policy{Cap: outreach.Cap{PerDay: 5, Channels: map[string]int{"webhook": 2}}, Consent: map[string]outreach.ConsentNeed{"webhook": outreach.ConsentNotWithdrawn}}
	got := decode[outreach.Policy](t, op.Do("PUT", "/outreach/policy", want), 200)
	if got.Quiet != nil || got.Cap.Channels["webhook"] != 2 || got.Consent["webhook"] != outreach.ConsentNotWithdrawn {
		t.Fatalf("%+v", got)
	}
	wide := map[string]any{
		"cap": map[string]any{"per_day": 2, "per_week": 4, "per_month": 8, "channels_per_week": map[string]int{"sms": 1}}, "holdout_percent": 5,
		"rates_per_minute": map[string]int{"sms": 60}, "staff_messages_per_day": 3, "quiet_hours": map[string]string{"from": "22:00", "to": "08:00"},
	}
	full := decode[outreachhttp.Policy](t, op.Do("PUT", "/outreach/policy", wide), 200)
	if full.Cap.PerMonth != 8 || full.Holdout != 5 || full.Rates["sms"] != 60 || full.InWords == nil || len(full.InWords.Zh) != len(full.InWords.En) {
		t.Fatalf("%+v", full)
	}
	if !slices.Contains(full.InWords.En, "sms: at most 1 touch per customer and week (Monday to Sunday)") || !slices.Contains(full.InWords.Zh, "每位客户每天最多 2 次触达") {
		t.Fatalf("%+v", full.InWords)
	}
	if again := op.Do("PUT", "/outreach/policy", full); again.Status != 200 { // as it was shown
		t.Fatalf("%d %s", again.Status, again.Body)
	}
	for pointer, wrong := range map[string]map[string]any{
		"/cap/per_day":            {"cap": map[string]int{"per_day": 5, "per_week": 3}},
		"/cap/channels/sms":       {"cap": map[string]any{"channels": map[string]int{"sms": -1}}},
		"/holdout_percent":        {"holdout_percent": 80},
		"/rates_per_minute/a~1b":  {"rates_per_minute": map[string]int{"a/b": 0}},
		"/staff_messages_per_day": {"staff_messages_per_day": -1},
	} {
		if res := op.Do("PUT", "/outreach/policy", wrong); res.Status < 400 || !strings.Contains(string(res.Body), `"`+pointer+`"`) {
			t.Errorf("%s: %d %s", pointer, res.Status, res.Body)
		}
	}
	bad := op.Do("PUT", "/outreach/policy", map[string]any{"quiet_hours": map[string]string{"from": "25:00", "to": "08:00"}})
	if bad.Status < 400 || !strings.Contains(string(bad.Body), "/quiet_hours/from") {
		t.Fatalf("%d %s", bad.Status, bad.Body)
	}
}
