package moment_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/content"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/moment"
	"yutang/internal/wecom"
	"yutang/internal/wecomsim"
)

const (
	corpID = "ww0000000000000001"
	secret = "secret"
)

var start = time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)

// rig is one brand with its platform.
type rig struct {
	t      testing.TB
	db     *db.DB
	sim    *wecomsim.Sim
	clock  clock.Clock
	jobs   *job.Queue
	client *wecom.Client
	*moment.Service

	mu     sync.Mutex
	events map[string]*event.Event
	broken error // the road's
}

func (r *rig) SubmitEvents(_ context.Context, evs []*event.Event) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ev := range evs {
		if r.events[ev.MessageID] == nil {
			r.events[ev.MessageID] = ev
			n++
		}
	}
	return n, r.broken
}

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	sim, err := wecomsim.New(wecomsim.Config{Seed: 3, Clock: clock.NewManual(start), Staff: 3, Customers: 30, Secret: secret, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(sim.Handler())
	t.Cleanup(srv.Close)
	r := &rig{t: t, db: d, sim: sim, clock: sim.Clock(), events: map[string]*event.Event{}}
	r.client = wecom.New(wecom.Config{BaseURL: srv.URL, CorpID: corpID, App: corp.Main, Secret: secret, Clock: r.clock})
	box := httpapitest.Box(t)
	r.jobs = job.New(d, r.clock)
	corps := corp.New(corp.Config{DB: d, Box: box, Clock: r.clock, Limits: wecom.NewLimits(r.clock)})
	contents := content.New(content.Config{DB: d, Box: box, Clock: r.clock, Jobs: r.jobs, Dir: t.TempDir(), Client: corps.Client})
	r.Service = moment.New(moment.Config{
		DB: d, Box: box, Clock: r.clock, Jobs: r.jobs, Contents: contents, Submit: r, Source: 5, Corp: corps.Get, Client: corps.Client,
	})
	_, err = corps.Put(context.Background(), corp.NewCorp{
		ID: corpID, Name: "Fish", BaseURL: srv.URL, Apps: []corp.NewApp{{Name: corp.Main, AgentID: 1000002, Secret: secret}},
	}, nil)
	r.ok(err)
	r.ok(r.Start(context.Background()))
	r.ok(r.jobs.Start(context.Background()))
	t.Cleanup(func() { r.jobs.Stop(context.Background()) })
	return r
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// pass lets time go by once nothing is left to do now.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	r.rest()
	r.ok(r.sim.Advance(d))
	r.rest()
}

func (r *rig) rest() {
	r.t.Helper()
	const busy = `SELECT COUNT(*) FROM job WHERE NOT dead AND (due <= $1 OR leased_until > 0)`
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		var n int
		r.ok(r.db.Get(context.Background(), busy, []any{r.clock.Now().UnixMilli()}, &n))
		if n == 0 {
			return
		}
	}
	r.t.Fatal("the jobs do not come to rest")
}

func (r *rig) posted(text string) moment.Moment {
	r.t.Helper()
	ctx := context.Background()
	m, err := r.Create(ctx, moment.Wish{Corp: corpID, Name: "New tea", Content: content.Content{Text: text}, By: "acc_1"})
	r.ok(err)
	_, err = r.Schedule(ctx, m.ID)
	r.ok(err)
	return m
}

func (r *rig) until(key string, want moment.State) moment.Moment {
	r.t.Helper()
	for range 200 {
		m, err := r.Get(context.Background(), key)
		r.ok(err)
		if m.State == want {
			return m
		}
		r.pass(10 * time.Second)
	}
	m, err := r.Get(context.Background(), key)
	r.t.Fatalf("moment is %s %s, not %s: %v", m.State, m.Reason, want, err)
	return m
}

