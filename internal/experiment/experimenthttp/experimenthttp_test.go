package experimenthttp_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/experiment"
	"yutang/internal/experiment/experimenthttp"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/timeline"
)

type rig struct {
	*httpapitest.Server
	experiments *experiment.Service
}

func start(t *testing.T, d *db.DB) *rig {
	t.Helper()
	s := httpapitest.New(t, d)
	tl, log := timeline.New(), event.NewLog(d, s.Box)
	tl.Lock()
	tl.Grow(9)
	tl.Unlock()
	svc := experiment.New(experiment.Config{
		DB: d, Clock: s.Clock, Timeline: tl, Customers: customer.New(d, s.Box, tl, s.Clock), Log: log,
		Zone: func() *time.Location { return time.UTC },
	})
	experimenthttp.Routes(s.API, experimenthttp.Deps{Experiments: svc, Access: s.Access})
	return &rig{s, svc}
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
	if err := json.Unmarshal(res.Body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// covers: C8, J3
func TestExperiments_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		op, analyst := r.Client(t, access.Operator), r.Client(t, access.Analyst)
		var all []experiment.Exposure
		for ord := uint32(1); ord <= 5; ord++ {
			all = append(all, experiment.Exposure{
				Experiment: "pb_1/greet", Arm: []string{"control", "treatment"}[ord%2], Ord: ord, At: httpapitest.Start, Origin: "pb_1", Share: 50,
			})
		}
		if err := r.experiments.Record(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		r.Clock.Advance(20 * 24 * time.Hour)
		list := decode[struct{ Items []experiment.Info }](t, analyst.Do("GET", "/experiments", nil), 200)
		if len(list.Items) != 1 || list.Items[0].Name != "pb_1/greet" {
			t.Fatalf("%+v", list)
		}
		for _, path := range []string{"/experiments/pb_1%2Fgreet", "/experiments/" + list.Items[0].ID} {
			got := decode[experimenthttp.Outcome](t, analyst.Do("GET", path, nil), 200)
			if got.Experiment.Name != "pb_1/greet" || len(got.Arms) != 2 || got.Arms[0].Mature+got.Arms[1].Mature != 5 || len(got.Definitions) < 10 || got.Split == nil {
				t.Fatalf("%s: %+v", path, got)
			}
		}
		path := "/experiments/" + list.Items[0].ID
		if res := analyst.Do("PUT", path, map[string]any{"owner": "Li"}); res.Status != 403 {
			t.Fatalf("an analyst changes an experiment: %d", res.Status)
		}
		set := decode[experiment.Info](t, op.Do("PUT", path, map[string]any{"owner": "Li", "horizon_days": 7, "event": "Form Submitted"}), 200)
		if set.Settings.Horizon != 7 || set.Settings.Event != "Form Submitted" || set.Settings.Alpha != 0.05 {
			t.Fatalf("%+v", set.Settings)
		}
		if res := op.Do("PUT", path, map[string]any{"arms": []map[string]any{{"name": "a", "share_percent": 80}, {"name": "b", "share_percent": 70}}}); !strings.Contains(string(res.Body), "/arms") || res.Status < 400 {
			t.Fatalf("shares of 150 %%: %d %s", res.Status, res.Body)
		}
		decode[experiment.Info](t, op.Do("PUT", "/experiments/spring%2Fcup", map[string]any{"owner": "Li"}), 200)
		if stopped := decode[experiment.Info](t, op.Do("POST", path+"/stop", nil), 200); stopped.StoppedAt == nil {
			t.Fatalf("%+v", stopped)
		}
		decided := decode[experiment.Info](t, op.Do("POST", path+"/decision", map[string]any{"arm": "treatment", "note": "it costs nothing"}), 200)
		if decided.Decision == nil || decided.Decision.Arm != "treatment" {
			t.Fatalf("%+v", decided)
		}
		if back := decode[experiment.Info](t, op.Do("POST", path+"/resume", nil), 200); back.StoppedAt != nil {
			t.Fatalf("%+v", back)
		}
		type exposures struct {
			Items []experimenthttp.Exposure
			Next  string
		}
		page := decode[exposures](t, analyst.Do("GET", path+"/exposures?limit=2", nil), 200)
		if len(page.Items) != 2 || page.Items[0].Customer != "c1" || page.Next == "" {
			t.Fatalf("%+v", page)
		}
		type people struct{ Items []experimenthttp.Person }
		found := decode[people](t, analyst.Do("GET", path+"/customers?arm=treatment&converted=false&mature=true", nil), 200)
		if len(found.Items) != 3 || found.Items[1].Customer != "c3" {
			t.Fatalf("%+v", found)
		}
		if res := analyst.Do("GET", path+"/customers?arm=none", nil); res.Status < 400 {
			t.Fatalf("an arm that is not there: %d", res.Status)
		}
		if res := analyst.Do("GET", "/experiments/none", nil); res.Status != 404 {
			t.Fatalf("an experiment that is not there: %d", res.Status)
		}
	})
}

// covers: C8
func TestCalculators_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	c := start(t, dbtest.SQLite(t)).Client(t, access.Viewer)
	got := decode[experimenthttp.SampleRatio](t, c.Do("POST", "/experiments/srm", map[string]any{"counts": []int{44700, 45489}}), 200)
	if got.Verdict != "warning" || math.Abs(got.P-0.0086) > 1e-4 {
		t.Fatalf("Cookie Cats: %+v", got)
	}
	if res := c.Do("POST", "/experiments/srm", map[string]any{"counts": []int{1, 2}, "shares": []int{1, 0}}); res.Status < 400 {
		t.Fatalf("a share of nothing: %d", res.Status)
	}
	p := decode[experimenthttp.Power](t, c.Do("GET", "/experiments/power?base=0.1&effect=0.02", nil), 200)
	if p.Customers < 7600 || p.Customers > 7720 || p.AlwaysValid <= p.Customers { // 3841 in each arm by Fleiss
		t.Fatalf("%+v", p)
	}
	p = decode[experimenthttp.Power](t, c.Do("GET", "/experiments/power?metric=revenue&sd=100&customers=1000&icc=0.1&cluster_size=11", nil), 200)
	if p.DesignEffect != 2 || p.Effect == nil || math.Abs(*p.Effect-25.06) > 0.01 { // 2.8016 * 100 * sqrt(2 * 4 / 1000)
		t.Fatalf("%+v", p)
	}
	if res := c.Do("GET", "/experiments/power?base=0.1", nil); res.Status < 400 {
		t.Fatalf("neither effect nor customers: %d", res.Status)
	}
}
