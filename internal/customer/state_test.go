package customer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/timeline"
)

const customers = 6

// drawEvent draws an event that can change a profile.
func drawEvent(t *rapid.T) *event.Event {
	ord := rapid.Uint32Range(1, customers).Draw(t, "customer")
	minute := rapid.IntRange(1, 40).Draw(t, "minute")
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		return tagged(ord, minute, rapid.SampledFrom([]string{"VIP", "new"}).Draw(t, "tag"), rapid.Bool().Draw(t, "remove"))
	case 1:
		return ordered(ord, minute, event.OrderCompleted, fmt.Sprintf(`{"order_id":"%d","total":%d}`, minute%5, minute))
	case 2:
		return ordered(ord, minute, event.OrderRefunded, fmt.Sprintf(`{"order_id":"%d","refund_amount":%d}`, minute%5, minute/2))
	case 3:
		return &event.Event{Ord: ord, Name: event.ProfileErased, At: at(minute)}
	}
	name := rapid.SampledFrom([]string{"city", "name", "phone", "points", "likes"}).Draw(t, "trait")
	op := set(name, rapid.SampledFrom([]string{`"anna"`, `"zhou"`, `null`, `"13800001234"`, `5`, `["a","b"]`}).Draw(t, "value"))
	op.Action = rapid.SampledFrom([]event.TraitAction{
		event.TraitSet, event.TraitSet, event.TraitSetOnce, event.TraitAppend, event.TraitIncrement, event.TraitUnset,
	}).Draw(t, "action")
	return identified(ord, minute, op)
}

func (p *pond) drawGroups(t *rapid.T) {
	if rapid.Bool().Draw(t, "unmerge") {
		p.alone(1, 2, 3, 4)
		return
	}
	p.group(2, 1, 2, 4)
}

// covers: B3, B4
func TestMemory_EqualsWhatSQLAndTheSnapshotSay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			empty(t, d)
			p := newPond(t, d, customers)
			for _, name := range ComputedTraits() {
				if err := p.s.EnsureTrait(t.Context(), name); err != nil {
					t.Fatal(err)
				}
			}
			snap, since := bytes.Buffer{}, map[uint32]bool{}
			for range rapid.IntRange(1, 8).Draw(rt, "batches") {
				p.apply(rapid.SliceOfN(rapid.Custom(drawEvent), 1, 6).Draw(rt, "events")...)
				p.drawGroups(rt)
				p.batch(func(context.Context) error {
					root := p.tl.Root(rapid.Uint32Range(1, customers).Draw(rt, "who"))
					p.s.SetLevel(Tier, root, rapid.IntRange(-1, 4).Draw(rt, "level"), at(0).UnixMilli())
					return nil
				})
				for _, ord := range p.s.Dirty() {
					since[ord] = true
				}
				if rapid.IntRange(0, 3).Draw(rt, "save") == 0 {
					snap.Reset()
					clear(since)
					if err := p.s.Save(&snap); err != nil {
						t.Fatal(err)
					}
				}
			}
			p.checkColumns()
			live := p.memory(p.s)
			if diff := cmp.Diff(live, p.memory(p.loaded())); diff != "" {
				rt.Fatalf("loaded from SQL (-live +loaded):\n%s", diff)
			}
			if snap.Len() > 0 {
				if diff := cmp.Diff(live, p.memory(p.restored(&snap, since))); diff != "" {
					rt.Fatalf("restored (-live +restored):\n%s", diff)
				}
			}
		})
	})
}

// restored is another service from a saved copy and what changed since.
func (p *pond) restored(snap *bytes.Buffer, since map[uint32]bool) *Service {
	p.t.Helper()
	s := New(p.db, p.box, p.tl, p.clk)
	if err := s.Restore(bytes.NewReader(snap.Bytes())); err != nil {
		p.t.Fatal(err)
	}
	ords := []uint32{1, 2, 3, 4} // whose groups changed: identity says so
	for ord := range since {
		ords = append(ords, ord)
	}
	if err := s.Reload(p.t.Context(), ords); err != nil {
		p.t.Fatal(err)
	}
	return s
}

