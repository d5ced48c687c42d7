package masssend_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"yutang/internal/corp"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/masssend"
	"yutang/internal/outreach"
	"yutang/internal/wecom"
	"yutang/internal/wecomsim"
)

// covers: C4, C5
func TestSend_WhoGetsItAndWhoDoesNotIsKnownBeforeAndAfter(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d, 6, 120)
		n := len(r.names) - 1
		r.members = nil
		for ord := uint32(1); ord <= uint32(n)+4; ord++ { // four are nobody's contacts
			r.members = append(r.members, ord)
		}
		r.staff = r.staff[1:] // the first member has left
		gone := 0
		for ord := uint32(1); ord <= uint32(n); ord++ {
			all, _ := r.OfLeaves(ctx, corpID, []uint32{ord})
			left := 0
			for _, x := range all {
				if x.User != r.staff[0] && !contains(r.staff, x.User) {
					left++
				}
			}
			if left == len(all) {
				gone++
			}
		}
		r.no(uint32(n)-1, uint32(n)-2)
		w := r.wish()
		w.Target.Audience = "aud_1"
		x, err := r.Create(ctx, w)
		r.ok(err)
		p, err := r.Preview(ctx, x)
		r.ok(err)
		want := map[outreach.Reason]int{outreach.NoContact: 4, outreach.StaffGone: gone, outreach.NoConsent: 2}
		for _, f := range p.Refused {
			if want[f.Reason] != f.Count || len(f.Sample) != min(f.Count, 20) {
				t.Errorf("%s: %d with %d named, want %d", f.Reason, f.Count, len(f.Sample), want[f.Reason])
			}
			delete(want, f.Reason)
		}
		if len(want) > 0 || p.Total != n+4 || p.Gets != n-gone-2 || p.Platform != 31 {
			t.Errorf("preview %+v; missing %v", p, want)
		}
		listed, cursor := 0, ""
		for {
			found, err := r.PreviewList(ctx, x, masssend.PreviewFilter{Limit: 3, Cursor: cursor})
			r.ok(err)
			listed += len(found.Items)
			if cursor = found.Next; cursor == "" {
				break
			}
		}
		if listed != gone+2+4 {
			t.Errorf("%d listed as refused, want %d", listed, gone+6)
		}
		_, err = r.Schedule(ctx, x.ID)
		r.ok(err)
		r.until(x.ID, time.Hour, func(x masssend.Send, open int) bool { return x.State == masssend.Waiting && open == 0 })
		if got := r.tally(x.ID); got["handed "] != p.Gets || got["suppressed no_contact"] != 4 || got["suppressed no_consent"] != 2 || got["suppressed staff_gone"] != gone {
			t.Fatalf("handed: %v", got)
		}
		r.confirm()
		r.until(x.ID, time.Hour, func(x masssend.Send, _ int) bool { return x.State == masssend.Done })
		if got := r.tally(x.ID); got["accepted "] != p.Gets || len(r.road.seen) != p.Gets {
			t.Fatalf("done: %v, %d receipts", got, len(r.road.seen))
		}
		progress, err := r.Progress(ctx, x.ID)
		r.ok(err)
		sum := 0
		for _, s := range progress.Staff {
			if sum += s.Accepted; s.Open != 0 || s.Confirmed.IsZero() || s.Accepted != s.Size {
				t.Errorf("%+v", s)
			}
		}
		if sum != p.Gets {
			t.Errorf("%d accepted by member, want %d", sum, p.Gets)
		}
		rows, err := r.Receivers(ctx, x.ID, masssend.ReceiverFilter{Reason: outreach.NoConsent})
		r.ok(err)
		if len(rows.Items) != 2 || rows.Items[0].Ord != uint32(n)-2 || rows.Items[0].Staff == "" {
			t.Errorf("drill-down %+v", rows)
		}
	})
}

func contains(all []string, x string) bool {
	for _, y := range all {
		if x == y {
			return true
		}
	}
	return false
}

