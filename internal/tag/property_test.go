package tag_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/tag"
)

// dance is one customer with two contacts, whose tags everybody changes at once.
type dance struct {
	*brand
	external string
	tags     []tag.Tag
	flying   []tag.Observation // asked for, not taken in yet
}

var dancers = []string{"ann", "bob"}

func (d *dance) user(t *rapid.T) string { return rapid.SampledFrom(dancers).Draw(t, "user") }

func (d *dance) tag(t *rapid.T) tag.Tag { return rapid.SampledFrom(d.tags).Draw(t, "tag") }

// member is a member changing a tag on the phone. The callback may be lost.
func (d *dance) member(t *rapid.T) {
	user, tg := d.user(t), d.tag(t)
	var add, remove []string
	if rapid.Bool().Draw(t, "add") {
		add = []string{tg.Remote}
	} else {
		remove = []string{tg.Remote}
	}
	d.must(d.sim.EditTags(user, d.external, add, remove))
	if rapid.Bool().Draw(t, "callback") {
		d.observe(d.fetch(user, d.external))
	}
}

func (d *dance) api(t *rapid.T) {
	d.edit(d.external, d.tag(t).Label, rapid.Bool().Draw(t, "on"))
}

// imported is an event about the past or, wrongly, the future.
func (d *dance) imported(t *rapid.T) {
	tg, on := d.tag(t), rapid.Bool().Draw(t, "on")
	at := d.clock.Now().Add(time.Duration(rapid.IntRange(-20, 20).Draw(t, "seconds")) * time.Second)
	d.submit(&event.Event{Name: "Imported", At: at, Identities: who(d.external), Tags: []event.TagOp{{Tag: tg.Label, Remove: !on}}})
}

func (d *dance) order(t *rapid.T) {
	o := tag.Order{Corp: corpID, User: d.user(t), External: d.external, At: d.clock.Now()}
	if rapid.Bool().Draw(t, "everybody") {
		o.User = ""
	}
	if rapid.Bool().Draw(t, "add") {
		o.Add = []string{d.tag(t).Label}
	} else {
		o.Remove = []string{d.tag(t).Remote}
	}
	d.must(d.brand.tags.Put(context.Background(), o))
}

// ask reads a contact; the answer arrives later, in any order.
func (d *dance) ask(t *rapid.T) { d.flying = append(d.flying, d.fetch(d.user(t), d.external)) }

func (d *dance) arrive(t *rapid.T) {
	if len(d.flying) == 0 {
		return
	}
	i := rapid.IntRange(0, len(d.flying)-1).Draw(t, "answer")
	d.observe(d.flying[i])
	d.flying = slices.Delete(d.flying, i, i+1)
}

func (d *dance) step(*rapid.T) {
	_, err := d.brand.tags.StepRoad(context.Background())
	d.must(err)
}

func (d *dance) push(t *rapid.T) {
	pairs, err := d.brand.tags.PendingPairs(context.Background())
	d.must(err)
	if len(pairs) > 0 {
		p := rapid.SampledFrom(pairs).Draw(t, "pair")
		d.must(d.brand.tags.StepPush(context.Background(), p[0], p[1], p[2]))
	}
}

func (d *dance) wait(t *rapid.T) {
	d.clock.Advance(time.Duration(rapid.IntRange(1, 3000).Draw(t, "ms")) * time.Millisecond)
}

// pull is a reconciliation: every contact is asked for and taken in.
func (d *dance) pull() {
	for _, user := range dancers {
		d.observe(d.fetch(user, d.external))
	}
	d.work()
}

// sides are the customer's tags, and the tags of the contacts together.
func (d *dance) sides() (ours, theirs []string) {
	for _, user := range dancers {
		theirs = append(theirs, d.remote(user, d.external)...)
	}
	slices.Sort(theirs)
	return d.labels(d.external), slices.Compact(theirs)
}

// covers: B4
func TestSync_AgreesAfterAPullAndDoesNotFlap(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	tags := b.define("gold", "silver")
	rapid.Check(t, func(t *rapid.T) {
		d := &dance{brand: b, external: b.befriend(dancers...), tags: tags}
		moves := []func(*rapid.T){d.member, d.member, d.api, d.api, d.imported, d.order, d.ask, d.arrive, d.step, d.push, d.wait}
		for range rapid.IntRange(1, 25).Draw(t, "moves") {
			rapid.SampledFrom(moves).Draw(t, "move")(t)
		}
		d.clock.Advance(time.Minute)
		for _, o := range d.flying {
			d.observe(o)
		}
		d.work()
		d.clock.Advance(time.Minute)
		d.pull()
		ours, theirs := d.sides()
		if fmt.Sprint(ours) != fmt.Sprint(theirs) {
			t.Fatalf("after a pull the customer has %v and the contacts have %v", ours, theirs)
		}
		for range 2 {
			before := b.log.Last()
			d.clock.Advance(time.Minute)
			d.pull()
			if after := b.log.Last(); after != before {
				t.Fatalf("a pull of nothing new made %d events", after-before)
			}
			if again, _ := d.sides(); fmt.Sprint(again) != fmt.Sprint(ours) {
				t.Fatalf("tags flap from %v to %v", ours, again)
			}
		}
	})
}
