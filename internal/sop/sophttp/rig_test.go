package sophttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"yutang/internal/access"
	"yutang/internal/audience"
	"yutang/internal/content"
	"yutang/internal/corp"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/experiment"
	"yutang/internal/flow"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/outreach"
	"yutang/internal/pipeline"
	"yutang/internal/playbook"
	"yutang/internal/sop"
	"yutang/internal/sop/sophttp"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
)

const theCorp = "ww0000000000000001"

// rig is the API of the library on a real road, with one connected corp.
type rig struct {
	*httpapitest.Server
	t         testing.TB
	log       *event.Log
	jobs      *job.Queue
	playbooks *playbook.Service
	audiences *audience.Service
	sop       *sop.Service
	road      *pipeline.Pipeline
	source    int64
	serial    int
	reminders []sop.Reminder
	mails     []string // accounts of the channel wechat_service
}

type utc struct{}

func (utc) Zone() *time.Location { return time.UTC }

type late struct{ *pipeline.Pipeline }

// planned takes what steps order; these tests look at what is published only.
type planned struct{}

func (planned) Plan(playbook.TaskOrder) {}
func (planned) Cancel(string)           {}
func (planned) End(string)              {}

type posted struct{}

func (posted) Plan(playbook.PostOrder) {}

// onRoad is what the road starts.
type onRoad struct {
	*playbook.Service
	experiments *experiment.Service
}

func (r *onRoad) Load(ctx context.Context) error {
	if err := r.experiments.Load(ctx); err != nil {
		return err
	}
	return r.Service.Load(ctx)
}

func (r *onRoad) Flush(ctx context.Context) error {
	if err := r.Service.Flush(ctx); err != nil {
		return err
	}
	return r.experiments.Flush(ctx)
}

// drafts keeps what is installed as drafts of package playbook.
type drafts struct{ *playbook.Service }

func (d drafts) Create(ctx context.Context, def json.RawMessage) (string, error) {
	p, err := d.Service.Create(ctx, def)
	return p.ID, err
}

func start(t testing.TB, d *db.DB) *rig {
	t.Helper()
	ctx := context.Background()
	r := &rig{Server: httpapitest.New(t, d), t: t}
	r.log = event.NewLog(d, r.Box)
	tl := timeline.New()
	ids, people := identity.New(d, r.Box, tl, r.Clock), customer.New(d, r.Box, tl, r.Clock)
	writer := &late{}
	r.audiences = audience.NewService(d, audience.NewEngine(tl, people, r.log, utc{}), r.Clock, writer)
	r.jobs = job.New(d, r.Clock)
	touches := outreach.New(outreach.Config{DB: d, Box: r.Box, Clock: r.Clock, Jobs: r.jobs, Timeline: tl, Zone: utc{}.Zone})
	corps := corp.New(corp.Config{DB: d, Box: r.Box, Clock: r.Clock, Limits: wecom.NewLimits(r.Clock)})
	trials := experiment.New(experiment.Config{DB: d, Clock: r.Clock, Timeline: tl, Customers: people, Log: r.log, Zone: utc{}.Zone})
	r.playbooks = playbook.New(playbook.Config{
		Box: r.Box, DB: d, Clock: r.Clock, Timeline: tl, Log: r.log, Customers: people, Identity: ids, Outreach: touches, Zone: utc{}.Zone,
		Exposures: trials, Tasks: planned{}, Posts: posted{},
		Member: func(id string, root uint32) bool { return r.audiences.IsMember(id, root) },
		Predicate: func(ctx context.Context, raw json.RawMessage) (playbook.Predicate, error) {
			return r.audiences.Predicate(ctx, raw)
		},
		Watch: func(raw json.RawMessage) (playbook.Predicate, error) { return r.audiences.Watch(raw) },
		Ensure: func(ctx context.Context, _, _ string, a flow.Audience) (string, error) {
			made, err := r.audiences.Create(ctx, audience.Input{Name: a.Name, Rule: a.Rule, By: "test"})
			return made.ID, err
		},
		Select: func(context.Context, flow.Kind, flow.Select) ([]string, error) {
			return []string{theCorp + "/lin"}, nil
		},
		CheckEndpoint: func(ctx context.Context, channel, key string) error {
			if channel == "wecom_mass" {
				_, err := corps.Get(ctx, key)
				return err
			}
			return nil
		},
		CheckAudience: func(ctx context.Context, id string) error { _, err := r.audiences.Get(ctx, id); return err },
	})
	r.road = pipeline.New(pipeline.Rooms{
		DB: d, Clock: r.Clock, Log: r.log, Timeline: tl, Identity: ids, Customers: people, Audiences: r.audiences,
		Playbooks: &onRoad{r.playbooks, trials}, Outreach: touches,
	}, r.Box, "", nil)
	writer.Pipeline = r.road
	contents := content.New(content.Config{DB: d, Box: r.Box, Clock: r.Clock, Jobs: r.jobs, Dir: t.TempDir()})
	r.sop = sop.New(sop.Config{
		DB: d, Box: r.Box, Clock: r.Clock, Jobs: r.jobs, Drafts: drafts{r.playbooks}, Contents: contents,
		Brand: func(context.Context) (sop.Brand, error) { return sop.Brand{Name: "玉堂", Zone: time.UTC}, nil },
		Count: func(ctx context.Context, rule json.RawMessage) (int, error) {
			p, err := r.audiences.Preview(ctx, rule, time.Time{})
			return p.Count, err
		},
		Endpoints: func(ctx context.Context, channel string) (out []sop.Endpoint, err error) {
			if channel != "wecom_mass" {
				for _, id := range r.mails {
					out = append(out, sop.Endpoint{ID: id, Name: id})
				}
				return out, nil
			}
			list, err := corps.List(ctx)
			for _, k := range list {
				out = append(out, sop.Endpoint{ID: k.ID, Name: k.Name})
			}
			return out, err
		},
		Host: func(ctx context.Context, id string) (string, error) {
			k, err := corps.Get(ctx, id)
			if err != nil || len(k.Settings.Managers) == 0 {
				return "", err
			}
			return k.Settings.Managers[0], nil
		},
		Remind: func(_ context.Context, m sop.Reminder) error { r.reminders = append(r.reminders, m); return nil },
	})
	sophttp.Routes(r.API, sophttp.Deps{SOP: r.sop, Access: r.Access})
	r.begin(ctx, corps, touches)
	return r
}

