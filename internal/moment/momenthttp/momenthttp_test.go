package momenthttp_test

import (
	"context"
	"encoding/json"
	"testing"

	"yutang/internal/access"
	"yutang/internal/content"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/moment"
	"yutang/internal/moment/momenthttp"
	"yutang/internal/wecom"
)

func start(t *testing.T, d *db.DB) *httpapitest.Server {
	t.Helper()
	s := httpapitest.New(t, d)
	jobs := job.New(d, s.Clock)
	corps := corp.New(corp.Config{DB: d, Box: s.Box, Clock: s.Clock, Limits: wecom.NewLimits(s.Clock)})
	_, err := corps.Put(context.Background(), corp.NewCorp{ID: "ww1", Name: "Fish", Apps: []corp.NewApp{{Name: corp.Main, AgentID: 1, Secret: "s"}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	moments := moment.New(moment.Config{
		DB: d, Box: s.Box, Clock: s.Clock, Jobs: jobs, Corp: corps.Get, Client: corps.Client,
		Contents: content.New(content.Config{DB: d, Box: s.Box, Clock: s.Clock, Jobs: jobs, Dir: t.TempDir(), Client: corps.Client}),
	})
	momenthttp.Routes(s.API, momenthttp.Deps{Moments: moments, Access: s.Access})
	return s
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)))
}

func decode(t *testing.T, res httpapitest.Response, status int) (m momenthttp.Moment) {
	t.Helper()
	if res.Status != status {
		t.Fatalf("status %d, want %d: %s", res.Status, status, res.Body)
	}
	if err := json.Unmarshal(res.Body, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// covers: C6, J3
func TestMoments_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := start(t, d)
		op, viewer := s.Client(t, access.Operator), s.Client(t, access.Viewer)
		wish := map[string]any{"corp": "ww1", "name": "Tea", "content": map[string]any{"text": "Tea is here"}, "visible": map[string]any{"staff": []string{"ann"}}}
		m := decode(t, op.Do("POST", "/moments", wish), 201)
		path := "/moments/" + m.ID
		wish["name"] = "Green tea"
		if m = decode(t, op.Do("PUT", path, wish), 200); m.Name != "Green tea" || m.Visible.Staff[0] != "ann" {
			t.Fatalf("%+v", m)
		}
		if res := viewer.Do("POST", path+"/schedule", nil); res.Status != 403 {
			t.Fatalf("a viewer schedules: %d", res.Status)
		}
		if m = decode(t, op.Do("POST", path+"/schedule", nil), 200); m.State != moment.Scheduled {
			t.Fatalf("%+v", m)
		}
		if m = decode(t, op.Do("POST", path+"/stop", nil), 200); m.State != moment.Stopped {
			t.Fatalf("%+v", m)
		}
		if res := op.Do("GET", path+"/staff", nil); res.Status != 200 {
			t.Fatalf("%d %s", res.Status, res.Body)
		}
		wish["content"] = map[string]any{"text": ""}
		if res := op.Do("POST", "/moments", wish); res.Status < 400 {
			t.Fatalf("an empty moment: %d", res.Status)
		}
	})
}
