package pipeline

import (
	"context"
	"fmt"

	"yutang/internal/audience"
	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/failpoint"
)

// handle does the batch's work inside its transaction.
func (p *Pipeline) handle(ctx context.Context, batch []*work) error {
	if err := p.fireTimers(ctx); err != nil {
		return err
	}
	for _, w := range batch {
		w.result = Result{}
		if w.fn != nil {
			if err := p.doLocked(ctx, w.fn); err != nil {
				return err
			}
		}
		if err := p.handleEvents(ctx, w); err != nil {
			return err
		}
	}
	return p.flush(ctx)
}

func (p *Pipeline) doLocked(ctx context.Context, fn func(context.Context) error) error {
	p.Timeline.Lock()
	defer p.Timeline.Unlock()
	if err := fn(ctx); err != nil {
		return err
	}
	p.noteLevels(nil)
	return p.handleEmitted(ctx, p.now())
}

// fireTimers runs due timers before anything newer is evaluated: first of audiences, then
// of playbooks, which may start from them.
func (p *Pipeline) fireTimers(ctx context.Context) error {
	for _, advance := range []func(context.Context, int64, int) (bool, error){p.Audiences.Advance, p.Playbooks.Advance} {
		for range maxTimers / lockSlice {
			more, err := p.fireSome(ctx, advance)
			if err != nil {
				return err
			}
			if !more {
				break
			}
		}
	}
	return nil
}

func (p *Pipeline) fireSome(ctx context.Context, advance func(ctx context.Context, now int64, limit int) (more bool, err error)) (more bool, err error) {
	p.Timeline.Lock()
	defer p.Timeline.Unlock()
	now := p.now()
	if more, err = advance(ctx, now, lockSlice); err != nil {
		return false, err
	}
	p.noteLevels(nil)
	return more, p.handleEmitted(ctx, now)
}

// maxRounds ends a chain of playbooks that answer each other's events. Package playbook
// stops it long before.
const maxRounds = 100

// handleEmitted takes down the road what changes of levels raise and what the steps of
// playbooks recorded.
func (p *Pipeline) handleEmitted(ctx context.Context, now int64) error {
	for round := range maxRounds {
		evs := append(p.levelEvents(round, now), p.Playbooks.Emitted()...)
		if len(evs) == 0 {
			return nil
		}
		for _, ev := range evs {
			p.Identity.Prepare(ev)
			p.Log.Prepare(ev)
			if _, err := p.handleEvent(ctx, ev, now); err != nil {
				return fmt.Errorf("handle event %q that another led to: %w", ev.Name, err)
			}
			p.noteLevels(ev)
		}
	}
	return fmt.Errorf("playbooks answered each other's events %d times", maxRounds)
}

func (p *Pipeline) handleEvents(ctx context.Context, w *work) error {
	for start := 0; start < len(w.events); start += lockSlice {
		slice := w.events[start:min(start+lockSlice, len(w.events))]
		if err := p.handleSlice(ctx, w, slice); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pipeline) handleSlice(ctx context.Context, w *work, slice []*event.Event) error {
	p.Timeline.Lock()
	defer p.Timeline.Unlock()
	now := p.now()
	for _, ev := range slice {
		fresh, err := p.handleEvent(ctx, ev, now)
		if err != nil {
			return fmt.Errorf("handle event %q: %w", ev.Name, err)
		}
		if fresh {
			w.result.Accepted++
		} else {
			w.result.Duplicates++
		}
		if !p.noteLevels(ev) {
			continue
		}
		if err := p.handleEmitted(ctx, now); err != nil {
			return err
		}
	}
	return p.handleEmitted(ctx, now)
}

// handleEvent takes one event down the road; fresh is false for a duplicate.
func (p *Pipeline) handleEvent(ctx context.Context, ev *event.Event, now int64) (fresh bool, err error) {
	fingerprint := event.Fingerprint(ev.SourceID, ev.MessageID)
	if dup, err := p.duplicate(ctx, ev, fingerprint); err != nil || dup {
		return false, err
	}
	ev.Seq = p.Log.Last() + 1
	res, err := p.Identity.Resolve(ctx, ev)
	if err != nil {
		return false, fmt.Errorf("resolve identity: %w", err)
	}
	name, isNew, err := p.Log.Register(ev.Name)
	if err != nil {
		return false, err
	}
	if isNew {
		if err := p.nameSeen(ev.Name); err != nil {
			return false, err
		}
	}
	ev.Ord = res.Leaf
	p.Log.Append(ev, name)
	p.seen.Add(fingerprint, ev.Seq)
	if res.Created {
		p.Timeline.Grow(res.Leaf)
	}
	change, err := p.Customers.Apply(ctx, ev, res.Leaf, res.Root)
	if err != nil {
		return false, fmt.Errorf("apply to profile: %w", err)
	}
	p.Timeline.Append(record(ev, name))
	if err := p.touchOthers(ctx, change, ev.Seq, now); err != nil || res.Leaf == 0 {
		return true, err
	}
	for _, m := range res.Merged {
		if err := p.merged(ctx, m, ev.Seq); err != nil {
			return false, err
		}
	}
	err = p.Audiences.Touched(ctx, audience.Touch{
		Root: res.Root, Name: name, Traits: change.Traits, Tags: change.Tags, All: res.Created,
		Cause: audience.ByEvent, Seq: ev.Seq,
	}, now)
	if err != nil {
		return false, err
	}
	return true, p.Playbooks.OnEvent(ctx, ev, res.Root, res.Leaf)
}

// touchOthers evaluates customers whose orders an event of somebody else changed.
func (p *Pipeline) touchOthers(ctx context.Context, change customer.Change, seq uint64, now int64) error {
	for _, root := range change.Also {
		err := p.Audiences.Touched(ctx, audience.Touch{
			Root: root, Traits: customer.ComputedTraits(), Cause: audience.ByEvent, Seq: seq,
		}, now)
		if err != nil {
			return err
		}
		if err := p.Playbooks.OnTouched(ctx, root); err != nil {
			return err
		}
	}
	return nil
}

// duplicate says whether the message is in the log already.
func (p *Pipeline) duplicate(ctx context.Context, ev *event.Event, fingerprint uint64) (dup bool, err error) {
	if failpoint.Broken(failpoint.NoDedupe) {
		return false, nil
	}
	p.seen.Candidates(fingerprint, func(seq uint64) bool {
		stored, ok := p.Log.Pending(seq)
		if !ok {
			var evs []*event.Event
			if evs, err = p.Log.Read(ctx, []uint64{seq}); err != nil {
				return false
			}
			stored = evs[0]
		}
		dup = p.Log.Same(stored, ev)
		return !dup
	})
	return dup, err
}

// flush writes what every room has pending, and what a snapshot must read again.
func (p *Pipeline) flush(ctx context.Context) error {
	for _, room := range []Flusher{p.Log, p.Identity, p.Customers, p.Audiences, p.Playbooks, p.Outreach} {
		if err := room.Flush(ctx); err != nil {
			return err
		}
	}
	err := p.saveDirty(ctx)
	failpoint.Hit(failpoint.BeforeCommit)
	return err
}
