package tag_test

import (
	"testing"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
)

// covers: B4
func TestMerge_AContactThatBecomesTheCustomersIsToldTheTags(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		gold := b.define("gold")[0]
		shop := event.Identity{Type: "member", Value: "m1"}
		b.submit(&event.Event{Name: "Order Paid", At: b.clock.Now(), Identities: []event.Identity{shop}})
		_, err := b.tags.Bind(ctx, gold.ID, b.audience(`{"did":{"event":"Order Paid"}}`))
		b.must(err)
		b.must(b.tags.StepRule(ctx, gold.ID))
		b.work()
		li := b.befriend("ann", "bob")
		b.work()
		equal(t, "before the link", b.remote("ann", li))

		b.submit(&event.Event{Name: "Linked", At: b.clock.Now(), Identities: []event.Identity{shop, who(li)[0]}})
		b.work()
		equal(t, "the customer", b.labels(li), "VIP/gold")
		equal(t, "ann's contact", b.remote("ann", li), "VIP/gold")
		equal(t, "bob's contact", b.remote("bob", li), "VIP/gold")
	})
}

func TestMerge_ByHandAndUndoneTheContactsFollow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		b.define("gold", "new", "silver")
		li, wu := b.befriend("ann"), b.befriend("bob")
		b.edit(li, "VIP/gold", true)
		b.edit(wu, "VIP/silver", true)
		b.work()

		m, err := b.Merge(ctx, b.leaf(li), b.leaf(wu), "test")
		b.must(err)
		b.work()
		equal(t, "li merged", b.remote("ann", li), "VIP/gold", "VIP/silver")
		equal(t, "wu merged", b.remote("bob", wu), "VIP/gold", "VIP/silver")

		b.edit(li, "VIP/new", true)
		b.work()
		b.edit(li, "VIP/new", false) // still on its way to the contacts when they part
		_, _, err = b.Unmerge(ctx, m.ID, "test")
		b.must(err)
		b.work()
		equal(t, "li alone", b.remote("ann", li), "VIP/gold")
		equal(t, "wu alone", b.remote("bob", wu), "VIP/silver")
	})
}
