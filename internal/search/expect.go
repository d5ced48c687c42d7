package search

import (
	"context"

	"yutang/internal/fault"
)

// Expected is Find for who has been shown a count and is about to act on it: it is refused
// if the true one is now off by more than one in a hundred. nil expects nothing.
func (s *Service) Expected(ctx context.Context, f Filter, count *int) (*Found, error) {
	found, err := s.Find(ctx, f)
	if err == nil {
		err = Check(int(found.Set.GetCardinality()), count)
	}
	if err != nil {
		return nil, err
	}
	return found, nil
}

// Check refuses n customers to who was shown another count; nil was shown none.
func Check(n int, count *int) error {
	if count == nil {
		return nil
	}
	if off := max(n-*count, *count-n); off*100 > *count {
		return fault.New(fault.Conflict, "count_changed", "the filter has %d customers now, not %d; look again and confirm", n, *count)
	}
	return nil
}

// Logged is the filter as it may stand in a log: words are personal data.
func (f Filter) Logged() Filter {
	const hidden = "***"
	if f.Q != "" {
		f.Q = hidden
	}
	if f.Identity != "" {
		f.Identity = hidden
	}
	return f
}
