package playbook_test

import (
	"context"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/playbook"
)

// raiseLevels lets tiers and stages raise events.
func (b *brand) raiseLevels() {
	b.t.Helper()
	ctx := context.Background()
	src, err := b.log.Source(ctx, "levels", "levels-write-key", b.clock.Now())
	b.must(err)
	b.must(b.Do(ctx, func(context.Context) error { b.RaiseLevels(src.ID, b.playbooks.Hears); return nil }))
}

// covers: B7, C1
func TestTrigger_AHigherTier(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d, clock.NewManual(noon))
		defer b.stop()
		b.raiseLevels()
		pb := b.play(`{"event":"Tier Changed","where":[{"prop":"to","op":"eq","value":"V2"}],"late":"1d"}`, ``, rest)
		b.track("ann", "Order Completed", `{"order_id":"1","revenue":100}`)
		if n := len(b.runs(playbook.RunFilter{Playbook: pb})); n != 0 {
			t.Fatalf("%d runs for V1", n)
		}
		b.track("ann", "Order Completed", `{"order_id":"2","revenue":600}`)
		runs := b.runs(playbook.RunFilter{Playbook: pb})
		if len(runs) != 1 || runs[0].Ord != b.customer("ann") {
			t.Fatalf("runs: %+v", runs)
		}
		b.submit(&event.Event{
			Name: "Order Completed", At: noon.AddDate(-1, 0, 0), Identities: []event.Identity{{Type: "user_id", Value: "bob"}},
			Props: []byte(`{"order_id":"3","revenue":900}`),
		})
		if b.profile("bob").Tier != "V2" || len(b.runs(playbook.RunFilter{Playbook: pb})) != 1 {
			t.Error("last year's order started somebody")
		}
	})
}

// Moves between stages are told while a playbook listens.
func TestHears_WhatPublishedPlaybooksName(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	b.raiseLevels()
	b.track("ann", "Product Viewed", `{}`)
	if _, ok := b.log.NameID(event.StageChanged); ok {
		t.Error("a stage is told to nobody")
	}
	pb := b.play(`{"event":"Product Viewed"}`, ``, waitFor(`"event":"Stage Changed","where":[{"prop":"to","op":"eq","value":"purchase"}]`))
	b.track("ann", "Product Viewed", `{}`)
	b.clock.Advance(time.Minute)
	b.track("ann", "Order Completed", `{"order_id":"1","revenue":100}`)
	if n := b.waiting(pb); n != 0 {
		t.Errorf("%d runs wait", n)
	}
	_, err := b.playbooks.End(ctx, pb)
	b.must(err)
	if b.playbooks.Hears(event.StageChanged) {
		t.Error("an ended playbook hears")
	}
}

// Playbooks and tiers that answer each other come to an end.
func TestTiersAndPlaybooks_ThatAnswerEachOtherAreCutOff(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b := open(t, dbtest.SQLite(t), clock.NewManual(noon))
	defer b.stop()
	b.raiseLevels()
	defs, err := b.customers.LevelDefs(ctx)
	b.must(err)
	tiers := defs["tier"]
	tiers[0].Rule, tiers[1].Rule = []byte(`{"did":{"event":"A"}}`), []byte(`{"tag":"high"}`)
	b.must(b.customers.SetLevelDefs(ctx, map[string][]customer.LevelDef{"tier": tiers}))
	b.must(b.audiences.LevelsChanged(ctx))
	when := func(to string) string {
		return `{"event":"Tier Changed","where":[{"prop":"to","op":"eq","value":"` + to + `"}]}`
	}
	up := b.play(when("V1"), `"reentry":"always",`, `{"id":"t","update":{"tag":["high"]}}`)
	b.play(when("V2"), `"reentry":"always",`, `{"id":"t","update":{"untag":["high"]}}`)
	b.track("ann", "A", `{}`)
	runs := len(b.runs(playbook.RunFilter{Playbook: up}))
	if runs == 0 || runs > 8 {
		t.Errorf("%d runs", runs)
	}
	b.track("ann", "A", `{}`)
}
