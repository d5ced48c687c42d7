package importer

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
	"yutang/internal/money"
)

// orderLine is one line of an order, read.
type orderLine struct {
	at              time.Time
	quantity, price event.Decimal
	amount, revenue event.Decimal // price times quantity; of the whole order if the file gives it
	priced, total   bool
}

const held = "another line of this order is rejected"

// order makes the event of an order. If one of its lines has a problem the order is held
// back as a whole: half an order would be wrong money, and could not be completed later.
func (b *binding) order(id string, items []*item) *event.Event {
	refund := len(items) > 0 && b.refunds != nil && b.refunds.holds(items[0].cells)
	lines := make([]orderLine, len(items))
	good := len(items) > 0
	for i, it := range items {
		if !it.problem.bad() {
			lines[i], it.problem = b.line(id, it, items[0], refund)
		}
		good = good && !it.problem.bad()
	}
	if good {
		ev, p := b.orderEvent(id, items, lines, refund)
		if !p.bad() {
			return ev
		}
		items[0].problem = p
	}
	return nil
}

// line reads one line; first is the order's first.
func (b *binding) line(id string, it, first *item, refund bool) (l orderLine, p problem) {
	if id == "" {
		return l, problem{b.fields["order_id"].spec.Column, "has no order id"}
	}
	if l.at, p = b.when(it.cells); p.bad() {
		return l, p
	}
	if it != first && !sameCustomer(b.who(first.cells), b.who(it.cells)) {
		return l, problem{"", "names another customer than the first line of the order"}
	}
	if l.quantity, _, p = b.number("quantity", it.cells, event.DecimalScale, refund); p.bad() {
		return l, p
	}
	if l.price, l.priced, p = b.number("price", it.cells, 0, refund); p.bad() {
		return l, p
	}
	if l.revenue, l.total, p = b.number("revenue", it.cells, 0, refund); p.bad() {
		return l, p
	}
	ok := false
	if l.amount, ok = times(l.quantity, l.price); !ok {
		return l, problem{b.fields["price"].spec.Column, "is too large"}
	}
	return l, problem{}
}

// number reads a field that must not be negative, except in a refund, whose sign says
// only that money goes back.
func (b *binding) number(name string, cells []string, missing event.Decimal, refund bool) (event.Decimal, bool, problem) {
	c, mapped := b.fields[name]
	text := ""
	if mapped {
		text = c.text(cells)
	}
	if text == "" {
		return missing, false, problem{}
	}
	n, ok := parseNumber(text)
	switch {
	case !ok:
		return 0, false, problem{c.spec.Column, name + " is not a number"}
	case n < 0 && refund:
		n = -n
	case n < 0:
		return 0, false, problem{c.spec.Column, name + " is negative: neither a sale nor marked as a refund"}
	}
	return n, true, problem{}
}

func sameCustomer(a, b []event.Identity) bool {
	for _, x := range a {
		for _, y := range b {
			if x.Type == y.Type && x.Value != y.Value {
				return false
			}
		}
	}
	return true
}

func (b *binding) orderEvent(id string, items []*item, lines []orderLine, refund bool) (*event.Event, problem) {
	first := items[0].cells
	ev := &event.Event{Name: event.OrderCompleted, MessageID: "order:" + id, At: lines[0].at, Identities: b.who(first)}
	if refund {
		ev.Name, ev.MessageID = event.OrderRefunded, "refund:"+id
	}
	for _, l := range lines {
		if l.at.Before(ev.At) {
			ev.At = l.at
		}
	}
	var p problem
	if ev.Traits, p = b.traitOps(first); p.bad() {
		return nil, p
	}
	revenue, quantity, p := b.totals(lines)
	if p.bad() {
		return nil, p
	}
	currency := b.currency(first)
	total, err := money.Parse(revenue.String(), currency)
	if err != nil {
		return nil, problem{b.fields["revenue"].spec.Column, "is too large"}
	}
	props := appendMember([]byte{'{'}, "order_id", quoted(id))
	props = appendMember(props, "revenue", total.String())
	props = appendMember(props, "currency", quoted(currency))
	props = appendMember(props, "quantity", quantity.String())
	if props, p = b.appendProps(props, first); p.bad() {
		return nil, p
	}
	props = append(props, `,"products":`...)
	ev.Props = append(b.appendProducts(props, items, lines), '}')
	return ev, problem{}
}

func (b *binding) currency(cells []string) string {
	if c, mapped := b.fields["currency"]; mapped {
		if v := c.text(cells); v != "" {
			return strings.ToUpper(v)
		}
	}
	return money.DefaultCurrency
}

// totals is the revenue and the number of pieces. A total in the file wins over the sum
// of the lines: it knows about discounts and freight.
func (b *binding) totals(lines []orderLine) (revenue, quantity event.Decimal, p problem) {
	for _, l := range lines {
		revenue += l.amount
		quantity += l.quantity
		if revenue > maxNumber || quantity > maxNumber {
			return 0, 0, problem{"", "the order is too large"}
		}
	}
	if lines[0].total {
		revenue = lines[0].revenue
	}
	return revenue, quantity, problem{}
}

// appendProducts writes the lines as Segment's products array.
func (b *binding) appendProducts(dst []byte, items []*item, lines []orderLine) []byte {
	dst = append(dst, '[')
	for i, l := range lines {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '{')
		for _, f := range [...][2]string{{"product_id", "product_id"}, {"product_name", "name"}} {
			if c, mapped := b.fields[f[0]]; mapped {
				if v := c.text(items[i].cells); v != "" {
					dst = appendMember(dst, f[1], quoted(v))
				}
			}
		}
		dst = appendMember(dst, "quantity", l.quantity.String())
		if l.priced {
			dst = appendMember(dst, "price", l.price.String())
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func quoted(s string) string { return string(gjson.AppendJSONString(nil, s)) }
