package tag_test

import (
	"testing"
	"time"

	"yutang/internal/db/dbtest"
	"yutang/internal/event"
)

func TestConflict_APushDecidesOverAnOlderAnswer(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	b.define("gold")
	li := b.befriend("ann")
	b.observe(b.fetch("ann", li))
	old := b.fetch("ann", li) // on its way while the customer is tagged
	b.clock.Advance(time.Second)
	b.edit(li, "VIP/gold", true)
	b.work()
	b.observe(old)
	b.work()
	equal(t, "the customer", b.labels(li), "VIP/gold")
	equal(t, "the contact", b.remote("ann", li), "VIP/gold")
	if n := b.events(event.TagRemoved); n != 0 {
		t.Fatalf("an answer from before the push was taken for %d acts of a member", n)
	}
}

func TestConflict_AnswersOutOfOrder(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	gold := b.define("gold")[0]
	li := b.befriend("ann")
	first := b.fetch("ann", li)
	b.clock.Advance(time.Second)
	b.must(b.sim.EditTags("ann", li, []string{gold.Remote}, nil))
	second := b.fetch("ann", li)
	b.observe(second)
	b.observe(first)
	b.work()
	equal(t, "the customer", b.labels(li), "VIP/gold")
	if n := b.events(event.TagRemoved); n != 0 {
		t.Fatalf("an overtaken answer was taken for %d acts", n)
	}
}

func TestConflict_TheNewerActWinsOnBothSides(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	gold := b.define("gold")[0]
	li := b.befriend("ann")
	b.submit(&event.Event{Name: "Imported", At: b.clock.Now().Add(time.Minute), Identities: who(li), Tags: []event.TagOp{{Tag: "VIP/gold"}}})
	b.work()
	equal(t, "the contact after an import", b.remote("ann", li), "VIP/gold")
	b.clock.Advance(10 * time.Second)
	b.must(b.sim.EditTags("ann", li, nil, []string{gold.Remote}))
	b.observe(b.fetch("ann", li))
	b.work()
	equal(t, "the customer", b.labels(li), "VIP/gold")
	equal(t, "the contact is brought back in line", b.remote("ann", li), "VIP/gold")

	b.clock.Advance(2 * time.Minute)
	b.must(b.sim.EditTags("ann", li, nil, []string{gold.Remote}))
	b.observe(b.fetch("ann", li))
	b.work()
	equal(t, "the customer after a newer edit", b.labels(li))
	equal(t, "the contact after a newer edit", b.remote("ann", li))
}
