package customer

import (
	"context"
	"slices"
	"time"

	"yutang/internal/timeline"
)

// OrdersSince counts a person's orders completed at or after a moment, and sums what they
// brought net of refunds, in minor units of the brand's currency. Orders in other currencies
// are counted only. Any goroutine; no lock held.
func (s *Service) OrdersSince(ctx context.Context, root timeline.Ord, since time.Time) (n int, net int64, err error) {
	s.tl.RLock()
	leaves := slices.Clone(s.tl.Leaves(root))
	s.tl.RUnlock()
	for _, leaf := range leaves {
		err := s.eachOrder(ctx, &leaf, func(o *order) {
			if !o.completed || o.at < since.UnixMilli() {
				return
			}
			n++
			if o.currency == s.currency {
				net += o.gross - o.back()
			}
		})
		if err != nil {
			return 0, 0, err
		}
	}
	return n, net, nil
}
