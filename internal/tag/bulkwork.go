package tag

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/event"
	"yutang/internal/id"
	"yutang/internal/job"
)

// bulkBatch is how many customers are changed together.
const bulkBatch = 500

// bulkOver says that a job has nothing to do until its operation runs again.
func (s *Service) bulkOver(ctx context.Context, j job.Job) (bool, error) {
	b, err := s.aimed(ctx, j.Key)
	return b.State != Running, err
}

// bulkStep does one batch of an operation. A batch that is repeated after a crash makes the
// same events, which have no second effect.
func (s *Service) bulkStep(ctx context.Context, j job.Job) (again bool, err error) {
	b, err := s.aimed(ctx, j.Key)
	if err != nil || b.State != Running {
		return false, err
	}
	batch := b.batch()
	if len(batch) == 0 {
		return true, s.finish(ctx, b)
	}
	if b.Kind == Spread {
		return true, s.spreadBatch(ctx, b, batch)
	}
	evs, err := s.changes(ctx, b, batch)
	if err != nil {
		return false, err
	}
	if len(evs) > 0 {
		if _, err := s.Submit.SubmitEvents(ctx, evs); err != nil {
			return false, fmt.Errorf("submit tags of operation %s: %w", b.ID, err)
		}
	}
	changed := map[uint32]bool{}
	for _, ev := range evs {
		changed[ev.Ord] = true
	}
	b.advance(batch, len(changed))
	return true, s.saveProgress(ctx, b)
}

// batch is the next customers of an operation.
func (b *Bulk) batch() (ords []uint32) {
	it := b.targets.Iterator()
	if b.Next > 1<<32-1 {
		return nil
	}
	it.AdvanceIfNeeded(uint32(b.Next))
	for it.HasNext() && len(ords) < bulkBatch {
		ords = append(ords, it.Next())
	}
	return ords
}

func (b *Bulk) advance(batch []uint32, changed int) {
	b.Next = uint64(batch[len(batch)-1]) + 1
	b.Done += len(batch)
	b.Changed += changed
}

func (s *Service) saveProgress(ctx context.Context, b Bulk) error {
	_, err := s.DB.Exec(ctx, updateBulk, int64(b.Next), b.Done, b.Changed, b.Failed, s.Clock.Now().UnixMilli(), b.ID)
	return err
}

// spreadBatch has the contacts of customers brought in line; no event.
func (s *Service) spreadBatch(ctx context.Context, b Bulk, batch []uint32) error {
	now := s.Clock.Now().UnixMilli()
	spreads := make([]spread, len(batch))
	for i, ord := range batch {
		spreads[i] = spread{ord, b.Tag, now}
	}
	b.advance(batch, len(batch))
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.post(ctx, nil, spreads); err != nil {
			return err
		}
		return s.saveProgress(ctx, b)
	})
}

// finish ends an operation. A rename or deletion looks whether somebody was given the old
// label while it ran.
func (s *Service) finish(ctx context.Context, b Bulk) error {
	if b.Kind == Rename || b.Kind == Strip {
		left := s.holders(b.Take[0])
		if len(s.known.Load().label[b.Take[0]]) == 0 && !left.IsEmpty() {
			raw, err := left.ToBytes()
			if err != nil {
				return err
			}
			_, err = s.DB.Exec(ctx, updateBulkTargets, raw, b.Total+int(left.GetCardinality()), b.ID)
			return err
		}
	}
	var empty bytes.Buffer
	if _, err := roaring.New().WriteTo(&empty); err != nil {
		return err
	}
	_, err := s.DB.Exec(ctx, deleteBulkTargets, empty.Bytes(), s.Clock.Now().UnixMilli(), b.ID)
	return err
}

