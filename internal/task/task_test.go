package task_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/fault"
	"yutang/internal/flow"
	"yutang/internal/task"
	"yutang/internal/wecomsim"
)

var call = flow.Task{Title: "生日关怀：{{n}}", Script: "生日快乐！给您留了一份小礼物。", Deadline: "1d", Remind: []string{"4h"}, Escalate: "2h", Materials: []string{"mat_1"}}

// covers: C2
func TestCard_ManyCustomersOneMessageDoneByOneTap(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, ctx := newRig(t, d), context.Background()
		ords := r.meet("wang", "张三", "李四", "王五")
		ids := r.order("call", call, ords...)
		r.pass(2 * time.Minute)
		got := r.phone("wang")
		if len(got) != 1 || got[0].Title != "生日关怀" || !strings.Contains(got[0].Description, "3 位客户") || !strings.Contains(got[0].Description, "明天") ||
			!strings.HasPrefix(got[0].URL, "https://shop.example/staff/tasks/tcd_") {
			t.Fatalf("on the phone: %+v", got)
		}
		card := r.task(ids[0]).Card
		_, list, err := r.Look(ctx, wang(), "wang", card)
		if err != nil || len(list) != 3 || list[0].Script != call.Script || list[0].State != task.Open || list[0].ToldAt.IsZero() {
			t.Fatalf("the card: %+v %v", list, err)
		}
		who, err := r.WhoIs(ctx, list[0], []string{"wang"})
		if err != nil || !who.Known || who.Name != "张三" {
			t.Fatalf("who: %+v %v", who, err)
		}
		if stranger, err := r.WhoIs(ctx, list[0], []string{"li"}); err != nil || stranger.Known || stranger.Name == "张三" {
			t.Fatalf("another member sees %+v %v", stranger, err)
		}
		if _, err := r.Finish(ctx, task.Act{Corp: corpID, Reach: []string{"li"}}, ids[0], "done", ""); !fault.Is(err, fault.NotFound) {
			t.Fatalf("another member's task: %v", err)
		}
		if _, err := r.Finish(ctx, wang(), ids[0], "perhaps", ""); !fault.Is(err, fault.Invalid) {
			t.Fatalf("an unknown result: %v", err)
		}
	})
}

// covers: C2
func TestFinish_IsHeardOnceTheTimeForUndoIsOver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, ctx := newRig(t, d), context.Background()
		ords := r.meet("wang", "张三", "李四", "王五")
		ids := r.order("call", call, ords...)
		r.pass(2 * time.Minute)
		card := r.task(ids[0]).Card
		_, _, err := r.Look(ctx, wang(), "wang", card)
		r.ok(err)
		if _, err := r.Finish(ctx, wang(), ids[0], "refused", "她换了号码"); err != nil {
			t.Fatal(err)
		}
		r.pass(5 * time.Minute)
		if len(r.settled()) != 0 {
			t.Fatal("the playbook hears before the time for undo is over")
		}
		if x, err := r.Undo(ctx, wang(), ids[0]); err != nil || x.State != task.Open {
			t.Fatalf("undo: %+v %v", x, err)
		}
		r.pass(10 * time.Minute)
		if len(r.settled()) != 0 {
			t.Fatalf("the playbook hears of what was taken back: %v", r.settled())
		}
		if _, err := r.Finish(ctx, wang(), ids[0], "refused", "她换了号码"); err != nil {
			t.Fatal(err)
		}
		if n, err := r.FinishCard(ctx, wang(), card, ""); err != nil || n != 2 {
			t.Fatalf("bulk: %d %v", n, err)
		}
		r.pass(11 * time.Minute)
		heard := r.settled()
		slices.Sort(heard)
		if want := []string{"run_1/call=refused", "run_2/call=done", "run_3/call=done"}; !slices.Equal(heard, want) {
			t.Fatalf("heard %v, want %v", heard, want)
		}
		if got := r.became(ords[0]); !slices.Equal(got, []string{"Task Completed"}) {
			t.Fatalf("timeline: %v", got)
		}
		if _, err := r.Undo(ctx, wang(), ids[0]); !fault.Is(err, fault.Precondition) {
			t.Fatalf("undo after the time: %v", err)
		}
		x := r.task(ids[0])
		if x.Late || x.Note != "她换了号码" || x.DoneBy != "staff/wang" || x.SettledAt.IsZero() {
			t.Fatalf("%+v", x)
		}
		stats, err := r.Stats(ctx, task.ByStaff, task.Filter{})
		if err != nil || len(stats) != 1 || stats[0].Done != 3 || stats[0].OnTime != 3 || stats[0].Results["refused"] != 1 || stats[0].Told != 3 || stats[0].Opened != 3 {
			t.Fatalf("stats: %+v %v", stats, err)
		}
		if len(r.phone("wang")) != 1 {
			t.Errorf("messages: %+v", r.phone("wang"))
		}
		var clear int
		r.ok(d.Get(ctx, `SELECT COUNT(*) FROM task WHERE sealed LIKE '%生日%' OR sealed LIKE '%号码%'`, nil, &clear))
		if clear != 0 {
			t.Error("texts are in clear")
		}
	})
}

