package task_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/contact"
	"yutang/internal/corp"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/identity"
	"yutang/internal/job"
	"yutang/internal/pipeline"
	"yutang/internal/seal"
	"yutang/internal/staff"
	"yutang/internal/task"
	"yutang/internal/timeline"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

const (
	corpID = "ww0000000000000001"
	secret = "secret"
)

// morning is ten o'clock in China.
var morning = time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)

var china = time.FixedZone("CST", 8*3600)

type quiet struct{}

func (quiet) OnEvent(context.Context, *event.Event, uint32, uint32) error { return nil }
func (quiet) OnTransition(context.Context, string, bool, uint32, uint32, int64, uint64) error {
	return nil
}
func (quiet) OnTouched(context.Context, uint32) error                    { return nil }
func (quiet) NextDue() (int64, bool)                                     { return 0, false }
func (quiet) Advance(context.Context, int64, int) (more bool, err error) { return false, nil }
func (quiet) Emitted() []*event.Event                                    { return nil }
func (quiet) Load(context.Context) error                                 { return nil }
func (quiet) Flush(context.Context) error                                { return nil }

type zone struct{}

func (zone) Zone() *time.Location { return china }

// rig is a brand with its road, its platform and its tasks. Wang and Li lead nobody; Chen
// leads their shop.
type rig struct {
	t        testing.TB
	db       *db.DB
	box      *seal.Box
	clock    *clock.Manual
	sim      *wecomsim.Sim
	url      string
	road     *pipeline.Pipeline
	log      *event.Log
	timeline *timeline.Store
	people   *customer.Service
	identity *identity.Service
	corps    *corp.Service
	staff    *staff.Service
	contacts *contact.Service
	jobs     *job.Queue
	source   int64

	mu     sync.Mutex
	heard  []string // run/step=result
	deaf   bool     // the playbook does not listen
	orders int
	book   string // playbook of orders
	held   atomic.Bool

	*task.Service
}

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	box, err := seal.New(bytes.Repeat([]byte{7}, 32))
	clk := clock.NewManual(morning)
	r := &rig{t: t, db: d, box: box, clock: clk, log: event.NewLog(d, box), timeline: timeline.New(), book: "pb_1"}
	r.ok(err)
	r.sim, err = wecomsim.New(wecomsim.Config{CorpID: corpID, Seed: 3, Clock: clk, Secret: secret, AgentID: 1000002, Strict: true})
	r.ok(err)
	srv := httptest.NewServer(r.sim.Handler())
	t.Cleanup(srv.Close)
	r.url = srv.URL
	r.sim.SetPublicURL(srv.URL)
	r.layRoad()
	r.boot()
	ctx := context.Background()
	_, err = r.corps.Put(ctx, corp.NewCorp{
		ID: corpID, Name: "Fish", BaseURL: srv.URL, Apps: []corp.NewApp{{Name: corp.Main, AgentID: 1000002, Secret: secret}},
		Settings: &corp.Settings{PublicURL: "https://shop.example"},
	}, nil)
	r.ok(err)
	r.hire()
	r.ok(r.contacts.Start(ctx))
	r.ok(r.jobs.Start(ctx))
	t.Cleanup(func() { r.jobs.Stop(context.Background()) })
	return r
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// layRoad makes the road without playbooks.
func (r *rig) layRoad() {
	ctx := context.Background()
	r.identity = identity.New(r.db, r.box, r.timeline, r.clock)
	r.people = customer.New(r.db, r.box, r.timeline, r.clock)
	late := &struct{ *pipeline.Pipeline }{}
	audiences := audience.NewService(r.db, audience.NewEngine(r.timeline, r.people, r.log, zone{}), r.clock, late)
	r.road = pipeline.New(pipeline.Rooms{
		DB: r.db, Clock: r.clock, Log: r.log, Timeline: r.timeline, Identity: r.identity, Customers: r.people,
		Audiences: audiences, Playbooks: quiet{}, Outreach: quiet{},
	}, r.box, "", nil)
	late.Pipeline = r.road
	r.ok(r.road.Load(ctx))
	source, err := r.log.Source(ctx, "wecom", "a-key-for-nobody", morning)
	r.ok(err)
	r.source = source.ID
	r.road.Start()
	r.ok(audiences.Start(ctx))
	r.t.Cleanup(func() { audiences.Stop(); r.road.Stop() })
}

