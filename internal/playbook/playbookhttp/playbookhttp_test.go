package playbookhttp_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/experiment"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/playbook"
	"yutang/internal/playbook/playbookhttp"
	"yutang/internal/timeline"
)

type rig struct {
	*httpapitest.Server
	playbooks *playbook.Service
	outreach  *outreach.Service
	timeline  *timeline.Store
}

func start(t *testing.T, d *db.DB) *rig {
	t.Helper()
	ctx := context.Background()
	r := &rig{Server: httpapitest.New(t, d), timeline: timeline.New()}
	zone := func() *time.Location { return time.UTC }
	r.outreach = outreach.New(outreach.Config{DB: d, Box: r.Box, Clock: r.Clock, Jobs: job.New(d, r.Clock), Timeline: r.timeline, Zone: zone})
	customers, log := customer.New(d, r.Box, r.timeline, r.Clock), event.NewLog(d, r.Box)
	experiments := experiment.New(experiment.Config{DB: d, Clock: r.Clock, Timeline: r.timeline, Customers: customers, Log: log, Zone: zone})
	r.playbooks = playbook.New(playbook.Config{
		DB: d, Clock: r.Clock, Timeline: r.timeline, Log: log, Customers: customers, Exposures: experiments,
		Identity: identity.New(d, r.Box, r.timeline, r.Clock), Outreach: r.outreach, Zone: zone,
		CheckEndpoint: func(_ context.Context, _, key string) error {
			if key != "ep_1" {
				return fault.New(fault.NotFound, "endpoint_not_found", "there is no endpoint %q", key)
			}
			return nil
		},
		CheckAudience: func(context.Context, string) error { return nil },
	})
	r.timeline.Lock()
	r.timeline.Grow(3)
	err := r.playbooks.Load(ctx)
	r.timeline.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	playbookhttp.Routes(r.API, playbookhttp.Deps{Playbooks: r.playbooks, Access: r.Access, Lifts: experiments.Lifts})
	return r
}

func (r *rig) happen(t *testing.T, name string, ord uint32) {
	t.Helper()
	err := r.DB.InTx(context.Background(), func(ctx context.Context) error {
		r.timeline.Lock()
		defer r.timeline.Unlock()
		if err := r.playbooks.OnEvent(ctx, &event.Event{Name: name, At: r.Clock.Now()}, ord, ord); err != nil {
			return err
		}
		if err := r.playbooks.Flush(ctx); err != nil {
			return err
		}
		return r.outreach.Flush(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func document(endpoint string) map[string]any {
	return map[string]any{"definition": json.RawMessage(`{"name":"Welcome","trigger":{"event":"Form Submitted"},"steps":[{"id":"hello",
		"send":{"channel":"webhook","endpoint":"` + endpoint + `","content":{"text":"Hello {{ customer.id }} {{ event.props.form }}"}}}]}`)}
}

func decode[T any](t *testing.T, res httpapitest.Response, status int) (out T) {
	t.Helper()
	if res.Status != status {
		t.Fatalf("status %d, want %d: %s", res.Status, status, res.Body)
	}
	if err := json.Unmarshal(res.Body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)).Server)
}

// covers: C1
func TestPlaybook_LifeThroughTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		op := r.Client(t, access.Operator)
		b := decode[playbookhttp.Playbook](t, op.Do("POST", "/playbooks", document("ep_2")), 201)
		if b.State != playbook.Draft || b.Name != "Welcome" {
			t.Fatalf("%+v", b)
		}
		path := "/playbooks/" + b.ID
		if res := op.Do("PUT", path, map[string]any{"definition": map[string]any{"name": 1}}); !strings.Contains(string(res.Body), `"/definition/name"`) {
			t.Fatalf("%s", res.Body)
		}
		if res := op.Do("POST", path+"/publish", nil); res.Status < 400 || !strings.Contains(string(res.Body), `"/definition/steps/0/send/endpoint"`) {
			t.Fatalf("published to an endpoint that is not: %s", res.Body)
		}
		decode[playbookhttp.Playbook](t, op.Do("PUT", path, document("ep_1")), 200)
		b = decode[playbookhttp.Playbook](t, op.Do("POST", path+"/publish", nil), 200)
		if b.State != playbook.Published || b.Version != 1 {
			t.Fatalf("%+v", b)
		}
		r.happen(t, "Form Submitted", 1)
		r.happen(t, "Form Submitted", 2)
		n := decode[playbookhttp.Numbers](t, op.Do("GET", path+"/numbers", nil), 200)
		if n.Runs != 2 || len(n.Deliveries) != 1 || n.Deliveries[0].Count != 2 {
			t.Fatalf("%+v", n)
		}
		type runs struct {
			Items []playbookhttp.Run
			Next  string
		}
		first := decode[runs](t, op.Do("GET", "/runs?limit=1&playbook="+b.ID, nil), 200)
		second := decode[runs](t, op.Do("GET", "/runs?limit=1&playbook="+b.ID+"&cursor="+first.Next, nil), 200)
		if first.Items[0].Customer != "c2" || second.Items[0].Customer != "c1" || second.Next != "" {
			t.Fatalf("%+v then %+v", first, second)
		}
		mine := decode[runs](t, op.Do("GET", "/runs?customer=c1", nil), 200)
		if len(mine.Items) != 1 {
			t.Fatalf("%+v", mine)
		}
		for _, step := range []struct {
			verb  string
			state playbook.State
		}{{"pause", playbook.Paused}, {"resume", playbook.Published}, {"end", playbook.Ended}} {
			if b = decode[playbookhttp.Playbook](t, op.Do("POST", path+"/"+step.verb, nil), 200); b.State != step.state {
				t.Fatalf("after %s: %s", step.verb, b.State)
			}
		}
		if res := op.Do("POST", path+"/publish", nil); res.Problem(t).Code != "playbook_state" {
			t.Fatalf("%s", res.Body)
		}
		type versions struct{ Items []playbookhttp.Version }
		if v := decode[versions](t, op.Do("GET", path+"/versions", nil), 200); len(v.Items) != 1 {
			t.Fatalf("%+v", v)
		}
	})
}