// covers: C2
func TestDeadline_RemindsThenTellsTheLeader(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, ctx := newRig(t, d), context.Background()
		ords := r.meet("wang", "张三", "李四")
		ids := r.order("call", call, ords...)
		r.pass(2 * time.Minute)
		if _, err := r.Finish(ctx, wang(), ids[0], "", ""); err != nil {
			t.Fatal(err)
		}
		r.pass(20*time.Hour + 2*time.Minute) // 06:04: quiet
		if n := len(r.phone("wang")); n != 1 {
			t.Fatalf("%d messages at night", n)
		}
		r.pass(2*time.Hour + 30*time.Minute)
		got := r.phone("wang")
		if len(got) != 2 || !strings.HasPrefix(got[1].Title, "快到期") || !strings.Contains(got[1].Description, "1 位客户") {
			t.Fatalf("the reminder: %+v", got)
		}
		r.pass(2 * time.Hour)
		if x := r.task(ids[1]); x.State != task.Overdue || x.Leader != "chen" {
			t.Fatalf("%s %s", x.State, x.Leader)
		}
		if got := r.became(ords[1]); !slices.Equal(got, []string{"Task Overdue"}) {
			t.Fatalf("timeline: %v", got)
		}
		if !slices.Contains(r.settled(), "run_2/call=overdue") {
			t.Fatalf("heard %v", r.settled())
		}
		if len(r.phone("chen")) != 0 {
			t.Fatal("the leader hears at once")
		}
		r.pass(2*time.Hour + 10*time.Minute)
		boss := r.phone("chen")
		if len(boss) != 1 || !strings.Contains(boss[0].Title, "1 项任务逾期") || !strings.Contains(boss[0].Description, "王小美：1 项") {
			t.Fatalf("the leader: %+v", boss)
		}
		x, err := r.Finish(ctx, wang(), ids[1], "", "")
		if err != nil || !x.Late {
			t.Fatalf("done late: %+v %v", x, err)
		}
		r.pass(24 * time.Hour)
		if len(r.phone("wang")) != 2 || len(r.phone("chen")) != 1 {
			t.Errorf("more messages: %v %v", r.phone("wang"), r.phone("chen"))
		}
		stats, err := r.Stats(ctx, task.ByPlaybook, task.Filter{})
		if err != nil || stats[0].Done != 2 || stats[0].OnTime != 1 || stats[0].Overdue != 1 {
			t.Errorf("stats: %+v %v", stats, err)
		}
		behind, err := r.List(ctx, task.Filter{Playbook: "pb_1", Measure: task.WereLate})
		if err != nil || len(behind.Items) != 1 || behind.Items[0].ID != ids[1] {
			t.Errorf("behind the number: %+v %v", behind, err)
		}
	})
}

// covers: C2
func TestMessage_IsNotRepeatedWhenTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ords := r.meet("wang", "张三")
		r.ok(r.sim.Inject(wecomsim.Fault{Path: "/message/send", Drop: "after", Count: 5}))
		ids := r.order("call", call, ords...)
		for range 8 {
			r.pass(time.Minute)
		}
		if n := len(r.phone("wang")); n != 1 {
			t.Fatalf("%d messages", n)
		}
		if x := r.task(ids[0]); x.State != task.Open || x.ToldAt.IsZero() {
			t.Fatalf("%+v", x)
		}
	})
}