// boot makes the rooms anew, as a start does.
func (r *rig) boot() {
	r.jobs = job.New(r.db, r.clock)
	r.corps = corp.New(corp.Config{DB: r.db, Box: r.box, Clock: r.clock, Limits: wecom.NewLimits(r.clock), Hold: r.whyHeld})
	r.staff = staff.New(staff.Config{DB: r.db, Box: r.box, Clock: r.clock})
	r.contacts = contact.New(contact.Config{
		DB: r.db, Box: r.box, Clock: r.clock, Jobs: r.jobs, Identity: r.identity, Timeline: r.timeline, Submit: r.road, Source: r.source, Clients: r.corps,
	})
	r.contacts.Subscribe("task", func(ctx context.Context, t contact.Transition) error { return r.OnContact(ctx, t) })
	r.Service = task.New(task.Config{
		DB: r.db, Box: r.box, Clock: r.clock, Jobs: r.jobs, Timeline: r.timeline, Customers: r.people, Contacts: r.contacts, Staff: r.staff,
		Corps: r.corps, Zone: zone{}.Zone, Submit: r.road, Source: r.source,
		Compose: func(_ context.Context, o task.Order) (string, string, error) {
			return strings.ReplaceAll(o.Spec.Title, "{{n}}", fmt.Sprint(o.Ord)), o.Spec.Script, nil
		},
		Settled: func(_ context.Context, run, step, result string) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.deaf {
				return context.DeadlineExceeded
			}
			r.heard = append(r.heard, run+"/"+step+"="+result)
			return nil
		},
		Material: func(_ context.Context, id string) (task.Material, error) {
			return task.Material{ID: id, Title: "春季护肤手册", Kind: "link", URL: "https://shop.example/spring"}, nil
		},
	})
}

// hire makes the staff, here and at the platform.
func (r *rig) hire() {
	ctx := context.Background()
	dir := staff.Directory{Complete: true, Departments: []staff.Department{{ID: 1, Name: "总部"}, {ID: 5, Parent: 1, Name: "一店"}}}
	for _, m := range []staff.Member{
		{UserID: "chen", Name: "陈店长", Departments: []int64{5}, Leader: []int64{5}},
		{UserID: "wang", Name: "王小美", Departments: []int64{5}},
		{UserID: "li", Name: "李静", Departments: []int64{5}},
	} {
		m.Status = staff.Active
		dir.Members, dir.Follows = append(dir.Members, m), append(dir.Follows, m.UserID)
	}
	_, err := r.sim.PutDepartment(wecomsim.NewDepartment{ID: 5, Name: "一店", Parent: 1})
	r.ok(err)
	for _, m := range dir.Members {
		r.ok(r.sim.PutMember(wecomsim.NewMember{User: m.UserID, Name: m.Name, Departments: []int64{5}}))
	}
	_, err = r.staff.Merge(ctx, corpID, dir, r.clock.Now())
	r.ok(err)
}

// meet makes customers who are contacts of a member, and gives their records.
func (r *rig) meet(user string, names ...string) (ords []uint32) {
	r.t.Helper()
	ctx := context.Background()
	for _, name := range names {
		external := r.sim.AddCustomer(wecomsim.NewCustomer{Name: name})
		_, err := r.sim.Add(user, external, 1)
		r.ok(err)
		r.ok(r.contacts.OnAdded(ctx, notice.Notice{
			Corp: corpID, Event: notice.ExternalContact, ChangeType: notice.AddContact, UserID: user, ExternalUserID: external, At: r.clock.Now(),
		}))
		r.rest()
		c, _, err := r.contacts.Get(ctx, corpID, user, external)
		r.ok(err)
		ords = append(ords, c.Leaf)
	}
	return ords
}

// order asks for a task of a step for each customer, on the road.
func (r *rig) order(step string, spec flow.Task, ords ...uint32) (ids []string) {
	r.t.Helper()
	for _, ord := range ords {
		r.orders++
		o := task.Order{
			ID: fmt.Sprintf("tsk_%s_%06d", step, r.orders), Playbook: r.book, Name: "生日关怀", Version: 1, Run: fmt.Sprintf("run_%d", r.orders), Step: step,
			Ord: ord, Subject: flow.Subject{Ord: ord}, Spec: spec, At: r.clock.Now(),
		}
		r.Plan(o)
		ids = append(ids, o.ID)
	}
	r.flush()
	return ids
}

