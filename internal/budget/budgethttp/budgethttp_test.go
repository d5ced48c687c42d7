package budgethttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/budget"
	"yutang/internal/budget/budgethttp"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/timeline"
)

type rig struct {
	*httpapitest.Server
	ledger *outreach.Service
	budget *budget.Service
}

func start(t *testing.T, d *db.DB) *rig {
	t.Helper()
	r := &rig{Server: httpapitest.New(t, d)}
	jobs, tl := job.New(d, r.Clock), timeline.New()
	tl.Lock()
	tl.Grow(9)
	tl.Unlock()
	zone := func() *time.Location { return time.UTC }
	r.ledger = outreach.New(outreach.Config{DB: d, Box: r.Box, Clock: r.Clock, Jobs: jobs, Timeline: tl, Zone: zone})
	r.budget = budget.New(budget.Config{
		DB: d, Clock: r.Clock, Jobs: jobs, Timeline: tl, Customers: customer.New(d, r.Box, tl, r.Clock), Ledger: r.ledger, Zone: zone,
		Accounts: func(context.Context) ([]string, error) { return []string{"ww1"}, nil },
		Quota: func(_ context.Context, _, account string, at time.Time) (budget.Quota, error) {
			day := at.Truncate(24 * time.Hour)
			return budget.Quota{Account: account, Rule: "day", Limit: 1, Start: day, End: day.Add(24 * time.Hour)}, nil
		},
	})
	budgethttp.Routes(r.API, budgethttp.Deps{Budget: r.budget, Outreach: r.ledger})
	p := outreach.Policy{Cap: outreach.Cap{PerDay: 1}, Consent: map[string]outreach.ConsentNeed{outreach.WeComMass: outreach.ConsentNotWithdrawn}}
	if err := r.ledger.SetPolicy(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	return r
}

// plan plans a touch of a priority to a customer.
func (r *rig) plan(t *testing.T, run string, ord uint32, priority int) {
	t.Helper()
	now := r.Clock.Now()
	err := r.DB.InTx(context.Background(), func(ctx context.Context) error {
		_, err := r.ledger.PlanMany(ctx, []outreach.Touch{{
			Playbook: "pb_1", Version: 1, Run: run, Step: "hello", Occurrence: 1, Ord: ord, Channel: outreach.WeComMass, Endpoint: "ww1/ann",
			Priority: priority, Value: 100, TriggerAt: now, Due: now, ExpiresAt: now.Add(time.Hour),
		}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func get[T any](t *testing.T, c *httpapitest.Client, path string) (out T) {
	t.Helper()
	res := c.Do("GET", path, nil)
	if res.Status != 200 {
		t.Fatalf("%s: %d %s", path, res.Status, res.Body)
	}
	if err := json.Unmarshal(res.Body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

type list[T any] struct{ Items []T }

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)).Server)
}

// covers: C5
func TestBudget_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		c := r.Client(t, access.Analyst)
		if none := get[list[budgethttp.Touch]](t, c, "/budget/plan/touches"); len(none.Items) != 0 {
			t.Fatalf("before anything is planned: %+v", none)
		}
		r.plan(t, "run_1", 1, 10)
		r.plan(t, "run_2", 1, 90)
		r.plan(t, "run_3", 2, 0)
		p := get[budgethttp.Plan](t, c, "/budget/plan?days=3&fresh=true")
		lines := map[string]int{}
		for _, l := range p.Lines {
			lines[l.Verdict] += l.Count
		}
		if p.Touches != 3 || p.Customers != 2 || lines["send"] != 2 || lines["outranked"] != 1 || len(p.Raises) != 2 {
			t.Fatalf("%+v", p)
		}
		for _, x := range p.Raises {
			if x.Limit == "cap/per_day" && x.Touches != 0 { // the quota of one a day holds it up then
				t.Fatalf("%+v", x)
			}
		}
		dropped := get[list[budgethttp.Touch]](t, c, "/budget/plan/touches?verdict=outranked&channel=wecom_mass&step=hello")
		if len(dropped.Items) != 1 || dropped.Items[0].Customer != "c1" || dropped.Items[0].Priority != 10 {
			t.Fatalf("%+v", dropped)
		}
		of := get[list[budgethttp.Touch]](t, c, "/budget/plan/customers/c1")
		if len(of.Items) != 2 || of.Items[0].Detail+of.Items[1].Detail != "1 per day: 0 sent, 1 planned rank higher" {
			t.Fatalf("%+v", of)
		}
		if res := c.Do("GET", "/budget/plan/customers/c77", nil); res.Status != 404 {
			t.Fatalf("a stranger: %d", res.Status)
		}
		q := get[list[budgethttp.Quota]](t, c, "/budget/quota").Items
		if len(q) != 1 || q[0].Limit != 1 || q[0].Messages != 3 || fmt.Sprint(q[0].Used) != "[{1 1} {2 1}]" {
			t.Fatalf("%+v", q)
		}
		day := r.Clock.Now().Format(time.DateOnly)
		sum := get[list[budgethttp.DayCount]](t, c, "/budget/ledger?from="+day+"&to="+day).Items
		if len(sum) != 1 || sum[0].Count != 3 || sum[0].State != outreach.Planned || sum[0].Value != 3 || sum[0].Day != day {
			t.Fatalf("%+v", sum)
		}
		if res := c.Do("GET", "/budget/ledger?from=2026-01-01&to=2026-12-31", nil); res.Status < 400 {
			t.Fatalf("a year: %d", res.Status)
		}
		if err := r.budget.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		v := get[budgethttp.Values](t, c, "/budget/values")
		if v.At == nil || v.Currency != "CNY" || len(v.Items) != 1 || v.Items[0].Level != "brand" || v.Items[0].Rate != 0.01 {
			t.Fatalf("%+v", v)
		}
	})
}
