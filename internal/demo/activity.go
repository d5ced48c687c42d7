package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// message is one call of the Segment protocol.
type message map[string]any

// activity makes up what people do, one step at a time. The same seed and people give
// the same steps.
type activity struct {
	people   *people
	rand     *rand.Rand
	run      string // part of every id, so that another run repeats none
	n        int
	visits   []*visit
	orders   int
	visitors int
}

// visit is one person in the shop now.
type visit struct {
	shopper  *shopper // nil: somebody new
	visitor  string   // anonymous id of somebody new
	email    string   // once known
	viewed   []int
	cart     []line
	toView   int
	asked    bool           // for consent to messages
	checkout map[string]any // the order on its way, nil none
	ordered  string         // order id; a refund may follow
	revenue  float64
	finished bool
}

type line struct {
	item     int
	quantity int
}

const visitsAtOnce = 12

func newActivity(p *people, seed uint64, run string) *activity {
	return &activity{people: p, rand: rand.New(rand.NewPCG(seed, 0x597574616e67)), run: run}
}

// next is what happens next and how long it takes until then, at rate events a second.
func (a *activity) next(now time.Time, rate float64) (message, time.Duration) {
	for len(a.visits) < visitsAtOnce {
		a.visits = append(a.visits, a.enter())
	}
	i := a.rand.IntN(len(a.visits))
	v := a.visits[i]
	m := a.step(v)
	if v.finished {
		a.visits = slices.Delete(a.visits, i, i+1)
	}
	a.n++
	m["messageId"] = fmt.Sprintf("%s-%d", a.run, a.n)
	m["timestamp"] = now.UTC().Format(time.RFC3339Nano)
	gap := -math.Log(1-a.rand.Float64()) / rate
	return m, time.Duration(min(gap, 10/rate) * float64(time.Second))
}

// enter lets somebody in: three in four are customers of the history.
func (a *activity) enter() *visit {
	v := &visit{toView: 1 + a.rand.IntN(4)}
	if a.rand.IntN(4) > 0 {
		v.shopper = &a.people.shoppers[a.rand.IntN(len(a.people.shoppers))]
		return v
	}
	a.visitors++
	v.visitor = fmt.Sprintf("visitor-%s-%d", a.run, a.visitors)
	return v
}

// step is the next thing that v does.
func (a *activity) step(v *visit) message {
	switch {
	case v.ordered != "":
		v.finished = true
		return v.track("Order Refunded", map[string]any{
			"order_id": v.ordered, "revenue": v.revenue, "currency": Currency, "reason": "changed their mind",
		})
	case len(v.viewed) < v.toView:
		return a.view(v)
	case a.consents(v):
		return v.track("Consent Given", map[string]any{"channel": "webhook"})
	case v.checkout != nil:
		return a.order(v)
	case len(v.cart) == 0:
		return a.add(v)
	case v.shopper == nil && v.email == "":
		return a.identify(v)
	case a.rand.IntN(4) == 0 && len(v.cart) < 6:
		return a.add(v)
	}
	return a.order(v)
}

// consents asks once a visit whether messages are welcome; seven in ten say yes.
func (a *activity) consents(v *visit) bool {
	if v.asked || v.finished {
		return false
	}
	v.asked = true
	return a.rand.IntN(100) < 70
}

func (a *activity) view(v *visit) message {
	i := a.wanted(v)
	v.viewed = append(v.viewed, i)
	if len(v.viewed) == v.toView && a.rand.IntN(100) < 45 {
		v.finished = true // only looked around
	}
	return v.track("Product Viewed", a.describe(i))
}

// wanted is a product that fits: mostly from what the customer bought before.
func (a *activity) wanted(v *visit) int {
	from := a.people.common
	if v.shopper != nil && a.rand.IntN(5) > 0 {
		from = v.shopper.basket
	}
	return from[a.rand.IntN(len(from))]
}

func (a *activity) add(v *visit) message {
	i := v.viewed[a.rand.IntN(len(v.viewed))]
	l := line{item: i, quantity: 6 * (1 + a.rand.IntN(16))} // the shop sells to shops
	v.cart = append(v.cart, l)
	if a.rand.IntN(100) < 30 {
		v.finished = true // leaves the cart
	}
	props := a.describe(i)
	props["quantity"] = l.quantity
	return v.track("Product Added", props)
}

// identify tells who a new visitor is. The addresses belong to nobody (RFC 2606).
func (a *activity) identify(v *visit) message {
	v.email = v.visitor + "@example.com"
	m := v.track("", nil)
	m["type"] = "identify"
	m["traits"] = map[string]any{"email": v.email, "country": "United Kingdom", "channel": "demo"}
	delete(m, "event")
	delete(m, "properties")
	return m
}

// order takes two steps: to the checkout, where one in six leaves, and to the end.
func (a *activity) order(v *visit) message {
	if v.checkout == nil {
		a.checkout(v)
		v.finished = a.rand.IntN(6) == 0
		return v.track("Checkout Started", v.checkout)
	}
	v.ordered, _ = v.checkout["order_id"].(string)
	v.finished = a.rand.IntN(100) >= 4 // the others send it back
	return v.track("Order Completed", v.checkout)
}

func (a *activity) checkout(v *visit) {
	a.orders++
	pence, quantity := 0, 0
	products := make([]map[string]any, len(v.cart))
	for i, l := range v.cart {
		products[i] = a.describe(l.item)
		products[i]["quantity"] = l.quantity
		pence += int(math.Round(a.people.items[l.item].price*100)) * l.quantity
		quantity += l.quantity
	}
	v.revenue = float64(pence) / 100
	v.checkout = map[string]any{
		"order_id": fmt.Sprintf("D%s-%d", a.run, a.orders), "revenue": v.revenue, "currency": Currency, "quantity": quantity, "products": products,
	}
}

func (a *activity) describe(i int) map[string]any {
	it := a.people.items[i]
	return map[string]any{"product_id": it.code, "name": it.name, "price": it.price, "currency": Currency}
}

// track is an event of the person, with what is known of them.
func (v *visit) track(name string, props map[string]any) message {
	m := message{"type": "track", "event": name, "properties": props}
	if v.shopper != nil {
		m["context"] = map[string]any{"externalIds": []map[string]string{{"type": "member_no", "value": v.shopper.member}}}
		return m
	}
	m["anonymousId"] = v.visitor
	return m
}