// covers: C6
func TestMoment_IsPublishedByStaffAndItsEchoesBecomeEventsOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d)
		m := r.until(r.posted("Tea is here").ID, moment.Publishing)
		users, err := r.client.FollowUserList(ctx)
		r.ok(err)
		r.ok(r.sim.PublishMoment(users[0], m.MomentID))
		customers, err := r.client.ExternalContactList(ctx, users[0])
		r.ok(err)
		r.ok(r.sim.LikeMoment(m.MomentID, users[0], customers[0]))
		r.ok(r.sim.CommentMoment(m.MomentID, users[0], customers[0], "lovely"))
		r.mu.Lock()
		r.broken = errors.New("the road is closed")
		r.mu.Unlock()
		r.pass(5 * time.Minute)
		r.mu.Lock()
		r.broken = nil
		r.mu.Unlock()
		for range 4 {
			r.pass(20 * time.Minute)
		}
		if len(r.events) != 2 {
			t.Fatalf("%d events", len(r.events))
		}
		names := map[string]bool{}
		for _, ev := range r.events {
			names[ev.Name] = true
			if ev.SourceID != 5 || ev.Identities[0].Type != "external_userid:"+corpID || ev.Identities[0].Value != customers[0] {
				t.Errorf("%+v", ev)
			}
		}
		if !names[event.MomentLiked] || !names[event.MomentCommented] {
			t.Errorf("%v", names)
		}
		staff, err := r.StaffOf(ctx, m.ID, "", 10)
		r.ok(err)
		for _, x := range staff.Items {
			if x.Published != (x.User == users[0]) || x.User == users[0] && (x.Likes != 1 || x.Comments != 1) {
				t.Errorf("%+v", x)
			}
		}
		if len(staff.Items) != len(users) {
			t.Errorf("%d asked, want %d", len(staff.Items), len(users))
		}
		r.pass(15 * 24 * time.Hour)
		if m = r.until(m.ID, moment.Done); m.EndedAt.IsZero() {
			t.Errorf("%+v", m)
		}
	})
}

// covers: C6, C7
func TestMoment_WithoutAnAnswerIsFoundInTheListOrMadeAgain(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]wecomsim.Fault{"before": {Drop: "before"}, "after": {Drop: "after"}, "busy": {Code: -1, Effect: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, dbtest.SQLite(t))
			f.Path, f.Count = "/externalcontact/add_moment_task", 1
			r.ok(r.sim.Inject(f))
			r.until(r.posted("Tea is here").ID, moment.Publishing)
			users, err := r.client.FollowUserList(context.Background())
			r.ok(err)
			if tasks := r.sim.MomentTasks(users[0]); len(tasks) != 1 {
				t.Fatalf("%d moments on the phone, want 1", len(tasks))
			}
		})
	}
}

func TestMoments_AreMadeSixSecondsApart(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	var keys []string
	for _, text := range []string{"one", "two", "three"} {
		keys = append(keys, r.posted(text).ID)
	}
	for i, key := range keys {
		for range 20 {
			if m, err := r.Get(context.Background(), key); err != nil || m.State != moment.Scheduled {
				break
			}
			r.pass(time.Second)
		}
		if passed := r.clock.Now().Sub(start); passed < time.Duration(i)*6*time.Second {
			t.Errorf("the moment %d is made after %v", i+1, passed)
		}
	}
}

func TestMoment_StopTakesBackWhatNobodyPublished(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	ctx := context.Background()
	m := r.until(r.posted("Tea is here").ID, moment.Publishing)
	_, err := r.Stop(ctx, m.ID, "Ann")
	r.ok(err)
	users, err := r.client.FollowUserList(ctx)
	r.ok(err)
	if tasks := r.sim.MomentTasks(users[0]); len(tasks) != 0 {
		t.Errorf("%d moments can still be published", len(tasks))
	}
	if _, err := r.Stop(ctx, m.ID, "Ann"); !fault.Is(err, fault.Precondition) {
		t.Errorf("stopped twice: %v", err)
	}
}
