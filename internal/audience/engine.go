package audience

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/customer"
	"yutang/internal/event"
	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// Engine holds what is live: units, members, timers. See the package doc for locking.
type Engine struct {
	tl        *timeline.Store
	customers *customer.Service
	log       *event.Log
	world     *world
	scans     sync.RWMutex // read-held while compiled rules are used across the lock; taken before it

	units  []*unit // in order of evaluation: a unit stands after what it depends on
	byID   map[string]*unit
	bySer  map[uint32]*unit
	serial uint32
	builds []*build

	watched watched // predicates in use; they outlive a load

	byName   map[timeline.NameID][]uint64 // units per event name, as bits
	anyEvent []uint64                     // units that depend on any event
	byTrait  map[string][]uint64
	byTag    map[string][]uint64
	all      []uint64

	cols    []*timeline.Column // union of the programs' columns
	track   timeline.Track
	view    timeline.Track // the track as one program sees it
	scratch []timeline.Codes
	mask    []uint64

	timers  timers
	lastSeq uint64 // of the transition log
	rows    []any  // transition rows, until Flush
	recent  []Transition
	hook    Hook
	rebuilt func(ctx context.Context, ed Edit) error
	edited  map[string]*Edit // what an edit has changed, by audience, until it is told
	levels  levelMoves
}

// Hook hears of each transition that may start something: those caused by events and
// time, not repairs after merges or edits. It runs on the writer, in the transaction.
type Hook func(ctx context.Context, t Transition) error

// recentKept is how many transitions Recent remembers.
const recentKept = 200

// NewEngine makes an engine without audiences.
func NewEngine(tl *timeline.Store, customers *customer.Service, log *event.Log, brand Brand) *Engine {
	e := &Engine{tl: tl, customers: customers, log: log}
	e.world = &world{engine: e, brand: brand}
	tl.UseSome(e.fetchSome)
	e.clear()
	return e
}

// OnTransition sets the hook. Before the first event.
func (e *Engine) OnTransition(h Hook) { e.hook = h }

// Edit says whom a version that came into force added to an audience and whom it removed.
// The sets share no member and belong to the hearer.
type Edit struct {
	Audience string
	Added    *roaring.Bitmap
	Removed  *roaring.Bitmap
}

// OnRebuilt sets who hears, on the writer, that an audience has other members because a
// version came into force, its own or that of an audience which its rule names. Before the
// first event.
func (e *Engine) OnRebuilt(hear func(ctx context.Context, ed Edit) error) { e.rebuilt = hear }

// tellRebuilt tells of an audience that came into force, and of those which that changed.
func (e *Engine) tellRebuilt(ctx context.Context, audience string) error {
	first := e.edit(audience)
	delete(e.edited, audience)
	all := []*Edit{first}
	for _, id := range slices.Sorted(maps.Keys(e.edited)) {
		all = append(all, e.edited[id])
	}
	e.edited = nil
	for _, ed := range all {
		if e.rebuilt == nil {
			break
		}
		if err := e.rebuilt(ctx, *ed); err != nil {
			return err
		}
	}
	return nil
}

// edit is what is to be told of an audience.
func (e *Engine) edit(audience string) *Edit {
	if e.edited == nil {
		e.edited = map[string]*Edit{}
	}
	ed := e.edited[audience]
	if ed == nil {
		ed = &Edit{Audience: audience, Added: roaring.New(), Removed: roaring.New()}
		e.edited[audience] = ed
	}
	return ed
}

// note adds a transition of one customer; a return undoes the way out.
func (ed *Edit) note(root uint32, entered bool) {
	to, back := ed.Removed, ed.Added
	if entered {
		to, back = back, to
	}
	if !back.CheckedRemove(root) {
		to.Add(root)
	}
}

func (e *Engine) clear() {
	e.units, e.builds = nil, nil
	e.byID, e.bySer = map[string]*unit{}, map[uint32]*unit{}
	e.timers, e.rows, e.recent, e.lastSeq, e.edited = nil, nil, nil, 0, nil
	e.levels.forget()
	e.index()
}

// newUnit compiles rules into a unit that is not installed yet.
func (e *Engine) newUnit(id string, num int64, version int, rules []*rule.Rule, level *customer.LevelColumn) (*unit, error) {
	e.serial++
	u := &unit{serial: e.serial, id: id, num: num, version: version, rules: rules, level: level, members: roaring.New()}
	return u, e.compile(u)
}

func (e *Engine) compile(u *unit) error {
	u.progs = make([]*rule.Program, len(u.rules))
	for i, r := range u.rules {
		p, err := r.Compile(e.world)
		if err != nil {
			return fmt.Errorf("compile rule of %s: %w", u.id, err)
		}
		u.progs[i] = p
	}
	return nil
}

// install puts u in force in place of the version before, keeping the order of evaluation.
func (e *Engine) install(u *unit) {
	if old := e.byID[u.id]; old != nil {
		e.uninstall(old)
	}
	e.units = append(e.units, u)
	e.byID[u.id], e.bySer[u.serial] = u, u
	e.index()
}

func (e *Engine) uninstall(u *unit) {
	e.units = slices.DeleteFunc(e.units, func(x *unit) bool { return x == u })
	delete(e.byID, u.id)
	delete(e.bySer, u.serial)
	e.index()
}