func empty(t *testing.T, d *db.DB) {
	t.Helper()
	for _, table := range []string{"customer_order", "profile", "customer_level"} {
		if _, err := d.Exec(t.Context(), "DELETE FROM "+table); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRestore_RefusesADamagedCopy(t *testing.T) {
	t.Parallel()
	p := newPond(t, dbtest.SQLite(t), customers)
	p.apply(identified(1, 1, set("city", `"上海"`), set("name", `"张三"`)), tagged(1, 1, "VIP", false))
	var snap bytes.Buffer
	if err := p.s.Save(&snap); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < snap.Len(); n += 7 {
		if err := New(p.db, p.box, p.tl, p.clk).Restore(bytes.NewReader(snap.Bytes()[:n])); err == nil {
			t.Fatalf("a copy cut at %d of %d was taken", n, snap.Len())
		}
	}
	other := New(p.db, p.box, p.tl, p.clk)
	other.UseCurrency("GBP")
	if err := other.Restore(&snap); err == nil {
		t.Fatal("a copy that counts in another currency was taken")
	}
}

// covers: B2, B3
func TestRegroup_MergeFoldsAndUnmergeRestores(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPond(t, d, customers)
		p.apply(
			identified(1, 1, set("city", `"old"`), set("left", `1`)),
			identified(2, 2, set("city", `"new"`), set("name", `"Anna"`)),
			tagged(1, 1, "VIP", false), tagged(2, 3, "VIP", true),
			ordered(1, 1, event.OrderCompleted, `{"order_id":"a","total":10}`),
			ordered(2, 2, event.OrderCompleted, `{"order_id":"b","total":20}`),
		)
		before := p.memory(p.s)
		p.group(1, 1, 2)
		got := p.profile(1)
		want := map[string]json.RawMessage{
			"city": json.RawMessage(`"new"`), "left": json.RawMessage("1"), "name": json.RawMessage(`"Anna"`),
		}
		if diff := cmp.Diff(want, got.Traits); diff != "" || len(got.Tags) != 0 || got.Orders.Net != 3000 {
			t.Fatalf("merged: tags %v, orders %+v, traits:\n%s", got.Tags, got.Orders, diff)
		}
		if city := p.s.Trait("city"); city.Code(2) != 0 || city.Dict().Value(city.Code(1)).Str != "new" {
			t.Fatal("the column is not that of the merged customer")
		}
		if ords := p.s.Find("anna", 0, 10); len(ords) != 1 || ords[0] != 1 {
			t.Fatalf("found %v by name, want the survivor", ords)
		}
		p.alone(1, 2)
		if diff := cmp.Diff(before, p.memory(p.s)); diff != "" {
			t.Fatalf("after unmerge:\n%s", diff)
		}
	})
}

// covers: B3
func TestEnsureTrait_BuildsADroppedColumnWhileEventsCome(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPond(t, d, customers)
		for ord := uint32(1); ord <= customers; ord++ {
			p.apply(identified(ord, int(ord), set("city", fmt.Sprintf(`"c%d"`, ord))))
		}
		p.group(1, 1, 2)
		c := p.s.Trait("city")
		c.kept = false
		c.reset()
		stop := make(chan struct{})
		go func() {
			defer close(stop)
			for i := range 20 {
				p.apply(identified(5, 100+i, set("city", fmt.Sprintf(`"late%d"`, i))))
			}
		}()
		if err := p.s.EnsureTrait(t.Context(), "city"); err != nil {
			t.Fatal(err)
		}
		<-stop
		for ord, want := range map[timeline.Ord]string{1: "c2", 2: "", 3: "c3", 5: "late19", 6: "c6"} {
			if got := c.Dict().Value(c.Code(ord)).Str; got != want {
				t.Errorf("customer %d: city %q, want %q", ord, got, want)
			}
		}
	})
}

