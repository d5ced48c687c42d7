package audience

import (
	"context"
	"encoding/json"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"yutang/internal/event"
	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// Explanation says why a customer is or is not a member.
type Explanation struct {
	Audience    string            `json:"audience"`
	Version     int               `json:"version"`
	At          time.Time         `json:"at"`
	Member      bool              `json:"member"`
	Why         *rule.Explanation `json:"why"`
	NextChange  *time.Time        `json:"next_change,omitempty" doc:"earliest moment at which membership could change by itself"`
	Transitions []Change          `json:"transitions" doc:"latest changes of this membership up to then, newest first"`
}

// Change is a transition as the API shows it.
type Change struct {
	Entered  bool      `json:"entered"`
	At       time.Time `json:"at"`
	Cause    string    `json:"cause"`
	Version  int       `json:"version"`
	EventSeq uint64    `json:"event_seq,omitempty"`
}

// Explain evaluates the live rule for one customer, now (at zero) or at a past moment.
// The past is seen as the log knows it today: events and traits up to at by their own
// times, including those that arrived late.
func (s *Service) Explain(ctx context.Context, id string, root uint32, at time.Time) (Explanation, error) {
	a, err := s.find(ctx, id)
	if err != nil {
		return Explanation{}, err
	}
	now := at.IsZero()
	if now {
		at = s.clock.Now()
	}
	out := Explanation{Audience: id, Version: a.version, At: at.UTC(), Transitions: []Change{}}
	r, err := s.ruleOf(a, &out)
	if err != nil {
		return out, err
	}
	var w rule.World = s.world
	if !now {
		if w, err = s.past(ctx, r, root, at); err != nil {
			return out, err
		}
	}
	if err := s.explain(r, w, root, at.UnixMilli(), &out); err != nil {
		return out, err
	}
	changes, err := s.transitionsOf(ctx, a.num, root, at.UnixMilli())
	for _, t := range changes {
		out.Transitions = append(out.Transitions, Change{
			Entered: t.Entered, At: time.UnixMilli(t.At).UTC(), Cause: t.Cause.String(), Version: t.Version, EventSeq: t.EventSeq,
		})
	}
	return out, err
}

// ruleOf is the rule in force, or the wanted one while none is.
func (s *Service) ruleOf(a record, out *Explanation) (*rule.Rule, error) {
	s.tl.RLock()
	u := s.byID[a.id]
	s.tl.RUnlock()
	if u != nil {
		out.Version = u.version
		return u.rules[0], nil
	}
	return rule.Parse([]byte(a.rule), s.world.Zone())
}

func (s *Service) explain(r *rule.Rule, w rule.World, root uint32, at int64, out *Explanation) error {
	s.tl.RLock()
	defer s.tl.RUnlock()
	prog, err := r.Compile(w)
	if err != nil {
		return err
	}
	var track timeline.Track
	s.tl.Read(root, prog.Columns(), &track)
	subject := rule.Subject{Root: root, Track: &track}
	out.Why = prog.Explain(&subject, at)
	match, next := prog.Eval(&subject, at)
	out.Member = match
	if next < never {
		t := time.UnixMilli(next).UTC()
		out.NextChange = &t
	}
	return nil
}

// pastWorld is the live world with one customer's traits, tags, levels and memberships
// as of a past moment.
type pastWorld struct {
	*world
	root    uint32
	traits  map[string]pastTrait
	tags    map[string]bool
	levels  map[string]int
	members map[string]bool
}

type pastTrait struct {
	dict *timeline.Dict
	code uint32
}

// Code is the trait's value then.
func (p pastTrait) Code(timeline.Ord) uint32 { return p.code }

// Dict holds the one value.
func (p pastTrait) Dict() *timeline.Dict { return p.dict }

func (s *Service) past(ctx context.Context, r *rule.Rule, root uint32, at time.Time) (*pastWorld, error) {
	w := &pastWorld{world: s.world, root: root, traits: map[string]pastTrait{}, members: map[string]bool{}}
	traits, tags, err := s.customers.TraitsAt(ctx, s.log, root, at)
	if err != nil {
		return nil, err
	}
	w.tags = tags
	for name, raw := range traits {
		w.traits[name] = pastValue(name, raw)
	}
	if w.levels, err = s.customers.LevelsAt(ctx, root, at); err != nil {
		return nil, err
	}
	for _, id := range r.Deps().Audiences {
		a, err := s.find(ctx, id)
		if err != nil {
			return nil, err
		}
		if w.members[id], err = s.memberAt(ctx, a, root, at.UnixMilli()); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func pastValue(name string, raw json.RawMessage) pastTrait {
	p := pastTrait{dict: timeline.NewDict()}
	v := event.ParseValue(raw)
	if event.Personal(name) && v.Kind != event.Missing {
		v = event.Value{Kind: event.Bool, Num: event.DecimalScale}
	}
	p.code = p.dict.Add(v)
	return p
}

// memberAt is what the transition log says of a past moment.
func (s *Service) memberAt(ctx context.Context, a record, root uint32, at int64) (bool, error) {
	changes, err := s.transitionsOf(ctx, a.num, root, at)
	if err != nil || len(changes) > 0 {
		return err == nil && changes[0].Entered, err
	}
	var blob []byte
	err = s.baseAt(ctx, a.num, at, &blob)
	if err != nil || blob == nil {
		return false, err
	}
	base := roaring.New()
	if err := base.UnmarshalBinary(blob); err != nil {
		return false, err
	}
	return base.Contains(root), nil
}

func (w *pastWorld) Trait(name string) rule.Trait {
	if t, ok := w.traits[name]; ok {
		return t
	}
	return pastTrait{dict: timeline.NewDict()}
}

type constSet bool

// Contains is the same for everybody: a past world knows one customer.
func (c constSet) Contains(uint32) bool { return bool(c) }

func (w *pastWorld) Tag(tag string) rule.Set { return constSet(w.tags[tag]) }

func (w *pastWorld) Audience(id string) (rule.Set, bool) { return constSet(w.members[id]), true }

type pastLevel struct {
	rule.Level
	level int
}

// Of is the level then.
func (p pastLevel) Of(timeline.Ord) int { return p.level }

func (w *pastWorld) Level(kind string) rule.Level {
	return pastLevel{Level: w.world.Level(kind), level: w.levels[kind]}
}
