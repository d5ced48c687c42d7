package playbook_test

import (
	"context"
	"encoding/json"
	"errors"
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
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/outreach"
	"yutang/internal/playbook"
)

const rest = `{"id":"rest","wait":{"for":"1d"}}`

// versions publishes a playbook with somebody inside, and a next version of it.
func (b *brand) versions(choice playbook.InFlight, first, second []string) string {
	b.t.Helper()
	ctx := context.Background()
	pb := b.play(`{"event":"A"}`, ``, first...)
	b.track("ann", "A", `{}`)
	_, err := b.playbooks.Update(ctx, pb, b.document(`{"event":"A"}`, ``, second...))
	b.must(err)
	_, err = b.playbooks.PublishWith(ctx, pb, "Ann", choice)
	b.must(err)
	b.sync()
	return pb
}

// covers: C1
func TestPublish_WhoIsInsideStaysMovesOrExits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		old, young := []string{rest, b.say("old", "old")}, []string{rest, b.say("new", "new")}
		stay := b.versions(playbook.Stay, old, young)
		move := b.versions(playbook.Move, old, young)
		exit := b.versions(playbook.Exit, old, young)
		gone := b.versions(playbook.Move, []string{`{"id":"x","wait":{"for":"9d"}}`, b.say("same", "a")}, []string{b.say("same", "b")})
		none := b.versions(playbook.Move, []string{`{"id":"x","wait":{"for":"9d"}}`}, []string{`{"id":"y","wait":{"for":"9d"}}`})
		b = b.reopen()
		b.after(24 * time.Hour)
		b.expect(stay, "entered", "rest entered", "rest done", "old planned", "done")
		b.expect(move, "entered", "rest entered", "rest moved", "moved", "rest entered", "rest done", "new planned", "done")
		b.expect(exit, "entered", "rest entered", "rest exited new_version", "exited new_version")
		b.expect(gone, "entered", "x entered", "x moved", "moved", "same planned", "done")
		if r := b.only(none); r.Outcome != flow.Exited || r.Detail != "new_version" {
			t.Fatalf("%+v", r)
		}
		if r := b.only(move); r.Version != 2 || r.Outcome != flow.Done {
			t.Fatalf("%+v", r)
		}
	})
}

