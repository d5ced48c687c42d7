package reconcile_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"yutang/internal/contact"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/reconcile"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

// same compares what we hold with the simulator, member by member.
func (r *rig) same(corpID string) {
	r.t.Helper()
	for _, m := range r.sims[corpID].Members() {
		if !m.Follow || m.Status != 1 {
			continue
		}
		if diff := cmp.Diff(r.sims[corpID].there(m.User), r.here(corpID, m.User), cmpopts.EquateEmpty()); diff != "" {
			r.t.Fatalf("%s: (-there +here)\n%s", m.User, diff)
		}
	}
}

func total(drift map[string]int) (n int) {
	for _, d := range drift {
		n += d
	}
	return n
}

// covers: B1
func TestRun_PullsWholeCorpsAndThenFindsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		a, b := r.connect(brandA, 12, 600), r.connect(brandB, 3, 50)
		for id, p := range map[string]*platform{brandA: a, brandB: b} {
			first := r.pull(id, reconcile.Wish{Full: true})
			if first.State != reconcile.Done || len(first.Errors) > 0 || total(r.drift(first, "contacts")) != p.ContactCount() {
				t.Fatalf("%d contacts there, run %+v", p.ContactCount(), first)
			}
			r.same(id)
			last := r.log.Last()
			again := r.pull(id, reconcile.Wish{Full: true})
			if again.Drift() != 0 || r.log.Last() != last {
				t.Fatalf("a second pass finds %+v, %d new events", again.Kinds, r.log.Last()-last)
			}
		}
		m := a.Members()[0]
		held, err := r.staff.Get(context.Background(), brandA, m.User)
		if err != nil || held.Name != m.Name || held.Follow != m.Follow {
			t.Fatalf("%+v, there %+v, %v", held, m, err)
		}
	})
}

// covers: B1
func TestRun_RepairsAThousandLostCallbacksInOnePass(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	p := r.connect(brandA, 10, 800)
	r.pull(brandA, reconcile.Wish{Full: true})
	p.SetKnobs(func(k *wecomsim.Knobs) { k.Loss = 1 })
	r.live(p, 1000)
	if n := p.Pending(); n != 0 {
		t.Fatalf("%d callbacks are not lost", n)
	}
	r.clock.Advance(time.Hour)
	pass := r.pull(brandA, reconcile.Wish{Full: true})
	found := r.drift(pass, "contacts")
	for _, kind := range []string{"missing", "ended", "changed"} {
		if found[kind] == 0 {
			t.Fatalf("no %s found: %v", kind, found)
		}
	}
	r.same(brandA)
	if again := r.pull(brandA, reconcile.Wish{Full: true}); again.Drift() != 0 {
		t.Fatalf("a second pass finds %+v", again.Kinds)
	}
	t.Logf("found and repaired: %v", found)
}

// live has n things happen in a corp, half a minute apart.
func (r *rig) live(p *platform, n int) {
	r.t.Helper()
	dice := rand.New(rand.NewPCG(3, 9))
	var members []string
	for _, m := range p.Members() {
		if m.Follow && m.Status == 1 {
			members = append(members, m.User)
		}
	}
	for done := 0; done < n; done++ {
		r.clock.Advance(30 * time.Second)
		user := members[dice.IntN(len(members))]
		list := p.Contacts(user, 0, 1<<30)
		if len(list) == 0 || dice.IntN(3) == 0 {
			r.must(p.Add(user, p.AddCustomer(wecomsim.NewCustomer{}), 1))
			continue
		}
		f := list[dice.IntN(len(list))]
		words := fmt.Sprint("remark ", done)
		switch dice.IntN(4) {
		case 0:
			r.must(0, p.DeleteStaff(f.Customer, user))
		case 1:
			r.must(0, p.DeleteCustomer(user, f.Customer))
		case 2:
			r.must(0, p.EditRemark(wecomsim.Remark{Pair: wecomsim.Pair{User: user, Customer: f.Customer}, Remark: &words}))
		default:
			r.must(0, p.DeleteCustomer(user, f.Customer))
			r.clock.Advance(time.Hour)
			r.must(p.Add(user, f.Customer, 3))
		}
	}
}

