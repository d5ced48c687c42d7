package audience

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// Predicate is a rule that somebody asks about one customer at a time: a step of a
// playbook, a replay. It has no members and no timers. It follows the live state as
// audiences do: it is compiled anew when an event name is first seen, when values of
// traits are numbered anew, and when derived state is loaded again. An audience that the
// rule names may be under way still, or deleted later: nobody is in it then.
//
// One goroutine uses a Predicate at a time; Fork gives another its own.
type Predicate struct {
	bound *bound
	made  uint64 // the binding that prog is a copy of
	prog  *rule.Program
	cols  []*timeline.Column
	track timeline.Track
}

// bound is what a predicate and its forks share. Guarded by the lock of derived state.
type bound struct {
	engine *Engine
	rule   *rule.Rule
	prog   *rule.Program
	made   uint64 // counts bindings, from 1
}

// watched are the predicates in use. Its lock is taken after that of derived state.
type watched struct {
	sync.Mutex
	all map[*bound]bool
}

// Predicate makes a rule that can be asked about single customers. It builds the columns
// that the rule reads, which can take a while, so it is not called on the writer. The
// error is fault.Invalid with pointers into the rule. Close releases it.
func (s *Service) Predicate(ctx context.Context, raw json.RawMessage) (*Predicate, error) {
	r, err := rule.Parse(raw, s.world.Zone())
	if err != nil {
		return nil, err
	}
	if err := s.prepareColumns(ctx, []*rule.Rule{r}); err != nil {
		return nil, err
	}
	w, err := s.expecting(ctx, r)
	if err != nil {
		return nil, err
	}
	s.tl.RLock()
	defer s.tl.RUnlock()
	return s.watch(r, w)
}

// expecting is the world in which audiences exist that were made and are not live yet.
func (s *Service) expecting(ctx context.Context, r *rule.Rule) (rule.World, error) {
	made := map[string]bool{}
	if len(r.Deps().Audiences) > 0 {
		records, err := s.records(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range records {
			made[a.id] = true
		}
	}
	return &tolerant{world: s.world, made: made}, nil
}

// Watch is Predicate for who loads state under the write lock: columns are built later, by
// Prepare, and audiences need not exist. Until then the answers may be wrong.
func (e *Engine) Watch(raw json.RawMessage) (*Predicate, error) {
	r, err := rule.Parse(raw, e.world.Zone())
	if err != nil {
		return nil, err
	}
	return e.watch(r, &tolerant{world: e.world})
}

func (e *Engine) watch(r *rule.Rule, w rule.World) (*Predicate, error) {
	prog, err := r.Compile(w)
	if err != nil {
		return nil, err
	}
	b := &bound{engine: e, rule: r, prog: prog, made: 1}
	e.watched.Lock()
	defer e.watched.Unlock()
	if e.watched.all == nil {
		e.watched.all = map[*bound]bool{}
	}
	e.watched.all[b] = true
	return &Predicate{bound: b}, nil
}

// Close releases the predicate and its forks; they are not asked any more. It takes no
// lock of derived state, so it can be called anywhere.
func (p *Predicate) Close() {
	w := &p.bound.engine.watched
	w.Lock()
	defer w.Unlock()
	delete(w.all, p.bound)
}

// Fork is the same rule for another goroutine. It can be called anywhere.
func (p *Predicate) Fork() *Predicate { return &Predicate{bound: p.bound} }

// Rule is the rule that is asked.
func (p *Predicate) Rule() *rule.Rule { return p.bound.rule }

// Eval says whether a root matches at now (ms), and the earliest later moment at which
// that could change by itself, rule.Never if it cannot: events that are known and lie
// after now count as such changes. Under the lock of derived state, reading or writing.
func (p *Predicate) Eval(root uint32, now int64) (match bool, next int64) {
	return p.prog.Eval(p.subject(root), now)
}

// Explain says why a root does or does not match at now (ms). Locking as for Eval.
func (p *Predicate) Explain(root uint32, now int64) *rule.Explanation {
	return p.prog.Explain(p.subject(root), now)
}

// subject reads the customer's events, after following a new binding.
func (p *Predicate) subject(root uint32) *rule.Subject {
	if p.made != p.bound.made {
		p.made, p.prog = p.bound.made, p.bound.prog.Fork()
		p.cols = p.prog.Columns()
	}
	p.bound.engine.tl.Read(root, p.cols, &p.track)
	return &rule.Subject{Root: root, Track: &p.track}
}

// rebind compiles the predicates that depend so. A rule that does not compile any more,
// since a stage that it names is gone, stays bound as it was.
func (e *Engine) rebind(depends func(rule.Deps) bool) {
	e.watched.Lock()
	defer e.watched.Unlock()
	for b := range e.watched.all {
		if !depends(b.rule.Deps()) {
			continue
		}
		if prog, err := b.rule.Compile(&tolerant{world: e.world}); err == nil {
			b.prog, b.made = prog, b.made+1
		}
	}
}

// asked are the rules of the predicates in use.
func (e *Engine) asked() (rules []*rule.Rule) {
	e.watched.Lock()
	defer e.watched.Unlock()
	for b := range e.watched.all {
		rules = append(rules, b.rule)
	}
	return rules
}

// tolerant is the live world in which an audience may be missing: nobody is in it.
type tolerant struct {
	*world
	made map[string]bool // audiences that exist though they are not live; nil: all do
}

// Audience gives a set that fills when the audience goes live.
func (w *tolerant) Audience(id string) (rule.Set, bool) {
	if set, ok := w.world.Audience(id); ok {
		return set, true
	}
	return &memberSet{engine: w.engine, id: id}, w.made == nil || w.made[id]
}

// IsMember says whether a root is in an audience now. Under the lock of derived state.
func (s *Service) IsMember(id string, root uint32) bool {
	return (&memberSet{engine: s.Engine, id: id}).Contains(root)
}

// View runs fn under the read lock of derived state, at no moment at which that is being
// loaded anew: for who asks predicates elsewhere than on the writer. fn is short.
func (e *Engine) View(fn func()) {
	e.scans.RLock()
	defer e.scans.RUnlock()
	e.tl.RLock()
	defer e.tl.RUnlock()
	fn()
}

// Changes visits the recorded changes of an audience at or after a moment, oldest first,
// and says whether the record covers that time: false if the audience went live later, or
// its rule was changed since.
func (s *Service) Changes(ctx context.Context, id string, since time.Time, visit func(Transition) error) (covered bool, err error) {
	a, err := s.find(ctx, id)
	if err != nil {
		return false, err
	}
	if covered, err = s.liveSince(ctx, a.num, since.UnixMilli()); err != nil {
		return false, err
	}
	return covered, s.changesSince(ctx, a.num, since.UnixMilli(), visit)
}
