package tag_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"yutang/internal/contact"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/tag"
	"yutang/internal/wecom"
	"yutang/internal/wecom/notice"
	"yutang/internal/wecomsim"
)

var ctx = context.Background()

// covers: B4
func TestSync_MembersAndOurSide(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		gold := b.define("gold", "silver")[0]
		li := b.befriend("ann", "bob")

		b.must(b.sim.EditTags("ann", li, []string{gold.Remote}, nil))
		b.observe(b.fetch("ann", li))
		b.work()
		equal(t, "after a member's edit", b.labels(li), "VIP/gold")
		equal(t, "another member's contact", b.remote("bob", li))

		b.clock.Advance(time.Minute)
		b.edit(li, "VIP/silver", true)
		b.work()
		equal(t, "ann's contact", b.remote("ann", li), "VIP/gold", "VIP/silver")
		equal(t, "bob's contact", b.remote("bob", li), "VIP/silver")

		b.clock.Advance(time.Minute)
		b.must(b.sim.EditTags("ann", li, nil, []string{gold.Remote}))
		b.must(b.sim.EditTags("bob", li, []string{gold.Remote}, nil))
		b.observe(b.fetch("bob", li))
		b.observe(b.fetch("ann", li))
		b.work()
		equal(t, "while one contact has it", b.labels(li), "VIP/gold", "VIP/silver")

		b.clock.Advance(time.Minute)
		b.edit(li, "VIP/gold", false)
		b.work()
		equal(t, "bob's contact after a removal", b.remote("bob", li), "VIP/silver")

		b.must(b.tags.Ended(ctx, corpID, "bob", li))
		equal(t, "after a contact's end", b.labels(li), "VIP/silver")
	})
}

func TestPut_TellsOneContactOnce(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	gold := b.define("gold")[0]
	li := b.befriend("ann", "bob")
	order := tag.Order{Corp: corpID, User: "ann", External: li, Add: []string{gold.Remote, "walk-in"}, Why: "code", At: b.clock.Now()}
	b.must(b.tags.Put(ctx, order))
	b.work()
	b.must(b.tags.Put(ctx, order))
	b.work()
	equal(t, "the customer", b.labels(li), "VIP/gold", "walk-in")
	equal(t, "ann's contact", b.remote("ann", li), "VIP/gold")
	equal(t, "bob's contact", b.remote("bob", li))
	if n := b.events(event.TagAdded); n != 2 {
		t.Fatalf("%d events, want 2", n)
	}
	if err := b.tags.Put(ctx, tag.Order{Add: []string{"x"}}); !fault.Is(err, fault.Invalid) {
		t.Fatalf("an order about nobody: %v", err)
	}
}

func TestPull_FollowsTheConsole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		hot, err := b.sim.CreateTag("Mood", "hot")
		b.must(err)
		_, err = b.sim.CreateTag("Mood", "cold")
		b.must(err)
		li := b.befriend("ann")
		b.must(b.sim.EditTags("ann", li, []string{hot}, nil))
		b.observe(b.fetch("ann", li)) // its definition is asked for on the way
		b.work()
		equal(t, "a tag nobody told us of", b.labels(li), "Mood/hot")

		b.clock.Advance(time.Minute)
		b.must(b.sim.RenameTag(hot, "warm"))
		drift, err := b.tags.Reconcile(ctx, corpID)
		b.must(err)
		if drift["renamed"] != 1 || drift["gone"] != 0 {
			t.Fatalf("drift %v", drift)
		}
		b.work()
		equal(t, "after a rename", b.labels(li), "Mood/warm")
		if b.events(tag.Renamed) != 1 || b.events(event.TagAdded) != 1 {
			t.Fatal("a rename counts as an act on the customer")
		}

		b.clock.Advance(time.Minute)
		b.must(b.sim.DeleteTag(hot))
		drift, err = b.tags.Reconcile(ctx, corpID)
		b.must(err)
		if drift["gone"] != 1 {
			t.Fatalf("drift %v", drift)
		}
		b.work()
		equal(t, "after a deletion", b.labels(li))
		if _, ok := b.tags.Find(corpID, hot); ok {
			t.Fatal("a deleted tag is still known")
		}
		if drift, err = b.tags.Reconcile(ctx, corpID); err != nil || len(drift) != 0 {
			t.Fatalf("drift %v %v", drift, err)
		}
	})
}