func (r *rig) must(_ any, err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// covers: B1
func TestCallbacks_TwiceAndOutOfOrderLeaveNothingToRepair(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	p := r.connect(brandA, 6, 200)
	r.pull(brandA, reconcile.Wish{Full: true})
	p.SetKnobs(func(k *wecomsim.Knobs) { k.Duplicate, k.Reorder, k.ReorderByMS = 0.5, 0.7, 120_000 })
	r.live(p, 200)
	r.clock.Advance(time.Hour)
	if err := p.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(time.Minute)
	pass := r.pull(brandA, reconcile.Wish{Full: true})
	found := r.drift(pass, "contacts")
	if found["missing"]+found["ended"]+found["readded"] != 0 {
		t.Fatalf("the relations differ: %v", found)
	}
	r.same(brandA)
}

const pagePath = "/externalcontact/batch/get_by_user"

// covers: B1
func TestRun_GoesOnWhereItStoppedAtAnyPage(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	p := r.connect(brandA, 2, 700)
	r.pull(brandA, reconcile.Wish{Full: true})
	pages := p.count(pagePath)
	if pages < 6 {
		t.Fatalf("only %d pages", pages)
	}
	for stop := 1; stop <= pages; stop++ {
		before := p.count(pagePath)
		p.on(func(path string, n int) {
			if path == "/cgi-bin"+pagePath && n == before+stop {
				r.sync.Stop()
			}
		})
		id := r.begin(brandA, reconcile.Wish{Full: true, Kinds: []string{"contacts"}})
		halt := r.work()
		for p.count(pagePath) < before+stop {
			time.Sleep(time.Millisecond)
		}
		halt()
		p.on(nil)
		r.boot()
		halt = r.work()
		run := r.ended(brandA, id)
		halt()
		if read := p.count(pagePath) - before; run.State != reconcile.Done || run.Drift() != 0 || read != pages {
			t.Fatalf("stopped at page %d: %d pages read of %d, %+v", stop, read, pages, run)
		}
	}
	r.same(brandA)
}

// A kill loses at most the pages under way; the first pull of all is the hardest case.
func TestRun_SurvivesAKillInTheFirstPull(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		p := r.connect(brandA, 3, 600)
		id := r.begin(brandA, reconcile.Wish{Full: true})
		for _, at := range []int{2, 5} {
			killed, gone := context.WithCancel(context.Background())
			release := make(chan struct{})
			p.on(func(path string, n int) {
				if path == "/cgi-bin"+pagePath && n == at {
					gone()
					<-release
				}
			})
			r.work()
			<-killed.Done()
			r.jobs.Stop(killed)
			close(release)
			p.on(nil)
			r.boot()
		}
		defer r.work()()
		if run := r.ended(brandA, id); run.State != reconcile.Done || len(run.Errors) > 0 {
			t.Fatalf("%+v", run)
		}
		r.same(brandA)
	})
}

func TestRun_AFailingMemberDoesNotStopTheRest(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	p := r.connect(brandA, 5, 100)
	if err := p.Inject(wecomsim.Fault{Path: pagePath, Code: 60011, Count: 1}); err != nil {
		t.Fatal(err)
	}
	run := r.pull(brandA, reconcile.Wish{Full: true})
	if run.State != reconcile.Done || len(run.Errors) != 1 || !strings.Contains(run.Errors[0].Error, "60011") {
		t.Fatalf("%+v", run)
	}
	k := run.Kinds[1]
	if k.Done != k.Total || total(k.Drift) == 0 {
		t.Fatalf("%+v", k)
	}
	if again := r.pull(brandA, reconcile.Wish{Full: true}); len(again.Errors) > 0 {
		t.Fatalf("%+v", again)
	}
	r.same(brandA)
}