// covers: C2
func TestMessage_EndsAsUnknownOnceThePlatformForgets(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	ords := r.meet("wang", "张三")
	r.ok(r.sim.Inject(wecomsim.Fault{Path: "/message/send", Drop: "after"}))
	ids := r.order("call", call, ords...)
	r.pass(2 * time.Minute)
	r.pass(5 * time.Hour)
	r.pass(time.Minute)
	r.sim.ClearFaults()
	r.pass(time.Hour)
	if n := len(r.phone("wang")); n != 1 {
		t.Fatalf("%d messages", n)
	}
	x := r.task(ids[0])
	list, err := r.Messages(context.Background(), x.Card)
	if err != nil || len(list) != 1 || list[0].State != task.MessageUnknown || x.State != task.Open || !x.ToldAt.IsZero() {
		t.Fatalf("%+v %+v %v", list, x, err)
	}
}

// TestRestart_TellsNobodyTwice ends the process between the call and the note of it: the
// lease of the job ends, another process does it again.
//
// covers: C2
func TestRestart_TellsNobodyTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, ctx := newRig(t, d), context.Background()
		ords := r.meet("wang", "张三", "李四")
		ids := r.order("call", call, ords...)
		r.pass(2 * time.Minute)
		card := r.task(ids[0]).Card
		list, err := r.Messages(ctx, card)
		r.ok(err)
		for _, back := range []string{
			`UPDATE task_message SET state = 'attempting', ended_at = 0`, `UPDATE task SET state = 'queued', open_at = 0, told_at = 0`,
		} {
			_, err := d.Exec(ctx, back)
			r.ok(err)
		}
		r.jobs.Stop(ctx)
		r.boot()
		r.ok(r.Redeliver(ctx, list[0].ID))
		r.ok(r.jobs.Start(ctx))
		r.pass(time.Minute)
		if n := len(r.phone("wang")); n != 1 {
			t.Fatalf("%d messages", n)
		}
		if x := r.task(ids[0]); x.State != task.Open || x.ToldAt.IsZero() {
			t.Fatalf("%+v", x)
		}
		r.jobs.Stop(ctx)
	})
}

// covers: C2
func TestHandOver_MovesWorkWithHistory(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, ctx := newRig(t, d), context.Background()
		ords := r.meet("wang", "张三", "李四", "王五")
		ids := r.order("call", call, ords...)
		r.pass(2 * time.Minute)
		if _, err := r.HandOver(ctx, wang(), ids[0], "li"); !fault.Is(err, fault.Invalid) {
			t.Fatalf("to somebody not led: %v", err)
		}
		due := r.task(ids[0]).Deadline
		x, err := r.HandOver(ctx, task.Act{Corp: corpID, Reach: []string{"chen", "li", "wang"}, By: "staff/chen"}, ids[0], "li")
		if err != nil || x.Staff != "li" || x.State != task.Queued {
			t.Fatalf("%+v %v", x, err)
		}
		r.ok(r.OwnerChanged(ctx, corpID, "wang", "li", ords[1]))
		r.pass(2 * time.Minute)
		got := r.phone("li")
		if len(got) != 1 || !strings.Contains(got[0].Description, "2 位客户") {
			t.Fatalf("on Li's phone: %+v", got)
		}
		if x := r.task(ids[0]); x.State != task.Open || !x.Deadline.Equal(due) {
			t.Errorf("%s, deadline %s, want %s", x.State, x.Deadline, due)
		}
		if x := r.task(ids[1]); x.Staff != "li" {
			t.Errorf("the customer's task stays with %s", x.Staff)
		}
		if n, err := r.HandOverAll(ctx, task.Act{By: "acc_1"}, corpID, "wang", "li"); err != nil || n != 1 {
			t.Errorf("all: %d %v", n, err)
		}
		h, err := r.History(ctx, ids[0])
		var what []string
		for _, e := range h {
			what = append(what, e.What)
		}
		if want := []string{"assigned", "told", "handed_over", "told"}; err != nil || !slices.Equal(what, want) || h[2].By != "staff/chen" || h[2].Target != "li" {
			t.Errorf("history %+v %v", h, err)
		}
	})
}