// no withdraws consent.
func (r *rig) no(ords ...uint32) {
	r.t.Helper()
	r.ok(r.db.InTx(context.Background(), func(ctx context.Context) error {
		for _, ord := range ords {
			r.ledger.OnEvent(&event.Event{Name: event.ConsentWithdrawn, At: start, Props: json.RawMessage(`{"channel":"wecom_mass"}`)}, ord)
		}
		return r.ledger.Flush(ctx)
	}))
}

// covers: C4, C7
// Staff named without an audience: their contacts are meant, nobody else is refused. With
// an audience: who is with others only is refused, and says so.
func TestTarget_OfStaffIsTheirContacts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const n = 40
		r := newRig(t, d, 4, n)
		ctx := context.Background()
		chosen, theirs, others := r.staff[0], 0, 0
		for ord := uint32(1); ord <= n; ord++ {
			r.members = append(r.members, ord)
			all, err := r.OfLeaves(ctx, corpID, []uint32{ord})
			r.ok(err)
			if slices.ContainsFunc(all, func(x masssend.Relation) bool { return x.User == chosen }) {
				theirs++
			} else if len(all) > 0 {
				others++
			}
		}
		w := r.wish()
		w.Target = masssend.Target{Staff: []string{chosen}}
		x, err := r.Create(ctx, w)
		r.ok(err)
		p, err := r.Preview(ctx, x)
		r.ok(err)
		if theirs == 0 || others == 0 || p.Total != theirs || p.Gets != theirs || len(p.Refused) != 0 {
			t.Errorf("%d contacts of %s, %d of others: %+v", theirs, chosen, others, p)
		}
		w.Target.Audience = "aud_1"
		x, err = r.Create(ctx, w)
		r.ok(err)
		if p, err = r.Preview(ctx, x); err != nil || p.Gets != theirs || len(p.Refused) != 1 || p.Refused[0].Reason != outreach.OtherStaff || p.Refused[0].Count != others {
			t.Errorf("%v; with an audience: %+v", err, p)
		}
	})
}

func TestCall_WithoutAnAnswerIsFoundInTheListOrMadeAgain(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]wecomsim.Fault{
		"dropped before the effect": {Drop: "before"},
		"dropped after the effect":  {Drop: "after"},
		"busy without effect":       {Code: -1},
		"busy with effect":          {Code: -1, Effect: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, dbtest.SQLite(t), 3, 30)
			f.Path, f.Count = "/externalcontact/add_msg_template", 2
			r.ok(r.sim.Inject(f))
			x := r.sent(r.wish())
			for _, c := range r.calls(x.ID) {
				if c.State != masssend.CallHanded || c.Attempt > 2 {
					t.Fatalf("%+v", c)
				}
			}
			r.confirm()
			r.until(x.ID, time.Hour, func(x masssend.Send, _ int) bool { return x.State == masssend.Done })
			r.everybodyOnce(1)
		})
	}
}

// everybodyOnce fails the test unless each customer has received n mass messages.
func (r *rig) everybodyOnce(n int) {
	r.t.Helper()
	for ord := 1; ord < len(r.names); ord++ {
		got := 0
		for _, user := range r.staff {
			got += len(r.sim.MassReceived(user, r.names[ord]))
		}
		if got != n {
			r.t.Fatalf("%s received %d messages, want %d", r.names[ord], got, n)
		}
	}
}

// covers: C4
func TestDeadline_UnconfirmedIsTakenBackAndExpires(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, 3, 30)
		x := r.sent(r.wish())
		r.pass(6 * time.Hour)
		r.pass(2 * time.Minute)
		x, err := r.Service.Get(context.Background(), x.ID)
		r.ok(err)
		if got := r.tally(x.ID); x.State != masssend.Done || got["expired unconfirmed"] != len(r.names)-1 {
			t.Fatalf("%s: %v", x.State, got)
		}
		for _, user := range r.staff {
			if len(r.sim.MassTasks(user)) > 0 {
				t.Errorf("%s can still confirm", user)
			}
		}
	})
}