func TestRun_WaitsWhenThePlatformIsFull(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	p := r.connect(brandA, 5, 100)
	if err := p.Inject(wecomsim.Fault{Path: pagePath, Code: 45009, Count: 1}); err != nil {
		t.Fatal(err)
	}
	id := r.begin(brandA, reconcile.Wish{Full: true})
	defer r.work()()
	run, err := r.sync.Get(context.Background(), brandA, id)
	for deadline := time.Now().Add(20 * time.Second); err == nil && run.Rests == "" && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		run, err = r.sync.Get(context.Background(), brandA, id)
	}
	if !strings.Contains(run.Rests, "45009") || !run.GoesOn.After(r.clock.Now()) {
		t.Fatalf("a run that rests says %q, until %v; %v", run.Rests, run.GoesOn, err)
	}
	for deadline := time.Now().Add(20 * time.Second); err == nil && run.State == reconcile.Running; {
		if time.Now().After(deadline) {
			t.Fatalf("%+v", run)
		}
		r.clock.Advance(time.Second)
		time.Sleep(time.Millisecond)
		run, err = r.sync.Get(context.Background(), brandA, id)
	}
	if err != nil || run.State != reconcile.Done || len(run.Errors) > 0 || run.Rests != "" {
		t.Fatalf("%+v %v", run, err)
	}
	r.same(brandA)
}

func TestRun_RefusedCredentialsFailItWithTheReason(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	p := r.connect(brandA, 2, 10)
	if err := p.Inject(wecomsim.Fault{Path: "/gettoken", Code: 40001}); err != nil {
		t.Fatal(err)
	}
	run := r.pull(brandA, reconcile.Wish{Full: true})
	if run.State != reconcile.Failed || !strings.Contains(run.Error, "40001") || run.Rests != "" {
		t.Fatalf("%+v", run)
	}
}

func TestBegin_OneRunPerCorp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		r.connect(brandA, 2, 10)
		r.connect(brandB, 2, 10)
		r.begin(brandA, reconcile.Wish{})
		if _, err := r.sync.Begin(context.Background(), brandA, reconcile.Wish{}); !fault.Is(err, fault.Conflict) {
			t.Fatalf("a second run: %v", err)
		}
		r.begin(brandB, reconcile.Wish{})
		if _, err := r.sync.Begin(context.Background(), brandB, reconcile.Wish{Kinds: []string{"moons"}}); !fault.Is(err, fault.Invalid) {
			t.Fatalf("an unknown kind: %v", err)
		}
	})
}

// The hour's share is cheap, and finds what happened to those who were busy lately.
func TestSchedule_HoursAndNights(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	p := r.connect(brandA, 4, 80)
	ctx := context.Background()
	if err := r.sync.Start(ctx); err != nil {
		t.Fatal(err)
	}
	defer r.work()()
	runs := func(n int) []reconcile.Record {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			list, err := r.sync.List(ctx, brandA, "", 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(list.Items) >= n && list.Items[0].State == reconcile.Done {
				return list.Items
			}
		}
		t.Fatalf("%d runs do not come", n)
		return nil
	}
	r.clock.Advance(5 * time.Minute)
	if first := runs(1)[0]; !first.Full || first.Origin != reconcile.ByNight {
		t.Fatalf("the first run: %+v", first)
	}
	pages := p.count(pagePath)
	r.must(p.Add(p.Members()[0].User, p.AddCustomer(wecomsim.NewCustomer{}), 1))
	for range 12 {
		r.clock.Advance(5 * time.Minute)
		time.Sleep(time.Millisecond)
	}
	hour := runs(2)[0]
	if hour.Full || hour.Origin != reconcile.ByHour || p.count(pagePath) != pages {
		t.Fatalf("the hour's run: %+v, %d pages", hour, p.count(pagePath)-pages)
	}
	r.clock.Advance(24 * time.Hour)
	if night := runs(3)[0]; !night.Full {
		t.Fatalf("the night's run: %+v", night)
	}
	r.same(brandA)
}

func TestRegister_OtherKindsKeepCursorsAndDrift(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	r.connect(brandA, 2, 10)
	calls := 0
	r.sync.Register("tags", reconcile.PullerFunc(func(ctx context.Context, run *reconcile.Run) error {
		items, err := run.Items(ctx, func(context.Context) ([]string, error) { return []string{"a", "b"}, nil })
		if err != nil {
			return err
		}
		return run.Each(ctx, 1, items, func(ctx context.Context, it reconcile.Item) error {
			if calls++; it.Name == "b" {
				return fault.New(fault.Invalid, "bad_tag", "no good")
			}
			run.Drift(map[string]int{"renamed": 2})
			return run.Keep(ctx, it.Name, "half")
		})
	}))
	run := r.pull(brandA, reconcile.Wish{Kinds: []string{"tags"}})
	want := []reconcile.Kind{{Name: "tags", State: reconcile.Done, Total: 2, Done: 2, Drift: map[string]int{"renamed": 2}}}
	if diff := cmp.Diff(want, run.Kinds); diff != "" || len(run.Errors) != 1 || run.Errors[0].Item != "b" || calls != 2 {
		t.Fatal(diff, run.Errors, calls)
	}
}

