package identity_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
)

// walker plays random histories on the service and on the model.
type walker struct {
	*house
	m     *model
	saved *bytes.Buffer // a snapshot, nil if none
	dirty []uint32      // customers changed since
}

var someTypes = []string{"user_id", "member_no", "external_userid:c1", "openid:w1", "phone", "email", "anonymous_id", "cookie", "loyalty_app"}

// drawNames draws identities of few values, so that they meet.
func drawNames(t *rapid.T, atMost int) []string {
	n := rapid.IntRange(1, atMost).Draw(t, "identities")
	var out []string
	for range n {
		typ := rapid.SampledFrom(someTypes).Draw(t, "type")
		name := typ + "=" + fmt.Sprintf("v%d", rapid.IntRange(1, 5).Draw(t, "value"))
		switch typ {
		case "phone":
			name = strings.Replace(name, "=v", "=+861391234567", 1)
		case "email":
			name += "@x.cn"
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

func (w *walker) event(t *rapid.T) {
	names := drawNames(t, 4)
	leaf, root := w.m.resolve(slices.Clone(names), false)
	if r := w.see(strings.Join(names, " ")); r.Leaf != leaf || r.Root != root {
		t.Fatalf("%v: leaf %d root %d, want %d and %d", names, r.Leaf, r.Root, leaf, root)
	}
}

func (w *walker) link(t *rapid.T) {
	names := drawNames(t, 3)
	who := make([]event.Identity, len(names))
	for i, name := range names {
		who[i] = ids(name)[0]
	}
	leaf, root := w.m.resolve(slices.Clone(names), true)
	r := w.resolve(&event.Event{At: w.clock.Now(), Identities: who[:len(who)-1], Alias: &who[len(who)-1]})
	if r.Leaf != leaf || r.Root != root {
		t.Fatalf("alias %v: leaf %d root %d, want %d and %d", names, r.Leaf, r.Root, leaf, root)
	}
}

func (w *walker) mergeTwo(t *rapid.T) {
	if w.m.leaves < 2 {
		return
	}
	ord := rapid.Uint32Range(1, w.m.leaves)
	a, b := ord.Draw(t, "a"), ord.Draw(t, "b")
	if w.m.merge(a, b) {
		if m := w.merge(a, b); m.ID != fmt.Sprintf("m%d", w.m.merges) {
			t.Fatalf("merge is %s, want m%d", m.ID, w.m.merges)
		}
	}
}

func (w *walker) unmergeOne(t *rapid.T) {
	if w.m.merges == 0 {
		return
	}
	n := rapid.IntRange(1, w.m.merges).Draw(t, "merge")
	if w.m.unmerge(n) {
		w.unmerge(fmt.Sprintf("m%d", n))
	}
}

// mergeAndBack checks that an unmerge leaves nothing behind but the separation.
func (w *walker) mergeAndBack(t *rapid.T) {
	before := w.picture(w.known())
	n := w.m.merges
	w.mergeTwo(t)
	if w.m.merges == n {
		return
	}
	w.m.unmerge(w.m.merges)
	w.unmerge(fmt.Sprintf("m%d", w.m.merges))
	if after := w.picture(w.known()); after != before {
		t.Fatalf("before:\n%s\nafter:\n%s", before, after)
	}
}

func (w *walker) pass(t *rapid.T) {
	w.clock.Advance(time.Duration(rapid.IntRange(1, 200).Draw(t, "days")) * 24 * time.Hour)
	w.m.now = w.clock.Now()
}

func (w *walker) restartFrom(t *rapid.T) { w.restart(rapid.Bool().Draw(t, "snapshot")); w.saved = nil }

func (w *walker) save(t *rapid.T) {
	w.flush()
	w.Dirty()
	w.saved, w.dirty = &bytes.Buffer{}, nil
	if err := w.Save(w.saved); err != nil {
		t.Fatal(err)
	}
}

// restore goes back to the last snapshot and reads what changed since.
func (w *walker) restore(t *rapid.T) {
	if w.saved == nil {
		return
	}
	w.flush()
	w.dirty = append(w.dirty, w.Dirty()...)
	w.forget()
	if err := w.Restore(bytes.NewReader(w.saved.Bytes())); err != nil {
		t.Fatal(err)
	}
	if err := w.Reload(w.ctx, w.dirty); err != nil {
		t.Fatal(err)
	}
}

func (w *walker) known() []event.Identity {
	var out []event.Identity
	for name := range w.m.owner {
		out = append(out, ids(name)[0])
	}
	slices.SortFunc(out, func(a, b event.Identity) int { return strings.Compare(a.Type+a.Value, b.Type+b.Value) })
	return out
}

// check compares memory with the model.
func (w *walker) check(t *rapid.T) {
	if w.Customers() != w.m.leaves {
		t.Fatalf("%d customers, want %d", w.Customers(), w.m.leaves)
	}
	for ord := uint32(1); ord <= w.m.leaves; ord++ {
		if got, want := w.tl.Root(ord), w.m.root(ord); got != want {
			t.Fatalf("customer %d resolves to %d, want %d", ord, got, want)
		}
		if !slices.Contains(w.tl.Leaves(ord), ord) {
			t.Fatalf("customer %d is not among its leaves %v", ord, w.tl.Leaves(ord))
		}
	}
	for name, leaf := range w.m.owner {
		if got, _ := w.Lookup(ids(name)[0]); got != w.m.root(leaf) {
			t.Fatalf("%s is of %d, want %d", name, got, w.m.root(leaf))
		}
	}
	if name := w.m.twice(); name != "" {
		t.Fatalf("events gave one customer a second value: %s", name)
	}
}

// covers: B2
func TestService_IsTheModel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			if err := d.InTx(t.Context(), func(ctx context.Context) error { return empty(ctx, d) }); err != nil {
				rt.Fatal(err)
			}
			w := &walker{house: newHouse(t, d), m: newModel()}
			rt.Repeat(map[string]func(*rapid.T){
				"event": w.event, "another event": w.event, "a third event": w.event, "alias": w.link,
				"merge": w.mergeTwo, "unmerge": w.unmergeOne, "merge and back": w.mergeAndBack, "time": w.pass,
				"restart": w.restartFrom, "save": w.save, "restore": w.restore, "": w.check,
			})
			before := w.picture(w.known())
			w.restart(false)
			if after := w.picture(w.known()); after != before {
				rt.Fatalf("memory:\n%s\nSQL:\n%s", before, after)
			}
		})
	})
}

func empty(ctx context.Context, d *db.DB) error {
	for _, table := range []string{
		"customer", "identity", "identity_merge", "identity_conflict", "identity_separation",
	} {
		if _, err := d.Exec(ctx, "DELETE FROM "+table); err != nil {
			return err
		}
	}
	return nil
}