func TestPublish_PreviewCountsWhoWaitsWhere(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	ctx := context.Background()
	pb := b.play(`{"event":"A"}`, ``, rest, `{"id":"b","wait":{"for":"2d"}}`, `{"id":"c","wait":{"for":"9d"}}`)
	b.track("ann", "A", `{}`)
	b.after(24 * time.Hour)
	b.track("bob", "A", `{}`)
	b.track("cyd", "A", `{}`)
	b.after(48 * time.Hour)
	b.track("dan", "A", `{}`)
	_, err := b.playbooks.Update(ctx, pb, b.document(`{"event":"A"}`, ``, `{"id":"rest","wait":{"for":"3d"}}`, `{"id":"c","wait":{"for":"9d"}}`))
	b.must(err)
	got, err := b.playbooks.PublishPreview(ctx, pb)
	b.must(err)
	want := []playbook.StepPreview{
		{Version: 1, Step: "rest", Change: "changed", Waiting: 1, To: "rest"},
		{Version: 1, Step: "b", Change: "gone", Waiting: 2, To: "c"},
		{Version: 1, Step: "c", Change: "same", Waiting: 1, To: "c"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

// covers: C1
func TestPause_RunsRestAndGoOnAtResume(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		pb := b.play(`{"event":"A"}`, `"goal":{"event":"G"},`, rest, b.say("x", "x"))
		b.track("ann", "A", `{}`)
		b.track("bob", "A", `{}`)
		_, err := b.playbooks.Pause(ctx, pb)
		b.must(err)
		b.after(25 * time.Hour)
		b.track("bob", "G", `{}`) // a goal counts in a pause too
		b = b.reopen()
		b.after(time.Hour)
		if n := len(b.planned(pb)); n != 0 {
			t.Fatalf("%d touches in a pause", n)
		}
		_, err = b.playbooks.Resume(ctx, pb)
		b.must(err)
		b.sync()
		if got := b.planned(pb); !slices.Equal(got, []string{"x"}) {
			t.Fatal(got)
		}
		b.track("cyd", "A", `{}`)
		_, err = b.playbooks.End(ctx, pb)
		b.must(err)
		b.sync()
		if r := b.runs(playbook.RunFilter{Playbook: pb})[0]; r.Outcome != flow.Stopped || r.Detail != "playbook_ended" {
			t.Fatalf("%+v", r)
		}
	})
}

func TestReview_SomebodyElseApproves(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		b.must(b.playbooks.SetSettings(ctx, playbook.Settings{ApprovalRequired: true}))
		p, err := b.playbooks.Create(ctx, b.document(`{"event":"A"}`, ``, rest))
		b.must(err)
		if _, err := b.playbooks.Publish(ctx, p.ID, "ann"); !fault.Is(err, fault.Precondition) {
			t.Fatalf("published without approval: %v", err)
		}
		p, err = b.playbooks.Submit(ctx, p.ID, "ann")
		b.must(err)
		if _, err := b.playbooks.Approve(ctx, p.ID, "ann", false); !fault.Is(err, fault.Forbidden) || p.State != playbook.InReview {
			t.Fatalf("approved by who submitted: %v, %s", err, p.State)
		}
		p, err = b.playbooks.Approve(ctx, p.ID, "bob", false)
		b.must(err)
		if p, err = b.playbooks.Update(ctx, p.ID, b.document(`{"event":"B"}`, ``, rest)); err != nil || p.State != playbook.Draft {
			t.Fatalf("a changed draft is %s: %v", p.State, err)
		}
		_, err = b.playbooks.Submit(ctx, p.ID, "ann")
		b.must(err)
		p, err = b.playbooks.Reject(ctx, p.ID, "bob", "too pushy")
		b.must(err)
		if p.State != playbook.Draft || p.ReviewNote != "too pushy" {
			t.Fatalf("%+v", p)
		}
		_, err = b.playbooks.Submit(ctx, p.ID, "ann")
		b.must(err)
		_, err = b.playbooks.Approve(ctx, p.ID, "ann", true)
		b.must(err)
		if p, err = b.playbooks.Publish(ctx, p.ID, "ann"); err != nil || p.State != playbook.Published || p.Review != "" {
			t.Fatalf("%+v, %v", p, err)
		}
	})
}

// covers: C1
func TestSchedule_StartsMembersAndGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		b.must(b.outreach.Hold(context.Background(), "test", "Ann"))
		for i := range 600 {
			b.track(fmt.Sprint("u", i), []string{"Order Completed", "Page Viewed"}[i%2], `{}`)
		}
		buyers := b.audience(`{"did":{"event":"Order Completed"}}`)
		pb := b.play(`{"schedule":{"every":"day","time":"09:00","audience":"`+buyers+`"}}`, `"reentry":"always",`, b.say("hello", "hi"))
		b.clock.Advance(21*time.Hour - time.Millisecond)
		b.sync()
		if n := len(b.planned(pb)); n != 0 {
			t.Fatalf("%d touches before nine", n)
		}
		b.Stop()
		b.clock.Advance(time.Millisecond)
		b.timeline.Lock() // one slice, then the program ends
		_, err := b.playbooks.Advance(context.Background(), b.clock.Now().UnixMilli(), 100)
		b.timeline.Unlock()
		b.must(err)
		b.must(b.db.InTx(context.Background(), func(ctx context.Context) error {
			if err := b.playbooks.Flush(ctx); err != nil {
				return err
			}
			return b.outreach.Flush(ctx)
		}))
		if n := len(b.planned(pb)); n != 100 {
			t.Fatalf("%d touches after one slice", n)
		}
		b = b.reopen()
		b.drain()
		if n := len(b.planned(pb)); n != 300 {
			t.Fatalf("%d touches on the first day, want one for each of 300 buyers", n)
		}
		b.stop()
		b.clock.Advance(60 * time.Hour) // two mornings go by, one of them too long ago
		b = open(t, d, b.clock)
		b.drain()
		if n := len(b.planned(pb)); n != 600 {
			t.Fatalf("%d touches in all, want 600", n)
		}
		report, err := b.playbooks.Report(context.Background(), pb, 0)
		b.must(err)
		if diff := cmp.Diff([]playbook.Figure{{Outcome: playbook.Missed, Detail: "2026-03-04T09:00", Count: 1}}, report.Refused); diff != "" {
			t.Fatal(diff)
		}
	})
}