// covers: C2
func TestUnassigned_IsShownWithItsReasonAndFollowsTheNextOwner(t *testing.T) {
	t.Parallel()
	r, ctx := newRig(t, dbtest.SQLite(t)), context.Background()
	ords := r.meet("wang", "张三")
	external := r.contactOf(ords[0]).External
	r.ok(r.sim.DeleteStaff(external, "wang"))
	r.lose("wang", external)
	ids := r.order("call", call, ords...)
	leader := flow.Task{Title: "x", Assign: "chen"}
	named := r.order("named", leader, ords...)
	r.pass(2 * time.Minute)
	if x := r.task(ids[0]); x.State != task.Unassigned || x.Reason != task.NoOwner || x.Title == "" {
		t.Fatalf("%+v", x)
	}
	if x := r.task(named[0]); x.Staff != "chen" || x.State != task.Open {
		t.Fatalf("%+v", x)
	}
	r.pass(25 * time.Hour)
	if !slices.Contains(r.settled(), "run_1/call=overdue") {
		t.Errorf("a run waits for a task of nobody: %v", r.settled())
	}
	again := r.order("call", call, ords...)
	r.pass(time.Minute)
	if _, err := r.sim.Add("li", external, 1); err != nil {
		t.Fatal(err)
	}
	r.gain("li", external)
	if x := r.task(again[0]); x.Staff != "li" || x.State != task.Queued {
		t.Errorf("Li added the customer: %+v", x)
	}
	if x, err := r.HandOver(ctx, task.Act{By: "acc_1"}, ids[0], "wang"); err != nil || x.Staff != "wang" {
		t.Errorf("%+v %v", x, err)
	}
}

// covers: C2
func TestRelationEnds_TheWorkFollowsTheCustomer(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	ords := r.meet("li", "张三")
	external := r.contactOf(ords[0]).External
	r.clock.Advance(time.Hour)
	if _, err := r.sim.Add("wang", external, 1); err != nil {
		t.Fatal(err)
	}
	r.gain("wang", external)
	ids := r.order("call", call, ords...)
	r.pass(2 * time.Minute)
	if x := r.task(ids[0]); x.Staff != "wang" {
		t.Fatalf("the newest addition is Wang's, the task %s's", x.Staff)
	}
	r.ok(r.sim.DeleteStaff(external, "wang"))
	r.lose("wang", external)
	r.pass(2 * time.Minute)
	if x := r.task(ids[0]); x.Staff != "li" || x.State != task.Open || len(r.phone("li")) != 1 {
		t.Fatalf("%+v, Li's phone: %v", x, r.phone("li"))
	}
}

// A held copy of a brand calls nobody; once it may, it does so once.
//
// covers: C2
func TestHold_SendsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, dbtest.SQLite(t))
	ords := r.meet("wang", "张三")
	r.held.Store(true)
	ids := r.order("call", call, ords...)
	for range 5 {
		r.pass(time.Minute)
	}
	if x := r.task(ids[0]); x.State != task.Queued || len(r.phone("wang")) != 0 {
		t.Fatalf("%+v %v", x, r.phone("wang"))
	}
	r.held.Store(false)
	for range 3 {
		r.pass(time.Minute)
	}
	if x := r.task(ids[0]); x.State != task.Open || len(r.phone("wang")) != 1 {
		t.Fatalf("%+v %v", x, r.phone("wang"))
	}
}