func TestTrait_DropsAColumnOfTooManyValues(t *testing.T) {
	t.Parallel()
	p := newPond(t, dbtest.SQLite(t), 1)
	c := p.s.Trait("visit")
	for i := range maxDistinct {
		p.s.putTrait(1, "visit", fmt.Sprint(i))
	}
	if c.Kept() {
		t.Fatal("the column is still kept")
	}
	c.kept, c.wanted = true, true
	for i := range maxDistinct + 10 {
		p.s.putTrait(1, "visit", fmt.Sprint(i))
	}
	if !c.Kept() {
		t.Fatal("a column that a rule uses was dropped")
	}
	if got := p.s.CompactTraits(); len(got) != 1 || c.Dict().Len() != 2 || c.Dict().Value(c.Code(1)).JSON() != fmt.Sprint(maxDistinct+9) {
		t.Fatalf("compacted %v to %d values", got, c.Dict().Len())
	}
}

// covers: B5, B7
func TestSetLevel_KeepsHistory(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPond(t, d, 2)
		for i, level := range []int{0, 0, 2, 1} {
			p.batch(func(context.Context) error {
				p.s.SetLevel(AIPL, 1, level, at(i).UnixMilli())
				p.s.SetLevel(Tier, 2, 4, at(i).UnixMilli())
				return nil
			})
		}
		history, err := p.s.LevelHistory(t.Context(), 1, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range history {
			got = append(got, c.From+">"+c.To)
		}
		if diff := cmp.Diff([]string{"purchase>interest", "aware>purchase", ">aware"}, got); diff != "" {
			t.Fatal(diff)
		}
		then, err := p.s.LevelsAt(t.Context(), 1, at(2))
		if err != nil || then[AIPL] != 2 || then[Tier] != NoLevel {
			t.Fatalf("levels then = %v, %v", then, err)
		}
		flows, err := p.s.LevelFlows(t.Context(), AIPL, at(0), at(3))
		if diff := cmp.Diff([]LevelFlow{{"", "aware", 1}, {"aware", "purchase", 1}}, flows); diff != "" || err != nil {
			t.Fatal(err, diff)
		}
		if n := p.s.Level(Tier).Counts()[4]; n != 1 || p.profile(2).Tier != "V5" {
			t.Fatalf("%d at V5", n)
		}
	})
}

// covers: B5, B7
func TestLevelDefs_AreEditable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPond(t, d, 1)
		defs, err := p.s.LevelDefs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		tier := defs[Tier]
		tier[4].Rule = json.RawMessage(`{"trait":"net_revenue","op":"gte","value":99999}`)
		for range 2 {
			if err := p.s.SetLevelDefs(t.Context(), map[string][]LevelDef{Tier: tier}); err != nil {
				t.Fatal(err)
			}
		}
		again, err := p.s.LevelDefs(t.Context())
		if diff := cmp.Diff(tier, again[Tier]); diff != "" || err != nil {
			t.Fatal(err, diff)
		}
		if err := p.s.SetLevelDefs(t.Context(), map[string][]LevelDef{Tier: tier[:3]}); err == nil {
			t.Fatal("three tiers were taken")
		}
	})
}

// covers: B3, B4
func TestTraitsAt_FoldsThePast(t *testing.T) {
	t.Parallel()
	p := newPond(t, dbtest.SQLite(t), 2)
	evs := []*event.Event{
		identified(1, 10, set("city", `"new"`)),
		identified(1, 2, set("city", `"late"`)),
		tagged(2, 3, "VIP", false),
		ordered(1, 4, event.OrderCompleted, `{"order_id":"a","total":12.5}`),
		tagged(1, 11, "VIP", true),
	}
	p.apply(evs...)
	p.group(1, 1, 2)
	traits, tags, err := p.s.TraitsAt(t.Context(), logOf(evs), 1, at(5))
	if err != nil {
		t.Fatal(err)
	}
	if string(traits["city"]) != `"late"` || !tags["VIP"] || string(traits[NetRevenue]) != "12.5" || string(traits[OrdersCount]) != "1" {
		t.Fatalf("then: %s %v", traits, tags)
	}
	if _, tags, _ = p.s.TraitsAt(t.Context(), logOf(evs), 1, at(11)); tags["VIP"] {
		t.Fatal("the tag was taken off by then")
	}
}

// logOf serves events by their place.
type logOf []*event.Event

func (l logOf) Read(_ context.Context, seqs []uint64) ([]*event.Event, error) {
	out := make([]*event.Event, len(seqs))
	for i, seq := range seqs {
		out[i] = l[seq-1]
	}
	return out, nil
}
