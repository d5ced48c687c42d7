package playbookhttp_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/audience"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/pipeline"
	"yutang/internal/playbook"
	"yutang/internal/playbook/playbookhttp"
	"yutang/internal/timeline"
)

type utc struct{}

func (utc) Zone() *time.Location { return time.UTC }

// road is the API with the whole road behind it.
type road struct {
	*httpapitest.Server
	*pipeline.Pipeline
	t      *testing.T
	source int64
}

func drive(t *testing.T, d *db.DB) *road {
	t.Helper()
	ctx := context.Background()
	r := &road{Server: httpapitest.New(t, d), t: t}
	tl, log := timeline.New(), event.NewLog(d, r.Box)
	ids, customers := identity.New(d, r.Box, tl, r.Clock), customer.New(d, r.Box, tl, r.Clock)
	audiences := audience.NewService(d, audience.NewEngine(tl, customers, log, utc{}), r.Clock, nil)
	ledger := outreach.New(outreach.Config{DB: d, Box: r.Box, Clock: r.Clock, Jobs: job.New(d, r.Clock), Timeline: tl, Zone: utc{}.Zone})
	books := playbook.New(playbook.Config{
		DB: d, Box: r.Box, Clock: r.Clock, Timeline: tl, Log: log, Customers: customers, Identity: ids, Outreach: ledger, Zone: utc{}.Zone,
		CheckEndpoint: func(context.Context, string, string) error { return nil }, CheckAudience: func(context.Context, string) error { return nil },
	})
	r.Pipeline = pipeline.New(pipeline.Rooms{
		DB: d, Clock: r.Clock, Log: log, Timeline: tl, Identity: ids, Customers: customers, Audiences: audiences, Playbooks: books, Outreach: ledger,
	}, r.Box, "", nil)
	r.must(r.Load(ctx))
	src, err := log.Source(ctx, "test", "a-write-key", r.Clock.Now())
	r.must(err)
	steps, err := log.Source(ctx, "playbooks", "another-write-key", r.Clock.Now())
	r.must(err)
	r.source = src.ID
	books.UseRoad(r.Pipeline, steps.ID)
	r.Start()
	t.Cleanup(r.Stop)
	playbookhttp.Routes(r.API, playbookhttp.Deps{Playbooks: books, Access: r.Access, Lookup: func(_ context.Context, who event.Identity) (uint32, error) {
		tl.RLock()
		defer tl.RUnlock()
		if ord, ok := ids.Lookup(who); ok {
			return ord, nil
		}
		return 0, fault.New(fault.NotFound, "customer_not_found", "nobody is that")
	}})
	return r
}

func (r *road) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *road) track(user, name string) {
	r.t.Helper()
	_, err := r.Submit(context.Background(), []*event.Event{{
		Name: name, At: r.Clock.Now(), ReceivedAt: r.Clock.Now(), SourceID: r.source, MessageID: user + name,
		Identities: []event.Identity{{Type: "user_id", Value: user}},
	}})
	r.must(err)
}

const file = `name: Care
trigger: {api: true}
steps:
  - id: hello
    send:
      channel: webhook
      endpoint: ep_1
      content:
        text: |-
          Hello
          {{ event.props.who }}
  - id: rest
    wait: {for: 1d}
`

