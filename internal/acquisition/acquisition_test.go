package acquisition_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/access"
	"yutang/internal/acquisition"
	"yutang/internal/acquisition/acquisitionhttp"
	"yutang/internal/contact"
	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/job"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

const brand = "ww0000000000000001"

// rig is acquisition links against the simulator over real HTTP.
type rig struct {
	*httpapitest.Server
	t     *testing.T
	sim   *wecomsim.Sim
	corps *corp.Service
	jobs  *job.Queue
	links *acquisition.Service
}

func start(t *testing.T, d *db.DB) *rig {
	t.Helper()
	ctx := context.Background()
	r := &rig{Server: httpapitest.New(t, d), t: t}
	var err error
	if r.sim, err = wecomsim.New(wecomsim.Config{CorpID: brand, Clock: r.Clock, Strict: true}); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(r.sim.Handler())
	t.Cleanup(srv.Close)
	r.sim.SetPublicURL(srv.URL)
	for _, user := range []string{"li", "wang", "boss"} {
		if err := r.sim.PutMember(wecomsim.NewMember{User: user, Name: user}); err != nil {
			t.Fatal(err)
		}
	}
	r.corps = corp.New(corp.Config{DB: d, Box: r.Box, Clock: r.Clock})
	_, err = r.corps.Put(ctx, corp.NewCorp{
		ID: brand, Name: "brand", BaseURL: srv.URL, Settings: &corp.Settings{Managers: []string{"boss"}},
		Apps: []corp.NewApp{{Name: corp.Main, AgentID: 1000002, Secret: "sim-secret-main"}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.jobs = job.New(d, r.Clock)
	r.links = acquisition.New(acquisition.Config{
		DB: d, Box: r.Box, Clock: r.Clock, Jobs: r.jobs, Corps: r.corps, Zone: func() *time.Location { return time.FixedZone("CST", 8*3600) },
	})
	if err := r.links.Load(ctx); err != nil {
		t.Fatal(err)
	}
	if err := r.jobs.Start(ctx); err != nil {
		t.Fatal(err)
	}
	acquisitionhttp.Routes(r.API, r.links, r.Access)
	t.Cleanup(func() { r.jobs.Stop(ctx) })
	return r
}

// settle waits until no job is due or under way, however slow the machine is; the time
// limit of the test run ends a wait for jobs that stand still.
func (r *rig) settle() {
	r.t.Helper()
	if err := r.jobs.Idle(context.Background()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) create(spec acquisition.Spec) acquisition.Link {
	r.t.Helper()
	l, err := r.links.Create(context.Background(), brand, spec)
	if err != nil {
		r.t.Fatal(err)
	}
	r.settle()
	return r.get(l.ID)
}

func (r *rig) get(linkID string) acquisition.Link {
	r.t.Helper()
	l, err := r.links.Get(context.Background(), linkID)
	if err != nil {
		r.t.Fatal(err)
	}
	return l
}

func (r *rig) calls(path string) (n int) {
	for _, e := range r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/customer_acquisition/" + path}) {
		if e.Code == 0 {
			n++
		}
	}
	return n
}

func (r *rig) told(n notice.Notice) {
	r.t.Helper()
	n.Corp, n.Event, n.At = brand, notice.Acquisition, r.Clock.Now()
	if err := r.links.OnNotice(context.Background(), n); err != nil {
		r.t.Fatal(err)
	}
	r.settle()
}

// covers: A5
func TestLink_FromCreationToTheFirstWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := start(t, d)
		ctx := context.Background()
		if err := r.sim.TopUpLinks(100, 90); err != nil {
			t.Fatal(err)
		}
		l := r.create(acquisition.Spec{Name: "抖音投放", Channel: "抖音", Users: []string{"li"}, SkipVerify: true})
		if l.LinkID == "" || l.Problem != nil || !strings.HasSuffix(l.Address(), "?customer_channel="+l.State) {
			t.Fatalf("made %+v", l)
		}
		added, err := r.sim.ScanCode(r.sim.AddCustomer(wecomsim.NewCustomer{}), l.Address())
		if err != nil || added.User != "li" {
			t.Fatalf("%+v, %v", added, err)
		}
		p, ok := r.links.Provenance(ctx, brand, l.State)
		if want := (contact.Provenance{Channel: "抖音", CodeID: l.ID, CodeName: "抖音投放"}); !ok || p != want {
			t.Errorf("provenance %+v", p)
		}
		now := r.Clock.Now()
		tr := contact.Transition{Kind: contact.Added, At: now, Contact: contact.Contact{
			Corp: brand, User: added.User, External: added.Customer, Count: 1, AddedAt: now, Code: l.State,
		}}
		for range 2 {
			if err := r.links.OnContact(ctx, tr); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.sim.SendText(added.Customer, added.User, "你好"); err != nil {
			t.Fatal(err)
		}
		r.Clock.Advance(time.Minute)
		for range 2 {
			r.told(notice.Notice{ChangeType: "customer_start_chat", UserID: added.User, ExternalUserID: added.Customer})
		}
		page, err := r.links.Customers(ctx, l.ID, "", 10)
		want := []acquisition.Customer{{External: added.Customer, Staff: "li", Chatted: true, SeenAt: now, ChatAt: now.Add(time.Minute)}}
		if diff := cmp.Diff(want, page.Items); diff != "" || err != nil {
			t.Errorf("%v %s", err, diff)
		}
		st, err := r.links.Stats(ctx, l.ID, now.Add(-24*time.Hour), r.Clock.Now())
		if want := (acquisition.Statistic{Clicks: 1, NewCustomers: 1, Customers: 1, Chatted: 1}); err != nil || st != want {
			t.Errorf("statistic %+v, %v", st, err)
		}
		if l = r.get(l.ID); !l.Counted.At.IsZero() {
			t.Errorf("counted without a pull: %+v", l.Counted)
		}
		if err := r.links.Pull(ctx, brand); err != nil {
			t.Fatal(err)
		}
		var links struct{ Items []acquisitionhttp.Link }
		r.Client(t, access.Operator).Call("GET", "/acquisition/links", nil, &links)
		if want := (acquisitionhttp.Counted{Clicks: 1, NewCustomers: 1, At: r.Clock.Now()}); len(links.Items) != 1 || links.Items[0].Counted == nil || *links.Items[0].Counted != want {
			t.Errorf("list %+v", links.Items)
		}
		if err := r.links.Delete(ctx, l.ID); err != nil {
			t.Fatal(err)
		}
		r.settle()
		if r.calls("delete_link") != 1 {
			t.Error("the link is not deleted at the platform")
		}
		if _, ok := r.links.Provenance(ctx, brand, l.State); !ok {
			t.Error("a deleted link is forgotten")
		}
	})
}

// covers: A5
func TestLink_WhoseMakingWasCutOffIsFoundAgain(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	if err := r.sim.Inject(wecomsim.Fault{Path: "/externalcontact/customer_acquisition/create_link", Count: 1, Drop: "after"}); err != nil {
		t.Fatal(err)
	}
	l := r.create(acquisition.Spec{Name: "a", Users: []string{"li"}})
	if l.LinkID != "" || l.Problem == nil || !l.Problem.Retries {
		t.Fatalf("after the broken call %+v", l)
	}
	if err := r.links.Pull(context.Background(), brand); err != nil {
		t.Fatal(err)
	}
	r.Clock.Advance(time.Minute)
	r.jobs.Wake()
	r.settle()
	if l = r.get(l.ID); l.LinkID == "" || l.Problem != nil {
		t.Fatalf("after the next try %+v", l)
	}
	all, err := r.links.List(context.Background(), brand, "", 10)
	if err != nil || len(all.Items) != 1 {
		t.Errorf("%d links, %v", len(all.Items), err)
	}
	if n := len(r.sim.Log(wecomsim.LogFilter{Path: "/externalcontact/customer_acquisition/create_link"})); n != 1 {
		t.Errorf("%d links were made", n)
	}
}

// covers: A5
func TestPull_BringsChatsAdoptsLinksAndNotesLostOnes(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	ctx := context.Background()
	if err := r.sim.TopUpLinks(100, 90); err != nil {
		t.Fatal(err)
	}
	l := r.create(acquisition.Spec{Name: "a", Users: []string{"li", "wang"}, SkipVerify: true})
	var last wecomsim.Added
	for range 3 {
		added, err := r.sim.ScanCode(r.sim.AddCustomer(wecomsim.NewCustomer{}), l.Address())
		if err != nil {
			t.Fatal(err)
		}
		last = added
	}
	if err := r.sim.SendText(last.Customer, last.User, "hi"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.DB.Exec(ctx, `UPDATE acquisition_link SET link_id = '' WHERE id = $1`, l.ID); err != nil {
		t.Fatal(err)
	}
	if err := r.links.Pull(ctx, brand); err != nil {
		t.Fatal(err)
	}
	all, err := r.links.List(ctx, brand, "", 10)
	if err != nil || len(all.Items) != 2 || !all.Items[0].Adopted || all.Items[0].Spec.Name != "a" {
		t.Fatalf("links %+v, %v", all.Items, err)
	}
	adopted := all.Items[0]
	got, err := r.links.Customers(ctx, adopted.ID, "", 10)
	if err != nil || len(got.Items) != 3 {
		t.Fatalf("%d customers, %v", len(got.Items), err)
	}
	for _, c := range got.Items {
		if c.Chatted != (c.External == last.Customer) {
			t.Errorf("%+v", c)
		}
	}
	r.told(notice.Notice{ChangeType: "delete_link", LinkID: adopted.LinkID})
	if p := r.get(adopted.ID).Problem; p == nil || p.Code != "deleted_at_platform" {
		t.Errorf("problem %+v", p)
	}
}

// covers: A5
func TestQuota_TellsManagersOnceForEachTurnToTheWorse(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	ctx := context.Background()
	whole, err := r.links.PullQuota(ctx, brand)
	if err != nil || whole.Balance == 0 {
		t.Fatalf("%+v, %v", whole, err)
	}
	l := r.create(acquisition.Spec{Name: "a", Users: []string{"li"}, SkipVerify: true})
	alarm := func(change string) acquisition.Alarm {
		t.Helper()
		r.Clock.Advance(time.Second)
		r.told(notice.Notice{ChangeType: change})
		q, err := r.links.Quota(ctx, brand)
		if err != nil {
			t.Fatal(err)
		}
		return q.Alarm
	}
	sent := func() int { return len(r.sim.Log(wecomsim.LogFilter{Path: "/message/send"})) }
	if got := alarm("balance_low"); got != acquisition.Fine || sent() != 0 {
		t.Errorf("a full quota: %q, %d messages", got, sent())
	}
	scan := func() {
		if _, err := r.sim.ScanCode(r.sim.AddCustomer(wecomsim.NewCustomer{}), l.Address()); err != nil {
			t.Fatal(err)
		}
	}
	for range whole.Balance - whole.Total/10 {
		scan()
	}
	for range 3 {
		if got := alarm("balance_low"); got != acquisition.Low || sent() != 1 {
			t.Errorf("a low quota: %q, %d messages", got, sent())
		}
	}
	for range whole.Total / 10 {
		scan()
	}
	if got := alarm("balance_exhausted"); got != acquisition.Exhausted || sent() != 2 {
		t.Errorf("a used up quota: %q, %d messages", got, sent())
	}
	if err := r.sim.TopUpLinks(1000, 90); err != nil {
		t.Fatal(err)
	}
	if got := alarm("balance_low"); got != acquisition.Fine || sent() != 2 {
		t.Errorf("after a purchase: %q, %d messages", got, sent())
	}
}

func TestRoutes_AreGuardedAndDocumented(t *testing.T) {
	t.Parallel()
	httpapitest.WalkRoutes(t, start(t, dbtest.SQLite(t)).Server)
}

// covers: A5
func TestLinks_ThroughTheAPI(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	op := r.Client(t, access.Operator)
	var made acquisitionhttp.Link
	op.Call("POST", "/acquisition/links", map[string]any{"corp": brand, "name": "a", "users": []string{"li"}}, &made)
	r.settle()
	var got acquisitionhttp.Link
	op.Call("GET", "/acquisition/links/"+made.ID, nil, &got)
	if got.Address == "" || got.LinkID == "" {
		t.Errorf("got %+v", got)
	}
	op.Call("PUT", "/acquisition/links/"+made.ID, map[string]any{"name": "b", "users": []string{"wang"}}, nil)
	r.settle()
	if n := r.calls("update_link"); n != 1 {
		t.Errorf("%d updates", n)
	}
	bad := op.Do("POST", "/acquisition/links", map[string]any{"corp": "x", "name": "a", "users": []string{"li", "li"}, "departments": []int{0}})
	var pointers []string
	for _, f := range bad.Problem(t).Errors {
		pointers = append(pointers, f.Pointer)
	}
	if diff := cmp.Diff([]string{"/corp", "/users/1", "/departments/0"}, pointers); diff != "" {
		t.Errorf("%d %s", bad.Status, diff)
	}
	var quota acquisition.Quota
	op.Call("POST", "/acquisition/pull?corp="+brand, nil, &quota)
	if quota.PulledAt.IsZero() {
		t.Errorf("quota %+v", quota)
	}
	if res := op.Do("DELETE", "/acquisition/links/"+made.ID, nil); res.Status != http.StatusNoContent {
		t.Errorf("delete: %d", res.Status)
	}
	if _, err := r.links.Get(context.Background(), made.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("get: %v", err)
	}
}

// covers: A5
func TestLink_OfARestoredCopyGetsNoStateOfTheLostFuture(t *testing.T) {
	t.Parallel()
	r := start(t, dbtest.SQLite(t))
	spec := acquisition.Spec{Name: "a", Users: []string{"li"}}
	lost := r.create(spec)
	if _, err := r.DB.Exec(context.Background(), `DELETE FROM acquisition_link`); err != nil { // as before it was made
		t.Fatal(err)
	}
	r.Clock.Advance(time.Minute)
	if next := r.create(spec); next.State == lost.State || len(next.State) > 30 {
		t.Errorf("the next link gets the state %s, lost is %s", next.State, lost.State)
	}
}