// covers: C2
func TestCapacity_QueuesByPriorityUntilTheNextDay(t *testing.T) {
	t.Parallel()
	r, ctx := newRig(t, dbtest.SQLite(t)), context.Background()
	set := task.DefaultSettings
	set.CardsPerDay, set.TasksPerDay = 2, 3
	r.ok(r.SetSettings(ctx, set))
	ords := r.meet("wang", "张三", "李四")
	r.orderWith("low", 10, ords...)
	r.orderWith("high", 90, ords...)
	mid := r.orderWith("mid", 50, ords...)
	r.pass(2 * time.Minute)
	states := map[task.State]int{}
	p, err := r.List(ctx, task.Filter{})
	r.ok(err)
	for _, x := range p.Items {
		states[x.State]++
	}
	if states[task.Open] != 3 || states[task.Queued] != 3 || len(r.phone("wang")) != 2 {
		t.Fatalf("%v, messages %d", states, len(r.phone("wang")))
	}
	c, err := r.Card(ctx, r.task(mid[0]).Card)
	if err != nil || c.Waits != task.WaitsCapacity {
		t.Fatalf("%+v %v", c, err)
	}
	r.pass(22*time.Hour + 31*time.Minute)
	if n := len(r.phone("wang")); n != 4 {
		t.Errorf("%d messages on the next day", n)
	}
}

// Tasks are planned by lot at any time of some days; the clock never goes back between the
// cases.
//
// covers: C2
func TestGrouping_EveryTaskOnOneCardAndFewMessages(t *testing.T) {
	t.Parallel()
	r, ctx := newRig(t, dbtest.SQLite(t)), context.Background()
	ords := append(r.meet("wang", "张三", "李四"), r.meet("li", "王五")...)
	for seed := range uint64(25) {
		dice := rand.New(rand.NewPCG(seed, 3))
		set := task.DefaultSettings
		set.Group, set.CardsPerDay, set.TasksPerDay = []string{"day", "window"}[dice.IntN(2)], 0, 0
		r.ok(r.SetSettings(ctx, set))
		r.book = fmt.Sprintf("pb_%d", r.orders+1)
		before := len(r.phone("wang")) + len(r.phone("li"))
		for range 1 + dice.IntN(5) {
			step := []string{"a", "b"}[dice.IntN(2)]
			r.order(step, flow.Task{Title: "跟进" + step}, ords[:1+dice.IntN(3)]...)
			r.pass(time.Duration(dice.IntN(300)) * time.Minute)
		}
		for range 3 {
			r.pass(9 * time.Hour)
		}
		if r.checkCards(before); t.Failed() {
			t.Fatalf("seed %d, group %s", seed, set.Group)
		}
	}
}

func (r *rig) checkCards(before int) {
	ctx := context.Background()
	p, err := r.List(ctx, task.Filter{Playbook: r.book, Limit: 1000})
	r.ok(err)
	type group struct{ staff, step, day string }
	cards, groups := map[string]group{}, map[group]map[string]bool{}
	for _, x := range p.Items {
		if x.Card == "" || x.State == task.Planned || x.State == task.Queued {
			r.t.Errorf("%s is %s on card %q", x.ID, x.State, x.Card)
		}
		g := group{x.Staff, x.Step, x.AssignedAt.In(china).Format(time.DateOnly)}
		if old, ok := cards[x.Card]; ok && old != g {
			r.t.Errorf("card %s holds %v and %v", x.Card, old, g)
		}
		cards[x.Card] = g
		if groups[g] == nil {
			groups[g] = map[string]bool{}
		}
		groups[g][x.Card] = true
	}
	set, err := r.Settings(ctx)
	r.ok(err)
	for g, of := range groups {
		if set.Group == "day" && len(of) != 1 {
			r.t.Errorf("%v is on %d cards", g, len(of))
		}
	}
	total, window := 0, time.Duration(set.Window)*time.Minute
	for card := range cards {
		list, err := r.Messages(ctx, card)
		r.ok(err)
		for i := 1; i < len(list); i++ {
			if list[i].CreatedAt.Sub(list[i-1].CreatedAt) < window {
				r.t.Errorf("card %s: messages %s apart", card, list[i].CreatedAt.Sub(list[i-1].CreatedAt))
			}
		}
		total += len(list)
	}
	if got := len(r.phone("wang")) + len(r.phone("li")) - before; got != total {
		r.t.Errorf("%d messages on phones, %d in the ledger", got, total)
	}
}

