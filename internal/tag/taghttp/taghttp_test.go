package taghttp_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

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
	"yutang/internal/search"
	"yutang/internal/tag"
	"yutang/internal/tag/taghttp"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
	"yutang/internal/wecomsim"
)

const corpID = "ww0000000000000001"

// nobody is a brand without customers: no audience has members.
type nobody struct{}

func (nobody) Members(_ context.Context, _ string, _ uint32, _ int) ([]uint32, bool, error) {
	return nil, false, nil
}

func (nobody) Matching(context.Context, json.RawMessage, time.Time) ([]uint32, error) {
	return nil, nil
}

func (nobody) SubmitEvents(_ context.Context, evs []*event.Event) (int, error) { return len(evs), nil }

func start(t *testing.T, d *db.DB) (*httpapitest.Server, *wecomsim.Sim) {
	t.Helper()
	s := httpapitest.New(t, d)
	sim, err := wecomsim.New(wecomsim.Config{CorpID: corpID, Secret: "secret", Clock: s.Clock})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(sim.Handler())
	t.Cleanup(srv.Close)
	client := wecom.New(wecom.Config{BaseURL: srv.URL, CorpID: corpID, Secret: "secret", Clock: s.Clock})
	tl := timeline.New()
	tags := tag.New(tag.Config{
		DB: d, Clock: s.Clock, Jobs: job.New(d, s.Clock), Timeline: tl, Identity: identity.New(d, s.Box, tl, s.Clock),
		Customers: customer.New(d, s.Box, tl, s.Clock), Audiences: nobody{}, Submit: nobody{}, Source: 1,
		Client:   func(context.Context, string) (*wecom.Client, error) { return client, nil },
		Contacts: func(context.Context, []uint32) ([]tag.Pair, error) { return nil, nil },
	})
	if err := tags.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	find := func(_ context.Context, f search.Filter) (*search.Found, error) {
		if f.Q == "" {
			return nil, fault.BadField("/q", "wants a word")
		}
		return &search.Found{Set: roaring.BitmapOf(1, 2, 3)}, nil
	}
	taghttp.Routes(s.API, taghttp.Deps{Tags: tags, Find: find, Access: s.Access})
	return s, sim
}

var _ tag.Audiences = (*audience.Service)(nil)

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
	s, _ := start(t, dbtest.SQLite(t))
	httpapitest.WalkRoutes(t, s)
}

