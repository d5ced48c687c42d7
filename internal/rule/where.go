package rule

import (
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/event"
	"yutang/internal/fault"
)

// Where is a list of conditions on the properties of one event, all of which must hold.
// It does not change and is safe for concurrent use. The zero value holds always.
type Where struct {
	preds []predicate
	tests []func(event.Value) bool // nil for within_last
	zone  *time.Location
}

// ParseWhere checks the list [P...] as it stands in rules, at the pointer ptr of the
// caller's document. Plain dates are days in zone. faults is empty if it is right.
func ParseWhere(raw []byte, ptr string, zone *time.Location) (w Where, faults []fault.Field) {
	p := &parser{zone: zone}
	w.zone = zone
	items, _ := p.list(ptr, gjson.ParseBytes(raw), 0, maxWhere)
	for i, item := range items {
		if o, ok := p.object(element(ptr, i), item, propExample); ok {
			w.preds = append(w.preds, p.predicate(o, "prop"))
		}
	}
	if len(p.faults) > 0 {
		return Where{}, p.faults
	}
	w.tests = make([]func(event.Value) bool, len(w.preds))
	for i, pred := range w.preds {
		if pred.op != opWithinLast {
			w.tests[i] = tester(pred, zone)
		}
	}
	return w, nil
}

// Match says whether an event with these properties passes at now, in ms.
func (w Where) Match(props []event.Prop, now int64) bool {
	for i, pred := range w.preds {
		v := valueOf(props, pred.name)
		if w.tests[i] != nil {
			if !w.tests[i](v) {
				return false
			}
			continue
		}
		at, ok := moment(v.Str, w.zone)
		if v.Kind != event.String || !ok || at > now || at <= now-pred.last.ms {
			return false
		}
	}
	return true
}

func valueOf(props []event.Prop, name string) event.Value {
	for _, p := range props {
		if p.Key == name {
			return p.Value
		}
	}
	return event.Value{}
}

// ParseDuration reads a duration as rules write it: "30s", "15m", "12h", "30d" or "8w".
func ParseDuration(text string) (time.Duration, bool) {
	d, ok := parseDuration(text)
	return time.Duration(d.ms) * time.Millisecond, ok
}
