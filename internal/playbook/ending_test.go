package playbook_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/flow"
	"yutang/internal/playbook"
)

const callStep = `{"id":"call","task":{"title":"Call","deadline":"2d"}}`

// covers: C2
func TestTask_ARunThatEndsEarlyTakesItsTasksBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		pb := b.play(`{"event":"A"}`, `"priority":80,"goal":{"event":"Order Completed"},"exit":[{"event":"Contact Lost"}],`, callStep, rest)
		b.play(`{"event":"B"}`, ``, rest)
		at := map[string]string{} // user → run
		for _, user := range []string{"goal", "exit", "stop", "done"} {
			b.track(user, "A", `{}`)
			at[user] = b.tasks.all[len(b.tasks.all)-1].Run
		}
		b.track("none", "B", `{}`) // gives no task
		if p := b.tasks.all[0].Priority; p != 80 {
			t.Errorf("a task of priority %d", p)
		}
		b.track("goal", "Order Completed", `{}`)
		b.track("exit", "Contact Lost", `{}`)
		_, err := b.playbooks.StopRun(ctx, at["stop"], "Ann")
		b.must(err)
		b.after(30 * 24 * time.Hour)
		b.drain()
		if want := []string{at["goal"], at["exit"], at["stop"]}; !slices.Equal(b.tasks.cancelled, want) {
			t.Errorf("cancelled of %v, want %v", b.tasks.cancelled, want)
		}
		if r, err := b.playbooks.GetRun(ctx, at["done"]); err != nil || r.Outcome != flow.Done {
			t.Errorf("%+v %v", r, err)
		}
		_, err = b.playbooks.End(ctx, pb)
		b.must(err)
		b.drain()
		if !slices.Equal(b.tasks.ended, []string{pb}) {
			t.Errorf("ended: %v", b.tasks.ended)
		}
	})
}

// A goal that is reached in the transaction which gives the task, and a new version that
// lets no run stay, count too.
func TestTask_EndsOfAnyKindTakeTasksBack(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	ctx := context.Background()
	b.play(`{"event":"A"}`, ``, callStep, `{"id":"won","goal":{}}`)
	b.track("ann", "A", `{}`)
	if len(b.tasks.cancelled) != 1 {
		t.Errorf("at once: %v", b.tasks.cancelled)
	}
	pb := b.play(`{"event":"B"}`, ``, callStep, rest)
	b.track("bob", "B", `{}`)
	_, err := b.playbooks.Update(ctx, pb, b.document(`{"event":"B"}`, ``, rest))
	b.must(err)
	_, err = b.playbooks.PublishWith(ctx, pb, "Ann", playbook.Exit)
	b.must(err)
	b.drain()
	if len(b.tasks.cancelled) != 2 {
		t.Errorf("of an older version: %v", b.tasks.cancelled)
	}
}
