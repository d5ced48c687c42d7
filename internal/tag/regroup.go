package tag

import (
	"context"
	"fmt"
	"slices"
)

// OnRegroup has the contacts of customers follow what these carry now. A merge gives one
// root, whose contacts are to have all its corp tags. An unmerge gives two: what only one of
// them carries, the other's contacts lose. Writer only.
func (s *Service) OnRegroup(ctx context.Context, roots ...uint32) error {
	some := map[string]bool{}
	for _, tags := range s.known.Load().label {
		if !slices.ContainsFunc(roots, func(root uint32) bool { return s.carries(root, tags[0].Label) }) {
			continue
		}
		for _, t := range tags {
			some[t.ID] = t.Remote != ""
		}
	}
	if len(roots) > 1 {
		if err := s.unfinished(ctx, some, roots); err != nil {
			return err
		}
	}
	now := s.Clock.Now().UnixMilli()
	for id, there := range some {
		for _, root := range roots {
			if there {
				s.spreads = append(s.spreads, spread{root, id, now})
			}
		}
	}
	return nil
}

// unfinished adds the tags in which contacts of the customers were to follow one another
// when these were still one, those that are on their way to the road, and those that were
// pushed to the contacts: a push or an event of one was weighed against the tags of both.
// A lock is held.
func (s *Service) unfinished(ctx context.Context, some map[string]bool, roots []uint32) error {
	if err := s.moving(ctx, roots, some); err != nil {
		return fmt.Errorf("tags on their way: %w", err)
	}
	for _, root := range roots {
		for _, leaf := range s.Timeline.Leaves(root) {
			for _, sp := range s.spreads {
				if sp.Leaf == leaf {
					some[sp.Tag] = true
				}
			}
			tags, err := s.spreadsOf(ctx, leaf)
			if err != nil {
				return fmt.Errorf("tags on their way to customer %d: %w", leaf, err)
			}
			for _, id := range tags {
				some[id] = true
			}
		}
	}
	return nil
}
