package masssendhttp_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/audience"
	"yutang/internal/content"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/masssend"
	"yutang/internal/masssend/masssendhttp"
	"yutang/internal/outreach"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
)

// few is three customers of one member, and no audiences.
type few struct{}

func (few) Scan(_ context.Context, _ string, visit func(masssend.Relation) error) error {
	for leaf := uint32(1); leaf <= 3; leaf++ {
		if err := visit(masssend.Relation{User: "ann", External: "wm" + string(rune('0'+leaf)), Leaf: leaf}); err != nil {
			return err
		}
	}
	return nil
}

func (few) OfLeaves(context.Context, string, []uint32) ([]masssend.Relation, error) { return nil, nil }

func (few) Get(context.Context, string) (audience.Audience, error) {
	return audience.Audience{}, fault.New(fault.NotFound, "audience_not_found", "no audience")
}

func (few) Members(context.Context, string, uint32, int) ([]uint32, bool, error) {
	return nil, false, nil
}

func (few) SubmitEvents(_ context.Context, evs []*event.Event) (int, error) { return len(evs), nil }

type rig struct {
	*httpapitest.Server
	sends *masssend.Service
}

func start(t *testing.T, d *db.DB) *rig {
	t.Helper()
	ctx := context.Background()
	s := httpapitest.New(t, d)
	jobs, tl := job.New(d, s.Clock), timeline.New()
	tl.Lock()
	tl.Grow(9)
	tl.Unlock()
	corps := corp.New(corp.Config{DB: d, Box: s.Box, Clock: s.Clock, Limits: wecom.NewLimits(s.Clock)})
	_, err := corps.Put(ctx, corp.NewCorp{ID: "ww1", Name: "Fish", Apps: []corp.NewApp{{Name: corp.Main, AgentID: 1, Secret: "s"}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ledger := outreach.New(outreach.Config{DB: d, Box: s.Box, Clock: s.Clock, Jobs: jobs, Timeline: tl, Zone: func() *time.Location { return time.UTC }})
	ledger.UseSubmitter(few{}, 1)
	sends := masssend.New(masssend.Config{
		DB: d, Box: s.Box, Clock: s.Clock, Jobs: jobs, Timeline: tl, Ledger: ledger, Relations: few{}, Audiences: few{},
		Contents: content.New(content.Config{DB: d, Box: s.Box, Clock: s.Clock, Jobs: jobs, Dir: t.TempDir(), Client: corps.Client}),
		Follows:  func(context.Context, string) ([]string, error) { return []string{"ann"}, nil }, Corp: corps.Get, Client: corps.Client,
	})
	masssendhttp.Routes(s.API, masssendhttp.Deps{Sends: sends, Access: s.Access})
	return &rig{s, sends}
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)).Server)
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

// covers: C4, J3
func TestMassSends_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		op, analyst := r.Client(t, access.Operator), r.Client(t, access.Analyst)
		wish := map[string]any{
			"corp": "ww1", "name": "Spring", "chat": "single", "target": map[string]any{"customers": []string{"c1", "c2", "c7"}},
			"content": map[string]any{"text": "Spring is here"},
		}
		p := decode[masssendhttp.Preview](t, op.Do("POST", "/mass-sends/preview", wish), 200)
		if p.Total != 3 || p.Gets != 2 || len(p.Refused) != 1 || p.Refused[0].Reason != outreach.NoContact || p.Refused[0].Sample[0] != "c7" || p.Quota != 31 {
			t.Fatalf("%+v", p)
		}
		x := decode[masssendhttp.Send](t, op.Do("POST", "/mass-sends", wish), 201)
		if x.State != masssend.Draft || x.Content.Text != "Spring is here" {
			t.Fatalf("%+v", x)
		}
		path := "/mass-sends/" + x.ID
		wish["name"] = "Summer"
		if x = decode[masssendhttp.Send](t, op.Do("PUT", path, wish), 200); x.Name != "Summer" {
			t.Fatalf("%+v", x)
		}
		if res := analyst.Do("POST", path+"/schedule", nil); res.Status != 403 {
			t.Fatalf("an analyst schedules: %d", res.Status)
		}
		type list[T any] struct{ Items []T }
		refused := decode[list[masssendhttp.Candidate]](t, analyst.Do("GET", path+"/preview/customers", nil), 200)
		if len(refused.Items) != 1 || refused.Items[0].Customer != "c7" {
			t.Fatalf("%+v", refused)
		}
		if x = decode[masssendhttp.Send](t, op.Do("POST", path+"/schedule", nil), 200); x.State != masssend.Scheduled || x.Deadline == nil {
			t.Fatalf("%+v", x)
		}
		if res := op.Do("DELETE", path, nil); res.Status != 409 && res.Status != 412 {
			t.Fatalf("a scheduled send is deleted: %d %s", res.Status, res.Body)
		}
		if x = decode[masssendhttp.Send](t, op.Do("POST", path+"/unschedule", nil), 200); x.State != masssend.Draft {
			t.Fatalf("%+v", x)
		}
		decode[masssendhttp.Send](t, op.Do("POST", path+"/schedule", nil), 200)
		if x = decode[masssendhttp.Send](t, op.Do("POST", path+"/stop", nil), 200); x.State != masssend.Stopped {
			t.Fatalf("%+v", x)
		}
		if res := op.Do("POST", path+"/remind", map[string]any{}); res.Status < 400 {
			t.Fatalf("staff are reminded of a stopped send: %d", res.Status)
		}
		for _, sub := range []string{"", "/progress", "/calls", "/customers", "/chats"} {
			if res := analyst.Do("GET", path+sub, nil); res.Status != 200 {
				t.Errorf("%s: %d %s", sub, res.Status, res.Body)
			}
		}
		test := map[string]any{
			"corp": "ww1", "name": "Test", "target": map[string]any{}, "options": map[string]any{"holdout_percent": 10}, "variants": []map[string]any{
				{"name": "a", "percent": 50, "content": map[string]any{"text": "A"}}, {"name": "b", "percent": 50, "content": map[string]any{"text": "B"}},
			},
		}
		trial := decode[masssendhttp.Send](t, op.Do("POST", "/mass-sends", test), 201)
		if len(trial.Variants) != 2 || trial.Variants[1].Content.Text != "B" || trial.Experiment != "SEND/"+trial.ID {
			t.Errorf("%+v", trial)
		}
		if p = decode[masssendhttp.Preview](t, op.Do("GET", "/mass-sends/"+trial.ID+"/preview", nil), 200); len(p.Arms) != 3 {
			t.Errorf("%+v", p)
		}
		wish["content"] = map[string]any{"text": strings.Repeat("鱼", 2000)}
		if res := op.Do("POST", "/mass-sends", wish); res.Status < 400 || !strings.Contains(string(res.Body), "/content/text") {
			t.Errorf("a text of 6,000 bytes: %d %s", res.Status, res.Body)
		}
		trail, err := r.Access.AuditTrail(context.Background(), access.AuditQuery{Actions: []string{"mass_send.stop"}})
		if err != nil || len(trail.Items) != 1 || trail.Items[0].Object != x.ID {
			t.Errorf("audit %+v %v", trail, err)
		}
	})
}
