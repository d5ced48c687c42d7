package playbook_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/outreach"
	"yutang/internal/playbook"
)

// covers: C1
func TestPlaybook_AudienceEnteredReachesTheCustomerOnceAndReportsBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		buyers := b.audience(`{"did":{"event":"Order Completed"}}`)
		reached := b.audience(`{"did":{"event":"Message Delivered"}}`)
		pb := b.publish(`{"audience":"`+buyers+`"}`, "", `{"text":"Thanks, {{ traits.nick | default: 'friend' }}! Order {{ event.props.order_id }}","n":1}`)

		b.identify("ann", map[string]string{"nick": `"Ann \"A\""`, "city": `"Xi'an"`})
		b.track("ann", "Order Completed", `{"order_id":"o1"}`)
		b.track("ann", "Order Completed", `{"order_id":"o2"}`)
		var got struct {
			Customer struct {
				ID     string
				Traits map[string]string
			}
			Message struct{ Text string }
		}
		body := <-b.got
		b.must(json.Unmarshal(body, &got))
		if got.Message.Text != `Thanks, Ann "A"! Order o1` || got.Customer.Traits["city"] != "Xi'an" {
			t.Fatalf("received %s", body)
		}
		for { // the receipt has come down the road as an event
			members, _, err := b.audiences.Members(ctx, reached, 0, 10)
			b.must(err)
			if len(members) == 1 && members[0] == b.customer("ann") {
				break
			}
		}
		n, err := b.playbooks.Numbers(ctx, pb)
		b.must(err)
		if n.Runs != 1 || len(n.Deliveries) != 1 || n.Deliveries[0] != (outreach.Count{State: outreach.StateAccepted, Count: 1}) || len(b.got) != 0 {
			t.Fatalf("numbers %+v, %d more messages", n, len(b.got))
		}
	})
}

func TestReentry_OnceAlwaysOrAfterAWhile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clk := clock.NewManual(noon)
		b := open(t, d, clk)
		once := b.publish(`{"event":"A"}`, ``, `{}`)
		always := b.publish(`{"event":"A"}`, `,"reentry":"always"`, `{}`)
		daily := b.publish(`{"event":"A"}`, `,"reentry":"1d"`, `{}`)
		b.track("ann", "A", `{}`)
		clk.Advance(23 * time.Hour)
		b.track("ann", "A", `{}`)
		b.stop()
		b = open(t, d, clk) // what went before is remembered
		defer b.stop()
		clk.Advance(time.Hour)
		b.serial = 100
		b.track("ann", "A", `{}`)
		for key, want := range map[string]int{once: 1, always: 3, daily: 2} {
			if got := b.runs(playbook.RunFilter{Playbook: key}); len(got) != want || got[0].Occurrence != want {
				t.Errorf("%d runs, want %d", len(got), want)
			}
		}
	})
}

// covers: B2
func TestRuns_FollowAMergeAndComeBackWithItsUndoing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		b.publish(`{"event":"A"}`, ``, `{}`)
		b.track("ann", "A", `{}`)
		b.track("bob", "B", `{}`)
		ann, bob := b.customer("ann"), b.customer("bob")
		m, err := b.Merge(ctx, bob, ann, "Eve")
		b.must(err)
		if n := len(b.runs(playbook.RunFilter{Customer: m.Kept})); n != 1 {
			t.Fatalf("the survivor shows %d runs", n)
		}
		b.track("bob", "A", `{}`) // one person: had it already
		_, _, err = b.Unmerge(ctx, m.ID, "Eve")
		b.must(err)
		if a, o := len(b.runs(playbook.RunFilter{Customer: ann})), len(b.runs(playbook.RunFilter{Customer: bob})); a != 1 || o != 0 {
			t.Fatalf("after the unmerge ann has %d runs, bob %d", a, o)
		}
		b.track("bob", "A", `{}`)
		if n := len(b.runs(playbook.RunFilter{Customer: bob})); n != 1 {
			t.Fatalf("bob, himself again, has %d runs", n)
		}
	})
}