// covers: C1
func TestDate_BirthdaysOfTheDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		for user, day := range map[string]string{"ann": "1990-03-05", "bob": "1985-03-06", "cyd": "2001-12-05", "dan": "soon"} {
			b.identify(user, map[string]string{"birthday": `"` + day + `"`})
		}
		pb := b.play(`{"date":{"trait":"birthday","offset":"-2d","at":"10:00"}}`, `"reentry":"always",`, b.say("hello", "hi"))
		b.after(21 * time.Hour) // 3 March, 09:00
		if n := len(b.planned(pb)); n != 0 {
			t.Fatalf("%d touches too early", n)
		}
		b.after(2 * time.Hour)
		b.drain()
		if r := b.only(pb); r.Ord != b.customer("ann") {
			t.Fatalf("%+v", r)
		}
		for range 364 {
			b.after(24 * time.Hour)
			b.drain()
		}
		if n := len(b.runs(playbook.RunFilter{Playbook: pb})); n != 3 {
			t.Fatalf("%d runs in a year, want 3", n)
		}
		b.after(24 * time.Hour)
		b.drain()
		if n := len(b.runs(playbook.RunFilter{Playbook: pb, Customer: b.customer("ann")})); n != 2 {
			t.Fatalf("ann has %d runs, want one for each birthday", n)
		}
	})
}

func TestExisting_MembersStartAtPublishing(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	b.track("ann", "Order Completed", `{}`)
	b.track("bob", "Page Viewed", `{}`)
	buyers := b.audience(`{"did":{"event":"Order Completed"}}`)
	pb := b.play(`{"audience":"`+buyers+`","existing":true}`, ``, b.say("hello", "hi"))
	b.drain()
	b.track("bob", "Order Completed", `{}`)
	if n := len(b.planned(pb)); n != 2 {
		t.Fatalf("%d touches, want one for who was in and one for who came", n)
	}
}

// covers: C1
func TestStart_ByTheAPIOnceForEachID(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		pb := b.play(`{"api":true}`, `"reentry":"always",`, b.say("hello", "hi {{ event.props.who }}"), rest)
		b.track("ann", "X", `{}`)
		o := playbook.StartOrder{Customer: b.customer("ann"), ID: "call-1", Props: json.RawMessage(`{"who":"you"}`)}
		first, err := b.playbooks.Start(ctx, pb, o)
		b.must(err)
		if body := string(<-b.got); !json.Valid([]byte(body)) || !strings.Contains(body, "hi you") {
			t.Fatal(body)
		}
		b = b.reopen()
		again, err := b.playbooks.Start(ctx, pb, o)
		b.must(err)
		o.ID = "call-2"
		if _, err := b.playbooks.Start(ctx, pb, o); !fault.Is(err, fault.Precondition) {
			t.Fatalf("a second run at once: %v", err)
		}
		r, err := b.playbooks.StopRun(ctx, first.ID, "Ann")
		b.must(err)
		if again.ID != first.ID || r.Outcome != flow.Stopped || r.Detail != "Ann" || len(b.runs(playbook.RunFilter{Playbook: pb})) != 1 {
			t.Fatalf("%+v, %+v", first, r)
		}
	})
}

