package customer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/timeline"
)

// maxOrderID is the longest order id kept as it is; of a longer one, its hash.
const maxOrderID = 200

func (s *Service) applyOrder(ctx context.Context, ev *event.Event, leaf timeline.Ord, c *Change) error {
	p := readOrder(ev)
	o, err := s.orderOf(ctx, orderKey(p.id))
	if err != nil {
		return err
	}
	if !isCurrency(p.currency) {
		p.currency = s.currency
		if o.completed {
			p.currency = o.currency
		}
	}
	if ev.Name == event.OrderRefunded {
		return s.applyRefund(ctx, o, &p, ev.At.UnixMilli(), leaf, c)
	}
	return s.change(ctx, o, c, func() {
		if ev.Name == event.OrderCancelled {
			o.cancel(leaf, ev.At.UnixMilli())
			return
		}
		gross, _ := amount(p.currency, p.revenue, p.total)
		o.complete(leaf, ev.At.UnixMilli(), gross)
	})
}

// applyRefund takes an amount off the order, all of it if none is named. A refund in
// another currency than the refunds before it gets a row of its own.
func (s *Service) applyRefund(ctx context.Context, o *order, p *orderProps, at int64, leaf timeline.Ord, c *Change) error {
	back, ok := amount(p.currency, p.refund, p.revenue, p.total)
	if !ok {
		return s.change(ctx, o, c, func() { o.cancel(leaf, at) })
	}
	if o.refundCurrency != "" && o.refundCurrency != back.Currency {
		var err error
		if o, err = s.orderOf(ctx, orderKey(p.id)+" "+back.Currency); err != nil {
			return err
		}
	}
	back.Minor = max(back.Minor, -back.Minor)
	return s.change(ctx, o, c, func() { o.refund(leaf, at, back) })
}

// change runs edit on o and moves the totals by what it changed.
func (s *Service) change(ctx context.Context, o *order, c *Change, edit func()) error {
	before := *o
	s.account(o, -1)
	edit()
	s.account(o, 1)
	if *o == before {
		return nil
	}
	s.orders[o.id] = o
	if before.completed && before.ord != o.ord {
		if err := s.findLast(ctx, before.ord); err != nil {
			return err
		}
	}
	s.noteOrder(o.ord, c)
	if before.ord != o.ord {
		s.noteOrder(before.ord, c)
	}
	return nil
}

// findLast finds the last order anew of a record from which an order went to another.
func (s *Service) findLast(ctx context.Context, ord timeline.Ord) error {
	last := int64(0)
	look := func(o *order) {
		if o.ord == ord && o.completed {
			last = max(last, o.at)
		}
	}
	err := s.eachOrder(ctx, &ord, func(o *order) {
		if s.orders[o.id] == nil {
			look(o)
		}
	})
	for _, o := range s.orders {
		look(o)
	}
	s.totals[ord].last = last
	return err
}

// noteOrder marks that the totals of a record changed.
func (s *Service) noteOrder(ord timeline.Ord, c *Change) {
	s.dirty.Add(ord)
	if ord == 0 {
		return
	}
	root := s.tl.Root(ord)
	if root == c.Root {
		c.Orders = true
		c.Traits = s.compute(root, c.Traits)
		return
	}
	s.compute(root, nil)
	if !slices.Contains(c.Also, root) {
		c.Also = append(c.Also, root)
	}
}

// orderOf finds an order or makes an empty one. A new id needs no look into SQL.
func (s *Service) orderOf(ctx context.Context, id string) (*order, error) {
	if o := s.orders[id]; o != nil {
		return o, nil
	}
	o := &order{id: id}
	print := fingerprint(id)
	if _, ok := s.known[print]; ok {
		if err := s.readOrder(ctx, o); err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	s.known[print] = struct{}{}
	return o, nil
}

// orderKey is an id that both engines can store.
func orderKey(id string) string {
	if len(id) > maxOrderID {
		sum := sha256.Sum256([]byte(id))
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	return strings.ToValidUTF8(strings.ReplaceAll(id, "\x00", ""), "?")
}

func isCurrency(code string) bool {
	return len(code) == 3 && !strings.ContainsFunc(code, func(r rune) bool { return r < 'A' || r > 'Z' })
}
