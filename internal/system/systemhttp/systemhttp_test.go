package systemhttp_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/system"
	"yutang/internal/system/systemhttp"
)

// house lets a test say how the rooms are.
type house struct {
	*httpapitest.Server
	jobs   *job.Queue
	road   system.Road
	outbox system.Outbox
	dead   int
	corps  []system.CorpCheck
	fails  error
	backup string
}

func start(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{Server: httpapitest.New(t, d), road: system.Road{Capacity: 100, Last: 7, PerSecond: 2.5}}
	h.jobs = job.New(d, h.Clock)
	dir := t.TempDir()
	h.backup = filepath.Join(dir, "backup")
	s := system.New(system.Config{
		DB: d, Jobs: h.jobs, Clock: h.Clock, Version: "v1", Data: dir, Backup: h.backup, Snapshot: filepath.Join(dir, "snapshot"),
		Road: func() system.Road { return h.road }, Outbox: func(context.Context) (system.Outbox, error) { return h.outbox, h.fails },
		Callbacks: func(context.Context) (int, int, error) { return 3, h.dead, nil },
		Corps:     func(context.Context) ([]system.CorpCheck, error) { return h.corps, nil },
	})
	systemhttp.Routes(h.API, systemhttp.Deps{System: s, Jobs: h.jobs, Access: h.Access})
	return h
}

type report struct {
	State, Version string
	Checks         []systemhttp.Check
	Jobs           []systemhttp.Jobs
	Corps          []systemhttp.Corp
}

func (h *house) report(t *testing.T) (r report, by map[string]systemhttp.Check) {
	t.Helper()
	h.Client(t, access.Viewer).Call("GET", "/system", nil, &r)
	by = map[string]systemhttp.Check{}
	for _, c := range r.Checks {
		by[c.Key] = c
	}
	return r, by
}

// once does no job and gives each up.
type once struct {
	queue *job.Queue
	done  chan struct{}
}

func (o once) Limit(string, time.Time) (int, time.Time) { return 1, time.Time{} }

func (o once) Run(ctx context.Context, jobs []job.Job) {
	for _, j := range jobs {
		_, _ = o.queue.Bury(ctx, j, "the platform said no")
		o.queue.Release(j)
	}
	close(o.done)
}

// covers: J1
func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { httpapitest.WalkRoutes(t, start(t, d).Server) })
}

// covers: I7
func TestSystem_TellsWhatIsWrongAndWhatToDo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := start(t, d)
		_, by := h.report(t)
		if by["road"].State != system.OK || by["road"].Facts["events_per_second"] != 2.5 || by["database"].Facts["bytes"].(float64) <= 0 ||
			by["disk"].Facts["free_bytes"].(float64) <= 0 || by["memory"].State != system.OK || by["corps"].State != system.OK {
			t.Fatalf("%+v", by)
		}
		if d.Dialect() == db.SQLite {
			if by["backup"].Remedy != "make_backup" {
				t.Errorf("no backup: %+v", by["backup"])
			}
			if err := os.WriteFile(h.backup, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(h.backup, h.Clock.Now(), h.Clock.Now()); err != nil {
				t.Fatal(err)
			}
			if _, by := h.report(t); by["backup"].State != system.OK {
				t.Errorf("a fresh backup: %+v", by["backup"])
			}
		}
		h.road.Trouble, h.outbox.Unknown, h.dead = errors.New("the disk is full"), 2, 1
		h.corps = []system.CorpCheck{{ID: "ww1", State: system.Warn, Remedy: "corp_callbacks_silent"}}
		r, by := h.report(t)
		for key, remedy := range map[string]string{
			"road": "road_stopped", "outbox": "resolve_unknown", "callbacks": "retry_callbacks", "corps": "corp_callbacks_silent",
		} {
			if by[key].Remedy != remedy {
				t.Errorf("%s: %+v", key, by[key])
			}
		}
		if r.State != "bad" || len(r.Corps) != 1 || r.Version != "v1" {
			t.Errorf("%+v", r)
		}
		h.fails = errors.New("no table")
		if _, by := h.report(t); by["outbox"].State != system.Bad || by["outbox"].Remedy != "unreadable" {
			t.Errorf("a room that cannot be asked: %+v", by["outbox"])
		}
	})
}

// covers: I7
func TestJobs_GivenUpOnesAreListedAndTakenUpAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := start(t, d)
		worker := once{h.jobs, make(chan struct{})}
		h.jobs.Handle("push", worker)
		ctx := context.Background()
		if err := h.jobs.Put(ctx, job.Job{Kind: "push", Key: "a", Due: h.Clock.Now()}, job.Job{Kind: "other", Key: "b", Due: h.Clock.Now()}); err != nil {
			t.Fatal(err)
		}
		if err := h.jobs.Start(ctx); err != nil {
			t.Fatal(err)
		}
		<-worker.done
		h.jobs.Stop(ctx)
		r, by := h.report(t)
		if len(r.Jobs) != 2 || r.Jobs[1].Failed != 1 || r.Jobs[1].Error != "the platform said no" || r.Jobs[0].Waiting != 1 || by["jobs"].Remedy != "retry_jobs" {
			t.Fatalf("%+v %+v", r.Jobs, by["jobs"])
		}
		owner := h.Client(t, access.Owner)
		var list struct{ Items []systemhttp.Job }
		owner.Call("GET", "/jobs", nil, &list)
		if len(list.Items) != 1 || list.Items[0].Kind != "push" || list.Items[0].Reason != "the platform said no" {
			t.Fatalf("%+v", list)
		}
		if res := h.Client(t, access.Operator).Do("POST", "/jobs/retry", map[string]string{"kind": "push", "key": "a"}); res.Status != 403 {
			t.Fatalf("an operator retries: %d", res.Status)
		}
		owner.Call("POST", "/jobs/retry", map[string]string{"kind": "push", "key": "a"}, nil)
		if owner.Call("GET", "/jobs", nil, &list); len(list.Items) != 0 {
			t.Fatalf("still given up: %+v", list)
		}
		owner.Call("GET", "/jobs?state=waiting&kind=push", nil, &list)
		if len(list.Items) != 1 || list.Items[0].Key != "a" {
			t.Fatalf("%+v", list)
		}
	})
}
