package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/rule"
)

// asker drives a road with random acts and checks after each that predicates made before
// say what a recomputation says.
type asker struct {
	*machine
	asked []*audience.Predicate
}

// covers: B6, C1
func TestPredicate_EqualsRecompute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "predicate")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		d := openFile(t, filepath.Join(dir, "yutang.db"))
		defer d.Close()
		a := &asker{machine: &machine{road: newLevelRoad(t, d, clock.NewManual(start0), filepath.Join(dir, "snapshot"))}}
		defer func() { a.stop() }()
		a.create(t)
		a.ask(t)
		for range rapid.IntRange(1, 15).Draw(t, "acts") {
			road := a.road
			a.act(t)
			if a.road != road {
				a.asked = nil // a new process
			}
			if len(a.asked) < 4 {
				a.ask(t)
			}
			a.sync(t)
			a.check(t)
		}
	})
}

func (a *asker) ask(t *rapid.T) {
	raw := drawRule(t)
	if rapid.Bool().Draw(t, "names an audience") {
		raw = fmt.Sprintf(`{"any":[{"not":{"audience":%q}},%s]}`, rapid.SampledFrom(a.ids).Draw(t, "on"), raw)
	}
	p, err := a.audiences.Predicate(context.Background(), json.RawMessage(raw))
	if err != nil {
		t.Fatal(err)
	}
	a.asked = append(a.asked, p)
}

// check asks at a moment that may lie in the past or the future.
func (a *asker) check(t *rapid.T) {
	at := a.Now().UnixMilli()
	if rapid.Bool().Draw(t, "another time") {
		at += rapid.Int64Range(-4000, 4000).Draw(t, "shift") * 60_000
	}
	for _, p := range a.asked {
		want, err := a.audiences.Matching(context.Background(), p.Rule().JSON(), time.UnixMilli(at))
		if err != nil {
			t.Fatal(err)
		}
		var got []uint32
		fork := p.Fork()
		a.tl.RLock()
		for ord := uint32(1); int(ord) <= a.tl.Customers(); ord++ {
			if a.tl.Root(ord) != ord {
				continue
			}
			match, next := p.Eval(ord, at)
			if match {
				got = append(got, ord)
			}
			if next <= at {
				t.Fatalf("rule %s at %d: next change %d is not later", p.Rule().JSON(), at, next)
			}
			later := at + rapid.Int64Range(0, min(next-at-1, 5*24*3_600_000)).Draw(t, "later")
			if then, _ := fork.Eval(ord, later); then != match {
				t.Fatalf("rule %s of %d: %v at %d and %v at %d, before the next change %d", p.Rule().JSON(), ord, match, at, then, later, next)
			}
		}
		a.tl.RUnlock()
		if !slices.Equal(got, want) {
			t.Fatalf("rule %s at %d: asked %v, recomputed %v", p.Rule().JSON(), at, got, want)
		}
	}
}

// covers: C1
func TestPredicate_FollowsWhatItNames(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := open(t, dbtest.SQLite(t))
	r.submit(t, r.track("ann", "Order Completed", time.Hour, `{"order_id":"1","revenue":60}`))
	a, err := r.audiences.Create(ctx, audience.Input{Name: "a", Rule: json.RawMessage(`{"did":{"event":"Seen Never Before"}}`), By: "test"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.audiences.Predicate(ctx, json.RawMessage(fmt.Sprintf(`{"audience":%q}`, a.ID))) // live or not
	if err != nil {
		t.Fatal(err)
	}
	ann := r.root(t, "ann")
	holds := func() (match bool) {
		r.audiences.View(func() { match, _ = p.Eval(ann, r.Now().UnixMilli()) })
		return match
	}
	r.settle(t, a.ID)
	if holds() {
		t.Fatal("holds before the event")
	}
	r.submit(t, r.track("ann", "Seen Never Before", 0, ""))
	if !holds() {
		t.Fatal("does not hold after the event")
	}
	r.audiences.View(func() {
		if !r.audiences.IsMember(a.ID, ann) {
			t.Fatal("the customer is no member")
		}
		if why := p.Explain(ann, r.Now().UnixMilli()); !why.Result || why.Kind != "audience" {
			t.Fatalf("explained %+v", why)
		}
	})
	if err := r.audiences.Delete(ctx, a.ID, nil); err != nil {
		t.Fatal(err)
	}
	if holds() {
		t.Fatal("holds though the audience is gone")
	}
	p.Close()
	if _, err := r.audiences.Predicate(ctx, json.RawMessage(`{"all":[{"tag":"x"},{"audience":"aud_none"}]}`)); !fault.Is(err, fault.Invalid) {
		t.Fatalf("an unknown audience: %v", err)
	}
}

// covers: C1
func TestPredicate_SurvivesCompactedTraits(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := open(t, dbtest.SQLite(t))
	city := func(names ...string) {
		var evs []*event.Event
		for _, name := range names {
			r.clock.Advance(time.Millisecond)
			ev := r.track("ann", event.Identified, 0, "")
			ev.Traits = []event.TraitOp{{Action: event.TraitSet, Name: "city", Value: json.RawMessage(name)}}
			evs = append(evs, ev)
		}
		r.submit(t, evs...)
	}
	city(`"c0"`)
	p, err := r.audiences.Predicate(ctx, json.RawMessage(`{"trait":"city","op":"eq","value":"home"}`))
	if err != nil {
		t.Fatal(err)
	}
	fork := p.Fork()
	var names []string
	for i := range 66_000 { // more than are kept, and nobody has them any more
		names = append(names, fmt.Sprintf(`"c%d"`, i))
	}
	for chunk := range slices.Chunk(names, 8000) {
		city(chunk...)
	}
	eval := func(p *audience.Predicate) (match bool, next int64) {
		r.audiences.View(func() { match, next = p.Eval(r.rootLocked(t, "ann"), r.Now().UnixMilli()) })
		return match, next
	}
	if match, _ := eval(fork); match {
		t.Fatal("holds too early")
	}
	before := r.customers.Trait("city").Dict()
	if err := r.Do(ctx, func(context.Context) error { return r.audiences.Compact() }); err != nil {
		t.Fatal(err)
	}
	if r.customers.Trait("city").Dict() == before {
		t.Fatal("nothing was compacted")
	}
	city(`"home"`)
	for _, q := range []*audience.Predicate{p, fork, p.Fork()} {
		if match, next := eval(q); !match || next != rule.Never {
			t.Fatalf("match %v, next %d", match, next)
		}
	}
}

func (r *road) rootLocked(t fataler, user string) uint32 {
	t.Helper()
	root, ok := r.identity.Lookup(event.Identity{Type: "user_id", Value: user})
	if !ok {
		t.Fatalf("nobody is %s", user)
	}
	return root
}
