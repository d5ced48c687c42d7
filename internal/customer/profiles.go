package customer

import (
	"context"
	"fmt"

	"yutang/internal/timeline"
)

// Profiles are the merged views of many customers, in the order asked for: what Profile
// gives, read with few queries. No lock held.
func (s *Service) Profiles(ctx context.Context, roots []uint32) ([]Profile, error) {
	out := make([]Profile, len(roots))
	leaves := make([][]timeline.Ord, len(roots))
	var all []timeline.Ord
	s.tl.RLock()
	for i, root := range roots {
		out[i], leaves[i] = s.outline(root), s.storedLeaves(root)
		all = append(all, leaves[i]...)
	}
	s.tl.RUnlock()
	stored, err := s.readDocuments(ctx, all)
	if err != nil {
		return nil, fmt.Errorf("read profiles: %w", err)
	}
	for i := range out {
		var docs []*document
		for _, leaf := range leaves[i] {
			if d := stored[leaf]; d != nil {
				docs = append(docs, d)
			}
		}
		if len(docs) == 0 {
			docs = append(docs, newDocument())
		}
		out[i].fill(joined(docs))
	}
	return out, nil
}
