package insighthttp_test

import (
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/insight"
	"yutang/internal/insight/attribution"
	"yutang/internal/insight/board"
	"yutang/internal/insight/insighthttp"
	"yutang/internal/insight/planner"
	"yutang/internal/insight/retention"
	"yutang/internal/page"
	"yutang/internal/pipeline/roadtest"
)

// withRoad is an API over a road with one order after one touch.
func withRoad(t *testing.T, d *db.DB) *httpapitest.Server {
	t.Helper()
	s := httpapitest.New(t, d)
	r := roadtest.Open(t, d, s.Clock, roadtest.Options{})
	t.Cleanup(r.Close)
	base := r.Reports()
	plans := planner.New(planner.Config{DB: d, Base: base, Clock: s.Clock})
	desk := insight.NewDesk()
	desk.Register("attribution", &attribution.Report{Base: base})
	desk.Register("plan", planner.Report{Service: plans})
	desk.Register("retention", &retention.Report{Base: base})
	insighthttp.Routes(s.API, insighthttp.Deps{Desk: desk, Saver: &insight.Saver{}, Access: s.Access, Plans: plans, Boards: &board.Store{DB: d, Base: base}})
	before := s.Clock.Now().AddDate(0, 0, -40)
	r.MustSubmit(t, r.Track("a", event.ContactAdded, before, `{"channel":"store"}`), r.Track("a", event.OrderCompleted, before.Add(time.Hour), `{"order_id":"o","revenue":80.5}`))
	return s
}

// covers: I4
func TestPlans_AreMadeAndFollowedOverTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := withRoad(t, d)
		owner, viewer := s.Client(t, access.Owner), s.Client(t, access.Viewer)
		first := s.Clock.Now().UTC()
		scenario := map[string]any{
			"target": 5000, "from": first.Format(time.DateOnly), "to": first.AddDate(0, 0, 29).Format(time.DateOnly),
			"overrides": map[string]float64{"average_order": 100},
		}
		var a planner.Answer
		viewer.Call("POST", "/insight/plans/simulate", scenario, &a)
		if a.Nodes[1].Name != "orders" || *a.Nodes[1].Point != 50 {
			t.Fatalf("orders: %+v", a.Nodes[1])
		}
		var made, second planner.Plan
		owner.Call("POST", "/insight/plans", map[string]any{"name": "spring", "scenario": scenario}, &made)
		owner.Call("PUT", "/insight/plans/"+made.ID, map[string]any{"note": "again", "scenario": scenario}, &second)
		if made.Version != 1 || second.Version != 2 || second.Name != "spring" {
			t.Errorf("versions %d and %d of %q", made.Version, second.Version, second.Name)
		}
		var progress planner.Progress
		viewer.Call("GET", "/insight/plans/"+made.ID+"/progress?behind=5", nil, &progress)
		if progress.Version != 2 || progress.Behind != 5 || len(progress.Nodes) < 10 {
			t.Errorf("progress %+v", progress)
		}
		var list page.Page[planner.Plan]
		viewer.Call("GET", "/insight/plans", nil, &list)
		var alarms page.Page[planner.Alarm]
		viewer.Call("GET", "/insight/plans/"+made.ID+"/alarms", nil, &alarms)
		var every page.Page[planner.Alarm]
		viewer.Call("GET", "/insight/plans/alarms", nil, &every)
		if len(list.Items) != 1 || len(alarms.Items) != 0 || every.Items == nil || len(every.Items) != 0 {
			t.Errorf("%d plans, %d alarms", len(list.Items), len(alarms.Items))
		}
		var people struct{ Total int }
		owner.Call("POST", "/insight/plan/people", map[string]any{"query": map[string]any{"plan": made.ID}, "cell": map[string]any{"node": "buyers"}}, &people)
		if people.Total != 0 {
			t.Errorf("%d buyers before the first", people.Total)
		}
		if res := viewer.Do("POST", "/insight/plans", `{"name":"x","scenario":{"target":1,"from":"2026-01-01","to":"2026-01-02"}}`); res.Status != 403 {
			t.Errorf("a viewer makes a plan: %d", res.Status)
		}
		for body, pointer := range map[string]string{
			`{"name":"x","scenario":{"target":-1,"from":"2026-01-01","to":"2026-01-02"}}`: "/scenario/target",
			`{"name":" ","scenario":{"target":1,"from":"2026-01-01","to":"2026-01-02"}}`:  "/name",
		} {
			if res := owner.Do("POST", "/insight/plans", body); res.Status >= 500 || res.Status < 400 || !strings.Contains(string(res.Body), pointer) {
				t.Errorf("%s: %d %s", body, res.Status, res.Body)
			}
		}
		if res := owner.Do("DELETE", "/insight/plans/"+made.ID, nil); res.Status != 204 {
			t.Errorf("delete: %d", res.Status)
		}
		if res := owner.Do("GET", "/insight/plans/"+made.ID+"/versions", nil); res.Status != 404 {
			t.Errorf("versions of a deleted plan: %d", res.Status)
		}
	})
}

