package customer

import (
	"math"
	"strings"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
	"yutang/internal/money"
	"yutang/internal/timeline"
)

// order is one order of a shop with its refunds. The events of an order may come in any
// order and twice: the amounts are those of the newest Order Completed (one of a known
// customer before one of nobody), refunds add up, a cancellation voids it for good.
type order struct {
	id             string
	ord            timeline.Ord
	completed      bool
	at             int64 // of the Order Completed that counts; 0 without one
	currency       string
	gross          int64 // minor units of currency
	refundAt       int64 // of the refund whose customer owns the row until it is completed
	refundCurrency string
	refunded       int64 // sum of the refunds that name an amount, minor units
	void           bool  // cancelled, or refunded without an amount
}

// complete takes the amounts of an Order Completed if it counts more than the last.
func (o *order) complete(ord timeline.Ord, at int64, gross money.Amount) {
	if o.completed {
		known, was := ord != 0, o.ord != 0
		if known != was && was || known == was && at < o.at {
			return
		}
	}
	o.completed, o.ord, o.at, o.gross, o.currency = true, ord, at, gross.Minor, gross.Currency
}

// refund adds a refund of amount.
func (o *order) refund(ord timeline.Ord, at int64, amount money.Amount) {
	o.own(ord, at)
	o.refundCurrency = amount.Currency
	o.refunded += amount.Minor
}

// cancel voids the whole order.
func (o *order) cancel(ord timeline.Ord, at int64) {
	o.own(ord, at)
	o.void = true
}

// own gives a row without an order to the customer of the newest refund, of a known
// customer before one of nobody.
func (o *order) own(ord timeline.Ord, at int64) {
	known, was := ord != 0, o.ord != 0
	if o.completed || known != was && was || known == was && at < o.refundAt {
		return
	}
	o.ord, o.refundAt = ord, at
}

// back is how much of the order went back, in its own currency: never more than it
// brought. Refunds of an unknown order, or in another currency, count by themselves.
func (o *order) back() int64 {
	switch {
	case !o.completed:
		return 0
	case o.void:
		return max(o.gross, 0)
	case o.refundCurrency == o.currency:
		return min(o.refunded, max(o.gross, 0))
	}
	return 0
}

// loose is what was refunded beside the order itself.
func (o *order) loose() int64 {
	if o.completed && (o.void || o.refundCurrency == o.currency) {
		return 0
	}
	return o.refunded
}

// orderProps are what an order event says.
type orderProps struct {
	id       string
	currency string // upper case, "" if none
	revenue  gjson.Result
	total    gjson.Result
	refund   gjson.Result
}

func readOrder(ev *event.Event) orderProps {
	var p orderProps
	gjson.ParseBytes(ev.Props).ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "order_id":
			p.id = strings.TrimSpace(v.String())
		case "currency":
			p.currency = strings.ToUpper(strings.TrimSpace(v.String()))
		case "revenue":
			p.revenue = v
		case "total":
			p.total = v
		case "refund_amount":
			p.refund = v
		}
		return true
	})
	if p.id == "" {
		p.id = ev.MessageID
	}
	return p
}

// amount reads the first of fields that is an amount.
func amount(currency string, fields ...gjson.Result) (money.Amount, bool) {
	for _, f := range fields {
		text := f.Raw
		if f.Type == gjson.String {
			text = f.Str
		} else if f.Type != gjson.Number {
			continue
		}
		if a, ok := parseAmount(text, currency); ok {
			return a, true
		}
	}
	return money.Amount{Currency: currency}, false
}

// parseAmount also reads the exponent form that JSON allows. Amounts that no shop has
// (from 10^12 major units) are refused, so that sums cannot overflow.
func parseAmount(text, currency string) (money.Amount, bool) {
	d, ok := event.ParseDecimal(strings.TrimSpace(text))
	if !ok || math.Abs(d.Float()) >= 1e12 {
		return money.Amount{}, false
	}
	if a, err := money.Parse(text, currency); err == nil {
		return a, true
	}
	if !strings.ContainsAny(text, "eE") {
		return money.Amount{}, false
	}
	a, err := money.Parse(d.String(), currency)
	return a, err == nil
}

// fingerprint of an order id (FNV-1a).
func fingerprint(id string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	return h
}