// changes are the events of those customers of a batch who are not as the operation wants.
func (s *Service) changes(ctx context.Context, b Bulk, batch []uint32) (evs []*event.Event, err error) {
	now := s.Clock.Now()
	fits := func(uint32) bool { return true }
	if b.Kind == ByRule {
		if fits, err = s.asRuled(ctx, b, batch); err != nil {
			return nil, err
		}
	}
	keep := map[uint32]bool{}
	if b.Kind == Rename || b.Kind == Strip {
		if keep, err = s.sharers(ctx, b, batch); err != nil {
			return nil, err
		}
	}
	s.Timeline.RLock()
	defer s.Timeline.RUnlock()
	for _, ord := range batch {
		var ops []event.TagOp
		for _, label := range b.Take {
			if !keep[ord] && s.carries(ord, label) && fits(ord) {
				ops = append(ops, event.TagOp{Tag: label, Remove: true})
			}
		}
		for _, label := range b.Put {
			if !s.carries(ord, label) && fits(ord) && (b.Kind != Rename || s.carries(ord, b.Take[0])) {
				ops = append(ops, event.TagOp{Tag: label})
			}
		}
		evs = append(evs, s.tell(b, ord, ops, now)...)
	}
	return evs, nil
}

// tell makes events of changes of one customer: one for each tag, but one for a rename.
func (s *Service) tell(b Bulk, ord uint32, ops []event.TagOp, now time.Time) (evs []*event.Event) {
	if len(ops) == 0 {
		return nil
	}
	prefix := wide
	if b.Kind == Rename || b.Kind == Strip {
		prefix = naming
	}
	make1 := func(name, key string, props map[string]string, ops []event.TagOp) {
		props["operation"] = b.ID
		raw, _ := json.Marshal(props)
		evs = append(evs, &event.Event{
			SourceID: s.Source, MessageID: fmt.Sprintf("%sbulk/%s/%s/%s", prefix, b.ID, id.Customer(ord), key), Name: name, Ord: ord,
			At: now, ReceivedAt: now, Tags: ops, Props: raw,
		})
	}
	if b.Kind == Rename {
		make1(Renamed, "rename", map[string]string{"tag": b.Put[0], "was": b.Take[0]}, ops)
		return evs
	}
	for _, op := range ops {
		name, key := event.TagAdded, "+"+op.Tag
		if op.Remove {
			name, key = event.TagRemoved, "-"+op.Tag
		}
		make1(name, key, map[string]string{"tag": op.Tag, "why": string(b.Kind)}, []event.TagOp{op})
	}
	return evs
}

// asRuled says of each customer of a batch whether the audience still wants the change.
func (s *Service) asRuled(ctx context.Context, b Bulk, batch []uint32) (func(uint32) bool, error) {
	t := s.known.Load().tags[b.Tag]
	if t == nil || t.Audience == "" {
		return func(uint32) bool { return false }, nil
	}
	in, after := map[uint32]bool{}, batch[0]-1
	for more := true; more && after < batch[len(batch)-1]; {
		var roots []uint32
		var err error
		if roots, more, err = s.Audiences.Members(ctx, t.Audience, after, 1000); err != nil {
			return nil, err
		}
		for _, root := range roots {
			in[root], after = true, root
		}
		more = more && len(roots) > 0
	}
	return func(ord uint32) bool { return in[s.Timeline.Root(ord)] == (len(b.Put) > 0) }, nil
}

// sharers are those customers of a batch who keep the old label, since one of their
// contacts has another tag of that label.
func (s *Service) sharers(ctx context.Context, b Bulk, batch []uint32) (map[uint32]bool, error) {
	out, same := map[uint32]bool{}, s.known.Load().label[b.Take[0]]
	if len(same) == 0 {
		return out, nil
	}
	for _, ord := range batch {
		leaves, err := s.Timeline.Records(ord)
		if err != nil {
			return nil, err
		}
		pairs, err := s.pairsOf(ctx, leaves)
		if err != nil {
			return nil, err
		}
		for _, t := range same {
			out[ord] = out[ord] || t.Corp == "" || t.Held != ""
			for _, p := range pairs {
				out[ord] = out[ord] || t.Remote != "" && t.Corp == p.Corp && p.tags[t.Remote]
			}
		}
	}
	return out, nil
}