func TestRender_ForAChosenCustomerSendsNothing(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	op := r.Client(t, access.Operator)
	in := document("ep_1")
	in["customer"], in["event"] = "c1", map[string]string{"form": "VIP"}
	out := decode[struct{ Message outreach.Message }](t, op.Do("POST", "/playbooks/render", in), 200)
	if string(out.Message.Content) != `{"text":"Hello c1 VIP"}` {
		t.Fatalf("%s", out.Message.Content)
	}
	if c, err := r.outreach.Counts(context.Background(), ""); err != nil || len(c) != 0 {
		t.Fatalf("%v, %v", c, err)
	}
	in["customer"] = "c999"
	if res := op.Do("POST", "/playbooks/render", in); res.Status != 404 {
		t.Fatalf("%d %s", res.Status, res.Body)
	}
	if res := r.Client(t, access.Analyst).Do("POST", "/playbooks/render", in); res.Status != 403 {
		t.Fatalf("an analyst sees rendered personal data: %d", res.Status)
	}
}

// covers: C8
func TestLifts_OfPlaybooksWithAControlGroup(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		op := r.Client(t, access.Operator)
		publish := func(definition string) string {
			t.Helper()
			b := decode[playbookhttp.Playbook](t, op.Do("POST", "/playbooks", map[string]any{"definition": json.RawMessage(definition)}), 201)
			decode[playbookhttp.Playbook](t, op.Do("POST", "/playbooks/"+b.ID+"/publish", nil), 200)
			return b.ID
		}
		publish(`{"name":"without","trigger":{"api":true},"steps":[{"id":"rest","wait":{"for":"1d"}}]}`)
		whole := publish(`{"name":"whole","holdout_percent":10,"trigger":{"api":true},"steps":[{"id":"rest","wait":{"for":"1d"}}]}`)
		step := publish(`{"name":"step","trigger":{"api":true},"steps":[{"id":"some","holdout":{"percent":20}},{"id":"rest","wait":{"for":"1d"}}]}`)
		got := decode[struct{ Items []playbookhttp.Lift }](t, r.Client(t, access.Analyst).Do("GET", "/playbooks/lifts", nil), 200).Items
		if len(got) != 2 || got[0].Playbook != whole || got[1].Playbook != step {
			t.Fatalf("%+v", got)
		}
		if x := got[0].Experiment; x.Name != whole || x.Why != experiment.WhyNobody || x.Horizon != 14 || x.ID != experiment.ID(whole) {
			t.Fatalf("%+v", x)
		}
		if got[1].Experiment.Name != step+"/some" {
			t.Fatalf("%+v", got[1])
		}
	})
}
