package customer

import (
	"context"
	"fmt"

	"yutang/internal/timeline"
)

// Reload reads these records anew after a snapshot was restored: their rows may have
// changed since. Identity is reloaded before. Writer only.
func (s *Service) Reload(ctx context.Context, ords []uint32) error {
	if err := s.playLevels(ctx); err != nil {
		return fmt.Errorf("reload levels: %w", err)
	}
	for _, ord := range ords {
		if err := s.reloadOrders(ctx, ord); err != nil {
			return fmt.Errorf("reload orders: %w", err)
		}
		if ord != 0 {
			delete(s.docs, ord)
			s.stored.Add(ord) // perhaps without a row, which reads as an empty document
		}
	}
	for _, ord := range ords {
		if ord == 0 {
			continue
		}
		if err := s.refresh(ctx, ord); err != nil {
			return fmt.Errorf("reload profiles: %w", err)
		}
	}
	return nil
}

// refresh shows the group of ord without touching levels, which have a history of
// their own.
func (s *Service) refresh(ctx context.Context, ord timeline.Ord) error {
	root := s.tl.Root(ord)
	for _, leaf := range s.tl.Leaves(ord) {
		if leaf != root {
			s.show(leaf, newDocument())
		}
	}
	doc, err := s.folded(ctx, root)
	if err != nil {
		return err
	}
	s.show(root, doc)
	return nil
}

// reloadOrders replaces the totals of one record by those of its rows.
func (s *Service) reloadOrders(ctx context.Context, ord timeline.Ord) error {
	s.reach(ord)
	old := s.totals[ord]
	s.brand.gross -= old.gross
	s.brand.refunded -= old.refunded
	s.brand.count -= old.count
	s.totals[ord] = leafTotals{}
	for _, currency := range s.currencies {
		delete(s.foreign, foreignKey{ord, currency})
	}
	return s.eachOrder(ctx, &ord, s.take)
}
