package playbook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/flow"
	"yutang/internal/playbook"
)

// covers: B3, C1
func TestWaitFor_AnAudienceWhoseRuleIsChanged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		vips := b.audience(`{"tag":"VIP"}`)
		named := b.audience(`{"all":[{"audience":"` + vips + `"},{"did":{"event":"A"}}]}`)
		direct := b.play(`{"event":"A"}`, ``, waitFor(`"audience":"`+vips+`"`))
		far := b.play(`{"event":"A"}`, ``, waitFor(`"audience":"`+named+`"`))
		byRule := b.play(`{"event":"A"}`, ``, waitFor(`"rule":{"audience":"`+vips+`"}`))
		goal := b.play(`{"event":"A"}`, `"goal":{"audience":"`+vips+`"},`, rest)
		entered := b.play(`{"audience":"`+vips+`"}`, ``, rest)
		b.track("ann", "A", `{}`)
		b.tag("bob", "gold")
		b.track("bob", "A", `{}`)
		_, err := b.audiences.Update(ctx, vips, audience.Input{Name: "a", Rule: json.RawMessage(`{"tag":"gold"}`), By: "test"})
		b.must(err)
		b.must(b.audiences.Settled(ctx, vips))
		b.drain()
		for name, pb := range map[string]string{"by the audience": direct, "by another that names it": far, "by a rule": byRule} {
			runs := b.runs(playbook.RunFilter{Playbook: pb})
			if len(runs) != 2 || runs[0].Ord != b.customer("bob") || runs[0].Outcome != flow.Done || runs[1].Outcome != "" {
				t.Errorf("%s: %+v", name, runs)
			}
		}
		if r := b.runs(playbook.RunFilter{Playbook: goal}); r[0].Outcome != flow.Goal || r[1].Outcome != "" {
			t.Errorf("goal: %+v", r)
		}
		if len(b.runs(playbook.RunFilter{Playbook: entered})) != 0 {
			t.Error("an edit starts nobody")
		}
	})
}

func waitFor(what string) string { return `{"id":"w","wait_for":{` + what + `,"timeout":"9d"}}` }

// The runs are looked at in slices, and a program that ends between two goes on.
func TestWaitFor_AChangedAudienceReachesAllRunsAcrossARestart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		vips := b.audience(`{"tag":"VIP"}`)
		pb := b.play(`{"event":"A"}`, ``, waitFor(`"audience":"`+vips+`"`))
		for i := range 5 {
			b.track(fmt.Sprint("u", i), "A", `{}`)
		}
		b.Stop()
		b.playbooks.Member = func(string, uint32) bool { return true }
		slice := func(limit int, do func()) {
			b.timeline.Lock()
			do()
			_, err := b.playbooks.Advance(ctx, b.clock.Now().UnixMilli(), limit)
			b.timeline.Unlock()
			b.must(err)
			b.must(b.db.InTx(ctx, b.playbooks.Flush))
		}
		slice(2, func() { b.must(b.playbooks.OnRebuilt(ctx, vips, roaring.New())) })
		if n := b.waiting(pb); n != 3 {
			t.Fatalf("%d wait after a slice of 2", n)
		}
		slice(2, func() { b.must(b.playbooks.Load(ctx)) })
		slice(9, func() {})
		if n := b.waiting(pb); n != 0 {
			t.Fatalf("%d are forgotten", n)
		}
	})
}

// covers: B3, C1
func TestWaitFor_AnEditTakesSomebodyOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		vips := b.audience(`{"tag":"VIP"}`)
		named := b.audience(`{"all":[{"audience":"` + vips + `"},{"did":{"event":"A"}}]}`)
		wait := b.play(`{"event":"A"}`, ``, waitFor(`"audience":"`+vips+`","on":"left"`))
		far := b.play(`{"event":"A"}`, ``, waitFor(`"audience":"`+named+`","on":"left"`))
		exit := b.play(`{"event":"A"}`, `"exit":[{"audience":"`+vips+`","on":"left"}],`, rest)
		starts := b.play(`{"audience":"`+vips+`","on":"left"}`, ``, rest)
		for user, tags := range map[string][]string{"ann": {"VIP"}, "bob": {"VIP", "gold"}, "cy": {"gold"}} {
			for _, tag := range tags {
				b.tag(user, tag)
			}
			b.track(user, "A", `{}`)
		}
		_, err := b.audiences.Update(ctx, vips, audience.Input{Name: "a", Rule: json.RawMessage(`{"tag":"gold"}`), By: "test"})
		b.must(err)
		b.must(b.audiences.Settled(ctx, vips))
		b.drain()
		for name, pb := range map[string]string{"wait": wait, "wait by another that names it": far, "exit": exit} {
			for _, r := range b.runs(playbook.RunFilter{Playbook: pb}) {
				if left := r.Ord == b.customer("ann"); left != (r.Outcome != "") {
					t.Errorf("%s: %+v", name, r)
				}
			}
		}
		if n := len(b.runs(playbook.RunFilter{Playbook: starts})); n != 0 {
			t.Errorf("an edit starts %d", n)
		}
	})
}

// waiting counts the runs that go on.
func (b *brand) waiting(pb string) (n int) {
	for _, r := range b.runs(playbook.RunFilter{Playbook: pb}) {
		if r.Outcome == "" {
			n++
		}
	}
	return n
}