// covers: C2
func TestTask_TheRunWaitsForItsResult(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		pb := b.play(`{"event":"A"}`, ``, `{"id":"call","task":{"title":"Call {{ traits.nick }}","script":"Hello {{ event.props.n }}","deadline":"2d","wait":true}}`,
			`{"id":"how","wait_for":{"task":"call","result":"done","timeout":"1h","steps":[`+b.say("thanks", "thanks")+`]}}`)
		b.identify("ann", map[string]string{"nick": `"Annie"`})
		b.track("ann", "A", `{"n":3}`)
		b.track("bob", "A", `{"n":3}`)
		order := b.tasks.all[0]
		title, script, err := b.playbooks.ComposeTask(ctx, order)
		b.must(err)
		if title != "Call Annie" || script != "Hello 3" || order.Spec.Deadline != "2d" {
			t.Fatalf("%q, %q, %+v", title, script, order)
		}
		b = b.reopen()
		for range 2 { // told twice
			b.must(b.Do(ctx, func(ctx context.Context) error { return b.playbooks.TaskSettled(ctx, order.Run, "call", "done") }))
		}
		if got := b.planned(pb); !slices.Equal(got, []string{"thanks"}) {
			t.Fatal(got)
		}
		b.after(50 * time.Hour)
		runs := b.runs(playbook.RunFilter{Playbook: pb})
		if diff := cmp.Diff([]string{"entered", "call planned", "call timed_out", "how entered"}, b.told(runs[0])); diff != "" {
			t.Fatal(diff)
		}
	})
}

// covers: C1, B1
func TestFailedBatch_LeavesNoTraceAndStateIsReadAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		pb := b.play(`{"event":"A"}`, ``, `{"id":"b","wait_for":{"event":"B","timeout":"30d","steps":[`+b.say("x", "x")+`]}}`, rest)
		b.track("ann", "A", `{}`)
		broken := errors.New("the disk is gone")
		err := b.Do(ctx, func(ctx context.Context) error {
			ann := b.only(pb).Ord
			for _, name := range []string{"A", "B"} {
				if err := b.playbooks.OnEvent(ctx, &event.Event{Name: name, At: b.clock.Now()}, ann, ann); err != nil {
					return err
				}
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		for b.Ready() != nil { // state is loaded again
			b.clock.Advance(time.Second)
		}
		b.expect(pb, "entered", "b entered")
		b.track("ann", "B", `{}`)
		b.expect(pb, "entered", "b entered", "b met", "x planned", "rest entered")
		if n := len(b.planned(pb)); n != 1 {
			t.Fatalf("%d touches", n)
		}
	})
}

// covers: C1
func TestReport_EachNumberIsItsPeople(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		b.must(b.outreach.Hold(ctx, "test", "Ann"))
		pb := b.play(`{"event":"A"}`, `"goal":{"event":"G"},`,
			`{"id":"w","wait_for":{"event":"B","timeout":"1d","steps":[`+b.say("yes", "yes")+`],"else":[`+b.say("no", "no")+`]}}`, rest)
		for i := range 10 {
			b.track(fmt.Sprint("u", i), "A", `{}`)
		}
		for i := range 3 {
			b.track(fmt.Sprint("u", i), "B", `{}`)
		}
		b.track("u9", "G", `{}`)
		b = b.reopen()
		b.after(24 * time.Hour)
		r, err := b.playbooks.Report(ctx, pb, 0)
		b.must(err)
		if r.Runs != 10 || r.Live != 6 || r.Goal != 1 || r.Done != 3 || r.GoalRate != 0.25 {
			t.Fatalf("%+v", r)
		}
		for _, s := range r.Steps {
			sum := s.Waiting
			for _, f := range s.Outcomes {
				sum += f.Count
				b.behind(pb, s.Step, f.Outcome, f.Count)
			}
			if sum != s.Entered {
				t.Fatalf("%s: entered %d, but %d left or wait", s.Step, s.Entered, sum)
			}
			b.behind(pb, s.Step, flow.Entered, s.Entered)
			b.behind(pb, s.Step, playbook.WaitingNow, s.Waiting)
			for _, n := range s.Deliveries {
				p, err := b.outreach.StepPeople(ctx, outreach.StepFilter{Playbook: pb, Step: s.Step, State: n.State, Reason: n.Reason})
				b.must(err)
				if len(p.Items) != n.Count {
					t.Fatalf("%d people behind %+v", len(p.Items), n)
				}
			}
		}
		b.spans(pb, r, noon.Add(time.Hour))
		touches, err := b.playbooks.Contacts(ctx, b.customer("u0"), "", 10)
		b.must(err)
		if len(touches.Items) != 1 || touches.Items[0].Step != "yes" || touches.Items[0].State != "planned" {
			t.Fatalf("%+v", touches)
		}
	})
}