// covers: B1, B4
func TestCallbacks_EditsAreReadBackAndRenamesFollowed(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	p := r.connect(brandA, 3, 30)
	r.pull(brandA, reconcile.Wish{Full: true})
	ctx := context.Background()
	user := p.Members()[0].User
	f := p.Contacts(user, 0, 1)[0]
	words := "likes tea"
	r.must(0, p.EditRemark(wecomsim.Remark{Pair: wecomsim.Pair{User: user, Customer: f.Customer}, Remark: &words}))
	tag, err := p.CreateTag("group", "name")
	r.must(0, err)
	r.must(0, p.EditTags(user, f.Customer, []string{tag}, nil))
	r.must(0, p.Flush(ctx))
	calls := p.count("/externalcontact/get")
	r.clock.Advance(10 * time.Second)
	halt := r.work()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		c, _, err := r.contacts.Get(ctx, brandA, user, f.Customer)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("the edit is not read back: %+v %v", c, err)
		}
		if c.Remark == words && slices.Contains(c.Tags, tag) {
			break
		}
	}
	halt()
	if n := p.count("/externalcontact/get") - calls; n != 1 {
		t.Fatalf("two edits within seconds took %d calls", n)
	}
	n := notice.Notice{Corp: brandA, ChangeType: "update_user", UserID: user, NewUserID: "renamed", At: r.clock.Now()}
	r.must(0, r.staff.OnDirectory(ctx, n))
	r.must(0, r.contacts.OnUserRenamed(ctx, n))
	if held := r.here(brandA, "renamed"); len(held) != len(p.there(user)) || len(r.here(brandA, user)) != 0 {
		t.Fatalf("%d of %d customers followed", len(held), len(p.there(user)))
	}
}

// Some platforms go on listing a customer who deleted the member.
func TestRun_DoesNotReviveWhoDeletedTheMember(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	p := r.connect(brandA, 2, 20)
	p.SetKnobs(func(k *wecomsim.Knobs) { k.KeepLost = true })
	r.pull(brandA, reconcile.Wish{Full: true})
	r.clock.Advance(time.Hour)
	user := p.Members()[0].User
	f := p.Contacts(user, 0, 1)[0]
	r.must(0, p.DeleteStaff(f.Customer, user))
	r.must(0, p.Flush(context.Background()))
	r.clock.Advance(time.Hour)
	for range 2 {
		if run := r.pull(brandA, reconcile.Wish{Full: true}); run.Drift() != 0 {
			t.Fatalf("%+v", run.Kinds)
		}
	}
	r.must(p.Add(user, f.Customer, 1))
	r.must(0, p.Flush(context.Background()))
	c, _, err := r.contacts.Get(context.Background(), brandA, user, f.Customer)
	if err != nil || c.State != contact.Active || c.Count != 2 {
		t.Fatalf("%+v %v", c, err)
	}
}

func TestRun_FailsWhenTheCredentialsDoNotHold(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	p := r.connect(brandA, 2, 20)
	if err := p.Inject(wecomsim.Fault{Path: "/gettoken", Code: 40001}); err != nil {
		t.Fatal(err)
	}
	run := r.pull(brandA, reconcile.Wish{Full: true})
	if run.State != reconcile.Failed || run.Kinds[0].Error == "" || !strings.Contains(run.Error, "40001") {
		t.Fatalf("%+v", run)
	}
	p.ClearFaults()
	r.boot()
	r.clock.Advance(time.Hour)
	if again := r.pull(brandA, reconcile.Wish{Full: true}); again.State != reconcile.Done {
		t.Fatalf("%+v", again)
	}
	r.same(brandA)
}
