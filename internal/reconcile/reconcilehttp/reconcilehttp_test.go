package reconcilehttp_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/reconcile"
	"yutang/internal/reconcile/reconcilehttp"
	"yutang/internal/wecom"
)

type corps struct{}

func (corps) List(context.Context) ([]corp.Corp, error) { return []corp.Corp{{ID: "ww1"}}, nil }

func (corps) Client(context.Context, string) (*wecom.Client, error) {
	return nil, fault.New(fault.Precondition, "no_secret", "no platform here")
}

func (corps) Get(_ context.Context, id string) (corp.Corp, error) {
	if id != "ww1" {
		return corp.Corp{}, fault.New(fault.NotFound, "corp_not_found", "no such corp")
	}
	return corp.Corp{ID: id}, nil
}

func start(t *testing.T, d *db.DB) (*httpapitest.Server, *job.Queue) {
	t.Helper()
	srv := httpapitest.New(t, d)
	jobs := job.New(d, srv.Clock)
	s := reconcile.New(reconcile.Config{DB: d, Clock: srv.Clock, Jobs: jobs, Corps: corps{}})
	s.Register("tags", reconcile.PullerFunc(func(ctx context.Context, run *reconcile.Run) error {
		items, err := run.Items(ctx, func(context.Context) ([]string, error) { return []string{"good", "bad"}, nil })
		if err != nil {
			return err
		}
		return run.Each(ctx, 1, items, func(_ context.Context, it reconcile.Item) error {
			run.Drift(map[string]int{"renamed": 1})
			if it.Name == "bad" {
				return fault.New(fault.Invalid, "bad", "it is bad")
			}
			return nil
		})
	}))
	reconcilehttp.Routes(srv.API, s, corps{}, srv.Access)
	return srv, jobs
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	srv, _ := start(t, dbtest.SQLite(t))
	httpapitest.WalkRoutes(t, srv)
}

// covers: B1
func TestSync_StartedAndFollowedThroughTheAPI(t *testing.T) {
	t.Parallel()
	srv, jobs := start(t, dbtest.SQLite(t))
	ctx, op := context.Background(), srv.Client(t, access.Operator)
	owner := srv.Client(t, access.Owner)
	do := func(c *httpapitest.Client, method, path string, body any, want int, into any) {
		t.Helper()
		res := c.Do(method, path, body)
		if res.Status != want {
			t.Fatalf("%s %s: %d %s", method, path, res.Status, res.Body)
		}
		if err := json.Unmarshal(res.Body, into); err != nil {
			t.Fatal(err)
		}
	}
	var run reconcilehttp.Run
	var problem struct{ Code string }
	do(owner, http.MethodPost, "/wecom/corps/ww1/sync", map[string]any{"kinds": []string{"tags"}, "full": true}, http.StatusAccepted, &run)
	do(owner, http.MethodPost, "/wecom/corps/ww1/sync", map[string]any{}, http.StatusConflict, &problem)
	do(owner, http.MethodPost, "/wecom/corps/ww9/sync", map[string]any{}, http.StatusNotFound, &problem)
	if err := jobs.Start(ctx); err != nil {
		t.Fatal(err)
	}
	defer jobs.Stop(ctx)
	for deadline := time.Now().Add(10 * time.Second); run.State == "running" && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		do(op, http.MethodGet, "/wecom/corps/ww1/sync/"+run.ID, nil, http.StatusOK, &run)
	}
	if run.State != "done" || run.Drift != 2 || len(run.Errors) != 1 || run.Errors[0].Item != "bad" || run.Kinds[0].Done != 2 || run.Actor == "" {
		t.Fatalf("%+v", run)
	}
	do(op, http.MethodGet, "/wecom/corps/ww9/sync/"+run.ID, nil, http.StatusNotFound, &problem)

	var staffOnly reconcilehttp.Run
	do(owner, http.MethodPost, "/wecom/corps/ww1/sync", map[string]any{"kinds": []string{"staff"}}, http.StatusAccepted, &staffOnly)
	for deadline := time.Now().Add(10 * time.Second); staffOnly.State == "running" && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		do(op, http.MethodGet, "/wecom/corps/ww1/sync/"+staffOnly.ID, nil, http.StatusOK, &staffOnly)
	}
	var list struct{ Items []reconcilehttp.Run }
	do(op, http.MethodGet, "/wecom/corps/ww1/sync", nil, http.StatusOK, &list)
	if len(list.Items) != 2 || list.Items[0].ID != staffOnly.ID || len(staffOnly.Errors) != 1 {
		t.Fatalf("%+v", list)
	}
}
