package audience

import (
	"context"
	"math/bits"

	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// Touch says what happened to a customer, so that what depends on it is evaluated.
type Touch struct {
	Root   uint32
	Name   timeline.NameID // the event, 0 if none
	Traits []string
	Tags   []string
	All    bool // a new customer, or one whose groups changed: evaluate everything
	Cause  Cause
	Seq    uint64 // the event being handled, 0 if none
}

// Touched evaluates what depends on t, at now (ms). Writer only.
func (e *Engine) Touched(ctx context.Context, t Touch, now int64) error {
	for _, b := range e.builds {
		b.touched.Add(t.Root)
	}
	if len(e.units) == 0 {
		return nil
	}
	copy(e.mask, e.anyMask(t))
	for _, name := range t.Traits {
		orInto(e.mask, e.byTrait[name])
	}
	for _, tag := range t.Tags {
		orInto(e.mask, e.byTag[tag])
	}
	return e.evaluate(ctx, t.Root, now, now, t.Cause, t.Seq)
}

var none = make([]uint64, 1024)

// anyMask is where the mask of a touch starts.
func (e *Engine) anyMask(t Touch) []uint64 {
	if t.All {
		return e.all
	}
	if t.Name != 0 {
		if set := e.byName[t.Name]; set != nil {
			return set
		}
		if !e.internal(t.Name) {
			return e.anyEvent
		}
	}
	return none
}

func orInto(dst, src []uint64) {
	for w := range src {
		dst[w] |= src[w]
	}
}

// evaluate runs the units in e.mask for root, in order, following what they change.
func (e *Engine) evaluate(ctx context.Context, root uint32, now, at int64, cause Cause, seq uint64) error {
	read := false
	for w := range e.mask {
		for e.mask[w] != 0 {
			i := w*64 + bits.TrailingZeros64(e.mask[w])
			e.mask[w] &^= 1 << (i % 64)
			if !read {
				e.tl.Read(root, e.cols, &e.track)
				e.view = e.track
				read = true
			}
			u := e.units[i]
			changed, err := e.evaluateUnit(ctx, u, Transition{Root: root, At: at, Cause: cause, EventSeq: seq}, now)
			if err != nil {
				clear(e.mask)
				return err
			}
			if changed {
				orInto(e.mask, u.dependents)
			}
		}
	}
	return nil
}

func (e *Engine) evaluateUnit(ctx context.Context, u *unit, t Transition, now int64) (changed bool, err error) {
	s := rule.Subject{Root: t.Root, Track: &e.view}
	state, next := u.eval(&s, e.track.Codes, &e.scratch, now)
	e.schedule(u, t.Root, next)
	if u.isLevel() {
		quiet := u.placed != nil && u.placed.CheckedRemove(t.Root)
		was, changed := e.customers.SetLevel(u.id, t.Root, state, t.At)
		if changed && !quiet {
			e.noteLevel(u, t, was, state)
		}
		return changed, nil
	}
	member := state == 0
	if u.members.Contains(t.Root) == member {
		return false, nil
	}
	t.Entered = member
	return true, e.transit(ctx, u, t)
}

// transit changes a membership: the bitmap, the log, the hook.
func (e *Engine) transit(ctx context.Context, u *unit, t Transition) error {
	if t.Entered {
		u.members.Add(t.Root)
	} else {
		u.members.Remove(t.Root)
	}
	e.lastSeq++
	t.Seq, t.Audience, t.Version = e.lastSeq, u.id, u.version
	e.rows = append(e.rows, int64(t.Seq), u.num, int64(t.Version), int64(t.Root), t.Entered, t.At, int64(t.Cause), int64(t.EventSeq))
	if len(e.recent) >= 2*recentKept {
		e.recent = append(e.recent[:0], e.recent[recentKept:]...)
	}
	e.recent = append(e.recent, t)
	if t.Cause == ByEdit {
		e.edit(u.id).note(t.Root, t.Entered)
	}
	if e.hook != nil && (t.Cause == ByEvent || t.Cause == ByTime) {
		return e.hook(ctx, t)
	}
	return nil
}

// schedule sets a timer unless one fires early enough already.
func (e *Engine) schedule(u *unit, root uint32, next int64) {
	if next >= never {
		return
	}
	tick := ticks(next)
	if p := u.pendingTick(root); p != 0 && p <= tick {
		return
	}
	u.setPending(root, tick)
	e.timers.add(timer{due: next, unit: u.serial, root: root})
}

// never is later than any time that a timer is kept for: the year 2200.
const never = 7_258_118_400_000

// NextDue is when the earliest timer fires (ms); ok is false if there is none.
func (e *Engine) NextDue() (ms int64, ok bool) {
	if len(e.timers) == 0 {
		return 0, false
	}
	t := ticks(e.timers[0].due)
	return int64(t)*tickMS + tickZero, true
}

// Advance fires timers that are due at now, at most limit, and says whether more are due.
// Writer only.
func (e *Engine) Advance(ctx context.Context, now int64, limit int) (more bool, err error) {
	for range limit {
		due, ok := e.NextDue()
		if !ok || due > now {
			return false, nil
		}
		t := e.timers.next()
		u := e.bySer[t.unit]
		if u == nil || u.pendingTick(t.root) != ticks(t.due) {
			continue // an earlier timer took its place, or the unit is gone
		}
		u.setPending(t.root, 0)
		if e.tl.Root(t.root) != t.root {
			continue // merged away
		}
		for _, b := range e.builds {
			b.touched.Add(t.root)
		}
		for i := range e.units {
			if e.units[i] == u {
				setBit(e.mask, i)
			}
		}
		if err := e.evaluate(ctx, t.root, now, t.due, ByTime, 0); err != nil {
			return false, err
		}
	}
	due, ok := e.NextDue()
	return ok && due <= now, nil
}

// Merged moves a merge into the audiences: gone leaves them, kept is evaluated anew. A
// membership that either had before starts nothing a second time. Writer only.
func (e *Engine) Merged(ctx context.Context, kept, gone uint32, now int64, seq uint64) error {
	for _, u := range e.units {
		u.setPending(gone, 0)
		if u.isLevel() || !u.members.Contains(gone) {
			continue
		}
		carried := !u.members.Contains(kept)
		if err := e.transit(ctx, u, Transition{Root: gone, At: now, Cause: ByMerge, EventSeq: seq}); err != nil {
			return err
		}
		if carried {
			if err := e.transit(ctx, u, Transition{Root: kept, Entered: true, At: now, Cause: ByMerge, EventSeq: seq}); err != nil {
				return err
			}
		}
	}
	for _, b := range e.builds {
		b.touched.Add(gone)
	}
	defer e.levels.carry(nil)
	return e.Touched(ctx, Touch{Root: kept, All: true, Cause: ByEvent, Seq: seq}, now)
}

// Unmerged evaluates both sides of a merge that was undone. Nothing starts. Writer only.
func (e *Engine) Unmerged(ctx context.Context, kept, gone uint32, now int64) error {
	for _, root := range []uint32{kept, gone} {
		if err := e.Touched(ctx, Touch{Root: root, All: true, Cause: ByMerge}, now); err != nil {
			return err
		}
	}
	return nil
}
