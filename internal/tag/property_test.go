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

// dance is two customers with two contacts each, whose tags everybody changes at once, and
// who are one at times.
type dance struct {
	*brand
	externals []string
	merge     string // that made them one, "" while they are two
	tags      []tag.Tag
	flying    []tag.Observation // asked for, not taken in yet
}

var dancers = []string{"ann", "bob"}

func (d *dance) user(t *rapid.T) string { return rapid.SampledFrom(dancers).Draw(t, "user") }

func (d *dance) external(t *rapid.T) string {
	return rapid.SampledFrom(d.externals).Draw(t, "external")
}

func (d *dance) tag(t *rapid.T) tag.Tag { return rapid.SampledFrom(d.tags).Draw(t, "tag") }

// member is a member changing a tag on the phone. The callback may be lost.
func (d *dance) member(t *rapid.T) {
	user, external, tg := d.user(t), d.external(t), d.tag(t)
	var add, remove []string
	if rapid.Bool().Draw(t, "add") {
		add = []string{tg.Remote}
	} else {
		remove = []string{tg.Remote}
	}
	d.must(d.sim.EditTags(user, external, add, remove))
	if rapid.Bool().Draw(t, "callback") {
		d.observe(d.fetch(user, external))
	}
}

func (d *dance) api(t *rapid.T) {
	d.edit(d.external(t), d.tag(t).Label, rapid.Bool().Draw(t, "on"))
}

// imported is an event about the past or, wrongly, the future.
func (d *dance) imported(t *rapid.T) {
	tg, on := d.tag(t), rapid.Bool().Draw(t, "on")
	at := d.clock.Now().Add(time.Duration(rapid.IntRange(-20, 20).Draw(t, "seconds")) * time.Second)
	d.submit(&event.Event{Name: "Imported", At: at, Identities: who(d.external(t)), Tags: []event.TagOp{{Tag: tg.Label, Remove: !on}}})
}

func (d *dance) order(t *rapid.T) {
	o := tag.Order{Corp: corpID, User: d.user(t), External: d.external(t), At: d.clock.Now()}
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
func (d *dance) ask(t *rapid.T) { d.flying = append(d.flying, d.fetch(d.user(t), d.external(t))) }

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

// regroup makes one customer of the two, or two of the one.
func (d *dance) regroup(*rapid.T) {
	ctx := context.Background()
	if d.merge != "" {
		_, _, err := d.Unmerge(ctx, d.merge, "test")
		d.must(err)
		d.merge = ""
		return
	}
	m, err := d.Merge(ctx, d.leaf(d.externals[0]), d.leaf(d.externals[1]), "test")
	d.must(err)
	d.merge = m.ID
}

func (d *dance) wait(t *rapid.T) {
	d.clock.Advance(time.Duration(rapid.IntRange(1, 3000).Draw(t, "ms")) * time.Millisecond)
}

// pull is a reconciliation: every contact is asked for and taken in.
func (d *dance) pull() {
	for _, external := range d.externals {
		for _, user := range dancers {
			d.observe(d.fetch(user, external))
		}
	}
	d.work()
}

// sides are the customers' tags, and the tags of the contacts together.
func (d *dance) sides() (ours, theirs [][]string) {
	for i, external := range d.externals {
		var tags []string
		for _, user := range dancers {
			tags = append(tags, d.remote(user, external)...)
		}
		if d.merge != "" && i > 0 {
			tags, theirs = append(tags, theirs[0]...), nil
			ours = nil
		}
		slices.Sort(tags)
		ours, theirs = append(ours, d.labels(external)), append(theirs, slices.Compact(tags))
	}
	return ours, theirs
}

// covers: B4
func TestSync_AgreesAfterAPullAndDoesNotFlap(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.SQLite(t))
	tags := b.define("gold", "silver")
	rapid.Check(t, func(t *rapid.T) {
		d := &dance{brand: b, externals: []string{b.befriend(dancers...), b.befriend(dancers...)}, tags: tags}
		moves := []func(*rapid.T){d.member, d.member, d.api, d.api, d.imported, d.order, d.ask, d.arrive, d.step, d.push, d.wait, d.regroup}
		for range rapid.IntRange(1, 30).Draw(t, "moves") {
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
			t.Fatalf("after a pull the customers have %v and the contacts have %v", ours, theirs)
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