func TestDeadline_LateConfirmationCountsWhereAllowed(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 3, 30)
	w := r.wish()
	w.Options.CanFinish = true
	x := r.sent(w)
	r.pass(6 * time.Hour)
	if got := r.tally(x.ID); got["expired unconfirmed"] != len(r.names)-1 {
		t.Fatalf("%v", got)
	}
	r.confirm()
	r.pass(24 * time.Hour)
	r.pass(time.Minute)
	if got := r.tally(x.ID); got["accepted "] != len(r.names)-1 || len(r.road.seen) != len(r.names)-1 {
		t.Fatalf("%v", got)
	}
}

// covers: C4
func TestStop_TakesBackWhatNobodyConfirmed(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 4, 40)
	ctx := context.Background()
	x := r.sent(r.wish())
	first := r.sim.MassTasks(r.staff[0])
	if len(first) != 1 {
		t.Fatalf("%d tasks", len(first))
	}
	_, err := r.sim.ConfirmMassSend(r.staff[0], first[0].MsgID)
	r.ok(err)
	_, err = r.Stop(ctx, x.ID, "Ann")
	r.ok(err)
	r.pass(time.Minute)
	r.pass(time.Minute)
	got := r.tally(x.ID)
	if got["accepted "] != len(first[0].Targets) || got["accepted "]+got["expired stopped"] != len(r.names)-1 {
		t.Fatalf("%v", got)
	}
	if _, err := r.Stop(ctx, x.ID, "Ann"); !fault.Is(err, fault.Precondition) {
		t.Errorf("stopped twice: %v", err)
	}
}

func TestPrepare_ThatNeverSucceedsEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 2, 10)
	ctx := context.Background()
	w := r.wish()
	w.Target.Audience = "aud_1"
	r.broken = errors.New("the audience is gone")
	x, err := r.Create(ctx, w)
	r.ok(err)
	_, err = r.Schedule(ctx, x.ID)
	r.ok(err)
	for range 40 {
		r.pass(10 * time.Minute)
	}
	if x, err = r.Service.Get(ctx, x.ID); err != nil || x.State != masssend.Stopped || x.Reason != "by deadline" {
		t.Fatalf("%s %q: %v", x.State, x.Reason, err)
	}
}

func TestRemind_AtMostThreeInADay(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 2, 10)
	w := r.wish()
	w.Options.Remind = []int{60, 120}
	w.Deadline = r.clock.Now().Add(30 * time.Hour)
	x := r.sent(w)
	for range 10 {
		r.pass(30 * time.Minute)
	}
	for _, c := range r.calls(x.ID) {
		if len(c.Reminded) != 2 {
			t.Fatalf("reminded %v", c.Reminded)
		}
	}
	ctx := context.Background()
	calls := len(r.calls(x.ID))
	if got, err := r.Remind(ctx, x.ID, ""); err != nil || got.Asked != calls {
		t.Fatalf("%+v %v", got, err)
	}
	if got, err := r.Remind(ctx, x.ID, r.staff[0]); err != nil || got.Limited != 1 || got.Asked != 0 {
		t.Fatalf("a fourth reminder: %+v %v", got, err)
	}
}

