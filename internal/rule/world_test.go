package rule_test

import (
	"slices"
	"time"

	"yutang/internal/event"
	"yutang/internal/rule"
	"yutang/internal/timeline"
)

// happening is an event as the reference sees it. Props and traits hold JSON texts.
type happening struct {
	at    int64
	seq   uint32
	name  string
	props map[string]string
}

// person is a customer as the reference sees it.
type person struct {
	events    []happening
	traits    map[string]string
	tags      []string
	levels    map[string]string
	audiences []string
}

// world is a rule.World over a few people, numbered from 1.
type world struct {
	zone    *time.Location
	people  []*person
	names   []string // index is the name's id; "" is 0
	columns map[string]*timeline.Column
	dicts   map[string]*timeline.Dict // of traits
}

var levelNames = map[string][]string{
	"aipl": {"aware", "interest", "purchase", "loyal"}, "aarrr": {"acquired", "active"},
	"tier": {"V1", "V2", "V3", "V4", "V5"},
}

func newWorld(zone *time.Location, people ...*person) *world {
	w := &world{
		zone: zone, people: people, names: []string{""},
		columns: map[string]*timeline.Column{}, dicts: map[string]*timeline.Dict{},
	}
	for _, p := range people {
		slices.SortStableFunc(p.events, func(a, b happening) int {
			if a.at != b.at {
				return int(a.at - b.at)
			}
			return int(a.seq) - int(b.seq)
		})
		for _, e := range p.events {
			if !slices.Contains(w.names, e.name) {
				w.names = append(w.names, e.name)
			}
		}
	}
	return w
}

func (w *world) EventName(name string) timeline.NameID {
	return timeline.NameID(max(slices.Index(w.names, name), 0))
}

func (w *world) Column(prop string) *timeline.Column {
	if w.columns[prop] == nil {
		w.columns[prop] = &timeline.Column{Prop: prop, Dict: timeline.NewDict()}
	}
	return w.columns[prop]
}

func (w *world) Zone() *time.Location { return w.zone }

// traitOf codes everybody's value anew when its dictionary has been replaced.
type traitOf struct {
	w     *world
	name  string
	coded *timeline.Dict
	codes []uint32
}

func (w *world) Trait(name string) rule.Trait {
	if w.dicts[name] == nil {
		w.dicts[name] = timeline.NewDict()
	}
	return &traitOf{w: w, name: name}
}

func (t *traitOf) Dict() *timeline.Dict { return t.w.dicts[t.name] }

func (t *traitOf) Code(root timeline.Ord) uint32 {
	if t.coded != t.Dict() {
		t.coded, t.codes = t.Dict(), nil
		for _, p := range t.w.people {
			t.codes = append(t.codes, t.coded.Add(stored(t.name, p.traits[t.name])))
		}
	}
	return t.codes[root-1]
}

// stored is what columns and traits keep of a value: of a personal one only that it is there.
func stored(name, text string) event.Value {
	v := event.ParseValue([]byte(text))
	if event.Personal(name) && v.Kind != event.Missing {
		return event.Value{Kind: event.Bool, Num: event.DecimalScale}
	}
	return v
}

type setOf func(*person) bool

type members struct {
	w  *world
	in setOf
}

func (m members) Contains(ord uint32) bool { return m.in(m.w.people[ord-1]) }

func (w *world) Tag(tag string) rule.Set {
	if tag == "unheard of" {
		return nil
	}
	return members{w, func(p *person) bool { return slices.Contains(p.tags, tag) }}
}

func (w *world) Audience(id string) (rule.Set, bool) {
	return members{w, func(p *person) bool { return slices.Contains(p.audiences, id) }}, id != "aud_none"
}

type levelOf struct {
	w    *world
	kind string
}

func (w *world) Level(kind string) rule.Level { return levelOf{w, kind} }

func (l levelOf) Names() []string { return levelNames[l.kind] }

func (l levelOf) Of(root timeline.Ord) int {
	return slices.Index(l.Names(), l.w.people[root-1].levels[l.kind])
}

// subject reads a person's track with the columns of a program. The width of the codes
// goes round with the column.
func (w *world) subject(root int, cols []*timeline.Column) *rule.Subject {
	t := &timeline.Track{}
	events := w.people[root-1].events
	for _, e := range events {
		t.At = append(t.At, e.at)
		t.Name = append(t.Name, w.EventName(e.name))
		t.Seq = append(t.Seq, e.seq)
	}
	for k, col := range cols {
		var c timeline.Codes
		for _, e := range events {
			code := col.Dict.Add(stored(col.Prop, e.props[col.Prop]))
			switch k % 3 {
			case 0:
				c.W8 = append(c.W8, uint8(code))
			case 1:
				c.W16 = append(c.W16, uint16(code))
			default:
				c.W32 = append(c.W32, code)
			}
		}
		t.Codes = append(t.Codes, c)
	}
	return &rule.Subject{Root: timeline.Ord(root), Track: t}
}