// index sorts the units and builds everything that is looked up per event.
func (e *Engine) index() {
	e.units = inOrder(e.units)
	words := (len(e.units) + 63) / 64
	bits := func() []uint64 { return make([]uint64, words) }
	e.byName, e.byTrait, e.byTag = map[timeline.NameID][]uint64{}, map[string][]uint64{}, map[string][]uint64{}
	e.anyEvent, e.all, e.mask = bits(), bits(), bits()
	e.cols, e.levels.named = nil, false
	for i, u := range e.units {
		u.dependents = bits()
		setBit(e.all, i)
		for _, d := range u.deps() {
			e.indexDeps(i, d, bits)
		}
		e.pick(u)
	}
	for id, set := range e.byName {
		if e.internal(id) {
			continue
		}
		for w := range set {
			set[w] |= e.anyEvent[w]
		}
	}
	e.linkDependents()
}

func (e *Engine) indexDeps(i int, d rule.Deps, bits func() []uint64) {
	if d.AnyEvent {
		setBit(e.anyEvent, i)
	}
	for _, name := range d.Events {
		e.levels.named = e.levels.named || name == event.StageChanged
		if id, ok := e.log.NameID(name); ok {
			markIn(e.byName, id, i, bits)
		}
	}
	for _, t := range d.Traits {
		markIn(e.byTrait, t, i, bits)
	}
	for _, t := range d.Tags {
		markIn(e.byTag, t, i, bits)
	}
}

// linkDependents notes which units name which audiences and levels.
func (e *Engine) linkDependents() {
	for i, u := range e.units {
		for _, d := range u.deps() {
			for _, on := range append(slices.Clone(d.Audiences), d.Stages...) {
				if target := e.byID[on]; target != nil {
					setBit(target.dependents, i)
				}
			}
		}
	}
}

// pick finds the places of u's columns in the union that is read once per customer.
func (e *Engine) pick(u *unit) {
	u.picks = make([][]int, len(u.progs))
	for i, p := range u.progs {
		for _, c := range p.Columns() {
			at := slices.Index(e.cols, c)
			if at < 0 {
				at = len(e.cols)
				e.cols = append(e.cols, c)
			}
			u.picks[i] = append(u.picks[i], at)
		}
	}
}

func setBit(set []uint64, i int) { set[i/64] |= 1 << (i % 64) }

func markIn[K comparable](sets map[K][]uint64, key K, i int, bits func() []uint64) {
	if sets[key] == nil {
		sets[key] = bits()
	}
	setBit(sets[key], i)
}

// inOrder sorts units so that each stands after the audiences and levels it names.
// References form no cycle: that is checked when a rule is saved.
func inOrder(units []*unit) []*unit {
	out := make([]*unit, 0, len(units))
	byID := map[string]*unit{}
	for _, u := range units {
		byID[u.id] = u
	}
	done := map[*unit]bool{}
	var visit func(u *unit)
	visit = func(u *unit) {
		if u == nil || done[u] {
			return
		}
		done[u] = true
		for _, d := range u.deps() {
			for _, on := range append(slices.Clone(d.Stages), d.Audiences...) {
				visit(byID[on])
			}
		}
		out = append(out, u)
	}
	for _, u := range units {
		visit(u)
	}
	return out
}

// internal says whether the name is of those that "any event" does not mean.
func (e *Engine) internal(id timeline.NameID) bool {
	name, _ := e.log.Name(id)
	return event.Internal(name)
}

// NameSeen recompiles the rules that wait for an event name seen for the first time.
func (e *Engine) NameSeen(name string) error {
	inner := event.Internal(name)
	return e.recompileWhere(func(d rule.Deps) bool { return inner && d.AnyEvent || slices.Contains(d.Events, name) })
}

func (e *Engine) recompile() error {
	return e.recompileWhere(func(rule.Deps) bool { return true })
}

// recompileWhere compiles the units, live or being built, with a rule that depends so.
func (e *Engine) recompileWhere(depends func(rule.Deps) bool) error {
	changed := false
	units := slices.Clone(e.units)
	for _, b := range e.builds {
		units = append(units, b.unit)
	}
	for _, u := range units {
		if !slices.ContainsFunc(u.deps(), depends) {
			continue
		}
		if err := e.compile(u); err != nil {
			return err
		}
		changed = true
	}
	if changed {
		e.index()
	}
	e.rebind(depends)
	return nil
}

// Compact renumbers the values of traits that have lost most of them, unless somebody is
// scanning: then it does nothing this time. Writer only.
func (e *Engine) Compact() error {
	if !e.scans.TryLock() {
		return nil
	}
	defer e.scans.Unlock()
	changed := e.customers.CompactTraits()
	return e.recompileWhere(func(d rule.Deps) bool {
		return slices.ContainsFunc(d.Traits, func(t string) bool { return slices.Contains(changed, t) })
	})
}

// Exclusive waits until nobody scans and keeps scans out until release: for loading
// derived state anew under them.
func (e *Engine) Exclusive() (release func()) {
	e.scans.Lock()
	return e.scans.Unlock
}
