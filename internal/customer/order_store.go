package customer

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"yutang/internal/timeline"
)

const selectOrder = `SELECT ord, completed, at, currency, gross, refund_at, refund_currency, refunded, void
FROM customer_order WHERE id = $1`

func (s *Service) readOrder(ctx context.Context, o *order) error {
	err := s.db.Get(ctx, selectOrder, []any{o.id},
		&o.ord, &o.completed, &o.at, &o.currency, &o.gross, &o.refundAt, &o.refundCurrency, &o.refunded, &o.void)
	if err != nil {
		return fmt.Errorf("read order: %w", err)
	}
	return nil
}

var orderColumns = []string{
	"id", "ord", "completed", "at", "currency", "gross", "refund_at", "refund_currency", "refunded", "void",
}

const upsertOrder = `ON CONFLICT (id) DO UPDATE SET ord = excluded.ord, completed = excluded.completed, at = excluded.at,
currency = excluded.currency, gross = excluded.gross, refund_at = excluded.refund_at,
refund_currency = excluded.refund_currency, refunded = excluded.refunded, void = excluded.void`

func (s *Service) flushOrders(ctx context.Context) error {
	if len(s.orders) == 0 {
		return nil
	}
	args := s.args[:0]
	for _, id := range slices.Sorted(maps.Keys(s.orders)) {
		o := s.orders[id]
		args = append(args, o.id, int64(o.ord), o.completed, o.at, o.currency, o.gross,
			o.refundAt, o.refundCurrency, o.refunded, o.void)
	}
	s.args = args
	if err := s.db.InsertMany(ctx, "customer_order", orderColumns, args, upsertOrder); err != nil {
		return err
	}
	clear(s.args)
	clear(s.orders)
	return nil
}

const selectOrders = `SELECT id, ord, completed, at, currency, gross, refund_at, refund_currency, refunded, void
FROM customer_order`

// eachOrder reads all orders, or those recorded under one number.
func (s *Service) eachOrder(ctx context.Context, only *timeline.Ord, visit func(o *order)) error {
	query, args := selectOrders, []any(nil)
	if only != nil {
		query, args = selectOrders+" WHERE ord = $1", []any{*only}
	}
	err := s.db.Each(ctx, query, args, func(rows *sql.Rows) error {
		var o order
		err := rows.Scan(&o.id, &o.ord, &o.completed, &o.at, &o.currency, &o.gross,
			&o.refundAt, &o.refundCurrency, &o.refunded, &o.void)
		if err == nil {
			visit(&o)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read orders: %w", err)
	}
	return nil
}
