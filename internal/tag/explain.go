package tag

import (
	"context"
	"time"
)

// strangeFor is how long an id that the platform did not explain is not asked about again.
const strangeFor = 10 * time.Minute

// explain asks the platform for the definitions of tags that nobody told us of.
func (s *Service) explain(ctx context.Context, all []Observation) error {
	known, unknown := s.known.Load(), map[string]map[string]bool{}
	s.mu.Lock()
	for _, o := range all {
		for _, id := range o.Tags {
			if known.remote[remoteKey{o.Corp, id}] == nil && s.Clock.Now().Sub(s.strange[o.Corp+"/"+id]) >= strangeFor {
				if unknown[o.Corp] == nil {
					unknown[o.Corp] = map[string]bool{}
				}
				unknown[o.Corp][id] = true
			}
		}
	}
	s.mu.Unlock()
	for corp, ids := range unknown {
		if err := s.Pull(ctx, corp); err != nil {
			return err
		}
		known = s.known.Load()
		s.mu.Lock()
		for id := range ids {
			if known.remote[remoteKey{corp, id}] == nil {
				s.strange[corp+"/"+id] = s.Clock.Now()
			}
		}
		s.mu.Unlock()
	}
	return nil
}
