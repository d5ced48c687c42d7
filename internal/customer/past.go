package customer

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/timeline"
)

// EventReader reads events of the log in the order asked for; event.Log does.
type EventReader interface {
	Read(ctx context.Context, seqs []uint64) ([]*event.Event, error)
}

// pastChunk is how many events are read from the log at a time.
const pastChunk = 500

// TraitsAt folds the log up to at (inclusive, by the events' own times) for the records
// that root has today: its traits, computed ones too, and the tags that were on. Traits
// are opened: see MaskTraits. No lock held.
func (s *Service) TraitsAt(ctx context.Context, log EventReader, root uint32, at time.Time) (map[string]json.RawMessage, map[string]bool, error) {
	past := New(s.db, s.box, timeline.New(), s.clk)
	past.currency = s.currency
	doc := newDocument()
	for _, seqs := range slices.Collect(slices.Chunk(s.seqsUpTo(root, at), pastChunk)) {
		evs, err := log.Read(ctx, seqs)
		if err != nil {
			return nil, nil, fmt.Errorf("read the past: %w", err)
		}
		for _, ev := range evs {
			doc.fold(ev)
			if err := past.foldOrder(ctx, ev); err != nil {
				return nil, nil, err
			}
		}
	}
	traits, list := doc.view()
	for name, of := range computed {
		delete(traits, name)
		if v := of(past, 1); v.Kind != event.Missing {
			traits[name] = json.RawMessage(v.JSON())
		}
	}
	tags := make(map[string]bool, len(list))
	for _, tag := range list {
		tags[tag] = true
	}
	return traits, tags, nil
}

// foldOrder counts an order event as customer 1's, in memory only.
func (s *Service) foldOrder(ctx context.Context, ev *event.Event) error {
	if s.tl.Customers() == 0 {
		s.tl.Grow(1)
	}
	if !isOrder(ev.Name) {
		return nil
	}
	return s.applyOrder(ctx, ev, 1, &Change{Root: 1})
}

// seqsUpTo are the events of root's records up to at, in the order of the log.
func (s *Service) seqsUpTo(root timeline.Ord, at time.Time) []uint64 {
	var track timeline.Track
	s.tl.RLock()
	defer s.tl.RUnlock()
	s.tl.Read(s.tl.Root(root), nil, &track)
	n, _ := slices.BinarySearchFunc(track.At, at.UnixMilli(), func(a, b int64) int {
		if a <= b {
			return -1
		}
		return 1
	})
	out := make([]uint64, n)
	for i := range out {
		out[i] = uint64(track.Seq[i])
	}
	slices.SortFunc(out, cmp.Compare[uint64])
	return out
}
