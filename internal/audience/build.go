package audience

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// build is a unit on its way to being live: evaluated for everybody in the background
// while the road goes on. Customers that are touched meanwhile are evaluated again, under
// the lock, in the moment it goes live.
type build struct {
	unit    *unit
	touched *roaring.Bitmap // guarded by the lock of derived state
	done    atomic.Int64    // customers evaluated
	total   int64           // customers when it began
	parts   []part
	err     error
}

// part is what one worker found.
type part struct {
	members *roaring.Bitmap
	timers  []timer
	prog    *rule.Program
	subject rule.Subject
}

// scanWorkers is how many goroutines evaluate a rule for everybody.
const scanWorkers = 2

// prepareColumns makes sure that every column the rules read exists.
func (e *Engine) prepareColumns(ctx context.Context, rules []*rule.Rule) error {
	e.scans.RLock()
	defer e.scans.RUnlock()
	var props []string
	for _, r := range rules {
		d := r.Deps()
		props = append(props, d.Props...)
		for _, name := range d.Traits {
			if err := e.customers.EnsureTrait(ctx, name); err != nil {
				return fmt.Errorf("build column of trait %s: %w", name, err)
			}
		}
	}
	slices.Sort(props)
	if err := e.tl.BuildColumns(ctx, slices.Compact(props), e.fetch, nil); err != nil {
		return fmt.Errorf("build property columns: %w", err)
	}
	return nil
}

// run evaluates the build's rule for everybody at now.
func (e *Engine) run(ctx context.Context, b *build, now int64) error {
	e.scans.RLock()
	defer e.scans.RUnlock()
	e.tl.RLock()
	prog := b.unit.progs[0]
	b.parts = make([]part, scanWorkers)
	for i := range b.parts {
		b.parts[i] = part{members: roaring.New(), prog: prog.Fork()}
	}
	e.tl.RUnlock()
	err := e.tl.Scan(ctx, prog.Columns(), scanWorkers, func(worker int, root timeline.Ord, t *timeline.Track) error {
		p := &b.parts[worker]
		p.subject = rule.Subject{Root: root, Track: t}
		match, next := p.prog.Eval(&p.subject, now)
		if match {
			p.members.Add(root)
		}
		if next < never {
			p.timers = append(p.timers, timer{due: next, unit: b.unit.serial, root: root})
		}
		b.done.Add(1)
		return nil
	})
	return err
}

// goLive installs a build that has run. Writer only, under the lock. It gives the members
// at this moment: the version's base.
func (e *Engine) goLive(ctx context.Context, b *build, now int64) (*roaring.Bitmap, error) {
	u := b.unit
	for _, p := range b.parts {
		u.members.Or(p.members)
		for _, t := range p.timers {
			u.setPending(t.root, ticks(t.due))
		}
		e.timers.addAll(p.timers)
	}
	e.settleTouched(b, now)
	var before *roaring.Bitmap
	if old := e.byID[u.id]; old != nil {
		before = old.members
	}
	e.dropBuild(b)
	e.install(u)
	base := u.members.Clone()
	ed := e.edit(u.id)
	if before == nil {
		ed.Added = base.Clone()
		return base, nil
	}
	ed.Added, ed.Removed = roaring.AndNot(base, before), roaring.AndNot(before, base)
	return base, e.followEdit(ctx, u, roaring.Xor(before, base), now)
}

// settleTouched evaluates again who changed while the build ran.
func (e *Engine) settleTouched(b *build, now int64) {
	u := b.unit
	cols := u.progs[0].Columns()
	var track timeline.Track
	it := b.touched.Iterator()
	for it.HasNext() {
		root := it.Next()
		if e.tl.Root(root) != root {
			u.members.Remove(root)
			u.setPending(root, 0)
			continue
		}
		e.tl.Read(root, cols, &track)
		match, next := u.progs[0].Eval(&rule.Subject{Root: root, Track: &track}, now)
		if match {
			u.members.Add(root)
		} else {
			u.members.Remove(root)
		}
		e.schedule(u, root, next)
	}
}

// followEdit evaluates the audiences that name u for everybody whose membership the edit changed.
func (e *Engine) followEdit(ctx context.Context, u *unit, changed *roaring.Bitmap, now int64) error {
	if !slices.ContainsFunc(u.dependents, func(w uint64) bool { return w != 0 }) {
		return nil
	}
	it := changed.Iterator()
	for it.HasNext() {
		copy(e.mask, u.dependents)
		if err := e.evaluate(ctx, it.Next(), now, now, ByEdit, 0); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) dropBuild(b *build) {
	e.builds = slices.DeleteFunc(e.builds, func(x *build) bool { return x == b })
}

// Rearm evaluates every unit for everybody and sets the timers anew; where the live state
// differs from the rule, a timer is set for at once, so that the difference takes the
// ordinary way. After a start without a snapshot, and when levels change.
func (e *Engine) Rearm(ctx context.Context, now int64) error {
	e.scans.RLock()
	defer e.scans.RUnlock()
	e.tl.RLock()
	units, cols := slices.Clone(e.units), slices.Clone(e.cols)
	workers := make([]*rearmer, scanWorkers)
	for i := range workers {
		workers[i] = newRearmer(units)
	}
	e.tl.RUnlock()
	err := e.tl.Scan(ctx, cols, scanWorkers, func(worker int, root timeline.Ord, t *timeline.Track) error {
		workers[worker].visit(root, t, now)
		return nil
	})
	if err != nil {
		return fmt.Errorf("set timers: %w", err)
	}
	e.tl.Lock()
	defer e.tl.Unlock()
	for _, w := range workers {
		kept := w.timers[:0]
		for _, t := range w.timers {
			u := e.bySer[t.unit]
			if u == nil {
				continue // gone meanwhile
			}
			if p := u.pendingTick(t.root); p == 0 || p > ticks(t.due) {
				u.setPending(t.root, ticks(t.due))
				kept = append(kept, t)
			}
		}
		e.timers.addAll(kept)
		e.placeQuietly(w.astray)
	}
	return nil
}

// rearmer is one worker of Rearm, with programs of its own.
type rearmer struct {
	units   []*unit // copies that share members and levels
	timers  []timer
	astray  []timer // of customers whose level is another
	scratch []timeline.Codes
	view    timeline.Track
}

func newRearmer(units []*unit) *rearmer {
	r := &rearmer{}
	for _, u := range units {
		mine := *u
		mine.progs = make([]*rule.Program, len(u.progs))
		for i, p := range u.progs {
			mine.progs[i] = p.Fork()
		}
		r.units = append(r.units, &mine)
	}
	return r
}

func (r *rearmer) visit(root uint32, t *timeline.Track, now int64) {
	r.view = *t
	s := rule.Subject{Root: root, Track: &r.view}
	for _, u := range r.units {
		state, next := u.eval(&s, t.Codes, &r.scratch, now)
		if u.standing(root) != state {
			next = now
			if u.isLevel() {
				r.astray = append(r.astray, timer{due: now, unit: u.serial, root: root})
			}
		}
		if next < never {
			r.timers = append(r.timers, timer{due: next, unit: u.serial, root: root})
		}
	}
}

// standing is the unit's recorded state for root, comparable with eval's.
func (u *unit) standing(root uint32) int {
	switch {
	case u.isLevel():
		return u.level.Of(root)
	case u.members.Contains(root):
		return 0
	}
	return -1
}
