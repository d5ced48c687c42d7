package audience

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/customer"
	"yutang/internal/rule"
)

// Load builds the live state from SQL, forgetting what is in memory: definitions, members
// and levels' rules. With a saved state members start from there; else from each version's
// base. Timers come from the saved state or from Rearm. The caller holds the write lock.
func (s *Service) Load(ctx context.Context, saved *Saved) error {
	s.clear()
	if err := s.loadLevels(ctx); err != nil {
		return fmt.Errorf("load levels: %w", err)
	}
	live, err := s.live(ctx)
	if err != nil {
		return fmt.Errorf("load audiences: %w", err)
	}
	nums, since, first := map[int64]*unit{}, map[int64]uint64{}, ^uint64(0)
	for _, a := range orderRecords(live, s.world.Zone()) {
		u, err := s.loadUnit(a)
		if err != nil {
			return err
		}
		if u.members, err = a.members(); err != nil {
			return fmt.Errorf("load members of %s: %w", a.id, err)
		}
		nums[a.num], since[a.num] = u, uint64(a.liveSeq)
		if m := saved.find(a.num, a.liveVersion); m != nil {
			u.members, since[a.num] = m.bitmap, saved.LastSeq
		}
		first = min(first, since[a.num])
		s.install(u)
	}
	if err := s.replay(ctx, first, nums, since); err != nil {
		return fmt.Errorf("replay transitions: %w", err)
	}
	s.adoptTimers(saved)
	s.rebind(func(rule.Deps) bool { return true })
	return nil
}

// orderRecords sorts so that an audience stands after those its live rule names; numbers
// alone do not tell, since an edit can name a younger audience.
func orderRecords(live []record, zone *time.Location) []record {
	byID := map[string]record{}
	for _, a := range live {
		byID[a.id] = a
	}
	var out []record
	done := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		a, ok := byID[id]
		if !ok || done[id] {
			return
		}
		done[id] = true
		if r, err := rule.Parse([]byte(a.liveRule), zone); err == nil {
			for _, on := range r.Deps().Audiences {
				visit(on)
			}
		}
		out = append(out, a)
	}
	for _, a := range live {
		visit(a.id)
	}
	return out
}

func (s *Service) loadUnit(a record) (*unit, error) {
	r, err := rule.Parse([]byte(a.liveRule), s.world.Zone())
	if err != nil {
		return nil, fmt.Errorf("parse rule of %s: %w", a.id, err)
	}
	return s.newUnit(a.id, a.num, a.liveVersion, []*rule.Rule{r}, nil)
}

// loadLevels installs one unit per kind of level.
func (s *Service) loadLevels(ctx context.Context) error {
	defs, err := s.customers.LevelDefs(ctx)
	if err != nil {
		return err
	}
	for _, kind := range customer.LevelKinds() {
		rules := make([]*rule.Rule, len(defs[kind]))
		for i, d := range defs[kind] {
			if rules[i], err = rule.Parse(d.Rule, s.world.Zone()); err != nil {
				return fmt.Errorf("parse rule of %s %s: %w", kind, d.Name, err)
			}
		}
		u, err := s.newUnit(kind, 0, 0, rules, s.customers.Level(kind))
		if err != nil {
			return err
		}
		s.install(u)
	}
	return nil
}

// LevelsChanged puts changed level definitions in force and evaluates everybody. Who is
// placed elsewhere by that has not moved: TakeLevels does not tell.
func (s *Service) LevelsChanged(ctx context.Context) error {
	defs, err := s.customers.LevelDefs(ctx)
	if err != nil {
		return err
	}
	var rules []*rule.Rule
	for _, kind := range defs {
		for _, d := range kind {
			r, err := rule.Parse(d.Rule, s.world.Zone())
			if err != nil {
				return err
			}
			rules = append(rules, r)
		}
	}
	if err := s.prepareColumns(ctx, rules); err != nil {
		return err
	}
	whole := context.WithoutCancel(ctx) // what begins also ends
	err = s.writer.Do(whole, func(ctx context.Context) error {
		if err := s.loadLevels(ctx); err != nil {
			return err
		}
		s.levels.placing++
		return nil
	})
	if err != nil {
		return err
	}
	rearmed := s.Rearm(ctx, s.now())
	// The writer fires what Rearm found to be different before it runs this.
	return errors.Join(rearmed, s.writer.Do(whole, func(context.Context) error {
		s.levels.placing = max(s.levels.placing-1, 0)
		return nil
	}))
}

