package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"yutang/internal/customer"
	"yutang/internal/money"
)

// Purchase is an order of the ledger under the customer whose it is now.
type Purchase struct {
	Root uint32 // 0 nobody
	At   int64  // ms
	Net  int64  // minor units, after refunds
	Void bool   // cancelled or given back as a whole
}

// Book is the order ledger by customer. It does not change.
type Book struct {
	purchases []Purchase // by root, then time
	currency  string
}

// lookEvery is how many owners are looked up under one hold of the timeline's lock.
const lookEvery = 10_000

// Book reads the orders up to a moment.
func (b *Base) Book(ctx context.Context, until time.Time) (*Book, error) {
	k := &Book{currency: b.Customers.Currency()}
	last := until.UnixMilli()
	err := b.Customers.Ledger(ctx, func(o customer.Order) error {
		if at := o.At.UnixMilli(); at <= last {
			k.purchases = append(k.purchases, Purchase{Root: o.Record, At: at, Net: o.Net, Void: o.Void})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the order ledger: %w", err)
	}
	for part := range slices.Chunk(k.purchases, lookEvery) {
		b.Timeline.RLock()
		for i := range part {
			if part[i].Root != 0 {
				part[i].Root = b.Timeline.Root(part[i].Root)
			}
		}
		b.Timeline.RUnlock()
	}
	slices.SortFunc(k.purchases, func(x, y Purchase) int { return cmp.Or(cmp.Compare(x.Root, y.Root), cmp.Compare(x.At, y.At)) })
	return k, nil
}

// Of are one customer's orders, the oldest first; of 0 those of nobody.
func (k *Book) Of(root uint32) []Purchase {
	from, _ := slices.BinarySearchFunc(k.purchases, root, func(p Purchase, root uint32) int { return cmp.Compare(p.Root, root) })
	to := from
	for to < len(k.purchases) && k.purchases[to].Root == root {
		to++
	}
	return k.purchases[from:to]
}

// Each visits all orders, by customer and time.
func (k *Book) Each(visit func(Purchase)) {
	for _, p := range k.purchases {
		visit(p)
	}
}

// Net is the sum of all orders, in minor units.
func (k *Book) Net() (sum int64) {
	for _, p := range k.purchases {
		sum += p.Net
	}
	return sum
}

// Major is an amount in major units, for an answer.
func (k *Book) Major(minor int64) float64 { return Major(minor, k.currency) }

// Major is minor units of a currency as major ones, for answers and statistics only.
func Major(minor int64, currency string) float64 { return money.Major(minor, currency) }
