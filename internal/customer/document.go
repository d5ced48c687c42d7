package customer

import (
	"yutang/internal/event"

	"github.com/tidwall/gjson"
)

// document is everything known of one customer record from traits and tags.
type document struct {
	traits map[string]*trait
	tags   map[string]tagState
	erased int64 // trait operations at or before this time do not count; 0 is never
}

type tagState struct {
	at int64
	on bool
}

func newDocument() *document {
	return &document{traits: map[string]*trait{}, tags: map[string]tagState{}}
}

// fold applies one event's trait and tag operations. It does not depend on the order in
// which events arrive, except that of two sets at the same time the later call wins.
func (d *document) fold(ev *event.Event) {
	at := ev.At.UnixMilli()
	if ev.Name == event.ProfileErased {
		d.erase(at)
	}
	for i := range ev.Traits {
		d.foldTrait(at, &ev.Traits[i])
	}
	for _, op := range ev.Tags {
		d.foldTag(op.Tag, tagState{at: at, on: !op.Remove})
	}
}

func (d *document) foldTrait(at int64, op *event.TraitOp) {
	if op.Name == "" || (d.erased != 0 && at <= d.erased) {
		return
	}
	t := d.traits[op.Name]
	if t == nil {
		t = &trait{}
		d.traits[op.Name] = t
	}
	value := gjson.ParseBytes(op.Value)
	switch op.Action {
	case event.TraitSet:
		t.set(at, normal(value))
	case event.TraitUnset:
		t.set(at, "")
	case event.TraitSetOnce:
		if text := normal(value); text != "" {
			t.setOnce(point{at, text})
		}
	case event.TraitIncrement:
		if v := event.ValueOf(value); v.Kind == event.Number {
			t.add(step{at, v.Num})
		}
	case event.TraitAppend:
		for _, e := range elements(value.Raw) {
			t.push(point{at, e})
		}
	}
}

// normal is a value's JSON as it is kept; null is "": a set of null is an unset.
func normal(r gjson.Result) string {
	if r.IsArray() {
		return listValue(r.Raw, nil)
	}
	return canonical(r)
}

func (d *document) foldTag(tag string, s tagState) {
	if old, ok := d.tags[tag]; tag != "" && (!ok || s.at >= old.at) {
		d.tags[tag] = s
	}
}

func (d *document) erase(at int64) {
	d.erased = max(d.erased, at)
	for name, t := range d.traits {
		if !t.forget(d.erased) {
			delete(d.traits, name)
		}
	}
}

// join folds another record's document into d, as if all had been of one customer.
func (d *document) join(o *document) {
	if o.erased > d.erased {
		d.erase(o.erased)
	}
	for name, from := range o.traits {
		t := d.traits[name]
		if t == nil {
			t = &trait{}
			d.traits[name] = t
		}
		t.join(from)
	}
	if d.erased != 0 {
		d.erase(d.erased)
	}
	for tag, s := range o.tags {
		d.foldTag(tag, s)
	}
}

// value is a trait's value as JSON, "" if it has none.
func (d *document) value(name string) string {
	if t := d.traits[name]; t != nil {
		return t.current()
	}
	return ""
}
