package search_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"pgregory.net/rapid"

	"yutang/internal/access"
	"yutang/internal/audience"
	"yutang/internal/clock"
	"yutang/internal/customer"
	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/httpapi/httpapitest"
	"yutang/internal/identity"
	"yutang/internal/search"
	"yutang/internal/timeline"
)

var now = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

// house is the part of the road that a search needs.
type house struct {
	t         testing.TB
	db        *db.DB
	clock     *clock.Manual
	log       *event.Log
	timeline  *timeline.Store
	identity  *identity.Service
	customers *customer.Service
	search    *search.Service
	taken     int
}

// Zone is the brand's.
func (*house) Zone() *time.Location { return time.UTC }

func build(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, db: d, clock: clock.NewManual(now), timeline: timeline.New()}
	box := httpapitest.Box(t)
	h.log = event.NewLog(d, box)
	h.identity = identity.New(d, box, h.timeline, h.clock)
	h.customers = customer.New(d, box, h.timeline, h.clock)
	if err := h.log.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	audiences := audience.NewService(d, audience.NewEngine(h.timeline, h.customers, h.log, h), h.clock, nil)
	h.search = search.New(search.Config{
		Customers: h.customers, Identity: h.identity, Timeline: h.timeline, Clock: h.clock, Zone: h.Zone, Select: audiences.Select,
		Sources: []search.Source{
			{Kind: "playbook", Needs: access.PlaybooksRead, Each: func(_ context.Context, visit func(search.Thing) bool) error {
				for _, name := range []string{"新客欢迎", "Win back", "welcome back", "Welcome", "x", "y welcome", "a welcome", "z welcome"} {
					if !visit(search.Thing{ID: "pb_" + name, Title: name}) {
						break
					}
				}
				return nil
			}},
			{Kind: "secret", Needs: access.AccountsWrite, Each: func(context.Context, func(search.Thing) bool) error {
				return fault.New(fault.Internal, "asked", "asked for what the caller may not read")
			}},
		},
	})
	return h
}

