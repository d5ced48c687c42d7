package behind_test

import (
	"context"
	"encoding/json"
	"slices"
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
	"yutang/internal/insight"
	"yutang/internal/insight/behind"
	"yutang/internal/insight/insighthttp"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/playbook"
	"yutang/internal/timeline"
)

type rig struct {
	*httpapitest.Server
	t           *testing.T
	timeline    *timeline.Store
	playbooks   *playbook.Service
	outreach    *outreach.Service
	experiments *experiment.Service
}

func start(t *testing.T, d *db.DB) *rig {
	t.Helper()
	r := &rig{Server: httpapitest.New(t, d), t: t, timeline: timeline.New()}
	zone := func() *time.Location { return time.UTC }
	customers, log := customer.New(d, r.Box, r.timeline, r.Clock), event.NewLog(d, r.Box)
	r.experiments = experiment.New(experiment.Config{DB: d, Clock: r.Clock, Timeline: r.timeline, Customers: customers, Log: log, Zone: zone})
	r.outreach = outreach.New(outreach.Config{DB: d, Box: r.Box, Clock: r.Clock, Jobs: job.New(d, r.Clock), Timeline: r.timeline, Zone: zone})
	r.playbooks = playbook.New(playbook.Config{
		DB: d, Clock: r.Clock, Timeline: r.timeline, Log: log, Customers: customers, Identity: identity.New(d, r.Box, r.timeline, r.Clock),
		Outreach: r.outreach, Zone: zone, CheckEndpoint: func(context.Context, string, string) error { return nil },
	})
	r.timeline.Lock()
	r.timeline.Grow(9)
	err := r.playbooks.Load(t.Context())
	r.timeline.Unlock()
	r.must(err)
	base := &insight.Base{Timeline: r.timeline, Clock: r.Clock, Zone: zone}
	desk := insight.NewDesk()
	desk.Register("playbook", &behind.Steps{Base: base, Playbooks: r.playbooks})
	desk.Register("experiment", &behind.Arms{Experiments: r.experiments})
	insighthttp.Routes(r.API, insighthttp.Deps{Desk: desk, Access: r.Access})
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) happen(ord uint32) {
	r.t.Helper()
	r.must(r.DB.InTx(r.t.Context(), func(ctx context.Context) error {
		r.timeline.Lock()
		defer r.timeline.Unlock()
		if err := r.playbooks.OnEvent(ctx, &event.Event{Name: "A", At: r.Clock.Now()}, ord, r.timeline.Root(ord)); err != nil {
			return err
		}
		if err := r.playbooks.Flush(ctx); err != nil {
			return err
		}
		return r.outreach.Flush(ctx)
	}))
}

// file is the customers in the file of a number.
func (r *rig) file(report string, query, cell any) []string {
	r.t.Helper()
	res := r.Client(r.t, access.Operator).Do("POST", "/insight/"+report+"/people.csv", map[string]any{"query": query, "cell": cell})
	if res.Status != 200 {
		r.t.Fatalf("%d %s", res.Status, res.Body)
	}
	lines := strings.Fields(string(res.Body))
	if lines[0] != "customer" {
		r.t.Fatalf("%s", res.Body)
	}
	return lines[1:]
}

// covers: C1
func TestSteps_TheFileHoldsWhoIsBehindTheNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		b, err := r.playbooks.Create(t.Context(), json.RawMessage(`{"name":"x","trigger":{"event":"A"},"reentry":"always","limit":{"per_customer":5},"steps":[
			{"id":"say","send":{"channel":"webhook","endpoint":"ep_1","content":{"text":"hi"}}},{"id":"rest","wait":{"for":"3d"}}]}`))
		r.must(err)
		_, err = r.playbooks.Publish(t.Context(), b.ID, "Ann")
		r.must(err)
		for _, ord := range []uint32{1, 1, 2} {
			r.happen(ord)
		}
		r.Clock.Advance(24 * time.Hour)
		r.happen(3)
		today := r.Clock.Now().UTC().Format(time.DateOnly)
		for _, c := range []struct {
			query, cell map[string]any
			want        []string
		}{
			{map[string]any{}, map[string]any{"outcome": "entered"}, []string{"c1", "c2", "c3"}},
			{map[string]any{}, map[string]any{"step": "rest", "outcome": "waiting"}, []string{"c1", "c2", "c3"}},
			{map[string]any{"from": today}, map[string]any{"step": "say", "outcome": "planned"}, []string{"c3"}},
			{map[string]any{"from": today, "to": today}, map[string]any{"step": "say", "state": "planned"}, []string{"c3"}},
			{map[string]any{"version": 2}, map[string]any{"step": "say", "outcome": "planned"}, []string{}},
		} {
			c.query["playbook"] = b.ID
			if got := r.file("playbook", c.query, c.cell); !slices.Equal(got, c.want) {
				t.Errorf("%v of %v: %v, want %v", c.cell, c.query, got, c.want)
			}
		}
		bad := r.Client(t, access.Operator).Do("POST", "/insight/playbook/people", map[string]any{"query": map[string]any{"playbook": b.ID}, "cell": map[string]any{}})
		if p := bad.Problem(t); bad.Status != 422 && bad.Status != 400 || p.Errors[0].Pointer != "/cell" {
			t.Fatalf("%d %s", bad.Status, bad.Body)
		}
		if none := r.Client(t, access.Operator).Do("POST", "/insight/playbook/people", map[string]any{"query": map[string]any{"playbook": "pb_0"}, "cell": map[string]any{"outcome": "entered"}}); none.Status != 404 {
			t.Fatalf("%d %s", none.Status, none.Body)
		}
	})
}

// covers: C8
func TestArms_TheFileHoldsWhoIsBehindTheNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		var all []experiment.Exposure
		for ord := uint32(1); ord <= 5; ord++ {
			all = append(all, experiment.Exposure{Experiment: "pb/x", Arm: []string{"control", "treatment"}[ord%2], Ord: ord, At: r.Clock.Now(), Share: 50})
		}
		r.must(r.experiments.Record(t.Context(), all))
		query := map[string]any{"experiment": experiment.ID("pb/x")}
		if got := r.file("experiment", query, map[string]any{"arm": "treatment"}); !slices.Equal(got, []string{"c1", "c3", "c5"}) {
			t.Fatal(got)
		}
		if got := r.file("experiment", query, map[string]any{"mature": true}); len(got) != 0 {
			t.Fatal(got)
		}
		_, err := (&behind.Arms{Experiments: r.experiments}).People(t.Context(), json.RawMessage(`{"experiment":"pb/x"}`), json.RawMessage(`{"arm":"gold"}`))
		if !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
	})
}