func TestDefine_BothSides(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	made := b.define("gold", "silver")
	li := b.befriend("ann")
	b.edit(li, "VIP/gold", true)
	b.work()
	if _, err := b.tags.Create(ctx, tag.NewTags{Corp: corpID, Group: "VIP", Names: []string{"gold"}}); !fault.Is(err, fault.Conflict) {
		t.Fatalf("made twice: %v", err)
	}
	if _, err := b.tags.Create(ctx, tag.NewTags{Corp: corpID, Names: []string{"", "x"}}); !fault.Is(err, fault.Invalid) {
		t.Fatalf("no group and no name: %v", err)
	}
	b.clock.Advance(time.Minute)
	_, err := b.tags.RenameGroup(ctx, made[0].Group, "Worth", "me")
	b.must(err)
	b.work()
	equal(t, "the customer after a group's rename", b.labels(li), "Worth/gold")
	equal(t, "the contact after a group's rename", b.remote("ann", li), "Worth/gold")
	groups, err := b.client.GetCorpTagList(ctx, nil, nil)
	b.must(err)
	if groups[0].GroupName != "Worth" {
		t.Fatalf("the platform calls it %s", groups[0].GroupName)
	}
	b.must(b.tags.Delete(ctx, made[0].ID, "me"))
	b.work()
	equal(t, "the customer after a deletion", b.labels(li))
	equal(t, "the contact after a deletion", b.remote("ann", li))
	b.must(b.tags.Delete(ctx, made[1].ID, "me"))
	if _, err := b.tags.GetGroup(made[0].Group); !fault.Is(err, fault.NotFound) {
		t.Fatalf("a group without tags: %v", err)
	}
}

func TestDefine_AnUnknownOutcomeIsLookedUp(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	b.must(b.sim.Inject(wecomsim.Fault{Path: "/externalcontact/add_corp_tag", Count: 1, Drop: "after"}))
	made := b.define("gold")
	if made[0].Remote == "" {
		t.Fatalf("%+v", made[0])
	}
	groups, err := b.client.GetCorpTagList(ctx, nil, nil)
	b.must(err)
	if len(groups) != 1 || len(groups[0].Tag) != 1 || groups[0].Tag[0].ID != made[0].Remote {
		t.Fatalf("the platform has %+v", groups)
	}
}

func TestQuota_OverflowStaysInternalUntilPromoted(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	b.sim.SetKnobs(func(k *wecomsim.Knobs) { k.TagCap = 1 })
	gold := b.define("gold")[0]
	over := b.define("silver")[0]
	if over.Held != tag.HeldForQuota || over.Remote != "" {
		t.Fatalf("%+v", over)
	}
	if used, held := b.tags.Quota(corpID); used != 1 || held != 1 {
		t.Fatalf("used %d, held %d", used, held)
	}
	li := b.befriend("ann")
	b.edit(li, "VIP/silver", true)
	b.work()
	equal(t, "the customer", b.labels(li), "VIP/silver")
	if _, err := b.tags.Promote(ctx, over.ID, "me"); !fault.Is(err, fault.Precondition) {
		t.Fatalf("promoted without room: %v", err)
	}
	b.must(b.tags.Delete(ctx, gold.ID, "me"))
	_, err := b.tags.Promote(ctx, over.ID, "me")
	b.must(err)
	b.work()
	equal(t, "the contact after promotion", b.remote("ann", li), "VIP/silver")
}