// covers: C4, C5
func TestQuota_OwnMessagesCountAndResultThreeFillsTheCustomer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d, 3, 30)
		r.sim.SetKnobs(func(k *wecomsim.Knobs) { k.More.Quota = wecomsim.QuotaDay })
		_, err := r.corps.Put(ctx, corp.NewCorp{ID: corpID, Name: "Fish", BaseURL: r.url, Settings: &corp.Settings{Quota: corp.QuotaDay}}, nil)
		r.ok(err)
		first := r.relations[0]
		_, err = r.sim.SendOwnMass(wecomsim.OwnMassSend{UserID: first.User, Text: "from me", Customers: []string{first.External}})
		r.ok(err)
		w := r.wish()
		w.Target.Customers = []string{"c1", "c2", "c3"}
		x := r.sent(w)
		r.confirm()
		r.until(x.ID, time.Hour, func(x masssend.Send, _ int) bool { return x.State == masssend.Done })
		if got := r.tally(x.ID); got["accepted "] != 2 || got["rejected quota"] != 1 {
			t.Fatalf("first: %v", got)
		}
		w.Target.Customers = append(w.Target.Customers, "c4")
		y, err := r.Create(ctx, w)
		r.ok(err)
		p, err := r.Preview(ctx, y)
		r.ok(err)
		if p.Gets != 1 || len(p.Refused) != 1 || p.Refused[0].Reason != outreach.Quota || p.Refused[0].Count != 3 {
			t.Fatalf("preview of the second: %+v", p)
		}
		y = r.sent(w)
		if got := r.tally(y.ID); got["suppressed quota"] != 3 || got["handed "] != 1 {
			t.Fatalf("second: %v", got)
		}
		r.pass(15 * time.Hour) // 01:00 in China
		if p, err = r.Preview(ctx, y); err != nil || p.Gets != 4 || p.Later != 4 {
			t.Fatalf("the next day, in quiet hours: %+v %v", p, err)
		}
	})
}

// covers: C4
func TestGroups_AreSentByTheirOwners(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d, 4, 60)
		found, err := r.client.GroupChatList(ctx, chatFilter)
		r.ok(err)
		for _, c := range found.List {
			g, err := r.client.GroupChatGet(ctx, c.ChatID)
			r.ok(err)
			r.chats = append(r.chats, masssend.Chat{ID: c.ChatID, Owner: g.Owner})
		}
		if len(r.chats) < 5 {
			t.Fatalf("%d groups", len(r.chats))
		}
		r.chats = append(r.chats, masssend.Chat{ID: "wr_gone", Owner: "nobody"})
		w := r.wish()
		w.Chat = masssend.Group
		p, err := r.Try(w)
		r.ok(err)
		preview, err := r.Preview(ctx, p)
		r.ok(err)
		if preview.Total != len(r.chats) || preview.Gets != len(r.chats)-1 || preview.Refused[0].Reason != outreach.StaffGone {
			t.Fatalf("%+v", preview)
		}
		r.ok(r.sim.Inject(wecomsim.Fault{Path: "/externalcontact/add_msg_template", Drop: "after", Count: 1}))
		x := r.sent(w)
		r.confirm()
		r.until(x.ID, time.Hour, func(x masssend.Send, _ int) bool { return x.State == masssend.Done })
		rows, err := r.ChatRows(ctx, x.ID, "", 100)
		r.ok(err)
		for _, row := range rows.Items {
			if row.Chat == "wr_gone" != (row.State == outreach.Suppressed) || row.Chat != "wr_gone" && row.State != outreach.StateAccepted {
				t.Errorf("%+v", row)
			}
		}
	})
}

// covers: C4, C7, C8
func TestPool_CollectsAStepAndAsksStaffOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRig(t, d, 3, 30)
		plan := func(run string, ord uint32) {
			now := r.clock.Now()
			r.ok(r.db.InTx(ctx, func(ctx context.Context) error {
				r.ledger.Plan(outreach.Touch{
					Playbook: "pb_1", Version: 1, Run: run, Step: "greet", Occurrence: 1, Ord: ord, Channel: outreach.WeComMass, Endpoint: corpID,
					TriggerAt: now, Due: now, ExpiresAt: now.Add(24 * time.Hour),
				})
				return r.ledger.Flush(ctx)
			}))
		}
		last := uint32(len(r.names)) // nobody's contact
		for ord := uint32(1); ord <= 20; ord++ {
			plan(fmt.Sprint("run_", ord), ord)
		}
		plan("run_again", 7)
		plan("run_alone", last)
		r.pass(time.Second)
		if got := r.tally("pb_1"); got["handed "] != 20 || got["rejected duplicate"] != 1 || got["rejected no_contact"] != 1 {
			t.Fatalf("collected: %v", got)
		}
		pools, err := r.List(ctx, masssend.Filter{State: masssend.Collecting})
		r.ok(err)
		if len(pools.Items) != 1 {
			t.Fatalf("%d pools", len(pools.Items))
		}
		key := pools.Items[0].ID
		r.ok(r.sim.Inject(wecomsim.Fault{Path: "/externalcontact/add_msg_template", Drop: "after", Count: 1}))
		r.pass(masssend.PoolWindow)
		r.until(key, time.Hour, func(x masssend.Send, open int) bool { return x.State == masssend.Waiting && open == 0 })
		r.confirm()
		r.until(key, time.Hour, func(x masssend.Send, _ int) bool { return x.State == masssend.Done })
		if got := r.tally("pb_1"); got["accepted "] != 20 {
			t.Fatalf("done: %v", got)
		}
		rows, err := r.Receivers(ctx, key, masssend.ReceiverFilter{State: outreach.StateAccepted})
		r.ok(err)
		if len(rows.Items) != 20 || len(r.road.seen) != 22 {
			t.Fatalf("%d receivers, %d receipts", len(rows.Items), len(r.road.seen))
		}
	})
}