// begin connects the corp and starts the road.
func (r *rig) begin(ctx context.Context, corps *corp.Service, touches *outreach.Service) {
	r.t.Helper()
	_, err := corps.Put(ctx, corp.NewCorp{
		ID: theCorp, Name: "鱼塘演示企业", Apps: []corp.NewApp{{Name: corp.Main, AgentID: 1000002, Secret: "secret"}},
		Settings: &corp.Settings{Managers: []string{"lin"}},
	}, nil)
	r.must(err)
	r.must(r.road.Load(ctx))
	r.must(r.playbooks.Prepare(ctx))
	for name, use := range map[string]func(id int64){
		"test": func(id int64) { r.source = id }, "playbooks": func(id int64) { r.playbooks.UseRoad(r.road, id) },
		"outreach": func(id int64) { touches.UseSubmitter(r, id) },
	} {
		src, err := r.log.Source(ctx, name, name+"-write-key-0000", r.Clock.Now())
		r.must(err)
		use(src.ID)
	}
	r.road.Start()
	r.must(r.audiences.Start(ctx))
	r.must(touches.Start(ctx))
	r.must(r.jobs.Start(ctx))
	r.t.Cleanup(func() { r.jobs.Stop(ctx); touches.Stop(); r.audiences.Stop(); r.road.Stop() })
}

// SubmitEvents takes receipts.
func (r *rig) SubmitEvents(ctx context.Context, evs []*event.Event) (int, error) {
	return r.road.SubmitEvents(ctx, evs)
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// track records an event of a user that happens now.
func (r *rig) track(user, name, props string) {
	r.t.Helper()
	r.serial++
	ev := &event.Event{
		Name: name, At: r.Clock.Now(), Identities: []event.Identity{{Type: "user_id", Value: user}}, Props: json.RawMessage(props),
		SourceID: r.source, MessageID: fmt.Sprint(r.serial), ReceivedAt: r.Clock.Now(),
	}
	_, err := r.road.Submit(context.Background(), []*event.Event{ev})
	r.must(err)
}

// call does one request that must be answered with the status.
func call[T any](r *rig, c *httpapitest.Client, method, path string, body any, status int) (out T) {
	r.t.Helper()
	res := c.Do(method, path, body)
	if res.Status != status {
		r.t.Fatalf("%s %s: %d, want %d: %s", method, path, res.Status, status, res.Body)
	}
	if len(res.Body) > 0 {
		if err := json.Unmarshal(res.Body, &out); err != nil {
			r.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return out
}

func (r *rig) operator() *httpapitest.Client { return r.Client(r.t, access.Operator) }
