package playbook

import (
	"context"
	"slices"
)

// OnRebuilt hears that other members are in an audience because its rule was changed, or
// because it came into force. Nobody entered or left by what they did, so nobody starts;
// but runs that wait for the audience look again, a slice at a time. On the writer.
func (s *Service) OnRebuilt(_ context.Context, audience string) error {
	for _, b := range s.books {
		if b.live == 0 || b.state == Ended || !b.minds(audience) {
			continue
		}
		now := s.tick()
		for _, w := range s.bulks {
			if w.book == b && w.kind == bulkRecheck {
				now = max(now, w.fire+1)
			}
		}
		s.begins(&bulk{book: b, kind: bulkRecheck, fire: now, version: b.version})
	}
	return nil
}

// minds says whether a run of the playbook may wait for an audience, also by a rule.
func (b *book) minds(audience string) bool {
	for _, e := range b.editions {
		if slices.Contains(e.heard, audience) {
			return true
		}
		for _, r := range e.Rules {
			if slices.Contains(r.Deps().Audiences, audience) {
				return true
			}
		}
	}
	return false
}

// Past is how many runs of a playbook the records of a customer had, and when the last one
// was triggered (ms). Under the lock of derived state.
func (s *Service) Past(playbook string, leaves []uint32) (runs int, last int64) {
	b := s.books[playbook]
	if b == nil {
		return 0, 0
	}
	r := b.fold(leaves, "")
	return int(r.runs), r.last
}