func (r *rig) flush() {
	r.t.Helper()
	r.ok(r.road.Do(context.Background(), func(ctx context.Context) error { return r.Flush(ctx) }))
}

// rest returns when nothing is due.
func (r *rig) rest() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r.ok(r.jobs.Idle(ctx))
}

// pass lets time go by.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	r.rest()
	r.clock.Advance(d)
	r.jobs.Wake()
	r.rest()
}

// letter is a message on a phone.
type letter struct{ Title, Description, URL string }

// phone lists what the app told a member.
func (r *rig) phone(user string) (out []letter) {
	r.t.Helper()
	for _, m := range r.sim.AppMessages(user) {
		var l letter
		r.ok(json.Unmarshal(m.Body, &l))
		out = append(out, l)
	}
	return out
}

func (r *rig) task(id string) task.Task {
	r.t.Helper()
	t, err := r.Get(context.Background(), id)
	r.ok(err)
	return t
}

// became lists events of tasks in a customer's timeline.
func (r *rig) became(ord uint32) (out []string) {
	r.t.Helper()
	var seqs []uint64
	r.timeline.RLock()
	track := &timeline.Track{}
	r.timeline.Read(r.timeline.Root(ord), nil, track)
	for _, seq := range track.Seq {
		seqs = append(seqs, uint64(seq))
	}
	r.timeline.RUnlock()
	evs, err := r.log.Read(context.Background(), seqs)
	r.ok(err)
	for _, ev := range evs {
		if ev.Name == event.TaskCompleted || ev.Name == event.TaskOverdue {
			out = append(out, ev.Name)
		}
	}
	return out
}

func (r *rig) settled() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.heard)
}

func wang(by ...string) task.Act {
	return task.Act{Corp: corpID, Reach: append([]string{"wang"}, by...), By: "staff/wang"}
}

// orderWith is order with a priority.
func (r *rig) orderWith(step string, priority int, ords ...uint32) (ids []string) {
	r.t.Helper()
	for _, ord := range ords {
		r.orders++
		o := task.Order{
			ID: fmt.Sprintf("tsk_%s_%06d", step, r.orders), Playbook: r.book, Name: "生日关怀", Version: 1, Run: fmt.Sprintf("run_%d", r.orders), Step: step,
			Ord: ord, Spec: flow.Task{Title: "跟进" + step}, At: r.clock.Now(), Priority: priority,
		}
		r.Plan(o)
		ids = append(ids, o.ID)
	}
	r.flush()
	return ids
}

func (r *rig) contactOf(ord uint32) contact.Contact {
	r.t.Helper()
	all, err := r.contacts.OfLeaves(context.Background(), []uint32{ord})
	r.ok(err)
	return all[0]
}

// gain has a member add a customer.
func (r *rig) gain(user, external string) {
	r.t.Helper()
	r.ok(r.contacts.OnAdded(context.Background(), notice.Notice{
		Corp: corpID, Event: notice.ExternalContact, ChangeType: notice.AddContact, UserID: user, ExternalUserID: external, At: r.clock.Now(),
	}))
	r.rest()
}

func (r *rig) whyHeld() error {
	if r.held.Load() {
		return errors.New("a copy")
	}
	return nil
}

// lose has a customer delete a member.
func (r *rig) lose(user, external string) {
	r.t.Helper()
	r.ok(r.contacts.OnLost(context.Background(), notice.Notice{
		Corp: corpID, Event: notice.ExternalContact, ChangeType: notice.DelFollowUser, UserID: user, ExternalUserID: external, At: r.clock.Now(),
	}))
	r.rest()
}

// Redeliver has a message's job done once more, as after the end of its lease.
func (r *rig) Redeliver(ctx context.Context, message string) error {
	return r.jobs.Put(ctx, job.Job{Kind: "task.message", Key: message, Queue: corpID + "/wang", Due: r.clock.Now()})
}
