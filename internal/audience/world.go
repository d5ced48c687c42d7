package audience

import (
	"time"

	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// Brand tells the brand's zone.
type Brand interface {
	Zone() *time.Location
}

// world is what compiled rules read: the live state.
type world struct {
	engine *Engine
	brand  Brand
}

func (w *world) EventName(name string) timeline.NameID {
	id, _ := w.engine.log.NameID(name)
	return id
}

func (w *world) Column(prop string) *timeline.Column {
	c, _ := w.engine.tl.Column(prop)
	return c
}

func (w *world) Trait(name string) rule.Trait { return w.engine.customers.Trait(name) }

func (w *world) Tag(tag string) rule.Set { return w.engine.customers.TagSet(tag) }

func (w *world) Level(kind string) rule.Level { return w.engine.customers.Level(kind) }

// Audience gives a set that stays right when a later version takes the audience's place.
func (w *world) Audience(id string) (rule.Set, bool) {
	if _, ok := w.engine.byID[id]; !ok {
		return nil, false
	}
	return &memberSet{engine: w.engine, id: id}, true
}

func (w *world) Zone() *time.Location { return w.brand.Zone() }

type memberSet struct {
	engine *Engine
	id     string
}

// Contains says whether the customer is a member now.
func (m *memberSet) Contains(ord uint32) bool {
	u := m.engine.byID[m.id]
	return u != nil && u.members.Contains(ord)
}
