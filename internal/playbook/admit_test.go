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

// covers: C1
func TestTrigger_StartsOnlyWhoMatchesItsRuleAtThatMoment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer func() { b.stop() }()
		const contacts = `"rule":{"did":{"event":"Contact Added"}}`
		byEvent := b.play(`{"event":"Cart",`+contacts+`}`, `"reentry":"always",`, b.say("hi", "hi"))
		byDate := b.play(`{"date":{"trait":"birthday","at":"10:00"},`+contacts+`}`, ``, b.say("hi", "hi"))
		added := b.play(`{"event":"Contact Added",`+contacts+`}`, ``, b.say("hi", "hi"))
		for _, user := range []string{"ann", "bob"} {
			b.identify(user, map[string]string{"birthday": `"1990-03-05"`})
		}
		b = b.reopen()
		b.track("ann", "Cart", `{}`)
		if n := len(b.runs(playbook.RunFilter{Playbook: byEvent})); n != 0 {
			t.Fatalf("%d runs of who is no contact", n)
		}
		b.track("ann", "Contact Added", `{}`)
		b.track("ann", "Cart", `{}`)
		b.track("bob", "Cart", `{}`)
		b.after(72 * time.Hour)
		b.drain()
		for name, pb := range map[string]string{"event": byEvent, "date": byDate, "its own event": added} {
			if r := b.runs(playbook.RunFilter{Playbook: pb}); len(r) != 1 || r[0].Ord != b.customer("ann") {
				t.Errorf("by %s: %+v", name, r)
			}
		}
		asked, err := b.playbooks.Start(context.Background(), byEvent, playbook.StartOrder{Customer: b.customer("bob"), ID: "by hand"})
		if err != nil || asked.Ord != b.customer("bob") {
			t.Errorf("who is started by name is not asked: %v", err)
		}
	})
}

// covers: C1
func TestSchedule_TheSelectionIsThatOfItsBeginning(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		now := []string{"ww1/bea", "ww1/cyd", "ww1/dan"}
		b.playbooks.Select = func(context.Context, flow.Kind, flow.Select) ([]string, error) { return slices.Clone(now), nil }
		pb := b.play(`{"schedule":{"every":"day","time":"10:00"}}`, `"subject":"staff",`, `{"id":"list","task":{"title":"Tidy"}}`)
		b.Stop()
		b.clock.Advance(22 * time.Hour)
		slice := func(limit int) {
			b.timeline.Lock()
			_, err := b.playbooks.Advance(ctx, b.clock.Now().UnixMilli(), limit)
			b.timeline.Unlock()
			b.must(err)
			b.must(b.db.InTx(ctx, b.playbooks.Flush))
		}
		slice(2)
		now = []string{"ww1/amy", "ww1/bea", "ww1/dan"} // one came, one left
		b.timeline.Lock()
		err := b.playbooks.Load(ctx)
		b.timeline.Unlock()
		b.must(err)
		slice(2)
		var names []string
		for _, r := range b.runs(playbook.RunFilter{Playbook: pb}) {
			names = append(names, r.Name)
		}
		slices.Sort(names)
		if want := []string{"ww1/bea", "ww1/cyd", "ww1/dan"}; !slices.Equal(names, want) {
			t.Errorf("%v, want %v", names, want)
		}
	})
}