// Prepare builds the columns that live rules and levels read, and binds the rules to them:
// a column that is built anew numbers its values anew. Before Rearm.
func (s *Service) Prepare(ctx context.Context) error {
	s.tl.RLock()
	rules := s.asked()
	for _, u := range s.units {
		rules = append(rules, u.rules...)
	}
	s.tl.RUnlock()
	if err := s.prepareColumns(ctx, rules); err != nil {
		return err
	}
	s.tl.Lock()
	defer s.tl.Unlock()
	return s.recompile()
}

// Saved is the live state as a snapshot keeps it.
type Saved struct {
	LastSeq uint64
	Units   []savedUnit
}

type savedUnit struct {
	Num     int64
	ID      string // of levels, whose Num is 0
	Version int
	Members []byte
	Due     []int64
	Roots   []uint32

	bitmap *roaring.Bitmap
}

func (v *Saved) find(num int64, version int) *savedUnit {
	if v == nil {
		return nil
	}
	for i := range v.Units {
		if u := &v.Units[i]; u.Num == num && u.Version == version && num != 0 {
			return u
		}
	}
	return nil
}

// Snapshot copies the live state. The caller holds a lock.
func (e *Engine) Snapshot() (*Saved, error) {
	v := &Saved{LastSeq: e.lastSeq, Units: make([]savedUnit, len(e.units))}
	at := map[uint32]int{}
	for i, u := range e.units {
		blob, err := u.members.ToBytes()
		if err != nil {
			return nil, fmt.Errorf("save members of %s: %w", u.id, err)
		}
		v.Units[i] = savedUnit{Num: u.num, ID: u.id, Version: u.version, Members: blob}
		at[u.serial] = i
	}
	for _, t := range e.timers {
		if i, ok := at[t.unit]; ok && e.units[i].pendingTick(t.root) == ticks(t.due) {
			v.Units[i].Due = append(v.Units[i].Due, t.due)
			v.Units[i].Roots = append(v.Units[i].Roots, t.root)
		}
	}
	return v, nil
}

// Write encodes the state.
func (v *Saved) Write(w io.Writer) error { return gob.NewEncoder(w).Encode(v) }

// ReadSaved decodes a state that Write wrote.
func ReadSaved(r io.Reader) (*Saved, error) {
	v := &Saved{}
	if err := gob.NewDecoder(r).Decode(v); err != nil {
		return nil, fmt.Errorf("read audiences: %w", err)
	}
	for i := range v.Units {
		u := &v.Units[i]
		u.bitmap = roaring.New()
		if err := u.bitmap.UnmarshalBinary(u.Members); err != nil {
			return nil, fmt.Errorf("read members of %s: %w", u.ID, err)
		}
		if len(u.Due) != len(u.Roots) {
			return nil, fmt.Errorf("read timers of %s: lengths differ", u.ID)
		}
	}
	return v, nil
}

// adoptTimers takes over the timers of units that are still in force.
func (s *Service) adoptTimers(saved *Saved) {
	if saved == nil {
		return
	}
	var all []timer
	for i := range saved.Units {
		v := &saved.Units[i]
		u := s.byID[v.ID]
		if u == nil || u.version != v.Version {
			continue
		}
		for j, due := range v.Due {
			u.setPending(v.Roots[j], ticks(due))
			all = append(all, timer{due: due, unit: u.serial, root: v.Roots[j]})
		}
	}
	s.timers.addAll(all)
}

// Recheck sets a timer for now, for every unit, for each of these customers: what happened
// to them after the snapshot is evaluated in the ordinary way. The caller holds the write lock.
func (e *Engine) Recheck(roots []uint32, now int64) {
	var all []timer
	for _, u := range e.units {
		for _, root := range roots {
			u.setPending(root, ticks(now))
			all = append(all, timer{due: now, unit: u.serial, root: root})
		}
	}
	e.timers.addAll(all)
}

// Covers says whether the saved state knows every unit in force. When it does not, timers
// must be set anew by Rearm.
func (e *Engine) Covers(saved *Saved) bool {
	if saved == nil {
		return false
	}
	for _, u := range e.units {
		found := false
		for i := range saved.Units {
			found = found || (saved.Units[i].ID == u.id && saved.Units[i].Version == u.version)
		}
		if !found {
			return false
		}
	}
	return true
}