// covers: B4
func TestTags_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	s, sim := start(t, dbtest.SQLite(t))
	op := s.Client(t, access.Operator)
	type list[T any] struct{ Items []T }
	made := decode[list[taghttp.Tag]](t, op.Do("POST", "/tags", map[string]any{"corp": corpID, "group": "VIP", "names": []string{"gold", "silver"}}), 201).Items
	if len(made) != 2 || made[0].Remote == "" || made[0].Label != "VIP/gold" {
		t.Fatalf("%+v", made)
	}
	inner := decode[list[taghttp.Tag]](t, op.Do("POST", "/tags", map[string]any{"names": []string{"walk-in"}}), 201).Items
	if inner[0].Corp != "" || inner[0].Label != "walk-in" {
		t.Fatalf("%+v", inner)
	}
	if p := op.Do("POST", "/tags", map[string]any{"corp": corpID, "names": []string{"x"}}); p.Problem(t).Errors[0].Pointer != "/group" {
		t.Fatalf("%s", p.Body)
	}
	first := op.Do("GET", "/tags/defined?limit=2", nil)
	var page struct {
		Items []taghttp.Tag
		Next  string
	}
	if err := json.Unmarshal(first.Body, &page); err != nil || len(page.Items) != 2 || page.Next == "" {
		t.Fatalf("%s", first.Body)
	}
	rest := decode[list[taghttp.Tag]](t, op.Do("GET", "/tags/defined?limit=2&cursor="+page.Next, nil), 200)
	if len(rest.Items) != 1 {
		t.Fatalf("%+v", rest)
	}
	groups := decode[list[taghttp.Group]](t, op.Do("GET", "/tags/groups?corp="+corpID, nil), 200).Items
	if len(groups) != 1 || len(groups[0].Tags) != 2 {
		t.Fatalf("%+v", groups)
	}
	renamed := decode[taghttp.Tag](t, op.Do("PATCH", "/tags/"+made[0].ID, map[string]string{"name": "platinum"}), 200)
	if renamed.Label != "VIP/platinum" {
		t.Fatalf("%+v", renamed)
	}
	if p := op.Do("PATCH", "/tags/"+made[0].ID, map[string]string{"name": "silver"}); p.Status != 409 {
		t.Fatalf("%s", p.Body)
	}
	foreign, err := sim.CreateTag("Mood", "hot")
	if err != nil {
		t.Fatal(err)
	}
	decode[map[string]int](t, op.Do("POST", "/tags/pull", map[string]string{"corp": corpID}), 202)
	var hot taghttp.Tag
	for _, g := range decode[list[taghttp.Group]](t, op.Do("GET", "/tags/groups", nil), 200).Items {
		for _, tg := range g.Tags {
			if tg.Remote == foreign {
				hot = tg
			}
		}
	}
	if p := op.Do("DELETE", "/tags/"+hot.ID, nil); p.Problem(t).Code != "tag_foreign" {
		t.Fatalf("a tag made in the console: %s", p.Body)
	}
	decode[any](t, op.Do("DELETE", "/tags/groups/"+groups[0].ID, nil), 204)
	if p := op.Do("GET", "/tags/"+made[1].ID, nil); p.Status != 404 {
		t.Fatalf("%s", p.Body)
	}
	bound := decode[taghttp.Tag](t, op.Do("PUT", "/tags/"+inner[0].ID+"/audience", map[string]string{"audience": "aud_1"}), 200)
	if bound.Audience != "aud_1" {
		t.Fatalf("%+v", bound)
	}
	if p := op.Do("POST", "/tags/bulk", map[string]any{"customers": []string{"c1"}, "add": []string{"walk-in"}}); p.Problem(t).Errors[0].Pointer != "/add/0" {
		t.Fatalf("a rule tag by hand: %s", p.Body)
	}
	decode[taghttp.Tag](t, op.Do("POST", "/tags/"+inner[0].ID+"/release", map[string]bool{"take": true}), 200)
	op1 := decode[taghttp.Bulk](t, op.Do("POST", "/tags/bulk", map[string]any{"customers": []string{"c1"}, "add": []string{"walk-in"}}), 201)
	failures := decode[list[taghttp.Failure]](t, op.Do("GET", "/tags/bulk/"+op1.ID+"/failures", nil), 200).Items
	if len(failures) != 1 || failures[0] != (taghttp.Failure{Customer: "c1", Reason: "not_found"}) {
		t.Fatalf("%+v", failures)
	}
	if b := decode[taghttp.Bulk](t, op.Do("POST", "/tags/bulk/"+op1.ID+"/pause", nil), 200); b.State != "paused" {
		t.Fatalf("%+v", b)
	}
	if b := decode[taghttp.Bulk](t, op.Do("POST", "/tags/bulk/"+op1.ID+"/resume", nil), 200); b.State != "running" {
		t.Fatalf("%+v", b)
	}
	filtered := map[string]any{"filter": map[string]string{"q": "anna"}, "add": []string{"walk-in"}, "expect": 2}
	if p := op.Do("POST", "/tags/bulk", filtered); p.Status != 409 || p.Problem(t).Code != "count_changed" {
		t.Fatalf("another count than was shown: %s", p.Body)
	}
	filtered["expect"] = 3
	if b := decode[taghttp.Bulk](t, op.Do("POST", "/tags/bulk", filtered), 201); b.Total != 3 || b.Source != "filter" {
		t.Fatalf("%+v", b)
	}
	if trail, err := s.Access.AuditTrail(access.As(t.Context(), access.System), access.AuditQuery{Actions: []string{"tag.bulk"}}); err != nil ||
		strings.Contains(string(trail.Items[0].Detail), "anna") {
		t.Fatalf("the trail: %s %v", trail.Items[0].Detail, err)
	}
	if all := decode[list[taghttp.Bulk]](t, op.Do("GET", "/tags/bulk", nil), 200).Items; len(all) == 0 {
		t.Fatal("no operations")
	}
	decode[list[taghttp.Push]](t, op.Do("GET", "/tags/pushes?state=pending", nil), 200)
	decode[map[string]int](t, op.Do("GET", "/tags/pushes/counts?corp="+corpID, nil), 200)
	decode[map[string]int](t, op.Do("POST", "/tags/pushes/retry", map[string]string{"corp": corpID}), 200)
	if p := s.Client(t, access.Analyst).Do("POST", "/tags", map[string]any{"names": []string{"x"}}); p.Status != 403 {
		t.Fatalf("an analyst makes tags: %s", p.Body)
	}
}
