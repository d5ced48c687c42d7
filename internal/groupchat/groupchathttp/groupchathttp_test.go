package groupchathttp_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/groupchat"
	"yutang/internal/groupchat/groupchathttp"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
	"yutang/internal/wecomsim"
)

const corpID = "ww0000000000000001"

// rig is the API over groups of a simulated corp. It is a road that keeps nothing.
type rig struct {
	*httpapitest.Server
	sim    *wecomsim.Sim
	groups *groupchat.Service
}

func (*rig) SubmitEvents(_ context.Context, evs []*event.Event) (int, error) { return len(evs), nil }

func start(t *testing.T, d *db.DB) *rig {
	t.Helper()
	r := &rig{Server: httpapitest.New(t, d)}
	var err error
	if r.sim, err = wecomsim.New(wecomsim.Config{CorpID: corpID, Secret: "secret", Clock: r.Clock}); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(r.sim.Handler())
	t.Cleanup(srv.Close)
	c := wecom.New(wecom.Config{BaseURL: srv.URL, CorpID: corpID, Secret: "secret", Clock: r.Clock})
	client := func(context.Context, string) (*wecom.Client, error) { return c, nil }
	tl, jobs := timeline.New(), job.New(d, r.Clock)
	tl.Lock()
	tl.Grow(3)
	tl.Unlock()
	r.groups = groupchat.New(groupchat.Config{
		DB: d, Box: r.Box, Clock: r.Clock, Jobs: jobs, Timeline: tl, Identity: identity.New(d, r.Box, tl, r.Clock), Submit: r, Source: 1, Client: client,
		Content: content.New(content.Config{DB: d, Box: r.Box, Clock: r.Clock, Jobs: jobs, Dir: filepath.Join(t.TempDir(), "assets"), Client: client}),
		Owners:  func(context.Context, string) ([]string, error) { return []string{"ann"}, nil },
	})
	groupchathttp.Routes(r.API, groupchathttp.Deps{Groups: r.groups, Timeline: tl, Access: r.Access})
	if err := r.sim.PutMember(wecomsim.NewMember{User: "ann", Name: "Ann"}); err != nil {
		t.Fatal(err)
	}
	return r
}

// group makes a group with one customer and has it pulled.
func (r *rig) group(t *testing.T, name, customer string) string {
	t.Helper()
	external := r.sim.AddCustomer(wecomsim.NewCustomer{Name: customer})
	if _, err := r.sim.Add("ann", external, 1); err != nil {
		t.Fatal(err)
	}
	chat, err := r.sim.CreateGroup(wecomsim.NewGroup{Owner: "ann", Name: name, Customers: []string{external}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.groups.PullChat(context.Background(), corpID, chat); err != nil {
		t.Fatal(err)
	}
	return chat
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

type list[T any] struct{ Items []T }

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)).Server)
}

// covers: D1
func TestGroups_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	chat := r.group(t, "Tea", "Elizabeth")
	op, analyst := r.Client(t, access.Operator), r.Client(t, access.Analyst)
	all := decode[list[groupchathttp.Group]](t, analyst.Do("GET", "/groups?corp="+corpID+"&owner=ann", nil), 200).Items
	if len(all) != 1 || all[0].ID != chat || all[0].Name != "Tea" || all[0].Customers != 1 {
		t.Fatalf("%+v", all)
	}
	if seen := op.Do("GET", "/groups/"+chat+"/members", nil); !strings.Contains(string(seen.Body), "Elizabeth") {
		t.Fatalf("an operator does not see names: %s", seen.Body)
	}
	if seen := analyst.Do("GET", "/groups/"+chat+"/members", nil); seen.Status != 200 || strings.Contains(string(seen.Body), "Elizabeth") {
		t.Fatalf("an analyst sees names: %s", seen.Body)
	}
	if err := r.sim.RenameGroup(chat, "Coffee"); err != nil {
		t.Fatal(err)
	}
	pulled := decode[struct {
		Drift map[string]int
		Group groupchathttp.Group
	}](t, op.Do("POST", "/groups/"+chat+"/pull", nil), 200)
	if pulled.Drift["groups"] != 1 || pulled.Group.Name != "Coffee" {
		t.Fatalf("%+v", pulled)
	}
	if p := op.Do("GET", "/groups/wrNone", nil); p.Problem(t).Code != "group_not_found" {
		t.Fatalf("%s", p.Body)
	}
	decode[list[groupchathttp.Duplicate]](t, op.Do("GET", "/groups/duplicates?corp="+corpID, nil), 200)
	decode[list[groupchathttp.Stat]](t, op.Do("GET", "/groups/statistics?corp="+corpID, nil), 200)
	decode[list[groupchathttp.Member]](t, op.Do("GET", "/customers/c1/groups", nil), 200)
	if p := op.Do("GET", "/customers/c99/groups", nil); p.Status != 404 {
		t.Fatalf("%s", p.Body)
	}
}

// covers: D1
func TestCodesAndWelcomes_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	chat := r.group(t, "Tea", "Li")
	op := r.Client(t, access.Operator)
	if p := op.Do("POST", "/groups/codes", map[string]any{"corp": corpID, "name": "Door", "groups": []string{"wrNo"}}); p.Problem(t).Errors[0].Pointer != "/groups/0" {
		t.Fatalf("%s", p.Body)
	}
	code := decode[groupchathttp.Code](t, op.Do("POST", "/groups/codes", map[string]any{"corp": corpID, "name": "Door", "groups": []string{chat}}), 201)
	if code.QR == "" || code.FullAt != groupchat.DefaultAt || len(code.Active) != 1 {
		t.Fatalf("%+v", code)
	}
	code = decode[groupchathttp.Code](t, op.Do("PUT", "/groups/codes/"+code.ID, map[string]any{"name": "Window", "groups": []string{chat}, "auto_make": true}), 200)
	if code.Name != "Window" || !code.AutoMake {
		t.Fatalf("%+v", code)
	}
	if n := len(decode[list[groupchathttp.Code]](t, op.Do("GET", "/groups/codes", nil), 200).Items); n != 1 {
		t.Fatalf("%d codes", n)
	}
	decode[any](t, op.Do("DELETE", "/groups/codes/"+code.ID, nil), 204)

	body := map[string]any{"corp": corpID, "name": "Hello", "content": map[string]any{"text": strings.Repeat("x", 3001)}}
	if p := op.Do("POST", "/groups/welcome", body); p.Problem(t).Errors[0].Pointer != "/content/text" {
		t.Fatalf("%s", p.Body)
	}
	body["content"] = map[string]any{"text": "Hello"}
	w := decode[groupchathttp.Welcome](t, op.Do("POST", "/groups/welcome", body), 201)
	delete(body, "corp")
	body["content"] = map[string]any{"text": "Good day"}
	if w = decode[groupchathttp.Welcome](t, op.Do("PUT", "/groups/welcome/"+w.ID, body), 200); w.Content.Text != "Good day" || w.Template == "" {
		t.Fatalf("%+v", w)
	}
	if n := len(decode[list[groupchathttp.Welcome]](t, op.Do("GET", "/groups/welcome", nil), 200).Items); n != 1 {
		t.Fatalf("%d templates", n)
	}
	decode[any](t, op.Do("DELETE", "/groups/welcome/"+w.ID, nil), 204)
	if p := r.Client(t, access.Analyst).Do("POST", "/groups/codes", map[string]any{}); p.Status != 403 {
		t.Fatalf("an analyst makes codes: %s", p.Body)
	}
}