// behind checks that the pages of a number hold as many people as it says.
func (b *brand) behind(pb, step string, outcome flow.Outcome, want int, in ...outreach.Span) {
	b.t.Helper()
	f := playbook.PeopleFilter{Playbook: pb, Step: step, Outcome: outcome, Limit: 2}
	for _, span := range in {
		f.Span = span
	}
	seen := map[string]bool{}
	for {
		p, err := b.playbooks.People(context.Background(), f)
		b.must(err)
		for _, x := range p.Items {
			seen[x.Run] = true
		}
		if f.Cursor = p.Next; f.Cursor == "" {
			break
		}
	}
	who := map[uint32]bool{}
	b.must(b.playbooks.Records(context.Background(), f, func(ord uint32) { who[ord] = true }))
	if len(seen) != want || len(who) != want {
		b.t.Fatalf("%d runs and %d people behind %s of %s, want %d", len(seen), len(who), outcome, step, want)
	}
}

// spans checks that what happened before a moment and after it adds up to the whole, and
// that each part has its people.
func (b *brand) spans(pb string, whole playbook.Report, middle time.Time) {
	b.t.Helper()
	ctx := context.Background()
	type number struct {
		step   string
		figure flow.Outcome
		state  outreach.State
	}
	sums := map[number]int{}
	count := func(r playbook.Report, span outreach.Span, sign int) {
		for _, s := range r.Steps {
			sums[number{s.Step, flow.Entered, ""}] += sign * s.Entered
			for _, f := range s.Outcomes {
				sums[number{s.Step, f.Outcome, ""}] += sign * f.Count
				b.behind(pb, s.Step, f.Outcome, f.Count, span)
			}
			for _, n := range s.Deliveries {
				sums[number{s.Step, "", n.State}] += sign * n.Count
				who := 0
				b.must(b.outreach.StepRecords(ctx, outreach.StepFilter{Span: span, Playbook: pb, Step: s.Step, State: n.State, Reason: n.Reason}, func(uint32) { who++ }))
				if who != n.Count {
					b.t.Fatalf("%d people behind %+v", who, n)
				}
			}
		}
		sums[number{"", flow.Entered, ""}] += sign * r.Runs
		sums[number{"", flow.Done, ""}] += sign * r.Done
	}
	count(whole, outreach.Span{}, -1)
	parts := 0
	for _, span := range []outreach.Span{{Until: middle.UnixMilli()}, {From: middle.UnixMilli()}} {
		r, err := b.playbooks.ReportIn(ctx, pb, 0, span)
		b.must(err)
		if r.Live != whole.Live {
			b.t.Fatalf("%d under way now, want %d in any span", r.Live, whole.Live)
		}
		if r.Done > 0 {
			parts++
		}
		count(r, span, 1)
	}
	for n, left := range sums {
		if left != 0 {
			b.t.Errorf("%+v: the parts make %+d more than the whole", n, left)
		}
	}
	if parts == 0 {
		b.t.Error("nothing happened in either part")
	}
}
