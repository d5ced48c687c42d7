package customer

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yutang/internal/db"
	"yutang/internal/db/dbtest"
	"yutang/internal/event"
	"yutang/internal/timeline"
)

// sale is one order event of the naive model.
type sale struct {
	name   string
	ord    timeline.Ord
	minute int
	order  int
	amount int // major units; -1 none is named
}

func (s sale) currency() string {
	if s.order%4 == 0 {
		return "USD"
	}
	return "CNY"
}

func (s sale) event(i int) *event.Event {
	props := fmt.Sprintf(`{"order_id":"o%d","currency":%q`, s.order, s.currency())
	if s.amount >= 0 {
		props += fmt.Sprintf(`,"revenue":%d.5`, s.amount)
	}
	ev := ordered(s.ord, s.minute, s.name, props+"}")
	ev.MessageID = fmt.Sprint("m", i)
	return ev
}

func drawSale(t *rapid.T) sale {
	s := sale{
		name:   rapid.SampledFrom([]string{event.OrderCompleted, event.OrderCompleted, event.OrderRefunded, event.OrderCancelled}).Draw(t, "name"),
		ord:    rapid.Uint32Range(0, 4).Draw(t, "customer"),
		minute: rapid.IntRange(1, 50).Draw(t, "minute"),
		order:  rapid.IntRange(1, 6).Draw(t, "order"),
		amount: rapid.IntRange(0, 20).Draw(t, "amount"),
	}
	if s.name == event.OrderCancelled || (s.name == event.OrderRefunded && s.amount == 0) {
		s.amount = -1
	}
	return s
}

// recount adds up the totals of each customer (0: the brand) from the whole stream.
func recount(sales []sale) map[timeline.Ord]OrderTotals {
	out := map[timeline.Ord]OrderTotals{}
	for order := 1; order <= 6; order++ {
		var done, owner *sale
		refunded, void := int64(0), false
		for i := range sales {
			s := &sales[i]
			switch {
			case s.order != order:
				continue
			case s.name == event.OrderCompleted:
				done = better(done, s)
			case s.amount < 0:
				void = true
				owner = better(owner, s)
			default:
				refunded += int64(s.amount)*100 + 50
				owner = better(owner, s)
			}
		}
		book(out, done, owner, refunded, void)
	}
	return out
}

// better is the event that counts: of a known customer, then the newest, then the last.
func better(a, b *sale) *sale {
	if a == nil || (b.ord != 0 && a.ord == 0) || ((b.ord != 0) == (a.ord != 0) && b.minute >= a.minute) {
		return b
	}
	return a
}

func book(out map[timeline.Ord]OrderTotals, done, owner *sale, refunded int64, void bool) {
	if done == nil && owner == nil {
		return
	}
	gross := int64(0)
	if done != nil {
		gross = int64(done.amount)*100 + 50
		if void {
			refunded = gross
		}
		refunded, owner = min(refunded, gross), done
	}
	for _, ord := range []timeline.Ord{0, owner.ord} {
		t := out[ord]
		if owner.currency() == "CNY" {
			t.Gross, t.Refunded = t.Gross+gross, t.Refunded+refunded
		}
		if done != nil {
			t.Count++
			t.LastAt = max(t.LastAt, at(done.minute).UnixMilli())
		}
		t.Net = t.Gross - t.Refunded
		out[ord] = t
		if owner.ord == 0 {
			break
		}
	}
}

// covers: B3
func TestOrders_EqualARecountHoweverEventsCome(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			for _, table := range []string{"customer_order", "profile", "customer_level"} {
				if _, err := d.Exec(t.Context(), "DELETE FROM "+table); err != nil {
					t.Fatal(err)
				}
			}
			p := newPond(t, d, 4)
			if err := p.s.EnsureTrait(t.Context(), NetRevenue); err != nil {
				t.Fatal(err)
			}
			sales := rapid.SliceOfN(rapid.Custom(drawSale), 1, 25).Draw(rt, "sales")
			for i := 0; i < len(sales); {
				var batch []*event.Event
				for range rapid.IntRange(1, 6).Draw(rt, "batch") {
					if i < len(sales) {
						batch = append(batch, sales[i].event(i))
						i++
					}
				}
				p.apply(batch...)
			}
			want := recount(sales)
			for name, s := range map[string]*Service{"live": p.s, "loaded": p.loaded()} {
				check(rt, name, s, want)
			}
		})
	})
}

func check(t *rapid.T, name string, s *Service, want map[timeline.Ord]OrderTotals) {
	for ord := timeline.Ord(0); ord <= 4; ord++ {
		got, w := s.Orders(ord), want[ord]
		if ord == 0 {
			got = s.BrandOrders()
			w.LastAt = 0
		} else if dec := s.Trait(NetRevenue).Dict().Value(s.Trait(NetRevenue).Code(ord)); dec.Num != majorUnits(w.Net, "CNY") {
			t.Fatalf("%s: net_revenue of %d = %s, want %d minor", name, ord, dec.JSON(), w.Net)
		}
		got.Others, got.brandCount, w.Currency = nil, 0, "CNY"
		if diff := cmp.Diff(w, got, cmp.AllowUnexported(OrderTotals{})); diff != "" {
			t.Fatalf("%s: orders of %d (-want +got):\n%s", name, ord, diff)
		}
	}
}

// covers: B3
func TestApply_RefundOfAnUnknownOrderReducesNetRevenue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPond(t, d, 1)
		c := p.apply(
			ordered(1, 1, event.OrderCompleted, `{"order_id":"536365","revenue":"139.12","currency":"CNY"}`),
			ordered(1, 2, event.OrderRefunded, `{"order_id":"C536379","revenue":-27.5}`),
			ordered(1, 3, event.OrderCompleted, `{"order_id":"bad","revenue":1e300}`),
			&event.Event{Ord: 1, Name: event.PageViewed, At: at(4)},
		)
		got := p.s.Orders(1)
		if got.Net != 11162 || got.Count != 2 || got.LastAt != at(3).UnixMilli() {
			t.Fatalf("orders = %+v", got)
		}
		if !c[0].Orders || !c[1].Orders || c[3].Orders {
			t.Fatalf("changes = %+v", c)
		}
	})
}

func TestApply_PlainEventsCostNothing(t *testing.T) {
	p := newPond(t, dbtest.SQLite(t), 1)
	ev := &event.Event{Ord: 1, Name: event.ProductViewed, At: at(1), Props: []byte(`{"category":"tea"}`)}
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() { _, _ = p.s.Apply(ctx, ev, 1, 1) }); n != 0 {
		t.Fatalf("%v allocations for a plain event", n)
	}
}