// covers: C1
func TestRuns_StartedShownCountedAndStopped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := drive(t, d)
		op := r.Client(t, access.Operator)
		b := decode[playbookhttp.Playbook](t, op.Do("POST", "/playbooks", document("ep_1")), 201)
		path := "/playbooks/" + b.ID
		decode[playbookhttp.Playbook](t, op.Do("PUT", path+"/yaml", file, "Content-Type", "application/yaml"), 200)
		for _, res := range []httpapitest.Response{
			op.Do("PUT", path+"/yaml", strings.Replace(file, "for: 1d", "for: long", 1), "Content-Type", "application/yaml"),
			op.Do("POST", "/playbooks/yaml", file+"    odd: 1\n", "Content-Type", "application/yaml"),
			op.Do("POST", "/playbooks/yaml", strings.Replace(file, "event.props.who", "foo.who", 1), "Content-Type", "application/yaml"),
		} {
			if p := res.Problem(t); len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Pointer, "/steps/") || !strings.HasPrefix(p.Errors[0].Detail, "line ") {
				t.Errorf("%d %s", res.Status, res.Body)
			}
		}
		made := decode[playbookhttp.Playbook](t, op.Do("POST", "/playbooks/yaml", file, "Content-Type", "application/yaml"), 201)
		if made.Name != "Care" || made.State != playbook.Draft {
			t.Fatalf("%+v", made)
		}
		if res := op.Do("DELETE", "/playbooks/"+made.ID, nil); res.Status != 204 {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		type shelf struct{ Items []playbookhttp.Playbook }
		if all := decode[shelf](t, op.Do("GET", "/playbooks", nil), 200); len(all.Items) != 1 {
			t.Fatalf("files that were refused left drafts behind: %+v", all)
		}
		if res := op.Do("PUT", path+"/yaml", "name: [", "Content-Type", "application/yaml"); res.Status != 400 && res.Status != 422 {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		if res := op.Do("GET", path+"/yaml", nil); res.Status != 200 || string(res.Body) != file || res.Header.Get("Content-Type") != "application/yaml" {
			t.Fatalf("%s\n%s", res.Header, res.Body)
		}
		decode[playbookhttp.Playbook](t, op.Do("POST", path+"/publish", map[string]string{"in_flight": "stay"}), 200)
		r.track("ann", "Seen")
		in := map[string]any{"identity": map[string]string{"type": "user_id", "value": "ann"}, "properties": map[string]string{"who": "you"}}
		if res := op.Do("POST", path+"/runs", in); res.Problem(t).Code == "" || res.Status != 422 && res.Status != 400 {
			t.Fatalf("a run without a name of its own: %d %s", res.Status, res.Body)
		}
		in["id"] = "order-7"
		run := decode[playbookhttp.RunWithHistory](t, op.Do("POST", path+"/runs", in), 201)
		if run.Customer != "c1" || run.Step != "rest" || len(run.History) != 3 || run.Due == nil {
			t.Fatalf("%+v", run)
		}
		again := decode[playbookhttp.RunWithHistory](t, op.Do("POST", path+"/runs", in), 201)
		report := decode[playbookhttp.Report](t, op.Do("GET", path+"/report", nil), 200)
		if again.ID != run.ID || report.Runs != 1 || report.Live != 1 || report.Steps[0].Deliveries[0].Count != 1 || report.Steps[1].Waiting != 1 {
			t.Fatalf("%+v", report)
		}
		today := r.Clock.Now().UTC()
		before := decode[playbookhttp.Report](t, op.Do("GET", path+"/report?to="+today.AddDate(0, 0, -1).Format(time.DateOnly), nil), 200)
		within := decode[playbookhttp.Report](t, op.Do("GET", path+"/report?from="+today.Format(time.DateOnly)+"&to="+today.Format(time.DateOnly), nil), 200)
		if before.Runs != 0 || before.Live != 1 || len(before.Steps[0].Deliveries) != 0 || within.Runs != 1 || within.Steps[0].Deliveries[0].Count != 1 {
			t.Fatalf("%+v\n%+v", before, within)
		}
		if res := op.Do("GET", path+"/report?from=2026-03-02&to=2026-03-01", nil); res.Status != 422 && res.Status != 400 {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		type people struct{ Items []playbookhttp.Person }
		for _, query := range []string{"step=rest&outcome=waiting", "step=hello&outcome=planned", "step=hello&state=planned", "outcome=entered"} {
			if p := decode[people](t, op.Do("GET", path+"/people?"+query, nil), 200); len(p.Items) != 1 || p.Items[0].Customer != "c1" || p.Items[0].Run != run.ID {
				t.Fatalf("%s: %+v", query, p)
			}
		}
		type touches struct{ Items []playbookhttp.Touch }
		if p := decode[touches](t, op.Do("GET", "/customers/c1/touches", nil), 200); len(p.Items) != 1 || p.Items[0].Run != run.ID || p.Items[0].State != "planned" {
			t.Fatalf("%+v", p)
		}
		list := decode[struct{ Items []playbookhttp.Playbook }](t, op.Do("GET", "/playbooks", nil), 200)
		if c := list.Items[0].Counts; c == nil || c.Runs != 1 || c.Live != 1 {
			t.Fatalf("%+v", c)
		}
		stopped := decode[playbookhttp.RunWithHistory](t, op.Do("POST", "/runs/"+run.ID+"/stop", nil), 200)
		if stopped.Outcome != "stopped" || stopped.EndedAt == nil {
			t.Fatalf("%+v", stopped)
		}
		if res := op.Do("POST", "/runs/"+run.ID+"/stop", nil); res.Problem(t).Code != "run_ended" {
			t.Fatalf("%s", res.Body)
		}
		decode[playbookhttp.RunWithHistory](t, op.Do("GET", "/runs/"+run.ID, nil), 200)
	})
}

func TestReview_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	r := drive(t, dbtest.SQLite(t))
	ann, bob, owner := r.Client(t, access.Operator), r.Client(t, access.Operator), r.Client(t, access.Owner)
	decode[playbook.Settings](t, owner.Do("PUT", "/playbook-settings", playbook.Settings{ApprovalRequired: true}), 200)
	b := decode[playbookhttp.Playbook](t, ann.Do("POST", "/playbooks", document("ep_1")), 201)
	path := "/playbooks/" + b.ID
	if res := ann.Do("POST", path+"/publish", nil); res.Problem(t).Code != "approval_required" {
		t.Fatalf("%s", res.Body)
	}
	b = decode[playbookhttp.Playbook](t, ann.Do("POST", path+"/submit", nil), 200)
	if b.State != playbook.InReview || b.Review == nil || b.Review.State != playbook.ReviewAsked {
		t.Fatalf("%+v", b)
	}
	if res := ann.Do("POST", path+"/approve", nil); res.Status != 403 {
		t.Fatalf("%d %s", res.Status, res.Body)
	}
	b = decode[playbookhttp.Playbook](t, bob.Do("POST", path+"/reject", map[string]string{"note": "shorter"}), 200)
	if b.State != playbook.Draft || b.Review.Note != "shorter" {
		t.Fatalf("%+v", b)
	}
	decode[playbookhttp.Playbook](t, ann.Do("POST", path+"/submit", nil), 200)
	decode[playbookhttp.Playbook](t, bob.Do("POST", path+"/approve", nil), 200)
	decode[playbookhttp.Playbook](t, ann.Do("POST", path+"/publish", nil), 200)
	r.track("ann", "Form Submitted")
	changed := strings.Replace(string(must(json.Marshal(document("ep_1")))), "Hello", "Good day", 1)
	decode[playbookhttp.Playbook](t, ann.Do("PUT", path, changed, "Content-Type", "application/json"), 200)
	changes := decode[struct {
		Items []struct{ Step, Path, What string }
	}](t, ann.Do("GET", path+"/changes", nil), 200)
	if len(changes.Items) != 1 || changes.Items[0].Step != "hello" || changes.Items[0].What != "changed" {
		t.Fatalf("%+v", changes)
	}
	preview := decode[struct{ Items []playbook.StepPreview }](t, ann.Do("GET", path+"/publish", nil), 200)
	if len(preview.Items) != 0 { // whoever came was through at once
		t.Fatalf("%+v", preview)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