func TestPush_ErrorsAreTakenForWhatTheyAre(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	tags := b.define("gold", "silver")
	li, wu := b.befriend("ann"), b.befriend("bob")
	b.must(b.sim.DeleteCustomer("ann", li))
	b.edit(li, "VIP/gold", true)
	b.must(b.sim.DeleteTag(tags[0].Remote))
	b.edit(wu, "VIP/gold", true)
	b.edit(wu, "VIP/silver", true)
	for range 50 {
		if _, err := b.tags.StepRoad(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.tags.StepPush(ctx, corpID, wu, "bob"); wecom.CodeOf(err) != wecom.CodeBadTag {
		t.Fatalf("a tag that is gone: %v", err)
	}
	b.work()
	equal(t, "what is left after a tag was deleted there", b.remote("bob", wu), "VIP/silver")
	equal(t, "the customer of whom it was taken", b.labels(wu), "VIP/silver")

	b.edit(li, "VIP/silver", true)
	b.work()
	failed, err := b.tags.Pushes(ctx, "failed", "", 10)
	b.must(err)
	if len(failed.Items) != 1 || failed.Items[0].Reason != tag.NoContact || failed.Items[0].External != li {
		t.Fatalf("%+v", failed.Items)
	}
	if n, err := b.tags.Retry(ctx, corpID, ""); n != 1 || err != nil {
		t.Fatalf("retried %d, %v", n, err)
	}
	b.must(b.tags.Ended(ctx, corpID, "ann", li))
	counts, err := b.tags.PushCounts(ctx, corpID)
	b.must(err)
	if counts["failed"] != 0 || counts["pending"] != 0 {
		t.Fatalf("%v", counts)
	}
}

// covers: B4
func TestRule_MembersCarryItAndNobodyElse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		gold := b.define("gold")[0]
		li, wu := b.befriend("ann"), b.befriend("ann")
		rich := func(external, yes string) {
			b.submit(&event.Event{Name: event.Identified, At: b.clock.Now(), Identities: who(external), Traits: []event.TraitOp{
				{Action: event.TraitSet, Name: "rich", Value: json.RawMessage(yes)},
			}})
		}
		rich(li, "true")
		aud := b.audience(`{"trait":"rich","op":"eq","value":true}`)
		_, err := b.tags.Bind(ctx, gold.ID, aud)
		b.must(err)
		b.must(b.tags.StepRule(ctx, gold.ID))
		b.work()
		equal(t, "who was in it before", b.remote("ann", li), "VIP/gold")

		b.clock.Advance(time.Second)
		rich(wu, "true")
		rich(li, "false")
		b.work()
		equal(t, "who entered", b.remote("ann", wu), "VIP/gold")
		equal(t, "who left", b.remote("ann", li))

		b.clock.Advance(time.Minute)
		b.must(b.sim.EditTags("ann", wu, nil, []string{gold.Remote}))
		b.must(b.sim.EditTags("ann", li, []string{gold.Remote}, nil))
		b.observe(b.fetch("ann", wu), b.fetch("ann", li))
		b.work()
		equal(t, "a member may not take it", b.remote("ann", wu), "VIP/gold")
		equal(t, "a member may not give it", b.remote("ann", li))

		b.clock.Advance(time.Minute)
		b.edit(li, "VIP/gold", true)
		b.must(b.tags.StepRule(ctx, gold.ID))
		b.work()
		equal(t, "nor may anybody else", b.labels(li))
		if used, err := b.tags.UsingAudience(ctx, aud); err != nil || len(used) != 1 {
			t.Fatalf("used by %v, %v", used, err)
		}
		_, err = b.tags.Release(ctx, gold.ID, true, "me")
		b.must(err)
		b.work()
		equal(t, "after its release", b.remote("ann", wu))
	})
}

// covers: B4
func TestBulk_GoesOnAfterAKillAndAPause(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		b.define("gold")
		var evs []*event.Event
		for i := range 1200 {
			evs = append(evs, &event.Event{
				SourceID: b.source, MessageID: fmt.Sprint("m", i), Name: "Seen", At: noon, ReceivedAt: noon,
				Identities: []event.Identity{{Type: "user_id", Value: fmt.Sprint("u", i)}},
			})
		}
		_, err := b.Submit(ctx, evs)
		b.must(err)
		aud := b.audience(`{"did":{"event":"Seen"}}`)
		op, err := b.tags.Begin(ctx, tag.Batch{Audience: aud, Put: []string{"VIP/gold"}, By: "me"})
		b.must(err)
		_, err = b.tags.StepBulk(ctx, op.ID)
		b.must(err)
		if op, err = b.tags.Bulk(ctx, op.ID); err != nil || op.Done != 500 || op.Total != 1200 {
			t.Fatalf("%+v %v", op, err)
		}
		if op, err = b.tags.Pause(ctx, op.ID); err != nil || op.State != tag.Paused {
			t.Fatalf("%+v %v", op, err)
		}
		if _, err := b.tags.StepBulk(ctx, op.ID); err != nil || b.tags.Count("VIP/gold") != 500 {
			t.Fatalf("it works while it is paused: %d, %v", b.tags.Count("VIP/gold"), err)
		}
		// A crash between the events and the cursor: the batch comes again.
		b.submitAgain(t, op.ID)

		b.Stop()
		b.boot()
		if _, err = b.tags.Resume(ctx, op.ID); err != nil {
			t.Fatal(err)
		}
		b.work()
		if op, err = b.tags.Bulk(ctx, op.ID); err != nil || op.State != tag.Finished || op.Done != 1200 {
			t.Fatalf("%+v %v", op, err)
		}
		if n, m := b.tags.Count("VIP/gold"), b.events(event.TagAdded); n != 1200 || m != 1200 {
			t.Fatalf("%d customers by %d events", n, m)
		}
	})
}

// submitAgain turns an operation's cursor back, as if the process had died before writing it.
func (b *brand) submitAgain(t *testing.T, key string) {
	t.Helper()
	if _, err := b.db.Exec(ctx, `UPDATE tag_bulk SET next = 0, done = 0, changed = 0 WHERE id = $1`, key); err != nil {
		t.Fatal(err)
	}
}

