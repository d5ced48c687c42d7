package playbook

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/flow"
)

// OnRebuilt hears that other members are in an audience because its rule was changed, or
// because it came into force, and who is no member any more. Nobody entered or left by what
// they did, so nobody starts; but runs that wait for the audience look again, a slice at a
// time, and those that wait for it to be left are told of removed. On the writer.
func (s *Service) OnRebuilt(_ context.Context, audience string, removed *roaring.Bitmap) error {
	raw, err := removed.ToBytes()
	if err != nil {
		return fmt.Errorf("keep who left %s: %w", audience, err)
	}
	names := []string{audience, base64.StdEncoding.EncodeToString(raw)}
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
		s.begins(&bulk{book: b, kind: bulkRecheck, fire: now, version: b.version, names: names})
	}
	return nil
}

// lookAgain lets a run look at what an edit of an audience changed for it.
func (s *Service) lookAgain(ctx context.Context, w *bulk, at uint32) error {
	if err := w.readLeft(); err != nil {
		return err
	}
	return s.step(ctx, at, 0, func(e *edition, r *flow.Run) error {
		if ord := r.Subject.Ord; ord != 0 && w.left.Contains(s.Timeline.Root(ord)) && !s.isMember(w.names[0], s.Timeline.Root(ord)) {
			woke, err := e.Signal(&s.world, r, flow.Signal{At: w.fire, Audience: w.names[0]})
			if woke || err != nil {
				return err
			}
		}
		_, err := e.Recheck(&s.world, r)
		return err
	})
}

// readLeft reads who left by the edit from what is kept with the row.
func (w *bulk) readLeft() error {
	if w.left != nil {
		return nil
	}
	w.left = roaring.New()
	if len(w.names) < 2 {
		return nil // noted before it was kept
	}
	raw, err := base64.StdEncoding.DecodeString(w.names[1])
	if err == nil {
		err = w.left.UnmarshalBinary(raw)
	}
	if err != nil {
		return fmt.Errorf("read who left %s: %w", w.names[0], err)
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