// covers: I3
func TestAttribution_OverTheAPI(t *testing.T) {
	t.Parallel()
	s := withRoad(t, dbtest.SQLite(t))
	owner := s.Client(t, access.Owner)
	query := map[string]any{"models": []string{"last", "markov"}, "by": "channel"}
	var a attribution.Answer
	owner.Call("POST", "/insight/attribution", query, &a)
	if len(a.Models) != 2 || a.Models[0].Credits[0].Value != "store" || a.Models[0].Revenue != 80.5 || a.Reconciliation.Difference != 0 {
		t.Fatalf("credits %+v of %+v", a.Models, a.Reconciliation)
	}
	var people struct{ Total int }
	owner.Call("POST", "/insight/attribution/people", map[string]any{"query": query, "cell": map[string]any{"value": "store"}}, &people)
	if people.Total != 1 {
		t.Errorf("%d customers behind the credit", people.Total)
	}
	if res := owner.Do("POST", "/insight/attribution", `{"touches":[{"event":"X","prop":"email"}]}`); res.Status >= 500 || !strings.Contains(string(res.Body), "/touches/0/prop") {
		t.Errorf("%d %s", res.Status, res.Body)
	}
}

func TestQueries_FaultsPointToTheField(t *testing.T) {
	t.Parallel()
	s := withRoad(t, dbtest.SQLite(t))
	owner := s.Client(t, access.Owner)
	const matrix = `"query":{"period":"month","total_intervals":3,"target":{"event":"Order Completed"}}`
	for body, pointer := range map[string]string{
		`{` + matrix + `,"cell":{"cohort":"a"}}`:      `"/cell/cohort"`,
		`{` + matrix + `,"cell":{"bogus":1}}`:         `"/cell/bogus"`,
		`{` + matrix + `,"cell":5}`:                   `"/cell"`,
		`{` + matrix + `,"cell":{"cohort":9}}`:        `"/cell/cohort"`,
		`{"query":{"period":"month"},"cell":{}}`:      `"/query/total_intervals"`,
		`{"query":{"total_intervals":"a"},"cell":{}}`: `"/query/total_intervals"`,
		`{"query":{"bogus":1},"cell":{}}`:             `"/query/bogus"`,
		`{"query":"x","cell":{}}`:                     `"/query"`,
	} {
		if res := owner.Do("POST", "/insight/retention/people", body); res.Status != 422 || !strings.Contains(string(res.Body), pointer) || strings.Contains(string(res.Body), "Go struct") {
			t.Errorf("%s: %d %s, want a fault at %s", body, res.Status, res.Body, pointer)
		}
	}
	for _, to := range []string{"9999-12-31", "1899-12-31", "0001-01-01T00:00:00Z"} {
		body := `{"period":"year","total_intervals":400,"target":{"event":"Order Completed"},"to":"` + to + `"}`
		if res := owner.Do("POST", "/insight/retention", body); res.Status != 422 || !strings.Contains(string(res.Body), `"/to"`) {
			t.Errorf("to %s: %d %s", to, res.Status, res.Body)
		}
	}
	if res := owner.Do("POST", "/insight/retention", `{"period":"year","total_intervals":400,"target":{"event":"Order Completed"},"to":"2199-12-31"}`); res.Status != 200 {
		t.Errorf("the last year: %d %s", res.Status, res.Body)
	}
}

// covers: I5
func TestBoardSettings_AreKeptOverTheAPI(t *testing.T) {
	t.Parallel()
	s := withRoad(t, dbtest.SQLite(t))
	owner, viewer := s.Client(t, access.Owner), s.Client(t, access.Viewer)
	var set board.Settings
	owner.Call("PUT", "/insight/boards/settings", map[string]any{"gross_margin": 0.35, "team_cost_per_month": 12000.5}, nil)
	viewer.Call("GET", "/insight/boards/settings", nil, &set)
	if set.GrossMargin == nil || *set.GrossMargin != 0.35 || set.TeamPerMonth == nil || *set.TeamPerMonth != 12000.5 {
		t.Errorf("settings %+v", set)
	}
	if res := viewer.Do("PUT", "/insight/boards/settings", `{}`); res.Status != 403 {
		t.Errorf("a viewer sets: %d", res.Status)
	}
	if res := owner.Do("PUT", "/insight/boards/settings", `{"gross_margin":2}`); res.Status != 422 || !strings.Contains(string(res.Body), `"/gross_margin"`) {
		t.Errorf("a margin of 2: %d %s", res.Status, res.Body)
	}
}
