package demo

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"yutang/internal/wecomsim"
)

// shopping lets people of the corp be customers of the shop as well: some of those seeded
// are customers of its history, some of those who come by codes sign up and buy.
type shopping struct {
	d      Deps
	send   *live
	people *people
	run    string
	n      int
	looked int // customers of the corp looked at
	buyers []buyer
	batch  []message // to be sent at once
}

// buyer is one who signed up, and when the next order is due.
type buyer struct {
	user string
	next time.Time
	left int
}

const (
	shopEvery    = 2 * time.Second
	linkedShare  = 4 // of the seeded one in so many is a customer of the history
	signUpShare  = 3 // of newcomers so many in five sign up
	unpaidShare  = 6 // of orders one in so many is left unpaid
	buyersAtOnce = 2000
	bestShoppers = 150
)

func newShopping(d Deps, l *live) *shopping {
	return &shopping{d: d, send: &live{d: d, client: l.client}, people: l.act.people, run: l.act.run + "-wx"}
}

// live goes on until ctx ends.
func (s *shopping) live(ctx context.Context) error {
	calm := s.d.Clock.Now().Add(busyFor)
	for {
		if s.d.WeCom.Sim.Agents().Rate == busyRate && s.d.Clock.Now().After(calm) {
			if err := s.d.WeCom.Sim.SetAgents(agentsRate); err != nil {
				return err
			}
		}
		if err := s.turn(ctx); err != nil {
			return err
		}
		if err := s.d.Clock.WaitUntil(ctx, s.d.Clock.Now().Add(shopEvery)); err != nil {
			return err
		}
	}
}

// turn lets newcomers sign up and buyers buy.
func (s *shopping) turn(ctx context.Context) error {
	s.look()
	s.buy()
	return s.tell(ctx)
}

// tell sends what was done.
func (s *shopping) tell(ctx context.Context) error {
	for part := range slices.Chunk(s.batch, recentBatch) {
		if err := s.send.deliver(ctx, part...); err != nil {
			return err
		}
	}
	s.batch = s.batch[:0]
	return nil
}

// dice follow from the seed and the person, so that a restart makes the same of somebody.
func (s *shopping) dice(i int) *rand.Rand { return rand.New(rand.NewPCG(s.d.Seed^0x5b0b, uint64(i))) }

// link tells the shop which of the corp's customers are customers of its history. Half of
// them are among those who bought the most.
func (s *shopping) link(ctx context.Context) error {
	best := slices.Clone(s.people.shoppers)
	slices.SortStableFunc(best, func(a, b shopper) int { return len(b.basket) - len(a.basket) })
	best = best[:min(len(best), bestShoppers)]
	for i, c := range s.d.WeCom.Sim.Customers(0, corpPeople) {
		r := s.dice(i)
		if r.IntN(linkedShare) > 0 || len(best) == 0 {
			continue
		}
		from := s.people.shoppers
		if r.IntN(2) == 0 {
			from = best
		}
		who := from[r.IntN(len(from))]
		m := s.identify(c.ID, map[string]any{"type": "member_no", "id": who.member})
		m["anonymousId"] = "wx-" + c.ID
		s.batch = append(s.batch, m)
	}
	s.looked = corpPeople
	return s.tell(ctx)
}

// look lets newcomers sign up.
func (s *shopping) look() {
	for {
		list := s.d.WeCom.Sim.Customers(s.looked, 50)
		for _, c := range list {
			if len(c.Follows) == 0 && s.recent(s.looked) {
				return // on the way; look again
			}
			s.signUp(s.looked, c)
			s.looked++
		}
		if len(list) == 0 {
			return
		}
	}
}

// recent says whether the person is among the latest few, who may not have scanned yet.
func (s *shopping) recent(i int) bool { return len(s.d.WeCom.Sim.Customers(i+5, 1)) == 0 }

// signUp lets somebody who came by a code sign up with the shop, or not.
func (s *shopping) signUp(i int, c wecomsim.Customer) {
	r := s.dice(i)
	if len(c.Follows) == 0 || r.IntN(5) >= signUpShare {
		return
	}
	user := fmt.Sprintf("wx_%d", i)
	if len(s.buyers) < buyersAtOnce {
		wait := time.Duration(10+r.IntN(110)) * time.Second
		s.buyers = append(s.buyers, buyer{user, s.d.Clock.Now().Add(wait), 1 + r.IntN(3)})
	}
	m := s.identify(c.ID)
	m["userId"] = user
	s.batch = append(s.batch, m)
}

// identify says that a customer of the corp is somebody the shop knows.
func (s *shopping) identify(external string, more ...map[string]any) message {
	ids := append([]map[string]any{{"type": "external_userid:" + Corp, "id": external}}, more...)
	return message{
		"type": "identify", "messageId": "wx-link-" + external, "timestamp": s.stamp(), "context": map[string]any{"externalIds": ids},
		"traits": birthdays(external),
	}
}

// birthdays follow from the person: two in three have told theirs, one in five that of a
// child.
func birthdays(external string) map[string]any {
	h := fnv.New64a()
	_, _ = h.Write([]byte(external)) // never fails
	n, out := h.Sum64(), map[string]any{}
	day := func(year, n uint64) string {
		return time.Date(int(year), 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n%365)).Format(time.DateOnly)
	}
	if n%3 > 0 {
		out["birthday"] = day(1970+n/7%35, n/11)
	}
	if n%5 == 0 {
		out["baby_birthday"] = day(2023+n/13%3, n/17)
	}
	return out
}

// buy sends the orders that are due.
func (s *shopping) buy() {
	now := s.d.Clock.Now()
	keep := s.buyers[:0]
	for _, b := range s.buyers {
		if b.next.After(now) {
			keep = append(keep, b)
			continue
		}
		s.order(b.user)
		if b.left--; b.left > 0 {
			b.next = now.Add(time.Duration(5+s.dice(s.n).IntN(600)) * time.Minute)
			keep = append(keep, b)
		}
	}
	s.buyers = keep
}

func (s *shopping) order(user string) {
	s.n++
	r := s.dice(s.n + 1<<32)
	it := s.people.items[s.people.common[r.IntN(len(s.people.common))]]
	n := 6 * (1 + r.IntN(12)) // the shop sells to shops
	revenue := float64(int(it.price*float64(n)*100+0.5)) / 100
	id := fmt.Sprintf("%s-%d", s.run, s.n)
	props := map[string]any{
		"order_id": id, "revenue": revenue, "currency": Currency,
		"products": []map[string]any{{"product_id": it.code, "name": it.name, "price": it.price, "quantity": n}},
	}
	track := func(event, message string) {
		s.batch = append(s.batch, map[string]any{
			"type": "track", "event": event, "userId": user, "messageId": message, "timestamp": s.stamp(), "properties": props,
		})
	}
	track("Checkout Started", id+"-checkout")
	if r.IntN(unpaidShare) > 0 {
		track("Order Completed", id)
	}
}

func (s *shopping) stamp() string { return s.d.Clock.Now().UTC().Format(time.RFC3339Nano) }