// covers: C8
func TestHoldout_IsStickyRecordedAndOfTheRightSize(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	clk := clock.NewManual(noon)
	b := open(t, dbtest.SQLite(t), clk)
	defer b.stop()
	pb := b.publish(`{"event":"A"}`, `,"holdout_percent":20,"reentry":"always"`, `{}`)
	const users = 400
	for range 2 {
		evs := make([]*event.Event, users)
		for i := range evs {
			b.serial++
			evs[i] = &event.Event{
				Name: "A", At: clk.Now(), ReceivedAt: clk.Now(), SourceID: b.source, MessageID: time.Duration(b.serial).String(),
				Identities: []event.Identity{{Type: "user_id", Value: time.Duration(i + 1).String()}},
			}
		}
		_, err := b.Submit(ctx, evs)
		b.must(err)
		clk.Advance(time.Hour)
	}
	group := map[uint32]int{}
	for _, r := range b.runs(playbook.RunFilter{Playbook: pb}) {
		if r.Holdout {
			group[r.Ord]++
		}
	}
	if len(group) < users/8 || len(group) > users*2/7 {
		t.Fatalf("%d of %d customers are held out, want about 20 %%", len(group), users)
	}
	for ord, n := range group {
		if n != 2 {
			t.Fatalf("customer %d was held out %d times of 2", ord, n)
		}
	}
	list, err := b.outreach.List(ctx, outreach.Filter{Playbook: pb, Reason: outreach.Holdout, Limit: 1000})
	b.must(err)
	if len(list.Items) != 2*len(group) || list.Items[0].State != outreach.Suppressed {
		t.Fatalf("%d touches are recorded as held out, want %d", len(list.Items), 2*len(group))
	}
}

func TestPause_KeepsTouchesAndEndSuppressesThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		b.must(b.outreach.Hold(ctx, "test", "Ann"))
		pb := b.publish(`{"event":"A"}`, ``, `{"text":"hello"}`)
		b.track("ann", "A", `{}`)
		_, err := b.playbooks.Pause(ctx, pb)
		b.must(err)
		b.track("bob", "A", `{}`) // starts nothing
		b.must(b.outreach.Release(ctx))
		b.until(outreach.Filter{Playbook: pb, State: outreach.Planned, Reason: outreach.PlaybookPaused}, 1)
		_, err = b.playbooks.Resume(ctx, pb)
		b.must(err)
		<-b.got
		b.must(b.outreach.Hold(ctx, "test", "Ann"))
		b.track("cyd", "A", `{}`)
		_, err = b.playbooks.End(ctx, pb)
		b.must(err)
		b.must(b.outreach.Release(ctx))
		b.until(outreach.Filter{Playbook: pb, State: outreach.Suppressed, Reason: outreach.PlaybookEnded}, 1)
		if n := len(b.runs(playbook.RunFilter{Playbook: pb})); n != 2 || len(b.got) != 0 {
			t.Fatalf("%d runs, %d more messages", n, len(b.got))
		}
	})
}

// until waits until n deliveries match f.
func (b *brand) until(f outreach.Filter, n int) {
	b.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		list, err := b.outreach.List(context.Background(), f)
		b.must(err)
		if len(list.Items) == n {
			return
		}
	}
	b.t.Fatalf("never %d deliveries like %+v", n, f)
}

func TestVersions_PublishedOnesGoOnUntilTheNext(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	pb := b.publish(`{"event":"A"}`, `,"reentry":"always"`, `{"text":"one"}`)
	_, err := b.playbooks.Update(ctx, pb, b.definition(`{"event":"B"}`, ``, `{"text":"two {{ traits.name }}"}`))
	b.must(err)
	b.track("ann", "A", `{}`)
	if body := string(<-b.got); !json.Valid([]byte(body)) || len(b.runs(playbook.RunFilter{})) != 1 {
		t.Fatal(body)
	}
	_, err = b.playbooks.Publish(ctx, pb, "Ann")
	b.must(err)
	b.track("ann", "A", `{}`)
	b.track("bob", "B", `{}`)
	runs := b.runs(playbook.RunFilter{Playbook: pb})
	if len(runs) != 2 || runs[0].Version != 2 || runs[1].Version != 1 {
		t.Fatalf("%+v", runs)
	}
}

func TestTrigger_TooLateStartsNothingAndConditionsHold(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	pb := b.publish(`{"event":"A","where":[{"prop":"price","op":"gte","value":10}]}`, `,"reentry":"always"`, `{}`)
	b.submit(&event.Event{Name: "A", At: noon.AddDate(-1, 0, 0), Identities: []event.Identity{{Type: "user_id", Value: "ann"}}, Props: json.RawMessage(`{"price":11}`)})
	b.track("ann", "A", `{"price":9.99}`)
	b.track("ann", "A", `{"price":10}`)
	if n := len(b.runs(playbook.RunFilter{Playbook: pb})); n != 1 {
		t.Fatalf("%d runs, want 1", n)
	}
}

func BenchmarkOnEvent_NobodyListens(b *testing.B) {
	r := open(b, dbtest.SQLite(b), clock.NewManual(noon))
	defer r.stop()
	r.publish(`{"event":"Product Bought"}`, ``, `{}`)
	ev := &event.Event{Name: "Product Viewed"}
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if err := r.playbooks.OnEvent(ctx, ev, 1, 1); err != nil {
			b.Fatal(err)
		}
	}
}