// covers: C2
func TestChecklist_OfATaskByHand(t *testing.T) {
	t.Parallel()
	r, ctx := newRig(t, dbtest.SQLite(t)), context.Background()
	if _, err := r.Make(ctx, task.Wish{Spec: flow.Task{Title: "开店检查"}}); !fault.Is(err, fault.Invalid) {
		t.Fatalf("of nobody: %v", err)
	}
	ids, err := r.Make(ctx, task.Wish{
		Spec: flow.Task{Title: "开店检查", Assign: "wang", Checklist: []string{"灯光", "陈列", "价签"}}, Due: morning.Add(3 * time.Hour), By: "acc_1",
	})
	r.ok(err)
	r.pass(2 * time.Minute)
	for _, item := range []int{2, 0} {
		if _, err := r.Tick(ctx, wang(), ids[0], item, true); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Tick(ctx, wang(), ids[0], 3, true); !fault.Is(err, fault.Invalid) {
		t.Fatalf("no such item: %v", err)
	}
	x, err := r.Tick(ctx, wang(), ids[0], 2, false)
	if err != nil || !slices.Equal(x.Ticks, []int{0}) || !x.Deadline.Equal(morning.Add(3*time.Hour)) {
		t.Fatalf("%+v %v", x, err)
	}
	r.pass(4 * time.Hour)
	if x := r.task(ids[0]); x.State != task.Overdue {
		t.Errorf("%s after its own deadline", x.State)
	}
}

// covers: C2
func TestRunEnds_TakesItsTasksAway(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, ctx := newRig(t, d), context.Background()
		ords := r.meet("wang", "张三", "李四", "王五")
		ids := r.order("call", call, ords...)
		r.PlanCancel("run_1")
		r.flush()
		r.pass(2 * time.Minute)
		got := r.phone("wang")
		if len(got) != 1 || !strings.Contains(got[0].Description, "2 位客户") || r.task(ids[0]).State != task.Cancelled {
			t.Fatalf("%+v", got)
		}
		if n, err := r.CancelPlaybook(ctx, "pb_1"); err != nil || n != 2 {
			t.Fatalf("%d %v", n, err)
		}
		r.pass(30 * time.Hour)
		if len(r.phone("wang")) != 1 || len(r.settled()) != 0 {
			t.Errorf("%v %v", r.phone("wang"), r.settled())
		}
	})
}

// Many runs end in one transaction, and their playbook with them: what has no run any more
// goes by a job.
//
// covers: C2
func TestEnds_OfManyRunsAndOfTheirPlaybook(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ords := r.meet("wang", "张三", "李四", "王五")
		ids := r.order("call", call, ords...)
		for i := range 1200 {
			r.PlanCancel(fmt.Sprint("run_none_", i))
		}
		r.PlanCancel("run_1")
		r.PlanCancel("run_3")
		r.flush()
		states := func() (out []task.State) {
			for _, id := range ids {
				out = append(out, r.task(id).State)
			}
			return out
		}
		if got := states(); got[0] != task.Cancelled || got[1] == task.Cancelled || got[2] != task.Cancelled {
			t.Fatalf("%v", got)
		}
		r.PlanEnd("pb_other")
		r.flush()
		r.rest()
		if got := states(); got[1] == task.Cancelled {
			t.Fatalf("by the end of another: %v", got)
		}
		r.PlanEnd(r.book)
		r.flush()
		r.rest()
		if x := r.task(ids[1]); x.State != task.Cancelled || x.Reason != "playbook_ended" {
			t.Fatalf("%+v", x)
		}
	})
}

// covers: C2
func TestMake_TwiceByOneKeyIsOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, ctx := newRig(t, d), context.Background()
		ords := r.meet("wang", "张三", "李四")
		w := task.Wish{Customers: ords, Spec: flow.Task{Title: "回访"}, Due: morning.Add(3 * time.Hour), Key: "audit/1"}
		first, err := r.Make(ctx, w)
		r.ok(err)
		r.pass(2 * time.Minute)
		again, err := r.Make(ctx, w)
		r.ok(err)
		r.pass(2 * time.Minute)
		if !slices.Equal(first, again) || first[0] == first[1] || r.task(first[0]).State != task.Open || len(r.phone("wang")) != 1 {
			t.Errorf("%v, %v, %v", first, again, r.phone("wang"))
		}
		w.Key = "audit/2"
		if other, err := r.Make(ctx, w); err != nil || other[0] == first[0] {
			t.Errorf("another: %v %v", other, err)
		}
	})
}
