package playbook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/flow"
	"yutang/internal/outreach"
	"yutang/internal/playbook"
)

// say is a step that sends a text.
func (b *brand) say(id, text string) string {
	return fmt.Sprintf(`{"id":%q,"send":{"channel":"webhook","endpoint":%q,"content":{"text":%q}}}`, id, b.endpoint, text)
}

// play publishes a playbook of these steps. more are further members, each ending in a
// comma.
func (b *brand) play(trigger, more string, steps ...string) string {
	b.t.Helper()
	p, err := b.playbooks.Create(context.Background(), b.document(trigger, more, steps...))
	b.must(err)
	_, err = b.playbooks.Publish(context.Background(), p.ID, "Ann")
	b.must(err)
	return p.ID
}

func (b *brand) document(trigger, more string, steps ...string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"name":"P","trigger":%s,%s"steps":[%s]}`, trigger, more, strings.Join(steps, ",")))
}

// after moves the clock on and lets the road act on it.
func (b *brand) after(d time.Duration) {
	b.t.Helper()
	b.clock.Advance(d)
	b.sync()
}

func (b *brand) sync() {
	b.t.Helper()
	b.must(b.Do(context.Background(), func(context.Context) error { return nil }))
}

// told is the history of a run, as "step outcome detail".
func (b *brand) told(r playbook.Run) (out []string) {
	b.t.Helper()
	lines, err := b.playbooks.History(context.Background(), r)
	b.must(err)
	for _, l := range lines {
		out = append(out, strings.TrimSpace(l.Step+" "+string(l.Outcome)+" "+l.Detail))
	}
	return out
}

// only is the one run of a playbook.
func (b *brand) only(pb string) playbook.Run {
	b.t.Helper()
	list := b.runs(playbook.RunFilter{Playbook: pb})
	if len(list) != 1 {
		b.t.Fatalf("%d runs, want 1", len(list))
	}
	return list[0]
}

// expect compares the history of the one run of a playbook.
func (b *brand) expect(pb string, want ...string) {
	b.t.Helper()
	if diff := cmp.Diff(want, b.told(b.only(pb))); diff != "" {
		b.t.Fatal(diff)
	}
}

// planned is the steps of the touches of a playbook in the ledger, sorted.
func (b *brand) planned(pb string) (out []string) {
	b.t.Helper()
	list, err := b.outreach.List(context.Background(), outreach.Filter{Playbook: pb, Limit: 1000})
	b.must(err)
	for _, d := range list.Items {
		out = append(out, d.Step)
	}
	slices.Sort(out)
	return out
}

// reopen is a restart.
func (b *brand) reopen() *brand {
	b.t.Helper()
	b.stop()
	again := open(b.t, b.db, b.clock)
	again.serial, again.endpoint = b.serial+1000, b.endpoint
	return again
}

// covers: C1
func TestRestart_SendsNothingTwice_listmonk2313(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		pb := b.play(`{"event":"A"}`, ``, b.say("hello", "hi"), `{"id":"rest","wait":{"for":"1d"}}`, b.say("more", "there {{ event.props.n }}"))
		b.track("ann", "A", `{"n":7}`)
		<-b.got
		r := b.only(pb)
		if r.Step != "rest" || !r.Due.Equal(noon.Add(24*time.Hour)) || !r.EndedAt.IsZero() {
			t.Fatalf("%+v", r)
		}
		b = b.reopen()
		b.after(23 * time.Hour)
		if got := b.planned(pb); !slices.Equal(got, []string{"hello"}) {
			t.Fatalf("after a restart: %v", got)
		}
		b.after(time.Hour)
		b.expect(pb, "entered", "hello planned", "rest entered", "rest done", "more planned", "done")
		b.until(outreach.Filter{Playbook: pb, State: outreach.StateAccepted}, 2)
		b = b.reopen()
		b.after(48 * time.Hour)
		if got := b.planned(pb); !slices.Equal(got, []string{"hello", "more"}) {
			t.Fatalf("after another: %v", got)
		}
	})
}

// A later program may check more than the one that published a version.
func TestRestart_AVersionThatCannotBeReadRestsAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		old := b.play(`{"event":"A"}`, ``, `{"id":"rest","wait":{"for":"1d"}}`, b.say("more", "there"))
		sound := b.play(`{"event":"A"}`, ``, b.say("hello", "hi"))
		b.track("ann", "A", ``)
		if _, err := d.Exec(context.Background(), `UPDATE playbook_version SET definition = '{"name":"x","nonsense":1}' WHERE playbook = $1`, old); err != nil {
			t.Fatal(err)
		}
		b = b.reopen()
		b.track("bob", "A", ``)
		b.after(48 * time.Hour)
		if got := b.planned(sound); len(got) != 2 {
			t.Fatalf("the other playbook sent %v", got)
		}
		if got := b.planned(old); len(got) != 0 {
			t.Fatalf("what cannot be read sent %v", got)
		}
		if r := b.only(old); r.Step != "rest" || !r.EndedAt.IsZero() {
			t.Fatalf("its run did not stay: %+v", r)
		}
	})
}

// covers: C1
func TestWaitFor_WakesByTheEventItself_PostHog45743(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		pb := b.play(`{"event":"Cart"}`, `"key":"cart",`,
			`{"id":"bought","wait_for":{"event":"Order Completed","where":[{"prop":"total","op":"gte","value":10}],"same_key":true,"timeout":"2d",
				"steps":[`+b.say("thanks", "thanks")+`],"else":[`+b.say("remind", "still there?")+`]}}`)
		b.track("ann", "Cart", `{"cart":"c1"}`)
		b.track("bob", "Cart", `{"cart":"c2"}`)
		b.track("ann", "Order Completed", `{"cart":"other","total":50}`)
		b.track("ann", "Order Completed", `{"cart":"c1","total":9}`)
		b.after(time.Hour)
		b = b.reopen()
		if n := len(b.planned(pb)); n != 0 {
			t.Fatalf("%d touches before anything happened", n)
		}
		b.track("ann", "Order Completed", `{"cart":"c1","total":10}`)
		if got := b.planned(pb); !slices.Equal(got, []string{"thanks"}) {
			t.Fatalf("in the event's own transaction: %v", got)
		}
		b.after(47 * time.Hour)
		if got := b.planned(pb); !slices.Equal(got, []string{"remind", "thanks"}) {
			t.Fatalf("after the time-out: %v", got)
		}
		runs := b.runs(playbook.RunFilter{Playbook: pb})
		if diff := cmp.Diff([]string{"entered", "bought entered", "bought timed_out", "remind planned", "done"}, b.told(runs[0])); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestTimers_OverlappingWakesActOnce_Mautic3669(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		pb := b.play(`{"event":"A"}`, ``, `{"id":"rest","wait":{"for":"1h"}}`, b.say("hello", "hi"))
		for i := range 300 {
			b.track(fmt.Sprint("u", i), "A", `{}`)
		}
		b.clock.Advance(time.Hour)
		done := make(chan error, 20)
		for range 20 { // many ask for the same time
			go func() { done <- b.Do(context.Background(), func(context.Context) error { return nil }) }()
		}
		for range 20 {
			b.must(<-done)
		}
		if n := len(b.planned(pb)); n != 300 {
			t.Fatalf("%d touches for 300 runs", n)
		}
	})
}

// covers: C8
func TestSplit_IsStickyAcrossRunsAndMerges_Parcelvoy(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		pb := b.play(`{"event":"A"}`, `"reentry":"always",`,
			`{"id":"arm","split":{"arms":[{"name":"x","percent":50,"steps":[]},{"name":"y","percent":50,"steps":[]}]}}`)
		for round := range 3 {
			for i := range 20 {
				b.track(fmt.Sprint("u", i), "A", `{}`)
			}
			if round == 1 {
				_, err := b.Merge(ctx, b.customer("u0"), b.customer("u1"), "Eve")
				b.must(err)
				b = b.reopen()
			}
			b.after(time.Minute)
		}
		arms := map[uint32]map[string]int{}
		for _, r := range b.runs(playbook.RunFilter{Playbook: pb}) {
			if arms[r.Ord] == nil {
				arms[r.Ord] = map[string]int{}
			}
			arms[r.Ord][b.told(r)[1]]++
		}
		seen := map[string]bool{}
		for ord, drawn := range arms {
			for arm := range drawn {
				seen[arm] = true
			}
			if len(drawn) != 1 && ord > 2 { // the two who were merged are one customer now
				t.Fatalf("customer %d was drawn into %v", ord, drawn)
			}
		}
		if len(seen) != 2 {
			t.Fatalf("everybody is in %v", seen)
		}
	})
}

// covers: C1
func TestBranch_ByRuleAndByTheTriggersEvent(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	pb := b.play(`{"event":"A"}`, ``, `{"id":"which","branch":{"cases":[
		{"name":"big","where":[{"prop":"n","op":"gt","value":5}],"steps":[`+b.say("big", "big")+`]},
		{"name":"local","rule":{"trait":"city","op":"eq","value":"hz"},"steps":[`+b.say("local", "local")+`]}],
		"else":[`+b.say("other", "other")+`]}}`)
	b.identify("ann", map[string]string{"city": `"hz"`})
	b.identify("bob", map[string]string{"city": `"hz"`})
	b.track("ann", "A", `{"n":9}`)
	b.track("bob", "A", `{"n":1}`)
	b.track("cyd", "A", `{"n":1}`)
	if got := b.planned(pb); !slices.Equal(got, []string{"big", "local", "other"}) {
		t.Fatal(got)
	}
}

// covers: C1
func TestWaitFor_ARuleThatComesTrueByAnEventOrByTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		pb := b.play(`{"event":"A"}`, ``,
			`{"id":"twice","wait_for":{"rule":{"did":{"event":"B","count":{"gte":2}}},"timeout":"30d","steps":[`+b.say("met", "met")+`]}}`)
		quiet := b.play(`{"event":"A"}`, ``,
			`{"id":"gone","wait_for":{"rule":{"not":{"did":{"event":"A","within":"3d"}}},"timeout":"30d","steps":[`+b.say("miss", "we miss you")+`]}}`)
		b.track("ann", "A", `{}`)
		b.track("ann", "B", `{}`)
		b = b.reopen()
		if len(b.planned(pb)) != 0 {
			t.Fatal("too early")
		}
		b.track("ann", "B", `{}`)
		if got := b.planned(pb); !slices.Equal(got, []string{"met"}) {
			t.Fatal(got)
		}
		b.after(71 * time.Hour)
		if n := len(b.planned(quiet)); n != 0 {
			t.Fatalf("%d touches before the window has passed", n)
		}
		b.after(2 * time.Hour)
		if got := b.planned(quiet); !slices.Equal(got, []string{"miss"}) {
			t.Fatal(got)
		}
	})
}

// covers: C1
func TestGoalAndExit_EndARunWhereverItStands(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		buyers := b.audience(`{"did":{"event":"Order Completed"}}`)
		rest := `{"id":"rest","wait":{"for":"5d"}}`
		goal := b.play(`{"event":"A"}`, `"goal":{"event":"Order Completed"},`, rest, b.say("x", "x"))
		exit := b.play(`{"event":"A"}`, `"exit":[{"event":"No"},{"audience":"`+buyers+`"}],`, rest, b.say("x", "x"))
		rule := b.play(`{"event":"A"}`, `"exit":[{"rule":{"tag":"VIP"}}],`, rest, b.say("x", "x"))
		b.track("ann", "A", `{}`)
		b = b.reopen()
		b.track("ann", "Order Completed", `{"order_id":"o1"}`)
		b.expect(goal, "entered", "rest entered", "rest goal", "goal")
		b.expect(exit, "entered", "rest entered", "rest exited /exit/1", "exited /exit/1")
		b.submit(&event.Event{
			Name: event.TagAdded, At: b.clock.Now(), Identities: []event.Identity{{Type: "user_id", Value: "ann"}}, Tags: []event.TagOp{{Tag: "VIP"}},
		})
		b.expect(rule, "entered", "rest entered", "rest exited /exit/0", "exited /exit/0")
		b.after(6 * 24 * time.Hour)
		if n := len(b.planned(goal)) + len(b.planned(exit)) + len(b.planned(rule)); n != 0 {
			t.Fatalf("%d touches after the end", n)
		}
	})
}

// covers: C1
func TestKey_OneRunForEachOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		pb := b.play(`{"event":"Order Placed"}`, `"key":"order_id","goal":{"event":"Order Completed","same_key":true},`, `{"id":"rest","wait":{"for":"1h"}}`, b.say("pay", "pay {{ event.props.order_id }}"))
		for _, order := range []string{`"o1"`, `"o2"`, `"o1"`, `3`} {
			b.track("ann", "Order Placed", `{"order_id":`+order+`}`)
		}
		b.track("ann", "Order Placed", `{}`) // no key, no run
		b = b.reopen()
		b.track("ann", "Order Placed", `{"order_id":"o2"}`)
		b.track("ann", "Order Completed", `{"order_id":"o2"}`)
		b.after(time.Hour)
		got := map[string]flow.Outcome{}
		for _, r := range b.runs(playbook.RunFilter{Playbook: pb}) {
			got[r.Key] = r.Outcome
		}
		want := map[string]flow.Outcome{"o1": flow.Done, "o2": flow.Goal, "3": flow.Done}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestLimits_PerCustomerAndOfTheWhole(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	rest := `{"id":"rest","wait":{"for":"1d"}}`
	one := b.play(`{"event":"A"}`, `"reentry":"always",`, rest)
	two := b.play(`{"event":"A"}`, `"reentry":"always","limit":{"per_customer":2,"concurrent":3},`, rest)
	for _, user := range []string{"ann", "ann", "ann", "bob", "bob", "bob"} {
		b.track(user, "A", `{}`)
	}
	if n, m := len(b.runs(playbook.RunFilter{Playbook: one})), len(b.runs(playbook.RunFilter{Playbook: two})); n != 2 || m != 3 {
		t.Fatalf("%d and %d runs, want 2 and 3", n, m)
	}
	report, err := b.playbooks.Report(context.Background(), two, 0)
	b.must(err)
	if diff := cmp.Diff([]playbook.Figure{{Outcome: playbook.Refused, Detail: "is_full", Count: 2}}, report.Refused); diff != "" {
		t.Fatal(diff)
	}
	b.after(24 * time.Hour)
	b.track("bob", "A", `{}`)
	if n := len(b.runs(playbook.RunFilter{Playbook: one})); n != 3 {
		t.Fatalf("%d runs when the first have ended, want 3", n)
	}
}

// covers: B2
func TestMerge_CarriesRunsAndItsUndoingGivesThemBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		pb := b.play(`{"event":"A"}`, ``, `{"id":"b","wait_for":{"event":"B","timeout":"30d","steps":[`+b.say("hi", "hi")+`]}}`)
		b.track("ann", "A", `{}`)
		b.track("bob", "A", `{}`)
		b.track("cyd", "C", `{}`)
		ann, bob, cyd := b.customer("ann"), b.customer("bob"), b.customer("cyd")
		first, err := b.Merge(ctx, ann, cyd, "Eve")
		b.must(err)
		_, err = b.Merge(ctx, ann, bob, "Eve") // both have a run: both go on
		b.must(err)
		b.track("cyd", "A", `{}`) // and no third one starts
		b = b.reopen()
		b.track("cyd", "B", `{}`) // what happens to one happens to all
		if n := len(b.planned(pb)); n != 2 || len(b.runs(playbook.RunFilter{Playbook: pb})) != 2 {
			t.Fatalf("%d touches, want one for each of 2 runs", n)
		}
		_, _, err = b.Unmerge(ctx, first.ID, "Eve")
		b.must(err)
		b.track("cyd", "A", `{}`)
		b.track("cyd", "B", `{}`)
		if n := len(b.planned(pb)); n != 3 {
			t.Fatalf("%d touches when cyd is a customer of their own, want 3", n)
		}
	})
}

// covers: C1
func TestUpdate_ChangesTheCustomerByEventsAndSetsOffOthers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		golden := b.audience(`{"tag":"gold"}`)
		second := b.play(`{"audience":"`+golden+`"}`, ``, b.say("gold", "gold"))
		third := b.play(`{"event":"Coupon Issued"}`, ``, b.say("code", "{{ event.props.coupon }}"))
		first := b.play(`{"event":"A"}`, ``,
			`{"id":"up","update":{"set":{"plan":"pro"},"increase":{"visits":2},"tag":["gold"],"untag":["new"],"stage":{"aipl":"interest"}}}`,
			`{"id":"gift","coupon":{"template":"ten_off","expires_in":"7d"}}`)
		b.track("ann", "A", `{}`)
		b.expect(first, "entered", "up done", "gift done", "done")
		if len(b.planned(second)) != 1 || len(b.planned(third)) != 1 {
			t.Fatalf("in the same transaction: %v, %v", b.planned(second), b.planned(third))
		}
		profile := b.profile("ann")
		if got := string(profile.Traits["plan"]) + string(profile.Traits["visits"]) + string(profile.Traits["stage.aipl"]); got != `"pro"2"interest"` {
			t.Fatal(got)
		}
		if !slices.Equal(profile.Tags, []string{"gold"}) {
			t.Fatal(profile.Tags)
		}
		b.track("ann", "A", `{}`) // receipts may arrive beside it
		if got := string(b.profile("ann").Traits["visits"]); got != "2" || len(b.planned(third)) != 1 {
			t.Fatalf("events were made twice: %s visits, %v", got, b.planned(third))
		}
	})
}

// covers: C1
func TestStartAndStop_OfOtherPlaybooks(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	care := b.play(`{"api":true}`, ``, `{"id":"rest","wait":{"for":"9d"}}`, b.say("x", "{{ event.name }}"))
	b.play(`{"event":"A"}`, ``, `{"id":"go","start":{"playbook":"`+care+`"}}`)
	b.play(`{"event":"Z"}`, ``, `{"id":"no","stop":{"playbook":"P"}}`)
	b.track("ann", "A", `{}`)
	b.track("bob", "A", `{}`)
	b.track("bob", "Z", `{}`)
	runs := b.runs(playbook.RunFilter{Playbook: care})
	if len(runs) != 2 || runs[0].Outcome != flow.Stopped || runs[1].Outcome != "" {
		t.Fatalf("%+v", runs)
	}
	if diff := cmp.Diff([]string{"entered", "rest entered", "rest stopped " + runs[0].Detail, "stopped " + runs[0].Detail}, b.told(runs[0])); diff != "" {
		t.Fatal(diff)
	}
}

func TestChain_OfPlaybooksThatAnswerEachOtherStops(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	ping := b.play(`{"event":"Tag Added"}`, `"reentry":"always",`, `{"id":"off","update":{"untag":["t"]}}`)
	pong := b.play(`{"event":"Tag Removed"}`, `"reentry":"always",`, `{"id":"on","update":{"tag":["t"]}}`)
	b.submit(&event.Event{
		Name: event.TagAdded, At: b.clock.Now(), Identities: []event.Identity{{Type: "user_id", Value: "ann"}}, Tags: []event.TagOp{{Tag: "t"}},
	})
	n := len(b.runs(playbook.RunFilter{Playbook: ping})) + len(b.runs(playbook.RunFilter{Playbook: pong}))
	report, err := b.playbooks.Report(context.Background(), ping, 0)
	b.must(err)
	if n != 9 || report.Steps[0].Outcomes[1] != (playbook.Figure{Outcome: flow.Failed, Detail: "chain_too_long", Count: 1}) {
		t.Fatalf("%d runs, %+v", n, report.Steps)
	}
}