func TestBulk_ListsWhomItCouldNotChange(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	b.befriend("ann")
	op, err := b.tags.Begin(ctx, tag.Batch{Customers: []string{"c1", "c99", "nobody"}, Put: []string{"new"}})
	b.must(err)
	b.work()
	if op, err = b.tags.Bulk(ctx, op.ID); err != nil || op.Done != 3 || op.Failed != 2 || op.Changed != 1 {
		t.Fatalf("%+v %v", op, err)
	}
	failures, err := b.tags.Failures(ctx, op.ID, "", 10)
	b.must(err)
	if len(failures.Items) != 2 || failures.Items[0] != (tag.Failure{Customer: "c99", Reason: "not_found"}) {
		t.Fatalf("%+v", failures.Items)
	}
	for _, bad := range []tag.Batch{{Put: []string{"x"}}, {Customers: []string{"c1"}}, {Customers: []string{"c1"}, Audience: "a", Put: []string{"x"}}} {
		if _, err := b.tags.Begin(ctx, bad); !fault.Is(err, fault.Invalid) {
			t.Fatalf("%+v: %v", bad, err)
		}
	}
}

// TestJobs_DoAllOfIt runs the real runner over callbacks, an edit and a rule.
func TestJobs_DoAllOfIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		hot, err := b.sim.CreateTag("Mood", "hot")
		b.must(err)
		b.must(b.jobs.Start(ctx))
		defer b.jobs.Stop(ctx)
		b.must(b.tags.Notice(ctx, notice.Notice{Corp: corpID, Event: notice.ExternalTag, ChangeType: notice.Create}))
		b.clock.Advance(time.Second)
		b.rest()
		if _, ok := b.tags.Find(corpID, hot); !ok {
			t.Fatal("a new tag was not pulled")
		}
		li := b.befriend("ann", "bob")
		b.edit(li, "Mood/hot", true)
		b.rest()
		equal(t, "ann's contact", b.remote("ann", li), "Mood/hot")
		equal(t, "bob's contact", b.remote("bob", li), "Mood/hot")
		b.must(b.sim.Inject(wecomsim.Fault{Path: "/externalcontact/mark_tag", Code: -1, Count: 20}))
		b.edit(li, "Mood/hot", false)
		b.rest()
		b.sim.ClearFaults()
		for range 5 { // the breaker rests, and so do the jobs
			b.clock.Advance(time.Minute)
			b.rest()
		}
		equal(t, "ann's contact after the platform was busy", b.remote("ann", li))
	})
}

// rest waits until no job of tags is due or under way.
func (b *brand) rest() {
	b.t.Helper()
	const text = `SELECT COUNT(*) FROM job WHERE NOT dead AND (due <= $1 OR leased_until > 0)`
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		n := 0
		b.must(b.db.Each(ctx, text, []any{b.clock.Now().UnixMilli()}, func(rows *sql.Rows) error { return rows.Scan(&n) }))
		if n == 0 {
			return
		}
		b.jobs.Wake()
	}
	b.t.Fatal("jobs do not come to rest")
}

func TestMoved_ANewContactIsToldTheRuleTags(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	gold := b.define("gold")[0]
	li := b.befriend("ann")
	_, err := b.tags.Bind(ctx, gold.ID, b.audience(`{"did":{"event":"Contact Added"}}`))
	b.must(err)
	b.must(b.tags.StepRule(ctx, gold.ID))
	b.work()
	b.addTo("bob", li)
	leaf := b.leaf(li)
	b.must(b.tags.Moved(ctx, contact.Transition{Kind: contact.Added, Contact: contact.Contact{Corp: corpID, User: "bob", External: li, Leaf: leaf, State: contact.Active}}))
	b.work()
	equal(t, "the new contact", b.remote("bob", li), "VIP/gold")

	b.must(b.tags.Seen(ctx, corpID, []contact.Seen{{User: "bob", External: li, Tags: []string{gold.Remote}}}, b.clock.Now()))
	b.must(b.tags.Moved(ctx, contact.Transition{Kind: contact.WasLost, Contact: contact.Contact{Corp: corpID, User: "bob", External: li, Leaf: leaf, State: contact.Lost}}))
	n := 0
	b.must(b.db.Get(ctx, `SELECT COUNT(*) FROM tag_pair WHERE member = 'bob'`, nil, &n))
	if n != 0 {
		t.Fatal("a lost contact is still held against the others")
	}
}

func TestPush_AContactCarriesNoMoreThanItMay(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	b.define("gold")
	li := b.befriend("ann")
	full := tag.Observation{Corp: corpID, User: "ann", External: li, At: b.clock.Now()}
	for i := range tag.MaxPairTags {
		full.Tags = append(full.Tags, fmt.Sprint("et", i))
	}
	b.observe(full)
	b.edit(li, "VIP/gold", true)
	b.work()
	failed, err := b.tags.Pushes(ctx, "failed", "", 10)
	b.must(err)
	if len(failed.Items) != 1 || failed.Items[0].Reason != tag.PairQuota {
		t.Fatalf("%+v", failed.Items)
	}
}