func (h *house) take(user, name string, at time.Time, props string, traits map[string]string, tags ...string) {
	h.t.Helper()
	h.taken++
	ev := &event.Event{
		SourceID: 1, MessageID: fmt.Sprint(h.taken), Name: name, At: at, ReceivedAt: at, Props: json.RawMessage(props),
		Identities: []event.Identity{{Type: "user_id", Value: user}},
	}
	for trait, value := range traits {
		ev.Traits = append(ev.Traits, event.TraitOp{Action: event.TraitSet, Name: trait, Value: json.RawMessage(value)})
	}
	for _, tag := range tags {
		ev.Tags = append(ev.Tags, event.TagOp{Tag: tag})
	}
	err := h.db.InTx(context.Background(), func(ctx context.Context) error {
		h.timeline.Lock()
		defer h.timeline.Unlock()
		h.log.Prepare(ev)
		res, err := h.identity.Resolve(ctx, ev)
		if err != nil {
			return err
		}
		number, _, err := h.log.Register(ev.Name)
		if err != nil {
			return err
		}
		ev.Ord = res.Leaf
		h.log.Append(ev, number)
		h.timeline.Grow(res.Leaf)
		if _, err := h.customers.Apply(ctx, ev, res.Leaf, res.Root); err != nil {
			return err
		}
		h.timeline.Append(timeline.Record{Seq: ev.Seq, Ord: res.Leaf, At: at.UnixMilli(), Name: number})
		for _, flush := range []func(context.Context) error{h.log.Flush, h.identity.Flush, h.customers.Flush} {
			if err := flush(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.log.Stored()
}

// people makes n customers who differ in everything that lists filter and sort by.
func (h *house) people(n int) {
	for i := range n {
		user, at := fmt.Sprint("u", i), now.Add(-time.Duration(i%5)*24*time.Hour)
		traits := map[string]string{"city": fmt.Sprintf(`"city%d"`, i%3), "level": fmt.Sprint(i % 4), "name": fmt.Sprintf(`"Person %d"`, i%7)}
		if i%2 == 0 {
			traits["staff"], traits["contacts"], traits["channel"] = `["lin","wu"]`, fmt.Sprint(i%4), `"shop"`
		}
		h.take(user, event.Identified, at.Add(-72*time.Hour), "", traits, fmt.Sprint("tag", i%3))
		for k := range i % 4 {
			h.take(user, event.OrderCompleted, at, fmt.Sprintf(`{"order_id":"%d-%d","revenue":%d.5}`, i, k, 10*(i%6)), nil)
		}
	}
}

// terms are filters with who passes them, told from the numbers of people.
var terms = []struct {
	name string
	set  func(t *search.Terms)
	want func(i int) bool
}{
	{"tag", func(t *search.Terms) { t.Tag = []string{"tag1"} }, func(i int) bool { return i%3 == 1 }},
	{"no tag", func(t *search.Terms) { t.NoTag = []string{"tag1"} }, func(i int) bool { return i%3 != 1 }},
	{"trait", func(t *search.Terms) { t.Trait = []string{"city:city2"} }, func(i int) bool { return i%3 == 2 }},
	{"number", func(t *search.Terms) { t.Trait = []string{"level:3"} }, func(i int) bool { return i%4 == 3 }},
	{"staff", func(t *search.Terms) { t.Staff = "wu" }, func(i int) bool { return i%2 == 0 }},
	{"channel", func(t *search.Terms) { t.Channel = "shop" }, func(i int) bool { return i%2 == 0 }},
	{"in contact", func(t *search.Terms) { t.Contact = "in" }, func(i int) bool { return i%4 == 2 }},
	{"lost", func(t *search.Terms) { t.Contact = "lost" }, func(i int) bool { return i%4 == 0 }},
	{"never a contact", func(t *search.Terms) { t.Contact = "none" }, func(i int) bool { return i%2 == 1 }},
	{"buyers", func(t *search.Terms) { t.Orders = "1.." }, func(i int) bool { return i%4 > 0 }},
	{"two orders", func(t *search.Terms) { t.Orders = "2" }, func(i int) bool { return i%4 == 2 }},
	{"revenue", func(t *search.Terms) { t.Revenue = "20..41" }, func(i int) bool {
		net := float64(i%4) * (float64(10*(i%6)) + .5)
		return net >= 20 && net <= 41
	}},
	{"active", func(t *search.Terms) { t.Active = "36h" }, func(i int) bool { return i%4 > 0 && i%5 < 2 }},
	{"idle", func(t *search.Terms) { t.Idle = "36h" }, func(i int) bool { return i%4 == 0 || i%5 >= 2 }},
	{"last seen", func(t *search.Terms) { t.LastSeen = "2026-02-27..2026-02-28" }, func(i int) bool {
		return i%4 > 0 && (i%5 == 1 || i%5 == 2)
	}},
	{"first seen", func(t *search.Terms) { t.FirstSeen = "..2026-02-24" }, func(i int) bool { return i%5 >= 2 }},
	{"words", func(t *search.Terms) { t.Q = "person 3" }, func(i int) bool { return i%7 == 3 }},
}

// covers: B3
func TestFind_AllTermsHold(t *testing.T) {
	t.Parallel()
	const n = 120
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := build(t, d)
		h.people(n)
		rapid.Check(t, func(t *rapid.T) {
			var f search.Filter
			var chosen []int
			for k := range terms {
				if rapid.IntRange(0, 5).Draw(t, terms[k].name) == 0 {
					terms[k].set(&f.Terms)
					chosen = append(chosen, k)
				}
			}
			if rapid.IntRange(0, 3).Draw(t, "rule") == 0 {
				f.Rule = json.RawMessage(`{"trait":"city","op":"ne","value":"city0"}`)
			}
			want := roaring.New()
			for i := range n {
				ok := f.Rule == nil || i%3 != 0
				for _, k := range chosen {
					// of two terms that set the same member the later counts
					if !slices.ContainsFunc(chosen, func(l int) bool { return l > k && overwrites(l, k) }) {
						ok = ok && terms[k].want(i)
					}
				}
				if ok {
					want.Add(uint32(i + 1))
				}
			}
			got, err := h.search.Find(context.Background(), f)
			if err != nil || !got.Set.Equals(want) {
				t.Fatalf("%+v: %v, want %v, %v", f, got, want, err)
			}
		})
	})
}

func overwrites(l, k int) bool {
	probe := func(i int) (f search.Terms) { terms[i].set(&f); return f }
	a, b := probe(l), probe(k)
	same := func(x, y string) bool { return x != "" && y != "" }
	return same(a.Contact, b.Contact) || same(a.Orders, b.Orders) || (len(a.Trait) > 0 && len(b.Trait) > 0)
}

// covers: B3
func TestPage_ShowsEachOnceInOrder(t *testing.T) {
	t.Parallel()
	const n = 150
	h := build(t, dbtest.SQLite(t))
	h.people(n)
	key := map[string]func(root uint32) int64{
		"id":          func(root uint32) int64 { return int64(root) },
		"last_seen":   func(root uint32) int64 { _, last, _ := h.timeline.Bounds(root); return last },
		"first_seen":  func(root uint32) int64 { first, _, _ := h.timeline.Bounds(root); return first },
		"orders":      func(root uint32) int64 { return int64(h.customers.Orders(root).Count) },
		"net_revenue": func(root uint32) int64 { return h.customers.Orders(root).Net },
	}
	rapid.Check(t, func(t *rapid.T) {
		by := rapid.SampledFrom(search.Sorts).Draw(t, "sort")
		down, limit := rapid.Bool().Draw(t, "down"), rapid.IntRange(1, 40).Draw(t, "limit")
		want := make([]uint32, n)
		for i := range want {
			want[i] = uint32(i + 1)
		}
		slices.SortFunc(want, func(a, b uint32) int {
			order := cmp.Or(cmp.Compare(key[by](a), key[by](b)), cmp.Compare(a, b))
			if down {
				return -order
			}
			return order
		})
		q := search.Query{Sort: by, Limit: limit}
		if down {
			q.Sort = "-" + by
		}
		var got []uint32
		for {
			p, err := h.search.Page(context.Background(), q)
			if err != nil || p.Total != n {
				t.Fatalf("%d of %d, %v", p.Total, n, err)
			}
			got = append(got, p.Roots...)
			if q.Cursor = p.Next; q.Cursor == "" {
				break
			}
			if rapid.IntRange(0, 3).Draw(t, "pause") == 0 {
				h.clock.Advance(2 * time.Minute) // the first page is forgotten
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
	first, err := h.search.Page(t.Context(), search.Query{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.search.Page(t.Context(), search.Query{Limit: 1, Sort: "orders", Cursor: first.Next}); !fault.Is(err, fault.Invalid) {
		t.Fatalf("a cursor of another order: %v", err)
	}
}

// covers: I1
func TestThings_AreWhatTheCallerMayRead(t *testing.T) {
	t.Parallel()
	h := build(t, dbtest.SQLite(t))
	h.people(10)
	ask := func(role access.Role, text string) (titles []string) {
		ctx := access.As(t.Context(), access.Principal{ID: "me", Role: role, Scope: access.ScopeBrand})
		things, err := h.search.Things(ctx, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range things {
			titles = append(titles, x.Kind+" "+x.Title)
		}
		return titles
	}
	if got := ask(access.Operator, "WELCOME"); !slices.Equal(got, []string{
		"playbook welcome back", "playbook Welcome", "playbook y welcome", "playbook a welcome", "playbook z welcome",
	}) {
		t.Errorf("%q", got)
	}
	if got := ask(access.Operator, "person 3"); !slices.Equal(got, []string{"customer Person 3"}) {
		t.Errorf("%q", got)
	}
	if got := ask(access.Viewer, "person 3"); !slices.Equal(got, []string{"customer P**"}) {
		t.Errorf("a viewer finds %q", got)
	}
	if got := ask(access.Staff, "welcome"); len(got) != 0 {
		t.Errorf("staff find %q", got)
	}
	if got := ask(access.Operator, "欢迎"); !slices.Equal(got, []string{"playbook 新客欢迎"}) {
		t.Errorf("%q", got)
	}
}

// covers: B3
func TestNamed_GivesNamesByIDsMaskedAsElsewhere(t *testing.T) {
	t.Parallel()
	h := build(t, dbtest.SQLite(t))
	h.people(10)
	ask := func(role access.Role) (titles []string) {
		ctx := access.As(t.Context(), access.Principal{ID: "me", Role: role, Scope: access.ScopeBrand})
		found, err := h.search.Named(ctx, []string{"c2", "c999", "nobody", "c1", "c0"})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range found {
			titles = append(titles, x.ID+" "+x.Title)
		}
		return titles
	}
	clear, masked := ask(access.Operator), ask(access.Viewer)
	if len(clear) != 2 || clear[0][:3] != "c2 " || clear[1][:3] != "c1 " {
		t.Fatalf("%q", clear)
	}
	if masked[0] != "c2 P**" || clear[0] == masked[0] {
		t.Errorf("a viewer sees %q, an operator %q", masked, clear)
	}
	if _, err := h.search.Named(t.Context(), make([]string, 1001)); !fault.Is(err, fault.Invalid) {
		t.Errorf("too many: %v", err)
	}
}