func TestChoose_WhoLastTalkedElseWhoAddedLast(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t), 3, 5)
	r.relations = []masssend.Relation{
		{User: r.staff[0], External: "a", Leaf: 1, AddedAt: start.Add(-time.Hour), LastAt: start.Add(-time.Minute)},
		{User: r.staff[1], External: "a", Leaf: 1, AddedAt: start},
		{User: r.staff[0], External: "b", Leaf: 2, AddedAt: start.Add(-time.Hour)},
		{User: r.staff[1], External: "b2", Leaf: 3, AddedAt: start.Add(-time.Minute)},
	}
	r.timeline.Lock()
	r.timeline.SetGroup(3, []uint32{2, 3})
	r.timeline.Unlock()
	x, err := r.Try(r.wish())
	r.ok(err)
	found, err := r.PreviewList(context.Background(), x, masssend.PreviewFilter{Gets: true})
	r.ok(err)
	if len(found.Items) != 2 || found.Items[0].Staff != r.staff[0] || found.Items[1].Staff != r.staff[1] || found.Items[1].External != "b2" || found.Items[1].Relations != 2 {
		t.Fatalf("%+v", found.Items)
	}
	p, err := r.Preview(context.Background(), x)
	if r.ok(err); p.Total != 2 || p.Shared != 2 {
		t.Fatalf("%+v", p)
	}
}

func TestWish_FaultsArePointedAt(t *testing.T) {
	t.Parallel()
	good := masssend.Wish{Corp: corpID, Name: "x", Chat: masssend.Single}
	if err := good.Validate(start); err != nil {
		t.Fatal(err)
	}
	for pointer, change := range map[string]func(w *masssend.Wish){
		"/name":                           func(w *masssend.Wish) { w.Name = " " },
		"/corp":                           func(w *masssend.Wish) { w.Corp = "" },
		"/chat":                           func(w *masssend.Wish) { w.Chat = "both" },
		"/priority":                       func(w *masssend.Wish) { w.Priority = 10 },
		"/deadline":                       func(w *masssend.Wish) { w.Deadline = start },
		"/target/customers":               func(w *masssend.Wish) { w.Target = masssend.Target{Audience: "a", Customers: []string{"c1"}} },
		"/target/customers/0":             func(w *masssend.Wish) { w.Target.Customers = []string{"x"} },
		"/target/chats":                   func(w *masssend.Wish) { w.Target.Chats = []string{"wr"} },
		"/target":                         func(w *masssend.Wish) { w.Chat, w.Target.Audience = masssend.Group, "a" },
		"/options/holdout_percent":        func(w *masssend.Wish) { w.Options.Holdout = 91 },
		"/options/remind_after_minutes/1": func(w *masssend.Wish) { w.Options.Remind = []int{5, 5} },
	} {
		w := good
		change(&w)
		var e *fault.Error
		if err := w.Validate(start); !asFault(err, &e) || len(e.Fields) != 1 || e.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v", pointer, err)
		}
	}
}

func asFault(err error, to **fault.Error) bool { return errors.As(err, to) }

var chatFilter = wecom.GroupFilter{Limit: 1000}
