package customer

import "yutang/internal/timeline"

// OrderCount is Orders(root).Count, for who asks for very many. Any lock held.
func (s *Service) OrderCount(root timeline.Ord) int {
	if t := s.alone(root); t != nil {
		return int(t.count)
	}
	return s.Orders(root).Count
}

// NetRevenue is Orders(root).Net, for who asks for very many. Any lock held.
func (s *Service) NetRevenue(root timeline.Ord) int64 {
	if t := s.alone(root); t != nil {
		return t.gross - t.refunded
	}
	return s.Orders(root).Net
}

// alone are the totals of a customer of one record, nil unless they are all there is.
func (s *Service) alone(root timeline.Ord) *leafTotals {
	if len(s.foreign) > 0 || int(root) >= len(s.totals) || len(s.tl.Leaves(root)) != 1 {
		return nil
	}
	return &s.totals[root]
}
