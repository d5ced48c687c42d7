package access

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/fault"
)

const maskKey = "mask"

type keptMask struct {
	on    bool
	until time.Time
}

// MaskByDefault says whether sessions of accounts see personal values masked until they
// reveal them with a reason. API tokens are not concerned. Off unless somebody set it; a
// brand set up by its link starts with it on.
func (s *Service) MaskByDefault(ctx context.Context) (bool, error) {
	now := s.clock.Now()
	if kept := s.mask.Load(); kept != nil && now.Before(kept.until) {
		return kept.on, nil
	}
	raw, err := s.setting(ctx, maskKey)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, fmt.Errorf("read masking: %w", err)
	}
	on := string(raw) == "true"
	s.mask.Store(&keptMask{on: on, until: now.Add(brandFor)})
	return on, nil
}

// SetMaskByDefault changes it.
func (s *Service) SetMaskByDefault(ctx context.Context, on bool) error {
	defer s.mask.Store(nil)
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.putSetting(ctx, maskKey, fmt.Append(nil, on)); err != nil {
			return fmt.Errorf("save masking: %w", err)
		}
		return s.Audit(ctx, "privacy.masking", maskKey, map[string]bool{"by_default": on})
	})
}
